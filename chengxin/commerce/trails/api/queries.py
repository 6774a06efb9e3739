"""Queries kept under a name, as the EPCIS 2.0 REST binding has them; there are no subscriptions."""

import json
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Schema, Status

from chengxin.commerce.trails.api.calling import asked_of, asker_of, binding_router, document_answered, next_linked
from chengxin.commerce.trails.models import NamedQuery
from chengxin.commerce.trails.rules.naming import PAGING, SubscriptionsUnbuilt, definition_read
from chengxin.commerce.trails.selectors import queries_page, query_accessible
from chengxin.commerce.trails.services import naming

router = binding_router()
# What asks for a subscription where the events of a query are read, as the binding has it.
SUBSCRIBING: Final = {
    "stream", "second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek", "reportIfEmpty", "initialRecordTime",
}  # fmt: skip
_DEFINITION = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["name", "query"],
                "properties": {"name": {"type": "string"}, "query": {"type": "object"}},
            }
        }
    },
}
_PAGING = [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in PAGING]


class NamedQueryOut(Schema):
    """A query with its name."""

    name: str
    query: dict[str, Any]


def _told(found: NamedQuery) -> dict[str, Any]:
    return {"name": found.name, "query": json.loads(found.query)}


@router.post(
    "/queries",
    response={201: NamedQueryOut},
    summary="保存查询 / keep a query",
    operation_id="trails_query_save",
    openapi_extra={"requestBody": _DEFINITION},
)
def query_save(request: HttpRequest, response: HttpResponse) -> Any:
    """名称和查询参数；不能答复的参数写明名称并拒绝。 / A name and parameters; one that is not answered is refused by name."""
    name, query = definition_read(request.body)
    found = naming.query_save(name=name, query=query, by=asker_of(request).key, at=timezone.now())
    response["Location"] = f"/api/v1/trails/queries/{quote(found.name)}"
    return Status(201, _told(found))


@router.get(
    "/queries",
    response=list[NamedQueryOut],
    summary="查询列表 / queries kept",
    operation_id="trails_queries",
    openapi_extra={"parameters": _PAGING},
)
def queries(request: HttpRequest) -> Any:
    """本单位保存的查询，按名称。 / The caller's own, by name."""
    asked = asked_of(request)
    found, token = queries_page(asker_of(request).key, asked)
    answer = JsonResponse([_told(each) for each in found], safe=False, json_dumps_params={"ensure_ascii": False})
    return next_linked(answer, "/queries", asked, token)


@router.get("/queries/{name}", response=NamedQueryOut, summary="一个查询 / one query", operation_id="trails_query")
def query(request: HttpRequest, name: str) -> Any:
    """这个查询的参数。 / What it asks."""
    return _told(query_accessible(asker_of(request).key, name))


@router.delete(
    "/queries/{name}", response={204: None}, summary="删除查询 / remove a query", operation_id="trails_query_remove"
)
def query_remove(request: HttpRequest, name: str) -> Any:
    """不再保存；已有的留痕仍在。 / It is kept no more; the ledger keeps what it was."""
    naming.query_remove(name=name, by=asker_of(request).key, at=timezone.now())
    return Status(204, None)


@router.get(
    "/queries/{name}/events",
    summary="查询的事件 / a query's events",
    operation_id="trails_query_events",
    openapi_extra={"parameters": _PAGING},
)
def query_events(request: HttpRequest, name: str) -> JsonResponse:
    """与按参数查询事件相同；每页一个后续链接。 / As the events address answers; a next link where more follow."""
    asked = asked_of(request)
    if SUBSCRIBING & asked.keys() or "Upgrade" in request.headers:
        raise SubscriptionsUnbuilt
    document, token = naming.query_read(name=name, asker=asker_of(request), at=timezone.now(), paging=asked)
    return next_linked(document_answered(document), f"/queries/{quote(name)}/events", asked, token)


@router.api_operation(["GET", "POST"], "/queries/{name}/subscriptions", include_in_schema=False)
def subscriptions(request: HttpRequest, name: str) -> None:
    """没有订阅。 / There are none."""
    raise SubscriptionsUnbuilt


@router.api_operation(["GET", "DELETE"], "/queries/{name}/subscriptions/{subscription}", include_in_schema=False)
def subscription(request: HttpRequest, name: str, subscription: str) -> None:
    """没有订阅。 / There are none."""
    raise SubscriptionsUnbuilt
