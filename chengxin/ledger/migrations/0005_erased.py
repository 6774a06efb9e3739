"""The one narrow way by which an entry's text and salt leave the ledger."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only

# An erasure is written for entries that an entry names, and for none that is not in the tree; that entry itself stays.
WRITTEN = migrations.RunSQL(
    """
    create function ledger_erased_written() returns trigger language plpgsql as $$
    begin
        if exists (
            select from arrived a where a.by_entry not in (select id from ledger_entry where event = 'ledger.entry.erased')
        ) or exists (
            select from (select by_entry, array_agg(entry) as entries from arrived group by by_entry) a
            cross join lateral (
                select range_agg(int8range((r ->> 0)::bigint, (r ->> 1)::bigint, '[]')) as named
                from ledger_entry e, jsonb_array_elements(e.detail -> 'entries') r where e.id = a.by_entry
            ) d cross join lateral unnest(a.entries) n (entry) where (n.entry <@ d.named) is not true
        ) then
            raise exception 'an erasure is refused: no entry of the ledger tells of it' using errcode = 'integrity_constraint_violation';
        end if;
        if exists (select from arrived a where not exists (select from ledger_leaf l where l.entry = a.entry))
            or exists (select from arrived a join ledger_entry e on e.id = a.entry where e.event = 'ledger.entry.erased') then
            raise exception 'an erasure is refused: the entry is not in the tree, or tells of an erasure itself'
                using errcode = 'integrity_constraint_violation';
        end if;
        return null;
    end $$;
    create trigger ledger_erased_written after insert on ledger_erased referencing new table as arrived
        for each statement execute function ledger_erased_written()
    """,
    "drop trigger ledger_erased_written on ledger_erased; drop function ledger_erased_written()",
)

DELETED = migrations.RunSQL(
    """
    create function ledger_entry_deleted() returns trigger language plpgsql as $$
    begin
        if not exists (select from gone)
            or exists (select from gone g where not exists (select from ledger_erased d where d.entry = g.id)) then
            raise exception 'DELETE on ledger_entry is refused: the table is append-only; only what is written in ledger_erased leaves it'
                using errcode = 'integrity_constraint_violation';
        end if;
        return null;
    end $$;
    drop trigger ledger_entry_append_only on ledger_entry;
    create trigger ledger_entry_append_only before update or truncate on ledger_entry
        for each statement execute function chengxin_refuse_change();
    create trigger ledger_entry_deleted after delete on ledger_entry referencing old table as gone
        for each statement execute function ledger_entry_deleted()
    """,
    """
    drop trigger ledger_entry_deleted on ledger_entry;
    drop function ledger_entry_deleted();
    drop trigger ledger_entry_append_only on ledger_entry;
    create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
        for each statement execute function chengxin_refuse_change()
    """,
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_tree")]

    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                ("entry", models.BigIntegerField(primary_key=True, serialize=False)),
                ("by_entry", models.BigIntegerField()),
            ],
        ),
        append_only("ledger_erased"),
        WRITTEN,
        DELETED,
    ]
