"""Cases with their steps and papers, append-only."""

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
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("procedure", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("about", models.TextField(db_collation="C")),
                ("authority", models.TextField(db_collation="C")),
                ("provider", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("opened_by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("key_hash", models.BinaryField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("media_type", models.TextField(db_collation="C")),
                ("size", models.IntegerField()),
                ("digest", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("reasons", models.TextField(default="")),
                ("document", models.TextField(default="")),
                ("served", models.TextField(default="")),
                ("approved_by", models.TextField(default="")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["about"], name="cases_case_about"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about", ""), _negated=True),
                    models.Q(("authority", ""), _negated=True),
                    models.Q(("opened_by", ""), _negated=True),
                ),
                name="cases_case_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="cases_paper_sized"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["last_day"], name="cases_step_last_day"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="cases_step_in_order"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", ""), _negated=True), name="cases_step_has_actor"
            ),
        ),
        append_only("cases_case"),
        append_only("cases_step"),
        append_only("cases_paper"),
    ]
