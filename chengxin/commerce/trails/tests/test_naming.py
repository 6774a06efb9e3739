"""Queries kept under a name: whose they are, what they may ask, and that they answer as the events address does."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Http

from chengxin.actors.services import client_add
from chengxin.commerce.trails.models import NamedQuery
from chengxin.commerce.trails.rules import naming
from chengxin.commerce.trails.rules.finding import AskedAmiss
from chengxin.commerce.trails.rules.shaping import PersonInTrail, faults_of
from chengxin.commerce.trails.services.naming import query_save
from chengxin.commerce.trails.tests.events import lot, made, packed, pallet, seen, serial
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW

__all__ = ["firms"]
pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/trails/queries"
SAID: list[Any] = [
    {**seen(0, "commissioning", lot(1, "L"), action="ADD"), "firm:mark": "a|b"},
    made(1, [lot(1, "L")], [lot(3, "N")]),
    packed(2, pallet(1), lot(3, "N")),
    {**seen(3, "shipping", serial(1, "A")), "firm:count": 7},
    {**seen(4, "receiving", serial(1, "A")), "firm:count": 2},
]


def door(actor: str) -> Http:
    key = client_add(actor=actor, title="t", scopes=["trails"], per_minute=10_000, days=30, by="operator", at=NOW)[1]
    return Http(headers={"Authorization": f"Bearer {key}"})


def saved(http: Http, name: str, query: Any) -> Any:
    return http.post(ADDRESS, json.dumps({"name": name, "query": query}), content_type="application/json")


def events(answer: Any) -> list[Any]:
    return list(answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


def test_a_kept_query_answers_what_its_parameters_ask_in_pages() -> None:
    captured(*SAID)
    captured(*SAID, by=SHOP)
    http = door(MILL)
    query = {"eventType": ["ObjectEvent", "AggregationEvent"], "orderBy": "eventTime", "orderDirection": "ASC"}
    made_ = saved(http, "goods-seen", query)
    assert (made_.status_code, made_["Location"]) == (201, f"{ADDRESS}/goods-seen")
    assert made_.json() == http.get(made_["Location"]).json() == {"name": "goods-seen", "query": query}
    pages, more = [], f"{ADDRESS}/goods-seen/events?perPage=3"
    while more:
        answer = http.get(more)
        assert faults_of(answer.json()) == []
        pages.append(events(answer))
        more = answer.headers.get("Link", "").partition(">")[0][1:]
    assert pages == [[SAID[0], SAID[2], SAID[3]], [SAID[4]]]
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == "goods-seen"
    told = Entry.objects.filter(event="trails.events.read").order_by("pk").first()
    assert told and (told.actor, told.object, told.detail["asked"]["perPage"]) == (
        MILL,
        f"query:{NamedQuery.objects.get().pk}",
        ["3"],
    )


QUERIES: list[tuple[dict[str, Any], list[int]]] = [
    ({"EQ_firm:mark": ["a|b"]}, [0]),
    ({"EQ_firm:count": [2, 9]}, [4]),
    ({"GE_firm:count": 2.5}, [3]),
    ({"EXISTS_firm:count": None, "EQ_bizStep": "shipping"}, [3]),
    ({"EXISTS_firm:count": True, "@context": {"firm": "https://firm.example.com/epcis/"}}, [3, 4]),
    ({"EXISTS_firm:count": False, "eventType": ["AggregationEvent"]}, [2]),
]


def test_the_values_of_a_body_are_taken_as_they_stand() -> None:
    captured(*SAID)
    http = door(MILL)
    for n, (query, wanted) in enumerate(QUERIES):
        assert saved(http, f"q{n}", query).json()["query"] == query
        assert sorted(map(SAID.index, events(http.get(f"{ADDRESS}/q{n}/events")))) == wanted, query


def test_a_query_is_its_actor_s_alone_until_it_is_removed() -> None:
    mill, shop = door(MILL), door(SHOP)
    assert [
        saved(each, "一号", {"EQ_action": [each_]}).status_code for each, each_ in ((mill, "ADD"), (shop, "DELETE"))
    ] == [201, 201]
    again = saved(mill, "一号", {})
    assert (again.status_code, again.json()["code"]) == (409, "trails-query-taken")
    assert saved(shop, "二号", {}).status_code == 201
    for method, path in (("get", "二号"), ("delete", "二号"), ("get", "二号/events"), ("get", "a%00b")):
        refused = getattr(mill, method)(f"{ADDRESS}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "trails-query-unknown"), path
    first = shop.get(f"{ADDRESS}?perPage=1")
    assert [each["query"] for each in first.json()] == [{"EQ_action": ["DELETE"]}]
    second = shop.get(first["Link"].partition(">")[0][1:])
    assert [each["name"] for each in second.json()] == ["二号"] and "Link" not in second
    assert shop.delete(f"{ADDRESS}/一号").status_code == 204
    assert [each["name"] for each in shop.get(ADDRESS).json()] == ["二号"] and mill.get(
        f"{ADDRESS}/一号"
    ).status_code == 200
    kept = Entry.objects.filter(event__startswith="trails.query.", actor=SHOP).order_by("pk")
    assert [each.event for each in kept] == ["trails.query.saved", "trails.query.saved", "trails.query.removed"]
    assert kept[0].detail["query"] == {"EQ_action": ["DELETE"]} and kept[2].object == kept[0].object
    assert saved(shop, "一号", {}).status_code == 201


@pytest.mark.parametrize(
    ("name", "query", "status", "code"),
    [
        ("q", {"EQ_color": ["red"]}, 400, "trails-asked-amiss"),
        ("q", {"HASATTR_readPoint": ["x"]}, 400, "trails-asked-amiss"),
        ("q", {"perPage": 5}, 400, "trails-asked-amiss"),
        ("q", {"EQ_action": None}, 400, "trails-asked-amiss"),
        ("q", {"EQ_action": [["ADD"]]}, 400, "trails-asked-amiss"),
        ("q", {"GE_quantity": "much"}, 400, "trails-asked-amiss"),
        ("q", {"eventCountLimit": 5}, 400, "trails-asked-amiss"),
        ("q", {"EQ_firm:x": ["tel:+8613800000000"]}, 422, "trails-person-in-document"),
        ("13800000000", {}, 422, "trails-person-in-document"),
        ("a/b", {}, 400, "trails-query-unfit"),
        ("..", {}, 400, "trails-query-unfit"),
        ("x" * 65, {}, 400, "trails-query-unfit"),
        (5, {}, 400, "trails-query-unfit"),
        ("q", [], 400, "trails-query-unfit"),
        ("q", {"EQ_eventID": ["urn:x:" + "9" * naming.MOST_BYTES]}, 413, "trails-query-too-large"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_never_kept(name: Any, query: Any, status: int, code: str) -> None:
    refused = saved(door(MILL), name, query)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.content
    assert not NamedQuery.objects.exists() and not Entry.objects.filter(event="trails.query.saved").exists()


def test_there_are_no_more_queries_than_the_limit_and_no_subscriptions() -> None:
    NamedQuery.objects.bulk_create(
        NamedQuery(actor=MILL, name=f"n{n}", query="{}", at=NOW) for n in range(naming.MOST_QUERIES)
    )
    with pytest.raises(naming.QueriesFull):
        query_save(name="one-more", query={}, by=MILL, at=NOW)
    with pytest.raises(PersonInTrail):
        naming.parameters_of({"EQ_firm:x": "+8613800000000"})
    with pytest.raises(AskedAmiss):
        naming.named_paging({"nextPageToken": ["x\0"]})
    http = door(MILL)
    assert http.post(ADDRESS, '{"name": "q", "query": {}, "dest": "x"}', "application/json").status_code == 400
    assert http.get(ADDRESS, {"EQ_action": "ADD"}).json()["code"] == "trails-asked-amiss"
    assert http.get(f"{ADDRESS}/n1/events?EQ_action=ADD").json()["code"] == "trails-asked-amiss"
    for answer in (
        http.get(f"{ADDRESS}/n1/subscriptions"),
        http.post(f"{ADDRESS}/n1/subscriptions", "{}", "application/json"),
        http.delete(f"{ADDRESS}/n1/subscriptions/1"),
        http.get(f"{ADDRESS}/n1/events?stream=true"),
        http.get(f"{ADDRESS}/n1/events", headers={"Upgrade": "websocket"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (501, "trails-subscriptions-unbuilt")
    assert Http().get(f"{ADDRESS}/n1/subscriptions").status_code == 401


def test_the_commands_keep_ask_and_remove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: Any) -> Any:
        assert run(["trails", *map(str, words), "--by", MILL, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    captured(*SAID)
    path = tmp_path / "query.json"
    path.write_text('{"EQ_bizStep": ["shipping"]}')
    assert told("save", "sent", path) == {"name": "sent", "query": {"EQ_bizStep": ["shipping"]}}
    asked = told("ask", "sent")
    assert (asked["events"], asked["next"]) == (1, "")
    assert told("ask", "sent", "--out", tmp_path / "out")["events"] == 1
    assert json.loads((tmp_path / "out").read_text())["epcisBody"] == asked["document"]["epcisBody"]
    assert told("queries") == {"queries": [{"name": "sent", "query": {"EQ_bizStep": ["shipping"]}}]}
    assert told("remove", "sent") == {"removed": "sent"} and told("queries") == {"queries": []}
