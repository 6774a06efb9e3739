"""The door of names: whose is it. A name comes in a body alone, so that it stands in no address and no log."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chengxin.actors.api import ClientKey, PerClient, Text
from chengxin.subjects.services.matching import NAMES_MOST, NameAsked, name_match, names_asked_match

router = Router(auth=ClientKey("matches"), throttle=PerClient(), tags=["matches 名称"])


class MatchIn(Schema):
    """A name as somebody wrote it, and what else is known of the firm; how many firms are wanted."""

    name: Text
    province: Text = ""
    city: Text = ""
    address: Text = ""
    number: Text = ""
    top: Annotated[int, Field(ge=1, le=20)] = 5


class QueryIn(MatchIn):
    """One of many names, under the caller's own mark."""

    qid: Text


class QueriesIn(Schema):
    """Many names."""

    queries: Annotated[list[QueryIn], Field(max_length=NAMES_MOST)]


class FeatureOut(Schema):
    """One feature: what it compared, how the two stand to each other, its points."""

    feature: str
    level: str
    asked: str
    held: str
    points: float


class CandidateOut(Schema):
    """One firm: how well it fits and why, and whether it is a match, to be decided by a person, or none."""

    rank: int
    uscc: str | None
    number: str | None
    scheme: str | None
    name: str
    score: float
    decision: str
    reasons: list[FeatureOut]


class MatchOut(Schema):
    """Whose the name is: `match`, `propose` or `none`; the firms, best first; how many fit at least, where they are too many to be
    shown, and then the place, the trade or the code should be told; the number under which it is traced.
    """

    decision: str
    model: str
    candidates: list[CandidateOut]
    crowd: int | None
    trace: int


class AnswerOut(MatchOut):
    """The answer to one of many names."""

    qid: str


class AnswersOut(Schema):
    """The answers, in the order of the names."""

    answers: list[AnswerOut]


@router.post("", response=MatchOut, summary="名称匹配 / whose is a name", operation_id="match_run")
def match_run(request: HttpRequest, asked: MatchIn) -> Any:
    """一个名称是哪家企业的：有把握才认定，否则列出供人决定，逐项说明理由。 / Whose a name is: matched where sure, else proposed, with reasons."""
    answer = name_match(**asked.dict(), by=request.auth.key, at=timezone.now())  # type: ignore[attr-defined]
    return _plain(answer.as_dict())


@router.post("/batch", response=AnswersOut, summary="批量名称匹配 / whose are these names", operation_id="match_batch")
def match_batch(request: HttpRequest, asked: QueriesIn) -> Any:
    """至多一千个名称，逐个作答、逐个留痕。 / Up to a thousand names; each is answered and traced."""
    queries = [NameAsked(**query.dict(exclude={"qid"})) for query in asked.queries]
    answers = names_asked_match(queries=queries, by=request.auth.key, at=timezone.now())  # type: ignore[attr-defined]
    told = zip(asked.queries, answers, strict=True)
    return _plain({"answers": [{"qid": query.qid, **answer.as_dict()} for query, answer in told]})


def _plain(answer: dict[str, Any]) -> HttpResponse:
    """Written as it is: a second pass through the schema would cost as much as judging."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json; charset=utf-8")
