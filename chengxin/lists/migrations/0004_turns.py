"""A task is one a measure, agency, record, subject and turn: whom a record turns out to be about has a task of its own, and who was freed
may be met again. Every task that there is is the first turn's.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lists", "0003_told"),
        ("records", "0006_contested"),
        ("subjects", "0004_search"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="task", name="lists_task_once"),
        migrations.AddField(
            model_name="task",
            name="turn",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                fields=("measure", "agency", "record", "subject", "turn", "kind"), name="lists_task_once_a_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(condition=models.Q(("turn__gte", 0)), name="lists_task_turn_counted"),
        ),
    ]
