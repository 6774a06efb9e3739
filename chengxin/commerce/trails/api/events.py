"""Capture and events, as the EPCIS 2.0 REST binding has them."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Schema, Status

from chengxin.actors.api import Most, Text
from chengxin.commerce.trails.api.calling import (
    LIMITS,
    asked_of,
    asker_of,
    binding_router,
    document_answered,
    next_linked,
)
from chengxin.commerce.trails.models import Capture
from chengxin.commerce.trails.rules.asking import PARAMETERS
from chengxin.commerce.trails.selectors import capture_accessible, captures_accessible
from chengxin.commerce.trails.services import capturing, reading

router = binding_router()
_LISTED = [
    {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": "several: with |"}
    for name in PARAMETERS
]
_DOCUMENT = {"required": True, "content": {"application/ld+json": {"schema": {"type": "object"}}}}


class JobOut(Schema):
    """A capture job, as the binding has it: what came was taken whole or refused whole before the answer."""

    captureID: str
    createdAt: str
    finishedAt: str
    running: bool
    success: bool
    captureErrorBehaviour: str
    errors: list[dict[str, Any]]


class CapturedOut(JobOut):
    """A capture job just done: each event's id in the document's order, and what is to be looked at."""

    events: int
    ids: list[str]
    differing: int
    declared: int
    repeated: bool


class CaptureQuery(Schema):
    """For which actor the document speaks; only the operator names another than itself."""

    actor: Text = ""


def _job(capture: Capture) -> dict[str, Any]:
    at = capture.at.isoformat()
    return {
        "captureID": str(capture.pk),
        "createdAt": at,
        "finishedAt": at,
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }


@router.post(
    "/capture",
    response={202: CapturedOut},
    summary="报送事件 / capture events",
    operation_id="trails_capture",
    openapi_extra={"requestBody": _DOCUMENT},
)
def capture(request: HttpRequest, response: HttpResponse, asked: Query[CaptureQuery]) -> Any:
    """一份EPCIS 2.0文件，整份收下或者整份拒绝。 / An EPCIS 2.0 document, taken whole or refused whole."""
    by = asker_of(request).key
    done = capturing.trail_capture(content=request.body, actor=asked.actor or by, by=by, at=timezone.now())
    for name, value in LIMITS.items():
        response[name] = value
    response["Location"] = f"/api/v1/trails/capture/{done.capture}"
    told = {name: getattr(done, name) for name in ("events", "ids", "differing", "declared", "repeated")}
    return Status(202, {**_job(Capture.objects.get(pk=done.capture)), **told})


@router.get("/capture", response=list[JobOut], summary="报送列表 / capture jobs", operation_id="trails_captures")
def captures(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """本单位的报送，新的在前。 / The caller's own captures, newest first."""
    found = captures_accessible(asker_of(request).key, asker_of(request).kind)
    found = found if before is None else found.filter(pk__lt=before)
    return [_job(each) for each in found[:most]]


@router.get("/capture/{int:capture}", response=JobOut, summary="一次报送 / a capture job", operation_id="trails_job")
def job(request: HttpRequest, capture: int) -> Any:
    """一次报送的结果。 / What became of one capture."""
    return _job(capture_accessible(asker_of(request).key, asker_of(request).kind, capture))


@router.get("/capture/{int:capture}/document", summary="报送的原文 / what was captured", operation_id="trails_document")
def captured(request: HttpRequest, capture: int) -> JsonResponse:
    """报送的文件，与报送时相同。 / The document, equal to what was captured."""
    found = capture_accessible(asker_of(request).key, asker_of(request).kind, capture)
    document = reading.document_read_back(capture=found, by=asker_of(request).key, at=timezone.now())
    return document_answered(document)


@router.get(
    "/events",
    summary="查询事件 / events",
    operation_id="trails_events",
    openapi_extra={"parameters": _LISTED},
)
def events(request: HttpRequest) -> JsonResponse:
    """按EPCIS的查询参数；每页一个后续链接。 / By the binding's query parameters; a next link where more follow."""
    asked = asked_of(request)
    document, token = reading.events_read(asker=asker_of(request), parameters=asked, at=timezone.now())
    return next_linked(document_answered(document), "/events", asked, token)


@router.get("/events/{path:event_id}", summary="一个事件 / one event", operation_id="trails_event")
def event(request: HttpRequest, event_id: str) -> JsonResponse:
    """这一编号的事件，以及声明其有误的事件。 / The events of this id, with what declares them wrong."""
    return document_answered(reading.event_read(asker=asker_of(request), event_id=event_id, at=timezone.now()))
