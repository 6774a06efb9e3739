"""Natural persons, sealed: found by the mark of their number alone, and nowhere among identifiers, names and merges."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

from chengxin.ledger.guards import refers
from chengxin.vault.guards import resealable


def of_organisations(table: str) -> RunSQL:
    """The table's rows name organisations: a person never gets an identifier or a name in the clear."""
    name = f"{table}_subject_id_refers"
    body = """
        create or replace function {name}() returns trigger language plpgsql
            set enable_hashjoin to off set enable_mergejoin to off set enable_seqscan to off as $$
        begin
            if exists (select from (select (select true from subjects_subject t where t.id = a.subject_id {kind}) as held
                       from arrived a where a.subject_id is not null) f where f.held is null) then
                raise exception '%.subject_id names a row that subjects_subject does not hold{words}', tg_table_name
                    using errcode = 'foreign_key_violation';
            end if;
            return null;
        end $$
    """
    return RunSQL(
        body.format(name=name, kind="and t.kind = 'organisation'", words=", or a person"),
        body.format(name=name, kind="", words=""),
    )


_MERGES_OF_ORGANISATIONS = RunSQL(
    """
    create function subjects_merge_of_organisations() returns trigger language plpgsql as $$
    begin
        if exists (select from subjects_subject s where s.id in (new.absorbed_id, new.into_id) and s.kind = 'person') then
            raise exception 'a natural person is merged with nobody' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$;
    create trigger subjects_merge_of_organisations before insert on subjects_merge
        for each row execute function subjects_merge_of_organisations()
    """,
    "drop trigger subjects_merge_of_organisations on subjects_merge; drop function subjects_merge_of_organisations()",
)


class Migration(migrations.Migration):
    """Persons."""

    dependencies = [
        ("subjects", "0004_search"),
        ("vault", "0001_resealing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="subjects.subject",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("known_at", models.DateTimeField()),
                ("batch", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PersonMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("mark", models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="subject",
            name="subjects_subject_kind_known",
        ),
        migrations.AlterField(
            model_name="subject",
            name="kind",
            field=models.TextField(
                choices=[("organisation", "法人和非法人组织 organisation"), ("person", "自然人 natural person")],
                db_default="organisation",
                default="organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["organisation", "person"])), name="subjects_subject_kind_known"
            ),
        ),
        migrations.AddField(
            model_name="personmark",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="subjects.person",
            ),
        ),
        migrations.AddConstraint(
            model_name="personmark",
            constraint=models.UniqueConstraint(fields=("mark",), name="subjects_personmark_once"),
        ),
        migrations.AddConstraint(
            model_name="personmark",
            constraint=models.UniqueConstraint(fields=("person", "version"), name="subjects_personmark_one_a_key"),
        ),
        resealable("subjects_person", held=False),
        refers("subjects_person", "subject_id", "subjects_subject"),
        of_organisations("subjects_identifier"),
        of_organisations("subjects_name"),
        _MERGES_OF_ORGANISATIONS,
    ]
