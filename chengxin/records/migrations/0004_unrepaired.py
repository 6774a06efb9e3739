"""A repair that was got by fraud is undone by an event of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_matching"),
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
                        ],
                    )
                ),
                name="records_event_kind_known",
            ),
        ),
    ]
