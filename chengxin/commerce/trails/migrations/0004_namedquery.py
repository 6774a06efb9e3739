"""Queries kept under a name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trails", "0003_recall_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="NamedQuery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField(db_collation="C")),
                ("name", models.TextField(db_collation="C")),
                ("query", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "name"), name="trails_namedquery_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("actor", ""), _negated=True), models.Q(("name", ""), _negated=True)
                        ),
                        name="trails_namedquery_named",
                    ),
                ],
            },
        ),
    ]
