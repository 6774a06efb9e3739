"""Who calls, what each request may ask for by its headers, and what each answer bears: the EPCIS 2.0 REST binding's own."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from chengxin.actors.api import ClientKey, PerClient
from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.rules.asking import MOST_BYTES, MOST_EVENTS
from chengxin.commerce.trails.rules.binding import EXTENSION, HeaderUnmet, MediaUnread, exception_of, headers_met

# One bucket for all of them.
DOOR: Final[dict[str, Any]] = {"auth": ClientKey("trails"), "throttle": PerClient(), "tags": ["trails 轨迹"]}
READ = ("application/ld+json", "application/json")
HEADERS: Final = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-Extensions": f"chengxin={EXTENSION}",
}
LIMITS: Final = {
    "GS1-Capture-Error-Behaviour": "rollback",
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MOST_BYTES),
}


def binding_router() -> Router:
    """A router whose requests are held to the binding's headers, and whose answers bear its headers and its names of errors."""
    made = Router(**DOOR)
    made.add_decorator(_held, mode="operation")
    made.add_decorator(_told, mode="view")
    return made


def _held(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def asked(request: HttpRequest, *places: Any, **words: Any) -> Any:
        headers_met(request.headers)
        if not any(map(request.accepts, READ)):
            raise HeaderUnmet(name="Accept", why=f"{', '.join(READ)} it can", why_zh=f"只能是{'、'.join(READ)}")
        if request.method == "POST" and request.content_type not in READ:
            raise MediaUnread
        return operation(request, *places, **words)

    return asked


def _told(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(run)
    def answered(request: HttpRequest, *places: Any, **words: Any) -> HttpResponse:
        answer = run(request, *places, **words)
        if answer.status_code >= 400:
            body = json.loads(answer.content)
            named = exception_of(body["code"], answer.status_code)
            answer.content = json.dumps({**body, "type": named or body["type"]}, ensure_ascii=False).encode()
        for name, value in HEADERS.items():
            answer[name] = value
        return answer

    return answered


def asker_of(request: HttpRequest) -> Asker:
    """Who calls."""
    asker: Asker = request.auth  # type: ignore[attr-defined]
    return asker


def asked_of(request: HttpRequest) -> dict[str, list[str]]:
    """The parameters of an address, as often as each stands there."""
    return {name: [str(each) for each in request.GET.getlist(name)] for name in request.GET}


def document_answered(document: dict[str, Any]) -> JsonResponse:
    """A document in JSON-LD, in its own script, its EPCs as they came."""
    return JsonResponse(
        document,
        json_dumps_params={"ensure_ascii": False},
        content_type=READ[0],
        headers={"GS1-EPC-Format": "Never_Translates"},
    )


def next_linked(answer: JsonResponse, path: str, asked: Mapping[str, list[str]], token: str) -> JsonResponse:
    """The answer with the link to the next page, where one follows: the same question with its token."""
    if token:
        again = urlencode({**{name: "|".join(values) for name, values in asked.items()}, "nextPageToken": token})
        answer["Link"] = f'</api/v1/trails{path}?{again}>; rel="next"'
    return answer
