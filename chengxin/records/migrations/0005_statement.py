"""What subjects say beside records, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_unrepaired"),
    ]

    operations = [
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("words", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.record"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record", "number"), name="records_statement_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("by", ""), _negated=True), name="records_statement_has_actor"
                    ),
                ],
            },
        ),
        append_only("records_statement"),
    ]
