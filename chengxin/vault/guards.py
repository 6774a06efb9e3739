"""What the database enforces on append-only tables with a sealed column, as operations for the rooms' migrations."""

from django.db.migrations import RunSQL

RESEAL_ONLY = RunSQL(
    """
    create function chengxin_reseal_only() returns trigger language plpgsql as $$
    begin
        if current_setting('chengxin.resealing', true) is distinct from 'on'
                or (to_jsonb(new) - tg_argv) is distinct from (to_jsonb(old) - tg_argv) then
            raise exception '% on % is refused: the table is append-only, and only its sealed value may be sealed anew', tg_op, tg_table_name
                using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
    """,
    "drop function chengxin_reseal_only()",
)


def resealable(table: str, *columns: str, held: bool = True) -> RunSQL:
    """Append-only, but that the values of these columns (of `sealed` where none is named) may be sealed under another key (`chengxin keys`), while nothing else changes.

    `held` says that the table is append-only already.
    """
    sealed = ", ".join(f"'{column}'" for column in columns or ("sealed",))
    drop = f"drop trigger {table}_append_only on {table};" if held else ""
    whole = (
        f"create trigger {table}_append_only before update or delete or truncate on {table} "
        "for each statement execute function chengxin_refuse_change()"
    )
    return RunSQL(
        f"""
        {drop}
        create trigger {table}_append_only before delete or truncate on {table}
            for each statement execute function chengxin_refuse_change();
        create trigger {table}_reseal_only before update on {table}
            for each row execute function chengxin_reseal_only({sealed})
        """,
        f"drop trigger {table}_reseal_only on {table}; drop trigger {table}_append_only on {table};"
        + (whole if held else ""),
    )
