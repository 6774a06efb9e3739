"""How an authority's office is reached, as it is published; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0003_supervisor"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("telephone", models.TextField(db_collation="C")),
                ("address", models.TextField()),
                ("hours", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="actors.actor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "number"), name="actors_contact_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("telephone__regex", "^[0-9][0-9-]{2,19}$")),
                        name="actors_contact_telephone_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address", ""), _negated=True), models.Q(("hours", ""), _negated=True)
                        ),
                        name="actors_contact_whole",
                    ),
                ],
            },
        ),
        append_only("actors_contact"),
    ]
