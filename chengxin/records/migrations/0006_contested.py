"""A record may be under reconsideration or lawsuit; by itself that stays nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_statement"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="records_event_kind_known",
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "filed",
                            "superseded",
                            "withdrawn",
                            "disputed",
                            "settled",
                            "repaired",
                            "unrepaired",
                            "ended",
                            "unmatched",
                            "matched",
                            "contested",
                            "concluded",
                        ],
                    )
                ),
                name="records_event_kind_known",
            ),
        ),
    ]
