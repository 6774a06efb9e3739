"""A measure carried out is told to its subject by a day, or has no effect."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_about"),
        ("lists", "0002_remedy"),
    ]

    operations = [
        migrations.AddField(
            model_name="taskanswer",
            name="notice",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.notice"
            ),
        ),
        migrations.AddField(
            model_name="taskanswer",
            name="tell_by",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="taskanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("notice__isnull", True), ("tell_by__isnull", True)),
                    models.Q(("notice__isnull", False), ("outcome", "done"), ("tell_by__isnull", False)),
                    _connector="OR",
                ),
                name="lists_taskanswer_told_by_a_day",
            ),
        ),
    ]
