"""What the database itself enforces: that append-only tables stay as they are, as operations for the rooms' migrations, and who may stand in no column."""

from django.db.migrations import RunSQL
from django.db.models import Q

from chengxin.kernel.identifiers import CITIZEN_SHAPE

REFUSE_CHANGE = RunSQL(
    """
    create function chengxin_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% on % is refused: the table is append-only; a correction is a new event', tg_op, tg_table_name
            using errcode = 'integrity_constraint_violation';
    end $$
    """,
    "drop function chengxin_refuse_change()",
)


def nobody_in(*columns: str) -> Q:
    """For a constraint: no citizen number stands in these columns."""
    return Q(*(~Q(**{f"{column}__regex": CITIZEN_SHAPE}) for column in columns))


def append_only(table: str) -> RunSQL:
    """Let nothing in the table be changed or taken away, whoever asks."""
    return RunSQL(
        f"""
        create trigger {table}_append_only before update or delete or truncate on {table}
            for each statement execute function chengxin_refuse_change()
        """,
        f"drop trigger {table}_append_only on {table}",
    )


def refers(table: str, column: str, target: str, *, few: bool = False) -> RunSQL:
    """Hold a reference by one join a statement in place of a trigger a row; the target is append-only, so it stays held.

    The planner is kept to index probes: it cannot know how many rows a statement brought. `few` says that a statement's
    rows name only a handful of targets, which are then looked up once each.
    """
    arrived = f"(select distinct {column} from arrived)" if few else "arrived"
    name = f"{table}_{column}_refers"
    return RunSQL(
        f"""
        create function {name}() returns trigger language plpgsql
            set enable_hashjoin to off set enable_mergejoin to off set enable_seqscan to off as $$
        begin
            if exists (select from (select (select true from {target} t where t.id = a.{column}) as held
                       from {arrived} a where a.{column} is not null) f where f.held is null) then
                raise exception '%.{column} names a row that {target} does not hold', tg_table_name
                    using errcode = 'foreign_key_violation';
            end if;
            return null;
        end $$;
        create trigger {name} after insert on {table} referencing new table as arrived
            for each statement execute function {name}()
        """,
        f"drop trigger {name} on {table}; drop function {name}()",
    )
