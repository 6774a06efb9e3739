"""Taking turns: whoever reads what stands and writes what follows from it does so alone."""

from django.db import connection
from psycopg import Cursor


def turn_taken(room: str, what: str = "", *, of: Cursor | None = None) -> None:
    """Wait until nobody else is at this of the room, and keep the turn until the transaction is over, however it ends. Call it within one, before
    anything is read that another may be changing. Taken again in the same transaction it waits for nothing; whoever takes two takes them in the
    order in which everybody does, or two could wait for each other.

    The turn is kept by the transaction in which `of` writes: work in bulk that was given its cursor gives it on, all other work keeps Django's own.

    The database knows the two names by their digests: two that differ may rarely wait for each other, two that are the same always do.
    """
    statement, names = "select pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [f"chengxin.{room}", what]
    if of is not None:
        of.execute(statement, names)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
