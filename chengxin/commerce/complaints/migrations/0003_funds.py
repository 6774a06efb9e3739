"""Consumer protection funds, what was paid from them and came back: append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_joining"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("title", models.TextField()),
                ("keeper", models.TextField()),
                ("keeper_code", models.TextField(db_collation="C")),
                (
                    "platforms",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"), size=None),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("rules", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("since", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="complaints_fund_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("keeper_code__regex", "^[0-9A-Z]{18}$"),
                            models.Q(("keeper_code__startswith", "92"), _negated=True),
                            ("amount__gt", 0),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            ("platforms__len__gte", 1),
                            models.Q(("key", ""), _negated=True),
                            models.Q(("rules", ""), _negated=True),
                        ),
                        name="complaints_fund_of_firms",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="complaints.fund"
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payment", to="complaints.step"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("on", models.DateField()),
                ("document", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="complaints.payment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), models.Q(("document", ""), _negated=True)),
                        name="complaints_recovery_amount",
                    )
                ],
            },
        ),
        append_only("complaints_fund"),
        append_only("complaints_payment"),
        append_only("complaints_recovery"),
    ]
