"""A notice may be about what is no subject’s: a step of a consumer’s complaint."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_resealing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="cases_notice_about_something",
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("about", ""), ("case__isnull", False), ("step__isnull", False), ("subject__isnull", True)
                    ),
                    models.Q(("case__isnull", True), ("step__isnull", True), models.Q(("about", ""), _negated=True)),
                    _connector="OR",
                ),
                name="cases_notice_about_something",
            ),
        ),
    ]
