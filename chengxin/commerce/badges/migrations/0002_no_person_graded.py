"""No natural person is graded on a badge."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("badges", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="badge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("said__rating__isnull", True),
                    ("said__rating", None),
                    models.Q(
                        ("said__code__regex", "^[0-9A-Z]{18}$"),
                        ("said__has_keys", ["kind", "code"]),
                        ("said__kind", "unit"),
                        models.Q(("said__code__startswith", "92"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="badges_badge_no_person_graded",
            ),
        ),
    ]
