"""The origins whose pages may frame an actor's answers."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0004_contact"),
    ]

    operations = [
        migrations.CreateModel(
            name="Origin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.TextField(db_collation="C")),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="origins", to="actors.actor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("actor", "origin"),
                        name="actors_origin_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__regex", "^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")),
                        name="actors_origin_shaped",
                    ),
                ],
            },
        ),
    ]
