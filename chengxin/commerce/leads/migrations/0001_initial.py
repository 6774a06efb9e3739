"""Leads, steps, openings and requests: append-only, the sealed ones resealable."""

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
                        name="leads_filing_rows_counted",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField(db_collation="C")),
                ("reference", models.TextField(db_collation="C", default="")),
                ("filed_by", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("platform", models.TextField(db_collation="C", default="")),
                ("shop", models.TextField(db_collation="C", default="")),
                ("code", models.TextField(db_collation="C", default="")),
                ("digests", models.JSONField(default=list)),
                ("received_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("key_hash", models.BinaryField()),
                ("sealed", models.BinaryField()),
                (
                    "joined",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="leads.lead",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.TextField(db_collation="C")),
                ("account", models.BigIntegerField(null=True)),
                ("case_number", models.TextField(db_collation="C")),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="leads.lead"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Parting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reasons", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parting", to="leads.lead"
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.filing"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.BinaryField()),
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reporter", to="leads.lead"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C", default="")),
                ("what", models.TextField()),
                ("due_on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="leads.lead"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digests", models.JSONField(default=list)),
                ("digest", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reply", to="leads.request"
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
                ("document", models.TextField(default="")),
                ("approved_by", models.TextField(default="")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="leads.lead"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["platform", "shop", "kind"], name="leads_lead_shop"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("code", ""), _negated=True), fields=["code", "kind"], name="leads_lead_code"
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["received_on"], name="leads_lead_day"),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("filed_by", "source", "reference"),
                name="leads_lead_once_a_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filed_by", ""), _negated=True),
                    models.Q(("kind", ""), _negated=True),
                    models.Q(("source", ""), _negated=True),
                    models.Q(("shop", ""), models.Q(("platform", ""), _negated=True), _connector="OR"),
                ),
                name="leads_lead_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), ("code__regex", "^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$"), _connector="OR"),
                name="leads_lead_code_of_a_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", ""), _negated=True),
                    models.Q(("case_number", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="leads_opening_in_a_case",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["platform"], name="leads_request_platform"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("platform", ""), _negated=True),
                    models.Q(("what", ""), _negated=True),
                    ("due_on__gte", models.F("on")),
                ),
                name="leads_request_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["handler"], name="leads_step_handler"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("last_day__isnull", False)), fields=["last_day"], name="leads_step_last_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("lead", "number"), name="leads_step_in_order"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("by", ""), _negated=True), models.Q(("handler", ""), _negated=True)),
                name="leads_step_by_somebody",
            ),
        ),
        append_only("leads_filing"),
        append_only("leads_step"),
        append_only("leads_opening"),
        append_only("leads_parting"),
        append_only("leads_request"),
        resealable("leads_refused", held=False),
        resealable("leads_lead", held=False),
        resealable("leads_reporter", held=False),
        resealable("leads_reply", held=False),
    ]
