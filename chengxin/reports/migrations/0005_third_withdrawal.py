"""Third-party reports taken back by their issuers: append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_third"),
    ]

    operations = [
        migrations.CreateModel(
            name="ThirdWithdrawal",
            fields=[
                (
                    "withdrawn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="reports.thirdreport",
                    ),
                ),
                ("reason", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("by", ""), _negated=True)
                        ),
                        name="reports_thirdwithdrawal_with_a_reason",
                    )
                ],
            },
        ),
        append_only("reports_thirdwithdrawal"),
    ]
