"""What consumers are told of a recall, and what the firms that were told answer; append-only."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("trails", "0002_recalls"),
    ]

    operations = [
        migrations.AddField(
            model_name="recall",
            name="advice",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="recall",
            name="advice_en",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="recall",
            name="reason_en",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="recallnotice",
            name="answer_due_on",
            field=models.DateField(null=True),
        ),
        migrations.CreateModel(
            name="RecallAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("held", models.IntegerField()),
                ("taken_back", models.IntegerField()),
                ("destroyed", models.IntegerField()),
                ("digest", models.TextField(db_collation="C")),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="trails.recallnotice"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "number"), name="trails_recallanswer_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("destroyed__gte", 0),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            ("held__gte", 0),
                            ("taken_back__gte", 0),
                            (
                                "destroyed__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("held"), "+", models.F("taken_back")
                                ),
                            ),
                            models.Q(("by", ""), _negated=True),
                        ),
                        name="trails_recallanswer_counted",
                    ),
                ],
            },
        ),
        append_only("trails_recallanswer"),
    ]
