"""Draws of inspections: commitments, frozen populations, results, inspections and their answers, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0004_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[("done", "已检查 done"), ("not-done", "未检查 not done")], db_collation="C"
                    ),
                ),
                ("reason", models.TextField()),
                ("document", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.TextField(db_collation="C")),
                ("domain", models.TextField()),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("seed_hash", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("group", models.TextField(db_collation="C")),
                ("rank", models.TextField(db_collation="C")),
                ("inspectors", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("group", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Freezing",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="freezing",
                        serialize=False,
                        to="inspections.draw",
                    ),
                ),
                ("salt", models.TextField(db_collation="C")),
                ("shares", models.JSONField()),
                ("size", models.IntegerField()),
                ("population_digest", models.TextField(db_collation="C")),
                ("inspectors", models.JSONField()),
                ("inspectors_each", models.SmallIntegerField()),
                ("inspectors_digest", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="result",
                        serialize=False,
                        to="inspections.draw",
                    ),
                ),
                ("seed", models.TextField(db_collation="C", null=True)),
                ("reason", models.TextField(default="")),
                ("groups", models.JSONField(default=dict)),
                ("due_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(fields=("seed_hash",), name="inspections_draw_seed_once"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("seed_hash__regex", "^[0-9a-f]{64}$")), name="inspections_draw_seed_hashed"
            ),
        ),
        migrations.AddField(
            model_name="inspection",
            name="draw",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="inspections.draw"
            ),
        ),
        migrations.AddField(
            model_name="inspection",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="inspection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="inspections.inspection"
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="draw",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="members", to="inspections.draw"
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on__isnull", False), ("seed__isnull", False)),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="inspections_result_revealed_or_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(fields=("draw", "code"), name="inspections_inspection_once"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("inspection", "number"), name="inspections_answer_in_order"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "done"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="inspections_answer_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["done", "not-done"])), name="inspections_answer_outcome_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(fields=("draw", "code"), name="inspections_member_once"),
        ),
        append_only("inspections_draw"),
        append_only("inspections_freezing"),
        append_only("inspections_member"),
        append_only("inspections_result"),
        append_only("inspections_inspection"),
        append_only("inspections_answer"),
    ]
