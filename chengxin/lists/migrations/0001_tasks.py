"""Measures set going: dry runs, activations, tasks and answers, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0005_statement"),
        ("subjects", "0004_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="DryRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                ("data", models.BigIntegerField()),
                ("counts", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[("carry-out", "执行 carry out"), ("lift", "解除 lift")], db_collation="C"
                    ),
                ),
                ("measure", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("agency", models.TextField(db_collation="C")),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.record"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "outcome",
                    models.TextField(choices=[("done", "已办 done"), ("not-done", "未办 not done")], db_collation="C"),
                ),
                ("reason", models.TextField()),
                ("document", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="lists.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("agency", models.TextField(db_collation="C")),
                ("number", models.SmallIntegerField()),
                ("active", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "dry_run",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lists.dryrun"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "jurisdiction", "agency", "number"), name="lists_activation_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("active", False), ("dry_run__isnull", False), _connector="OR"),
                        name="lists_activation_dry_run",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["agency", "due_on"], name="lists_task_agency_due"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("measure", "agency", "record", "kind"), name="lists_task_once"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["carry-out", "lift"])), name="lists_task_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="taskanswer",
            constraint=models.UniqueConstraint(fields=("task", "number"), name="lists_taskanswer_in_order"),
        ),
        migrations.AddConstraint(
            model_name="taskanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "done"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="lists_taskanswer_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["done", "not-done"])), name="lists_taskanswer_outcome_known"
            ),
        ),
        append_only("lists_dryrun"),
        append_only("lists_activation"),
        append_only("lists_task"),
        append_only("lists_taskanswer"),
    ]
