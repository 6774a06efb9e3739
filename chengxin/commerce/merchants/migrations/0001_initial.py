"""What platforms say of their merchants, and the tickets that come of it, append-only."""

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
                ("platform", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("digest", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("rows", models.IntegerField()),
                ("accepted", models.IntegerField()),
                ("refused", models.IntegerField()),
                ("unchanged", models.IntegerField()),
                ("refused_by_reason", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform", "kind", "digest"], name="merchants_filing_again")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("accepted"), "+", models.F("refused")
                                    ),
                                    "+",
                                    models.F("unchanged"),
                                ),
                            )
                        ),
                        name="merchants_filing_rows_counted",
                    )
                ],
            },
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
                ("shop", models.TextField(db_collation="C")),
                ("reason", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                (
                    "filing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.filing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C")),
                ("finding", models.TextField(db_collation="C")),
                ("item", models.TextField(db_collation="C", default="")),
                ("words", models.TextField(default="")),
                ("number", models.IntegerField()),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "shop", "finding", "item", "number"), name="merchants_ticket_in_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C")),
                ("item", models.TextField(db_collation="C", default="")),
                ("version", models.IntegerField()),
                ("code", models.TextField(db_collation="C", default="")),
                ("body", models.JSONField()),
                ("sealed", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.filing"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=["code"],
                        name="merchants_registration_code",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "kind", "shop", "item", "version"), name="merchants_registration_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["shops", "licences", "suppliers"])),
                        name="merchants_registration_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "shops"), _negated=True),
                            models.Q(
                                ("sealed__isnull", False),
                                models.Q(
                                    ("body__has_any_keys", ["number", "legal_representative", "principal"]),
                                    _negated=True,
                                ),
                                models.Q(
                                    ("body__kind", "unit"),
                                    models.Q(
                                        ("body__kind", "individual"),
                                        ("code", ""),
                                        models.Q(("body__has_key", "name"), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="merchants_registration_persons_sealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[("reply", "答复 reply"), ("mended", "已改正 mended"), ("dismissed", "撤销 dismissed")],
                        db_collation="C",
                    ),
                ),
                ("words", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="merchants.ticket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "number"), name="merchants_ticketstep_in_order"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "reply"), _negated=True),
                        fields=("ticket",),
                        name="merchants_ticketstep_closed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reply", "mended", "dismissed"])),
                        name="merchants_ticketstep_kind_known",
                    ),
                ],
            },
        ),
        append_only("merchants_filing"),
        append_only("merchants_ticket"),
        append_only("merchants_ticketstep"),
        resealable("merchants_refused", held=False),
        resealable("merchants_registration", held=False),
    ]
