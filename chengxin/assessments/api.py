"""The door of assessments."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin.actors.api import ClientKey, PerClient, Text
from chengxin.assessments.rules import year_days
from chengxin.assessments.selectors import assessments

router = Router(auth=ClientKey("measures"), throttle=PerClient(), tags=["assessments 评估"])


class FigureOut(Schema):
    """So many of so many."""

    figure: str
    title: str
    title_en: str
    part: int
    of: int


class NotDoneOut(Schema):
    """Why tasks were left undone, and how often."""

    reason: str
    count: int


class AssessmentOut(Schema):
    """One agency's figures of the days; nothing is added up, weighed or ranked."""

    agency: str
    title: str
    since: date
    until: date
    figures: list[FigureOut]
    not_done: list[NotDoneOut]


@router.get("", response=list[AssessmentOut], summary="年度评估 / a year assessed", operation_id="assessments")
def year(request: HttpRequest, year: int | None = None, agency: Text | None = None, jurisdiction: Text = "cn") -> Any:
    """各单位一年的列入、告知、任务、异议、修复、先查后办，每个数字都有分母；不排名，不合计。 / Each agency's year, each figure with its whole."""
    at = timezone.now()
    since, until = year_days(year, today=timezone.localdate(at))
    asker = request.auth  # type: ignore[attr-defined]
    found = assessments(asker, since=since, until=until, known_at=at, jurisdiction=jurisdiction, agency=agency)
    return [each.as_dict() for each in found]
