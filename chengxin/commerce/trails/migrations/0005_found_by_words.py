"""Events of one actor by their time, and those in which a word stands: what a question would else read all for."""

from django.db import migrations, models

# Left out: what columns and links answer, and what is another in every event.
WORDS = migrations.RunSQL(
    """
    create index trails_event_by_words on trails_event using gin ((
        body::jsonb - '{eventID,eventTime,recordTime,eventTimeZoneOffset,type,action,bizStep,disposition,parentID,transformationID,epcList,childEPCs,inputEPCList,outputEPCList}'::text[]
    ) jsonb_path_ops)
    """,
    "drop index trails_event_by_words",
)


class Migration(migrations.Migration):
    dependencies = [
        ("trails", "0004_namedquery"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "at", "id"], name="trails_event_by_actor"),
        ),
        WORDS,
    ]
