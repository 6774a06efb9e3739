"""A notice may tell a subject of something that is no case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_notices"),
        ("subjects", "0004_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="about",
            field=models.TextField(db_collation="C", default=""),
        ),
        migrations.AddField(
            model_name="notice",
            name="subject",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="step",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about", ""), _negated=True),
                fields=("about", "channel"),
                name="cases_notice_about_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("about", ""), ("case__isnull", False), ("step__isnull", False), ("subject__isnull", True)
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("step__isnull", True),
                        ("subject__isnull", False),
                        models.Q(("about", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cases_notice_about_something",
            ),
        ),
    ]
