"""A report about a natural person bears nobody's number, and is sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_resealing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("code", "")), fields=["subject", "-id"], name="reports_report_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), _negated=True),
                    models.Q(("drawn_by", "subject"), ("sealed__isnull", False), ("subject__isnull", False)),
                    _connector="OR",
                ),
                name="reports_report_of_person_sealed",
            ),
        ),
    ]
