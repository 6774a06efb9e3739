"""A row that says otherwise than a decision waits for a person; what cases decided is found without reading every event."""

import django.db.models.fields.json
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_contested"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="waitingdecision",
            name="records_waitingdecision_outcome_known",
        ),
        migrations.AddField(
            model_name="waiting",
            name="against",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="waitingdecision",
            name="outcome",
            field=models.TextField(
                choices=[
                    ("matched", "自动认定 matched"),
                    ("assigned", "人工认定 assigned"),
                    ("released", "放行 released"),
                    ("rejected", "不属于任何主体 about nobody here"),
                    ("postponed", "稍后再定 later"),
                    ("undone", "撤销 undone"),
                ],
                db_collation="C",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(models.Q(("number", 0), _negated=True), ("detail__has_key", "case")),
                fields=["record"],
                name="records_event_case",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                django.db.models.functions.comparison.Cast(
                    django.db.models.fields.json.KeyTextTransform("record", "detail"), models.BigIntegerField()
                ),
                condition=models.Q(("kind", "superseded")),
                name="records_event_replaced",
            ),
        ),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(
                condition=models.Q(("against__isnull", False)), fields=["against"], name="records_waiting_against"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["matched", "assigned", "released", "rejected", "postponed", "undone"])
                ),
                name="records_waitingdecision_outcome_known",
            ),
        ),
    ]
