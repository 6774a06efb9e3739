"""Readings by the public, each traced; an address is never written down."""

from datetime import date, datetime

from django.db import transaction

from chengxin.actors.selectors import asker_acting
from chengxin.ledger.services import trace
from chengxin.lists.services.reading import subject_read
from chengxin.portal.rules import Query
from chengxin.portal.selectors import Enterprise, Found, enterprise_of, names_find
from chengxin.subjects.selectors import SubjectUnknown

PUBLIC = "public"
PURPOSE = "public-information"  # the lawbook's purpose of that name


def enterprise_read(query: Query, *, on: date, at: datetime) -> Enterprise:
    """The enterprise as the public may see it; the reading is written down. Refuses an enterprise that is unknown, and
    in the same words one of which nothing may be shown.
    """
    with transaction.atomic():
        file = subject_read(number=query.value, asker=asker_acting(PUBLIC, at=at), on=on, at=at, purpose=PURPOSE)
        enterprise = enterprise_of(file)
        if enterprise is None:  # nothing was shown, so nothing was read: the trace goes back with the transaction
            raise SubjectUnknown(number=query.value)
    return enterprise


def names_search(query: Query, *, on: date, at: datetime) -> Found:
    """The candidates for a name; which of them were shown is written down, and what was typed is not: it may be a person's name."""
    found = names_find(query.name, on=on, known_at=at)
    trace(event="portal.names.searched", by=PUBLIC, at=at, purpose=PURPOSE, detail={"subjects": found.subjects})
    return found
