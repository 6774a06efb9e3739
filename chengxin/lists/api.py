"""The door of subjects' files."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin import law as lawroom
from chengxin.actors.api import ClientKey, Instant, PerClient
from chengxin.lists.selectors import file_shown
from chengxin.lists.services.reading import subject_read

router = Router(auth=ClientKey("subjects"), throttle=PerClient(), tags=["subjects 主体"])


class SubjectOut(Schema):
    """A subject's whole file as of a day and an instant."""

    subject: int
    on: date
    known_at: datetime
    identifiers: list[dict[str, Any]]
    names: list[dict[str, Any]]
    records: list[dict[str, Any]]


@router.get("/{code}", response=SubjectOut, summary="企业档案 / an enterprise's file", operation_id="subject_show")
def subject_show(
    request: HttpRequest, code: str, on: date | None = None, known_at: Instant | None = None, jurisdiction: str = "cn"
) -> Any:
    """某日、按某时所知的全部记录；查阅留痕。 / Every record as of a day, as known at an instant; the reading is traced."""
    at = timezone.now()
    day = on or timezone.localdate(at)
    file = subject_read(
        number=code,
        asker=request.auth,  # type: ignore[attr-defined]
        on=day,
        at=at,
        known_at=known_at,
        jurisdiction=jurisdiction,
    )
    return file_shown(file, lawroom.load().on(day, jurisdiction))
