"""Counts of real names, append-only."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_oversight"),
    ]

    operations = [
        migrations.CreateModel(
            name="RealNames",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.TextField(db_collation="C")),
                ("agency", models.TextField(db_collation="C")),
                ("as_of", models.DateField()),
                ("held", models.BigIntegerField()),
                ("verified", models.BigIntegerField()),
                ("document", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["domain", "agency"], name="assessments_realnames_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held__gte", 0),
                            ("verified__gte", 0),
                            ("verified__lte", models.F("held")),
                            models.Q(("document", ""), _negated=True),
                        ),
                        name="assessments_realnames_a_part_of_a_whole",
                    )
                ],
            },
        ),
        append_only("assessments_realnames"),
    ]
