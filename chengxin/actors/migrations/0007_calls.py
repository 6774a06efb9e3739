"""The calls of a day of each client, and one client's own number of them."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0006_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.TextField(db_collation="C")),
                ("calls_a_day", models.IntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allowances", to="actors.client"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("calls_a_day__isnull", True), ("calls_a_day__gte", 0), _connector="OR"),
                        name="actors_allowance_a_number",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.TextField(db_collation="C")),
                ("day", models.DateField()),
                ("used", models.IntegerField()),
                ("most", models.IntegerField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="actors.client"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("client", "purpose", "day"), name="actors_use_once"),
                    models.CheckConstraint(
                        condition=models.Q(("used__gt", 0), ("used__lte", models.F("most"))), name="actors_use_limited"
                    ),
                ],
            },
        ),
        append_only("actors_allowance"),
    ]
