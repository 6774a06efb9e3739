"""The index of names: segments, postings, and what no segment holds yet. Derived, so none of it is append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

_HELD_PLAIN = RunSQL(
    # Not compressed: numbers hardly shrink, and every search would unpack them.
    "alter table subjects_posting alter column held set storage external",
    RunSQL.noop,
)

_ARRIVALS_NOTED = RunSQL(
    """
    create function subjects_name_unindexed() returns trigger language plpgsql as $$
    begin
        insert into subjects_unindexed (name_id) select id from arrived;
        return null;
    end $$;
    create trigger subjects_name_unindexed after insert on subjects_name referencing new table as arrived
        for each statement execute function subjects_name_unindexed();
    insert into subjects_unindexed (name_id) select id from subjects_name
    """,
    "drop trigger subjects_name_unindexed on subjects_name; drop function subjects_name_unindexed()",
)


class Migration(migrations.Migration):
    """Makes the tables of the search and notes every name that is there."""

    dependencies = [("subjects", "0003_matching")]
    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.TextField(db_collation="C")),
                ("names", models.IntegerField()),
                ("firsts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("places", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
            ],
        ),
        migrations.CreateModel(
            name="Unindexed",
            fields=[
                (
                    "name",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="subjects.name",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment_id", "gram", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("gram", models.IntegerField()),
                ("held", models.BinaryField()),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="subjects.segment",
                    ),
                ),
            ],
        ),
        _HELD_PLAIN,
        _ARRIVALS_NOTED,
    ]
