"""Queries kept under a name: saved, removed, and answered, each written down."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.bulk.storing import json_text
from chengxin.commerce.trails.models import NamedQuery
from chengxin.commerce.trails.rules import asking, naming
from chengxin.commerce.trails.rules.finding import AskedAmiss
from chengxin.commerce.trails.selectors import (
    events_accessible,
    events_asked,
    queries_accessible,
    query_accessible,
    query_document,
)
from chengxin.ledger.services import trace


def query_save(*, name: str, query: dict[str, Any], by: str, at: datetime) -> NamedQuery:
    """Keep a query under a name of the actor's own; refuses any parameter that the events address would refuse."""
    naming.named_soundly(name)
    asking.question_of(naming.parameters_of(query))
    text = json_text(query)
    if len(text.encode()) > naming.MOST_BYTES:
        raise naming.QueryTooLarge(most=naming.MOST_BYTES)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('chengxin.trails.query'), hashtext(%s))", [by])
        held = queries_accessible(by)
        if held.filter(name=name).exists():
            raise naming.QueryTaken(name=name)
        if held.count() >= naming.MOST_QUERIES:
            raise naming.QueriesFull(most=naming.MOST_QUERIES)
        saved = NamedQuery.objects.create(actor=by, name=name, query=text, at=at)
        detail = {"name": name, "query": query}
        trace(event="trails.query.saved", by=by, at=at, about=f"query:{saved.pk}", detail=detail)
    return saved


def query_remove(*, name: str, by: str, at: datetime) -> None:
    """Keep a query of the actor's no more; the ledger keeps what it asked and when."""
    with transaction.atomic():
        found = query_accessible(by, name)
        number = found.pk
        if queries_accessible(by).filter(pk=number).delete()[0]:
            trace(event="trails.query.removed", by=by, at=at, about=f"query:{number}", detail={"name": name})


def query_read(
    *, name: str, asker: Asker, at: datetime, paging: Mapping[str, list[str]] | None = None
) -> tuple[dict[str, Any], str]:
    """The events that a kept query asks for, one page of them, as the events address gives them; nothing else may be asked beside it."""
    found, page = query_accessible(asker.key, name), paging or {}
    for more in page.keys() - {*naming.PAGING}:
        raise AskedAmiss(name=more, why="a kept query is asked as it is", why_zh="已保存的查询不能另加条件")
    parameters = naming.parameters_of(json.loads(found.query))
    asked = asking.question_of({**parameters, **page})
    detail = {"query": name, "asked": {**parameters, **page}}
    trace(event="trails.events.read", by=asker.key, at=at, about=f"query:{found.pk}", detail=detail)
    answer = events_asked(events_accessible(asker.key, asker.kind), asked)
    return query_document(answer, at=at, name=name), answer.next_token
