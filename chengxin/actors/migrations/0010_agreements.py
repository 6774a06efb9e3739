"""Under which agreement whose programs exchange what."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0009_associations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(db_collation="C")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"), size=None),
                ),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("from_on", models.DateField()),
                ("to_on", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to="actors.actor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "number"), name="actors_agreement_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__gt", models.F("from_on")),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            models.Q(("number", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                        ),
                        name="actors_agreement_whole",
                    ),
                ],
            },
        ),
    ]
