"""Taking turns: whoever reads what stands and writes what follows from it does so alone."""

from django.db import connection


def turn_taken(room: str, what: str = "") -> None:
    """Wait until nobody else is at this of the room, and keep the turn until the transaction is over, however it ends. Call it within one, before
    anything is read that another may be changing. Taken again in the same transaction it waits for nothing; whoever takes two takes them in the
    order in which everybody does, or two could wait for each other.

    The database knows the two names by their digests: two that differ may rarely wait for each other, two that are the same always do.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [f"chengxin.{room}", what])
