"""What is cut off for an incident: programs, and accounts of staff."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0002_incidents"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="closing",
            name="audits_closing_of_something",
        ),
        migrations.AddField(
            model_name="closing",
            name="accounts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clients__len__gt", 0), ("accounts__len__gt", 0), _connector="OR"),
                    models.Q(("words", ""), _negated=True),
                    models.Q(("by", ""), _negated=True),
                ),
                name="audits_closing_of_something",
            ),
        ),
    ]
