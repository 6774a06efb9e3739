"""The manifest of the lake of trades, append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("digest", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("whole_from", models.DateField(null=True)),
                ("whole_to", models.DateField(null=True)),
                (
                    "whole_shops",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(db_collation="C"), default=list, size=None
                    ),
                ),
                ("rows", models.BigIntegerField()),
                ("accepted", models.BigIntegerField()),
                ("refused", models.BigIntegerField()),
                ("unchanged", models.BigIntegerField()),
                ("unmet", models.BigIntegerField()),
                ("refused_by_reason", models.JSONField(default=dict)),
                ("refused_path", models.TextField(db_collation="C", default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform", "kind", "digest"], name="trades_filing_again")],
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "kind", "version"), name="trades_filing_in_order"),
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
                        name="trades_filing_rows_counted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("whole_from__isnull", True), ("whole_to__isnull", True)),
                            ("whole_to__gte", models.F("whole_from")),
                            _connector="OR",
                        ),
                        name="trades_filing_days_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="trades_filing_digest_shaped"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("day", models.DateField()),
                ("version", models.IntegerField()),
                ("path", models.TextField(db_collation="C", default="")),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("digest", models.TextField(db_collation="C", default="")),
                ("at", models.DateTimeField()),
                (
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="trades.filing"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "part",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="removal", to="trades.part"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vanished",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("missing", models.BigIntegerField()),
                ("emptied", models.BigIntegerField()),
                ("path", models.TextField(db_collation="C", unique=True)),
                ("digest", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "filing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="vanished", to="trades.filing"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                fields=("platform", "kind", "day", "version"), name="trades_part_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                condition=models.Q(("path", ""), _negated=True), fields=("path",), name="trades_part_path_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bytes", 0), ("path", ""), ("rows", 0)),
                    models.Q(
                        ("bytes__gt", 0),
                        ("digest__regex", "^[0-9a-f]{64}$"),
                        ("rows__gt", 0),
                        models.Q(("path", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="trades_part_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="vanished",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("emptied__gte", 0), ("missing__gte", 0), models.Q(("emptied", 0), ("missing", 0), _negated=True)
                ),
                name="trades_vanished_counted",
            ),
        ),
        append_only("trades_filing"),
        append_only("trades_part"),
        append_only("trades_vanished"),
        append_only("trades_removal"),
    ]
