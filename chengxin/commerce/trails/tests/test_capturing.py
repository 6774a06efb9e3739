"""What is captured is given back equal, found again by what it says, and never edited."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Http

from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.trails.models import Capture, Declared, Event, Link
from chengxin.commerce.trails.rules import asking, identifying, linking, shaping
from chengxin.commerce.trails.selectors import capture_accessible, document_captured, events_accessible
from chengxin.commerce.trails.services import capturing
from chengxin.commerce.trails.tests.events import (
    document,
    event,
    gln,
    gtin,
    lot,
    made,
    packed,
    pallet,
    place,
    seen,
    serial,
)
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW, later

pytestmark = pytest.mark.django_db
MILL, SHOP = "mill", "shop"


@pytest.fixture(autouse=True)
def firms() -> None:
    for key, kind in ((MILL, "platform"), (SHOP, "service-firm"), ("idle", "public")):
        actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=NOW)


def captured(*events: Any, by: str = MILL, actor: str = "", at: Any = NOW, **more: Any) -> capturing.CaptureResult:
    content = json.dumps(document(*events, **more), ensure_ascii=False).encode()
    return capturing.trail_capture(content=content, actor=actor or by, by=by, at=at)


def test_a_document_comes_back_equal_and_the_same_again_changes_nothing() -> None:
    said = [
        seen(0, "commissioning", lot(1, "A%20B"), action="ADD", ilmd={"firm:n": 1.10, "firm:l": [None, True, "\u2028"]}),
        made(1, [lot(1, "L")], [lot(2, "N")], **{"firm:粉": {"b": 1, "a": [[], {}]}}),
        {"type": "firm:ReviewEvent", "eventTime": "2026-11-01T00:00:00Z", "eventTimeZoneOffset": "+08:00", "firm:about": "urn:x:1"},
    ]  # fmt: skip
    whole = document(*said, epcisHeader={"epcisMasterData": {"vocabularyList": []}}, sender="urn:x:mill")
    content = json.dumps(whole).encode()
    first = capturing.trail_capture(content=content, actor=MILL, by=MILL, at=NOW)
    assert document_captured(Capture.objects.get(pk=first.capture)) == whole
    again = capturing.trail_capture(content=content, actor=MILL, by=MILL, at=later(days=1))
    assert again.repeated and (again.capture, again.ids) == (first.capture, first.ids)
    assert Event.objects.count() == 3
    alone = {"@context": whole["@context"], **said[0]}
    third = capturing.trail_capture(content=json.dumps(alone).encode(), actor=MILL, by=MILL, at=NOW)
    assert document_captured(Capture.objects.get(pk=third.capture)) == alone and third.ids == first.ids[:1]
    assert [e.event for e in Entry.objects.filter(event__startswith="trails.").order_by("pk")] == [
        "trails.document.captured",
        "trails.document.repeated",
        "trails.document.captured",
    ]


def test_who_may_say_what_in_whose_name() -> None:
    """EC-28: responsibility is fixed, so nobody speaks for another, of another's place or of another's goods."""
    one = seen(0, "shipping", serial(1, "A"), at=5)
    with pytest.raises(asking.CaptorUnfit):
        captured(one, by="idle")
    with pytest.raises(asking.SaidForAnother):
        captured(one, by=SHOP, actor=MILL)
    assert captured(one, by="operator", actor=MILL).actor == MILL
    capturing.place_register(gln=gln(5), actor=MILL, title="磨坊", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(1), kind="food", actor=MILL, title="面粉", by=MILL, at=NOW)
    with pytest.raises(asking.PlaceOfAnother):
        captured(one, by=SHOP)
    born = seen(0, "commissioning", lot(1, "L"), action="ADD", at=6)
    with pytest.raises(asking.GoodsOfAnother):
        captured(born, by=SHOP)
    assert captured(born).events == 1 and captured(seen(1, "receiving", lot(1, "L"), at=6), by=SHOP).events == 1
    with pytest.raises(capturing.GoodsTaken):
        capturing.place_register(gln=gln(5), actor=SHOP, title="店", by=SHOP, at=NOW)
    with pytest.raises(capturing.GoodsTaken):
        capturing.goods_register(gtin=gtin(1), kind="food", actor=SHOP, title="面粉", by=SHOP, at=NOW)
    with pytest.raises(capturing.GoodsKindUnknown):
        capturing.goods_register(gtin=gtin(2), kind="toys", actor=MILL, title="玩具", by=MILL, at=NOW)
    with pytest.raises(capturing.PlaceUnfit):
        capturing.place_register(gln="6901000000010", actor=MILL, title="店", by=MILL, at=NOW)
    with pytest.raises(identifying.GoodsUnknown):
        capturing.goods_register(gtin="6901000000010", kind="food", actor=MILL, title="面粉", by=MILL, at=NOW)
    capturing.place_register(gln=gln(5), actor=SHOP, title="店", by="operator", at=NOW)
    assert captured(one, by=SHOP, creationDate="2026-11-23T00:00:00Z").events == 1


def test_a_refused_document_leaves_nothing_behind() -> None:
    endless = json.dumps(document({**seen(0, "x", serial(1, "A")), "firm:n": 0.125})).replace("0.125", "1e400").encode()
    for content in (b"{", json.dumps(document({"type": "ObjectEvent"})).encode(), endless):
        with pytest.raises((shaping.DocumentUnreadable, shaping.DocumentUnfit)):
            capturing.trail_capture(content=content, actor=MILL, by=MILL, at=NOW)
    with pytest.raises(asking.CaptureTooLarge):
        capturing.trail_capture(content=b" " * (asking.MOST_BYTES + 1), actor=MILL, by=MILL, at=NOW)
    assert not Capture.objects.exists() and not Event.objects.exists() and not Link.objects.exists()


def test_a_wrong_event_is_declared_by_whoever_said_it_and_stays() -> None:
    """EPCIS 7.4.1.2: the declaration bears the id and words of the event that it takes out."""
    wrong = seen(0, "shipping", serial(1, "A"), eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    captured(wrong)
    declared = {**wrong, "errorDeclaration": {"declarationTime": NOW.isoformat(), "reason": "did_not_occur"}}
    assert captured(declared, by=SHOP).declared == 0
    assert captured(declared, at=later(days=1)).declared == 1
    first = Event.objects.order_by("pk")[0]
    assert Declared.objects.exclude(event__declares=True).get().event == first and json.loads(first.body) == wrong
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute("update trails_event set body = '{}'")
    with pytest.raises(IntegrityError, match="does not hold"), transaction.atomic():
        Link.objects.create(event_id=10**12, thing="x", role="o", at=NOW)


def test_what_an_event_links() -> None:
    def links(one: Any) -> list[tuple[str, str]]:
        return [(link.role, link.thing) for link in linking.links_of(one)]

    key = f"01/{gtin(1)}/"
    assert links(seen(0, "x", serial(1, "A"), lot(1, "L"))) == [("o", key + "21/A"), ("o", key + "10/L")]
    born = seen(0, "commissioning", serial(1, "A"), action="ADD", ilmd={"cbvmda:lotNumber": "L"})
    assert links(born) == [("o", key + "21/A"), ("l", key + "10/L")]
    assert links(packed(0, pallet(1), serial(1, "A"), action="DELETE"))[1] == ("c", key + "21/A")
    assert links(made(0, [lot(1, "L")], [lot(1, "M")], transformationID="urn:x:7")) == [
        ("i", key + "10/L"), ("u", key + "10/M"), ("t", "urn:x:7"),
    ]  # fmt: skip
    review = {"type": "firm:ReviewEvent", "firm:about": ["urn:x:1"]}
    assert links(review) == [("o", "urn:x:1")]
    assert "review_event" in linking.marks_of("firm:ReviewEvent", "", "")
    assert linking.marks_of("ObjectEvent", "ADD", "commissioning") >= {"object_add", "commissioning"}


QUERIES = [
    ({}, [0, 1, 2, 3, 4]),
    ({"eventType": "AggregationEvent"}, [2]),
    ({"eventType": "AggregationEvent|TransformationEvent"}, [1, 2]),
    ({"EQ_bizStep": "shipping"}, [3]),
    ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"}, [3]),
    ({"EQ_action": "ADD"}, [0, 2]),
    ({"EQ_disposition": "in_transit"}, [3]),
    ({"EQ_readPoint": f"urn:epc:id:sgln:{gln(2)[:12]}..0"}, [4]),
    ({"GE_eventTime": "{1}", "LT_eventTime": "{3}"}, [1, 2]),
    ({"MATCH_epc": lot(1, "L")}, [0]),
    ({"MATCH_anyEPCClass": lot(1, "L")}, [0, 1]),
    ({"MATCH_anyEPC": f"https://id.gs1.org/01/{gtin(3)}"}, [1, 2, 4]),
    ({"MATCH_inputEPCClass": lot(1, "L")}, [1]),
    ({"MATCH_outputEPCClass": lot(3, "N")}, [1]),
    ({"MATCH_parentID": pallet(1)}, [2]),
    ({"EQ_transformationID": "urn:x:7"}, [1]),
    ({"EXISTS_errorDeclaration": "true"}, []),
    ({"EXISTS_errorDeclaration": "false", "EQ_action": "OBSERVE"}, [3, 4]),
    ({"WD_readPoint": place(2)["id"]}, [4]),
    ({"GE_recordTime": "2027-01-01T00:00:00Z"}, []),
]


def test_the_binding_s_questions_are_answered(settings: Any) -> None:
    said = [
        seen(0, "commissioning", lot(1, "L"), action="ADD"),
        made(1, [lot(1, "L")], [lot(3, "N")], transformationID="urn:x:7"),
        packed(2, pallet(1), lot(3, "N")),
        seen(3, "shipping", pallet(1), disposition="in_transit"),
        seen(4, "receiving", lot(3, "N"), at=2),
    ]
    captured(*said)
    captured(seen(9, "inspecting", serial(7, "Z")), by=SHOP)
    key = client_add(actor=MILL, title="t", scopes=["trails"], per_minute=10_000, days=30, by="operator", at=NOW)[1]
    http = Http(headers={"Authorization": f"Bearer {key}"})
    address = "/api/v1/trails/events"
    for asked, wanted in QUERIES:
        worded = {n: said[int(v[1])]["eventTime"] if v.startswith("{") else v for n, v in asked.items()}
        answer = http.get(address, {**worded, "orderDirection": "ASC"})
        assert answer.status_code == 200, answer.content
        found = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert found == [said[n] for n in wanted], asked
        assert shaping.faults_of(answer.json()) == []
    pages, more = [], f"{address}?perPage=2&eventType=ObjectEvent%7CTransformationEvent%7CAggregationEvent"
    while more:
        answer = http.get(more)
        pages.append(answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"])
        more = answer.headers.get("Link", "").partition(">")[0][1:]
    assert [len(page) for page in pages] == [2, 2, 1] and sum(pages, []) == said[::-1]
    for name, value in (
        ("EQ_color", "red"),
        ("perPage", "0"),
        ("orderBy", "x"),
        ("GE_eventTime", "x"),
        ("nextPageToken", "x"),
        ("EXISTS_errorDeclaration", "1"),
    ):
        refused = http.get(address, {name: value})
        assert (refused.status_code, refused.json()["code"]) == (400, "trails-asked-amiss")
    one = http.get(f"{address}/" + linking_quote(Event.objects.order_by("pk")[0].event_id))
    assert one.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == said[:1]
    others = Event.objects.filter(actor=SHOP)[0].event_id
    assert http.get(f"{address}/" + linking_quote(others)).status_code == 404
    assert not events_accessible("idle", "public").exists() and events_accessible("operator", "operator").count() == 6


def linking_quote(event_id: str) -> str:
    return event_id.replace(":", "%3A").replace("/", "%2F").replace(";", "%3B").replace("?", "%3F").replace("=", "%3D")


def test_a_program_captures_and_asks_after_its_job() -> None:
    key = client_add(actor=MILL, title="t", scopes=["trails"], per_minute=10_000, days=30, by="operator", at=NOW)[1]
    http = Http(headers={"Authorization": f"Bearer {key}"})
    body = document(seen(0, "shipping", serial(1, "A")))
    done = http.post("/api/v1/trails/capture", json.dumps(body), content_type="application/ld+json")
    assert done.status_code == 202 and done.json()["success"] and not done.json()["running"]
    job = http.get(done["Location"])
    assert job.json() == http.get("/api/v1/trails/capture").json()[0] and job.json()["errors"] == []
    assert http.get(done["Location"] + "/document").json() == body
    refused = http.post("/api/v1/trails/capture", "{}", content_type="application/ld+json")
    assert refused.status_code == 422 and refused.json()["code"] == "trails-document-unfit"
    assert (
        http.post("/api/v1/trails/capture?actor=shop", json.dumps(body), content_type="application/json").status_code
        == 403
    )
    with pytest.raises(asking.CaptureUnknown):
        capture_accessible(SHOP, "service-firm", int(done.json()["captureID"]))


def test_the_commands_capture_files_and_give_them_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: Any) -> Any:
        assert run(["trails", *map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    paths = [tmp_path / f"{n}.jsonld" for n in range(2)]
    for n, path in enumerate(paths):
        path.write_text(json.dumps(document(seen(n, "shipping", serial(1, "A")))), encoding="utf-8")
    done = told("capture", *paths, "--by", MILL)
    assert (done["events"], [each["file"] for each in done["files"]]) == (2, ["0.jsonld", "1.jsonld"])
    assert told("capture", paths[0], "--by", MILL)["repeated"]
    number = done["files"][1]["capture"]
    assert told("document", number, "--by", MILL) == json.loads(paths[1].read_text())
    assert told("document", number, "--out", tmp_path / "out")["events"] == 1
    assert told("place", gln(5), MILL, "磨坊")["actor"] == MILL
    assert told("goods", gtin(1), "food", MILL, "面粉")["kind"] == "food"
    assert place(5)["id"].endswith(gln(5)) and event("Object")["action"] == "OBSERVE"
    assert run(["trails", "document", str(number), "--by", SHOP, "--json"]) == 1
