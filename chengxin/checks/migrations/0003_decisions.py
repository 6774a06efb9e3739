"""The decisions against which checks are counted, append-only."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0002_use"),
        ("ledger", "0003_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.TextField(db_collation="C")),
                ("matter", models.TextField(db_collation="C")),
                ("case_number", models.TextField(db_collation="C")),
                ("number", models.SmallIntegerField()),
                ("decided_on", models.DateField()),
                ("taken_back", models.BooleanField(default=False)),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "matter", "case_number", "number"), name="checks_decision_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency", ""), _negated=True), models.Q(("case_number", ""), _negated=True)
                        ),
                        name="checks_decision_of_somebody",
                    ),
                ],
            },
        ),
        append_only("checks_decision"),
    ]
