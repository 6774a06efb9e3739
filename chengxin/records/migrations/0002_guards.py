"""Batches, records and events are only ever added to, and name only what is there."""

from django.db import migrations

from chengxin.ledger.guards import append_only, refers

APPEND_ONLY = (
    "records_batch",
    "records_report",
    "records_record",
    "records_event",
    "records_refused",
    "records_waiting",
    "records_waitingdecision",
)


class Migration(migrations.Migration):
    """Guards of the records."""

    dependencies = [("records", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        *(append_only(table) for table in APPEND_ONLY),
        refers("records_record", "subject_id", "subjects_subject"),
        refers("records_record", "batch_id", "records_batch", few=True),
        refers("records_event", "record_id", "records_record"),
        refers("records_refused", "batch_id", "records_batch", few=True),
        refers("records_waiting", "batch_id", "records_batch", few=True),
    ]
