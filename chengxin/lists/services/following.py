"""Giving the changes of a place's lists, in their order, to whoever keeps the lists elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace
from chengxin.lists import rules
from chengxin.lists.bulk import changes_note, changes_page, changes_write

MOST_CHANGES = 10_000


@dataclass(frozen=True)
class Changes:
    """A page of changes, the number of the last of them, from which to go on, and whether there are more now."""

    changes: list[dict[str, Any]]
    cursor: int
    more: bool


def changes_read(*, jurisdiction: str, after: int, most: int, asker: Asker, at: datetime) -> Changes:
    """The changes of the place's lists after the one of this number, the earliest first; where these run out, what has changed since is
    written down and given too. Whoever makes them in this order holds who stands on the lists, and nobody whose entry has no effect.
    The reading is written down. Refuses whoever keeps no lists elsewhere.
    """
    rules.following_permitted(asker.kind, asker.key)
    book = lawroom.load()
    if jurisdiction not in book.jurisdictions:
        raise rules.PlaceUnknown(place=jurisdiction[:20], known=", ".join(book.jurisdictions))
    words: dict[str, Any] = {"place": jurisdiction, "after": after, "most": most + 1}
    with transaction.atomic(), connection.cursor() as cursor:
        found, noted = changes_page(cursor.cursor, **words), 0
        if len(found) <= most:
            law = book.on(day_of(at), jurisdiction)
            noted = changes_note(cursor.cursor, rules.lists_followed(law), place=jurisdiction, at=at)
            found = changes_page(cursor.cursor, **words)
        page = found[:most]
        trace(
            event="lists.changes.read", by=asker.key, at=at,
            detail={"jurisdiction": jurisdiction, "after": after, "given": len(page), "noted": noted},
        )  # fmt: skip
    return Changes(page, page[-1]["change"] if page else after, len(found) > most)


@dataclass(frozen=True)
class Followed:
    """What was written to a file: how many changes, and the number after which to go on."""

    changes: int
    cursor: int
    out: str

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def changes_export(*, jurisdiction: str, after: int, out: Path, asker: Asker, at: datetime) -> Followed:
    """All the changes after the one of this number, written to a file; the readings are written down."""
    cursor = after

    def pages() -> Iterator[list[dict[str, Any]]]:
        nonlocal cursor
        more = True
        while more:
            page = changes_read(jurisdiction=jurisdiction, after=cursor, most=MOST_CHANGES, asker=asker, at=at)
            cursor, more = page.cursor, page.more
            yield page.changes

    rules.following_permitted(asker.kind, asker.key)
    written = changes_write(out, pages())
    return Followed(written, cursor, str(out))
