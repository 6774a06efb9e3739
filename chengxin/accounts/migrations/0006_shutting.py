"""Staff shut out: accounts closed together, and what invited before ended."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_programs_propose"),
        ("actors", "0010_agreements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shutting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shuttings", to="actors.actor"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["actor", "-at"], name="accounts_shutting_latest")],
            },
        ),
        append_only("accounts_shutting"),
    ]
