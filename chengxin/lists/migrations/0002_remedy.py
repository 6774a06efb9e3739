"""A task may be to make good what should never have been carried out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lists", "0001_tasks"),
        ("records", "0005_statement"),
        ("subjects", "0004_search"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="task",
            name="lists_task_kind_known",
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.TextField(
                choices=[("carry-out", "执行 carry out"), ("lift", "解除 lift"), ("remedy", "补救 remedy")],
                db_collation="C",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["carry-out", "lift", "remedy"])), name="lists_task_kind_known"
            ),
        ),
    ]
