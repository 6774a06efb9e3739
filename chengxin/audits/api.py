"""The door of audits: what was noticed about a reader's use, its answer, and what a person decided."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin.actors.api import ClientKey, Most, PerClient, Text
from chengxin.audits import services
from chengxin.audits.selectors import finding_accessible, finding_shown

router = Router(auth=ClientKey("audits"), throttle=PerClient(), tags=["audits 查询审计"])


class SaidOut(Schema):
    """What was said to a finding: `answered` by the reader; `justified`, `not-justified` or `passed-on` by a person who decided."""

    kind: str
    words: str
    document: str
    at: datetime
    by: str


class FindingOut(Schema):
    """What was noticed in a reader's use on one day: the detector of the lawbook with its article, how many readings, the first of them by
    their entries in the ledger, the greatest value beside its threshold, by which day the reader answers, and what was said. It names no
    subject.
    """

    finding: int
    detector: str
    title: str
    title_en: str
    basis: list[str]
    reader: str
    reader_title: str
    account: int
    on: date
    count: int
    entries: list[int]
    value: str
    against: str
    due_on: date
    state: str
    said: list[SaidOut]


class FindingAnswerIn(Schema):
    """What the reader says, and the document that shows it."""

    words: Text
    document: Text = ""


class FindingDecisionIn(Schema):
    """`justified`, `not-justified` or `passed-on`, with the reasons."""

    kind: Text
    reason: Text
    document: Text = ""


@router.get("", response=list[FindingOut], summary="查询线索 / findings about use", operation_id="audits_findings")
def findings(request: HttpRequest, undecided: bool = False, own: bool = False, most: Most = 200) -> Any:
    """本单位查询中提请说明的情况；运行单位、信用中心和主管部门看到全部。 / What was noticed about one's own use; whoever audits reads all."""
    asker = request.auth  # type: ignore[attr-defined]
    found = services.findings_read(asker=asker, at=timezone.now(), undecided=undecided, own=own, most=most)
    return [each.as_dict() for each in found]


@router.post("/{int:finding}/answer", response=FindingOut, summary="说明情况 / answer", operation_id="audits_answer")
def answer(request: HttpRequest, finding: int, asked: FindingAnswerIn) -> Any:
    """查询单位说明情况，处理以前可以再说明。 / The reader answers, and may do so anew until a person has decided."""
    asker = request.auth  # type: ignore[attr-defined]
    services.finding_answer(finding=finding, **asked.dict(), asker=asker, at=timezone.now())
    return finding_shown(finding_accessible(asker, finding)).as_dict()


@router.post("/{int:finding}/decide", response=FindingOut, summary="处理 / decide", operation_id="audits_decide")
def decide(request: HttpRequest, finding: int, asked: FindingDecisionIn) -> Any:
    """由人处理并写明理由；任何单位不得处理自己的查询。 / A person decides with reasons, and nobody about their own use."""
    asker = request.auth  # type: ignore[attr-defined]
    services.finding_decide(finding=finding, **asked.dict(), asker=asker, at=timezone.now())
    return finding_shown(finding_accessible(asker, finding)).as_dict()
