"""Who calls, and what each answer bears, for every address of the room."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse

from chengxin.actors.api import ClientKey, PerClient
from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.rules.asking import MOST_BYTES, MOST_EVENTS

# One bucket for all of them.
DOOR: dict[str, Any] = {"auth": ClientKey("trails"), "throttle": PerClient(), "tags": ["trails 轨迹"]}
HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-Capture-Error-Behaviour": "rollback",
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MOST_BYTES),
}


def asker_of(request: HttpRequest) -> Asker:
    """Who calls."""
    asker: Asker = request.auth  # type: ignore[attr-defined]
    return asker


def asked_of(request: HttpRequest) -> dict[str, list[str]]:
    """The parameters of an address, as often as each stands there."""
    return {name: [str(each) for each in request.GET.getlist(name)] for name in request.GET}


def document_answered(document: dict[str, Any]) -> JsonResponse:
    """A document in JSON-LD, in its own script."""
    return JsonResponse(
        document, json_dumps_params={"ensure_ascii": False}, content_type="application/ld+json", headers=HEADERS
    )


def next_linked(answer: JsonResponse, path: str, asked: Mapping[str, list[str]], token: str) -> JsonResponse:
    """The answer with the link to the next page, where one follows: the same question with its token."""
    if token:
        again = urlencode({**{name: "|".join(values) for name, values in asked.items()}, "nextPageToken": token})
        answer["Link"] = f'</api/v1/trails{path}?{again}>; rel="next"'
    return answer
