"""What was noticed in the use of the register, what was said to it, what was decided: append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reached", models.BigIntegerField()),
                ("readings", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("detector", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("reader", models.TextField(db_collation="C")),
                ("account", models.BigIntegerField()),
                ("on", models.DateField()),
                ("number", models.SmallIntegerField()),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["reader", "-id"], name="audits_finding_reader")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("detector", "reader", "account", "on", "number"), name="audits_finding_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("reader", ""), _negated=True), ("number__gte", 0)),
                        name="audits_finding_of_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.IntegerField()),
                ("entries", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("value", models.TextField()),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="audits.finding"
                    ),
                ),
                ("look", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="audits.look")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("finding", "look"), name="audits_evidence_once_a_look"),
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0), ("entries__len__gt", 0)), name="audits_evidence_is_some"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("answered", "查询单位的说明 the reader's answer"),
                            ("justified", "查询正当 justified"),
                            ("not-justified", "查询不当 not justified"),
                            ("passed-on", "移送其机关 passed on to the agency"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("words", models.TextField()),
                ("document", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="audits.finding"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("finding", "number"), name="audits_word_in_order"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "answered"), _negated=True),
                        fields=("finding",),
                        name="audits_word_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["answered", "justified", "not-justified", "passed-on"]),
                            models.Q(("words", ""), _negated=True),
                        ),
                        name="audits_word_known",
                    ),
                ],
            },
        ),
        append_only("audits_look"),
        append_only("audits_finding"),
        append_only("audits_evidence"),
        append_only("audits_word"),
    ]
