"""Questions about readings, and their answers: their person's own words, deleted when they have them erased."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField(unique=True)),
                ("reader", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("answered", "已答复 the reader answered"),
                            ("lawful", "查询合法 found lawful"),
                            ("unlawful", "查询不合法 found unlawful"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="mydata.question"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["subject", "-id"], name="mydata_question_subject"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["reader", "due_on"], name="mydata_question_reader"),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("reader", ""), _negated=True), name="mydata_question_to_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("question", "number"), name="mydata_answer_in_order"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["answered", "lawful", "unlawful"])), name="mydata_answer_kind_known"
            ),
        ),
    ]
