"""Reading a subject's whole file, which is itself traced."""

from datetime import date, datetime

from chengxin.actors.selectors import Asker
from chengxin.ledger.services import trace
from chengxin.lists.selectors import SubjectFile, subject_file


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
