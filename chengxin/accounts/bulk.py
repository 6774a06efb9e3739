"""The marks of identities, made anew when the index key is replaced."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from chengxin.accounts.models import Identity, identity_bound
from chengxin.kernel.sealing import Blind, Key
from chengxin.vault.selectors import INDEX, blind_of, seal_of

RING, SCHEME, FIELD = "accounts", "openid", "identity"


def identity_written(issuer: str, subject: str) -> str:
    """An identity as one text, of which neither part can be taken for the other."""
    return f"{len(issuer)}:{issuer}{subject}"


def identity_marks(written: str) -> dict[int, bytes]:
    """version → the mark of the identity."""
    return blind_of().marks(SCHEME, FIELD, written)


class IdentityMarks:
    """The marks of identities as something that lies under a ring of keys."""

    ring, label = INDEX, "accounts_identitymark.mark"

    def left(self, key: Key) -> int:
        """How many identities have no mark under this key."""
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) {_UNMARKED}", [key.version])
            return int(cursor.fetchone()[0])

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Give them one, lot by lot; the marks under the older keys are still found meanwhile."""
        after = 0
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"select i.id {_UNMARKED} and i.id > %s order by i.id limit %s for update of i",
                    [key.version, after, most],
                )
                numbers = [number for (number,) in cursor.fetchall()]
                if not numbers:
                    return
                marks = [(number, Blind.mark(key, SCHEME, FIELD, written)) for number, written in _written(numbers)]
                cursor.execute(
                    """
                    insert into accounts_identitymark (identity_id, version, mark)
                    select i, %s, m from unnest(%s::bigint[], %s::bytea[]) f(i, m) on conflict (identity_id, version) do nothing
                    """,
                    [key.version, [number for number, _ in marks], [mark for _, mark in marks]],
                )
            after = numbers[-1]
            yield len(numbers)

    def forget(self, key: Key) -> None:
        """Drop the marks of every other key: they are gone."""
        with connection.cursor() as cursor:
            cursor.execute("delete from accounts_identitymark where version <> %s", [key.version])


def _written(numbers: Sequence[Any]) -> Iterator[tuple[int, str]]:
    for each in Identity.objects.filter(pk__in=numbers):
        about = identity_bound({"account_id": each.account_id, "provider": each.provider})
        yield each.pk, seal_of(RING).unseal(bytes(each.sealed), about).decode()


_UNMARKED = """
from accounts_identity i where not exists (select from accounts_identitymark m where m.identity_id = i.id and m.version = %s)
"""
