"""Complaints, legs, steps and what was handed in: append-only, the sealed ones resealable."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from chengxin.ledger.guards import append_only
from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards"), ("vault", "0001_resealing")]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sector", models.TextField(db_collation="C")),
                ("division", models.TextField(db_collation="C", default="")),
                ("agency", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["sector", "division"], name="complaints_charge_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("division__regex", "^([0-9]{2}|[0-9]{4}|[0-9]{6})?$"),
                            models.Q(("agency", ""), _negated=True),
                            models.Q(("sector", ""), _negated=True),
                        ),
                        name="complaints_charge_shaped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField(db_collation="C")),
                ("written", models.TextField(db_collation="C")),
                ("reference", models.TextField(db_collation="C", default="")),
                ("filed_by", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("platform", models.TextField(db_collation="C", default="")),
                ("shop", models.TextField(db_collation="C", default="")),
                ("code", models.TextField(db_collation="C", default="")),
                ("order", models.TextField(db_collation="C", default="")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("goods_on", models.DateField(null=True)),
                ("wants", models.TextField(db_collation="C")),
                ("received_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("key_hash", models.BinaryField()),
                ("sealed", models.BinaryField()),
                (
                    "joined",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="complaints.complaint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Complainant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("share", models.BooleanField()),
                ("sealed", models.BinaryField()),
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complainant",
                        to="complaints.complaint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Exhibit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("media_type", models.TextField(db_collation="C")),
                ("size", models.IntegerField()),
                ("digest", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("about", "digest"), name="complaints_exhibit_once"),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0), models.Q(("about", ""), _negated=True)),
                        name="complaints_exhibit_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.TextField(db_collation="C")),
                ("rows", models.IntegerField()),
                ("accepted", models.IntegerField()),
                ("joined", models.IntegerField()),
                ("unchanged", models.IntegerField()),
                ("refused", models.IntegerField()),
                ("refused_by_reason", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("accepted"), "+", models.F("joined")
                                        ),
                                        "+",
                                        models.F("unchanged"),
                                    ),
                                    "+",
                                    models.F("refused"),
                                ),
                            )
                        ),
                        name="complaints_filing_rows_counted",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Leg",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("procedure", models.TextField(db_collation="C")),
                ("opened_on", models.DateField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="legs", to="complaints.complaint"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.TextField(db_collation="C")),
                ("case_number", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="complaints.complaint"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refused",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "filing_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.IntegerField()),
                ("reason", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                (
                    "filing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.filing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("handler", models.TextField(db_collation="C")),
                ("reasons", models.TextField(default="")),
                ("remedy", models.TextField(db_collation="C", default="")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("ground", models.TextField(db_collation="C", default="")),
                (
                    "leg",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="complaints.leg"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["platform", "shop"], name="complaints_complaint_shop"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("order", ""), _negated=True),
                fields=["platform", "order"],
                name="complaints_complaint_order",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("code", ""), _negated=True), fields=["code"], name="complaints_complaint_code"
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["received_on"], name="complaints_complaint_day"),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("filed_by", "source", "reference"),
                name="complaints_complaint_once_a_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filed_by", ""), _negated=True),
                    models.Q(("kind", ""), _negated=True),
                    models.Q(("source", ""), _negated=True),
                    models.Q(
                        models.Q(("platform", ""), _negated=True),
                        models.Q(("code", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="complaints_complaint_about_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__isnull", True), ("amount__gte", 0), _connector="OR"),
                name="complaints_complaint_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="leg",
            constraint=models.UniqueConstraint(fields=("complaint", "number"), name="complaints_leg_in_order"),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("by", ""), _negated=True), models.Q(("case_number", ""), _negated=True)),
                name="complaints_opening_in_a_case",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["handler"], name="complaints_step_handler"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("last_day__isnull", False)), fields=["last_day"], name="complaints_step_last_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("leg", "number"), name="complaints_step_in_order"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("by", ""), _negated=True), models.Q(("handler", ""), _negated=True)),
                name="complaints_step_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__isnull", True), ("amount__gte", 0), _connector="OR"),
                name="complaints_step_amount",
            ),
        ),
        append_only("complaints_filing"),
        append_only("complaints_leg"),
        append_only("complaints_step"),
        append_only("complaints_opening"),
        append_only("complaints_charge"),
        resealable("complaints_refused", held=False),
        resealable("complaints_complaint", held=False),
        resealable("complaints_complainant", held=False),
        resealable("complaints_exhibit", held=False),
    ]
