"""The door of assessments."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chengxin.actors.api import ClientKey, PerClient, Text
from chengxin.assessments import services
from chengxin.assessments.rules import year_days
from chengxin.assessments.selectors import assessments, real_names

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


class OverseenOut(Schema):
    """A circular, an inspection of work or a demand, as it was written down, and its answer; `late` where that is after its day, or missing."""

    oversight: int
    kind: str
    title: str
    title_en: str
    on: date
    what: str
    document: str
    due_on: date | None
    answered_on: date | None
    answer: str
    answer_document: str
    late: bool
    by: str


class AssessmentOut(Schema):
    """One agency's figures of the days, and what it was told of its work; nothing is added up, weighed or ranked."""

    agency: str
    title: str
    since: date
    until: date
    figures: list[FigureOut]
    not_done: list[NotDoneOut]
    oversights: list[OverseenOut]


class OversightIn(Schema):
    """Of which kind of the lawbook, to which agency, of which day and document; with a day for the answer where it is to be answered."""

    kind: Text
    agency: Text
    on: date
    what: Text
    document: Text
    due_on: date | None = None
    jurisdiction: Text = "cn"


class OversightOut(Schema):
    """That it was written down."""

    oversight: int
    at: datetime


class OversightAnswerIn(Schema):
    """What was put right, and by which document."""

    words: Text
    document: Text = ""


class OversightWithdrawIn(Schema):
    """Why it was written down in error."""

    reason: Text


@router.get("", response=list[AssessmentOut], summary="年度评估 / a year assessed", operation_id="assessments")
def year(request: HttpRequest, year: int | None = None, agency: Text | None = None, jurisdiction: Text = "cn") -> Any:
    """各单位一年的列入、告知、任务、异议、修复、先查后办，每个数字都有分母；不排名，不合计。 / Each agency's year, each figure with its whole."""
    at = timezone.now()
    since, until = year_days(year, today=timezone.localdate(at))
    asker = request.auth  # type: ignore[attr-defined]
    found = assessments(asker, since=since, until=until, known_at=at, jurisdiction=jurisdiction, agency=agency)
    return [each.as_dict() for each in found]


class RealNamesSaidOut(Schema):
    """What one agency said last: so many verified of so many held, as of a day, by a document."""

    agency: str
    agency_title: str
    as_of: date
    held: int
    verified: int
    document: str


class RealNamesOut(Schema):
    """A domain in which real names are registered, with what is said of it."""

    domain: str
    title: str
    title_en: str
    article: str
    article_en: str
    said: list[RealNamesSaidOut]


class RealNamesIn(Schema):
    """So many accounts held, of so many the real name verified."""

    domain: Text
    agency: Text
    as_of: date
    held: Annotated[int, Field(ge=0, le=10**12)]
    verified: Annotated[int, Field(ge=0, le=10**12)]
    document: Text


@router.get(
    "/real-names", response=list[RealNamesOut], summary="实名登记覆盖 / real-name coverage", operation_id="real_names"
)
def real_names_show(request: HttpRequest) -> Any:
    """各领域实名登记的覆盖情况，由主管单位报送：总数和已核验数，不含任何人。 / Each domain, as the agencies in charge say: so many verified of so many held."""
    return real_names(known_at=timezone.now())


@router.post(
    "/real-names", response=list[RealNamesOut], summary="报送实名登记覆盖 / state", operation_id="real_names_state"
)
def real_names_send(request: HttpRequest, asked: RealNamesIn) -> Any:
    """只报送数字。 / A count and nothing else."""
    at = timezone.now()
    services.real_names_state(**asked.dict(), asker=request.auth, at=at)  # type: ignore[attr-defined]
    return real_names(known_at=at)


@router.post(
    "/oversights", response=OversightOut, summary="通报、督查、整改 / oversight", operation_id="oversight_record"
)
def record(request: HttpRequest, asked: OversightIn) -> Any:
    """登记通报、对名单工作的督查、限期整改；只是事实，不打分。 / A fact of the agency's year; nothing is computed of it."""
    made = services.oversight_record(**asked.dict(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"oversight": made.pk, "at": made.at}


@router.post(
    "/oversights/{int:oversight}/answer",
    response=OversightOut,
    summary="答复整改 / answer",
    operation_id="oversight_answer",
)
def answer(request: HttpRequest, oversight: int, asked: OversightAnswerIn) -> Any:
    """被要求整改的单位写明整改情况。 / The agency says what was put right."""
    made = services.oversight_answer(
        oversight=oversight, **asked.dict(), asker=request.auth, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return {"oversight": oversight, "at": made.at}


@router.post(
    "/oversights/{int:oversight}/withdraw",
    response=OversightOut,
    summary="撤回登记 / take back",
    operation_id="oversight_withdraw",
)
def withdraw(request: HttpRequest, oversight: int, asked: OversightWithdrawIn) -> Any:
    """登记有误的，登记的单位写明理由撤回。 / Whoever wrote it down in error takes it back, and says why."""
    made = services.oversight_withdraw(
        oversight=oversight, reason=asked.reason, asker=request.auth, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return {"oversight": oversight, "at": made.at}
