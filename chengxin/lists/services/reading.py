"""Reading a subject's whole file, which is itself traced."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.ledger.services import trace
from chengxin.lists.rules import CLEAN_YEARS
from chengxin.lists.selectors import SubjectFile, clean_of, clean_shown, subject_file


def subject_read(
    *,
    number: str,
    asker: Asker,
    on: date,
    at: datetime,
    known_at: datetime | None = None,
    jurisdiction: str = "cn",
    purpose: str = "",
) -> SubjectFile:
    """The subject's file as of the day and the instant; the reading is written down before it is given."""
    file = subject_file(number, on=on, known_at=known_at or at, jurisdiction=jurisdiction)
    trace(
        event="lists.subject.read",
        by=asker.key,
        at=at,
        purpose=purpose,
        subject=file.subject,
        detail={"on": on, "known_at": known_at or at},
    )
    return file


def clean_read(
    *,
    number: str,
    asker: Asker,
    on: date,
    at: datetime,
    years: int | None = None,
    jurisdiction: str = "cn",
    purpose: str = "",
) -> dict[str, Any]:
    """Whether the subject had no adverse record in so many years running, with what was looked at and the basis; traced as a reading of
    its file, so that whoever asked is told where it rested on a wrong record.
    """
    law = lawroom.load().on(on, jurisdiction)
    with transaction.atomic():
        file = subject_read(
            number=number, asker=asker, on=on, at=at, jurisdiction=jurisdiction, purpose=purpose or CLEAN_YEARS
        )
        return clean_shown(clean_of(file, law, years=years), law)
