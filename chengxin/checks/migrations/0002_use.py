"""What was done with answers, append-only."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField()),
                ("number", models.SmallIntegerField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("followed", "采纳 followed"),
                            ("set-aside", "未采纳 set aside"),
                            ("not-relevant", "与本案无关 not relevant"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("reason", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "number"), name="checks_use_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["followed", "set-aside", "not-relevant"])),
                        name="checks_use_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "followed"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="checks_use_reasoned",
                    ),
                ],
            },
        ),
        append_only("checks_use"),
    ]
