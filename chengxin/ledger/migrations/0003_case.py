"""Entries by the asker's case number, for those that name one."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("actor"),
                KeyTextTransform("case_number", "detail"),
                condition=models.Q(("detail__has_key", "case_number")),
                name="ledger_entry_case",
            ),
        ),
    ]
