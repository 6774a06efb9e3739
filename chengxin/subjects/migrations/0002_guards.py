"""Subjects, numbers, names and merges are only ever added to."""

from django.db import migrations

from chengxin.ledger.guards import append_only, refers

APPEND_ONLY = (
    "subjects_subject",
    "subjects_identifier",
    "subjects_name",
    "subjects_merge",
    "subjects_conflict",
    "subjects_conflictdecision",
)


class Migration(migrations.Migration):
    """Guards of the subjects."""

    dependencies = [("subjects", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        *(append_only(table) for table in APPEND_ONLY),
        refers("subjects_identifier", "subject_id", "subjects_subject"),
        refers("subjects_name", "subject_id", "subjects_subject"),
    ]
