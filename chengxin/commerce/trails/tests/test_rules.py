"""What an event must be, what it is called and what identifies it: no database."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.commerce.trails.rules import hashing, identifying, shaping
from chengxin.commerce.trails.tests.events import (
    CONTEXT,
    document,
    event,
    gtin,
    lot,
    made,
    packed,
    pallet,
    seen,
    serial,
)
from chengxin.site.cli import run

# Invented events of the five kinds; their ids were taken once from the published generator of the vectors.
FROZEN = json.loads(Path(__file__).with_name("hashes.json").read_text(encoding="utf-8"))
SOUND = document(
    seen(0, "commissioning", lot(1, "L1"), serial(2, "S1"), action="ADD", ilmd={"firm:best": "2027-01-01"}),
    made(1, [lot(1, "L1")], [lot(3, "N1")], persistentDisposition={"set": ["available"]}),
    packed(2, pallet(1), lot(3, "N1"), serial(2, "S1")),
    packed(3, serial(9, "RACK"), serial(2, "S1"), kind="Association"),
    event(
        "Transaction", 4, bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:1"}], epcList=[serial(2, "S1")]
    ),
    event("Object", 5, sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 4}]}], epcList=[]),
    {"type": "firm:Weighed", "eventTime": "2026-11-01T00:00:00Z", "eventTimeZoneOffset": "+08:00"},
)


@pytest.mark.parametrize("n", range(5))
def test_ids_are_those_of_the_published_generator(n: int) -> None:
    events = FROZEN["document"]["epcisBody"]["eventList"]
    assert hashing.hashes_of(FROZEN["document"], events)[n] == FROZEN["ids"][n]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_an_id_is_the_same_in_any_order_and_another_if_anything_else_is_said(seed: int) -> None:
    """CBV 8.9.2: the order of names and of lists says nothing; each value does. One number is drawn and the order comes of it: drawn choice by choice,
    an example costs more than Hypothesis lets a busy machine take.
    """
    chance = random.Random(seed)

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in chance.sample(list(value), len(value))}
        return [shuffled(each) for each in chance.sample(value, len(value))] if isinstance(value, list) else value

    events = FROZEN["document"]["epcisBody"]["eventList"]
    assert hashing.hashes_of(FROZEN["document"], [shuffled(each) for each in events]) == FROZEN["ids"]
    n = chance.randrange(len(events))
    altered = copy.deepcopy(events[n])
    altered["eventTime"] = "2026-03-05T00:00:00Z"
    assert hashing.hashes_of(FROZEN["document"], [altered]) != [FROZEN["ids"][n]]
    beside = {**events[n], "recordTime": "2026-03-05T00:00:00Z", "eventID": "urn:x:9", "rdfs:comment": "…"}
    assert hashing.hashes_of(FROZEN["document"], [beside]) == [FROZEN["ids"][n]]


def test_xml_and_json_of_one_event_have_one_id() -> None:
    xml = """<?xml version="1.0"?>
    <epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:firm="https://firm.example.com/epcis/"
     schemaVersion="2.0"><EPCISBody><EventList><ObjectEvent>
    <eventTime>2026-11-01T08:00:00+08:00</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <epcList><epc>urn:epc:id:sgtin:6901234.056789.A1</epc></epcList><action>OBSERVE</action>
    <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
    <extension><sourceList><source type="urn:epcglobal:cbv:sdt:location">urn:x:1</source></sourceList></extension>
    <firm:note>1.50</firm:note></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""
    same = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-01T00:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [
            "https://firm.example.com/01/" + identifying.goods_of("urn:epc:id:sgtin:6901234.056789.A1").path[4:]
        ],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "sourceList": [{"source": "urn:x:1", "type": "location"}],
        "firm:note": 1.5,
    }
    assert hashing.xml_hashes(xml.encode()) == hashing.hashes_of(document(same), [same])


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("urn:epc:id:sgtin:0614141.107346.20!7", "/01/10614141073464/21/20%217"),
        ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877"),
        ("urn:epc:id:sscc:4012345.1111111111", "/00/140123451111111117"),
        ("urn:epc:id:sgln:401234500005..0", "/414/4012345000054"),
        ("urn:epc:id:pgln:4012345.00005", "/417/4012345000054"),
        ("https://shop.example.com/a/gtin/4012345123456/lot/A/ser/B?x=1#y", "/01/04012345123456/21/B"),
        ("https://id.gs1.org/01/04012345123456/22/2A/10/A", "/01/04012345123456/10/A"),
        ("https://id.gs1.org/01/04012345123", None),
        ("urn:epc:id:sgtin:0614141.1073.2017", None),
        ("https://firm.example.com/po/12", None),
        ("urn:x:1", None),
    ],
)  # fmt: skip
def test_a_thing_has_one_name(written: str, link: str | None) -> None:
    assert identifying.canonical(written) == (link and identifying.ROOT + link)


@pytest.mark.parametrize(
    "written", ["", "6901234567892", f"/01/{gtin(1)}", f"https://x.example/01/{int(gtin(1)) + 1:014d}", "urn:x:1"]
)
def test_what_names_no_goods_is_refused(written: str) -> None:
    with pytest.raises(identifying.GoodsUnknown):
        identifying.goods_of(written)
    assert identifying.goods_of(lot(1, "L1")).level == "lot"


def test_a_sound_document_of_every_kind_passes_and_comes_back_whole() -> None:
    assert shaping.faults_of(SOUND) == []
    assert shaping.document_read(json.dumps(SOUND).encode()) == SOUND
    answer = {
        "@context": CONTEXT,
        "type": "EPCISQueryDocument",
        "epcisBody": {"queryResults": {"queryName": "q", "resultsBody": {"eventList": shaping.events_of(SOUND)}}},
    }
    alone = {"@context": CONTEXT, **shaping.events_of(SOUND)[0]}
    for each in (SOUND, answer, alone):
        assert shaping.faults_of(each) == []
        assert shaping.document_of(shaping.envelope_of(each), shaping.events_of(each)) == each


# What is done to a sound document → the place and the rule that must be named. `…` stands for the event's own place.
BROKEN: list[tuple[int, dict[str, Any], str, str]] = [
    (0, {"eventTime": None}, "…", "required"),
    (0, {"eventTime": "2026-11-01"}, "…/eventTime", "format"),
    (0, {"eventTimeZoneOffset": "+14:30"}, "…/eventTimeZoneOffset", "pattern"),
    (0, {"action": "SEEN"}, "…/action", "enum"),
    (0, {"action": "OBSERVE"}, "…/action", "const"),
    (0, {"bizStep": "vanishing"}, "…/bizStep", "enum"),
    (0, {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "…/bizStep", "pattern"),
    (0, {"disposition": 5}, "…/disposition", "type"),
    (0, {"note": "x"}, "…", "additionalProperties"),
    (0, {"epcList": ["not a uri"]}, "…/epcList/0", "format"),
    (0, {"epcList": ["urn:x:1", "urn:x:1"]}, "…/epcList", "uniqueItems"),
    (0, {"quantityList": [{"quantity": 5}]}, "…/quantityList/0", "required"),
    (0, {"quantityList": [{"epcClass": "urn:x:1", "uom": "kg"}]}, "…/quantityList/0/uom", "pattern"),
    (0, {"quantityList": [{"epcClass": "urn:x:1", "firm:x": 1}]}, "…/quantityList/0", "additionalProperties"),
    (0, {"readPoint": "urn:x:1"}, "…/readPoint", "type"),
    (0, {"ilmd": {"lot": "1"}}, "…/ilmd", "additionalProperties"),
    (0, {"sourceList": [{"source": "urn:x:1"}]}, "…/sourceList/0", "required"),
    (0, {"errorDeclaration": {"reason": "incorrect_data"}}, "…/errorDeclaration", "required"),
    (0, {"persistentDisposition": {}}, "…/persistentDisposition", "minProperties"),
    (0, {"epcList": None, "quantityList": None}, "…", "what"),
    (1, {"inputQuantityList": None}, "…", "inputs"),
    (1, {"outputQuantityList": []}, "…", "outputs"),
    (1, {"action": "ADD"}, "…", "additionalProperties"),
    (2, {"childEPCs": [], "childQuantityList": None}, "…", "children"),
    (3, {"parentID": None}, "…", "required"),
    (4, {"bizTransactionList": []}, "…/bizTransactionList", "minItems"),
    (5, {"sensorElementList": [{}]}, "…/sensorElementList/0", "required"),
    (5, {"sensorElementList": [{"sensorReport": [{"type": "Warmth"}]}]}, "…/sensorElementList/0/sensorReport/0/type", "enum"),
    (6, {"type": "Weighed"}, "…/type", "format"),
]  # fmt: skip


@pytest.mark.parametrize(("n", "change", "where", "rule"), BROKEN)
def test_each_broken_rule_is_named_with_its_place(n: int, change: dict[str, Any], where: str, rule: str) -> None:
    broken = copy.deepcopy(SOUND)
    altered = broken["epcisBody"]["eventList"][n]
    altered.update(change)
    for name in [name for name, value in change.items() if value is None]:
        del altered[name]
    found = shaping.faults_of(broken)
    assert (where.replace("…", f"/epcisBody/eventList/{n}"), rule) in [(f.where, f.rule) for f in found]
    with pytest.raises(shaping.DocumentUnfit) as refused:
        shaping.document_checked(broken)
    assert found[0].zh in refused.value.message_zh and found[0].en in refused.value.message


def test_drafts_are_looser_where_their_own_examples_are_and_nowhere_else() -> None:
    draft = {**SOUND, "@context": ["https://gs1.github.io/EPCIS/epcis-context-simple.jsonld"], "schemaVersion": 2.0}
    party = {"type": "location", "source": "urn:x:1"}
    draft["epcisBody"] = {"eventList": [seen(0, "shipping", serial(1, "A"), sourceList=party)]}
    assert shaping.faults_of(draft) == []
    assert [f.rule for f in shaping.faults_of({**draft, "@context": CONTEXT})] == ["type", "type"]
    draft["epcisBody"]["eventList"][0]["action"] = "SEEN"
    assert [f.rule for f in shaping.faults_of(draft)] == ["enum"]


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b'{"a":NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(shaping.DocumentUnreadable):
        shaping.document_read(content)


@pytest.mark.parametrize("value", ["13800138000", "tel:13800138000", "mailto:a@firm.example", "110103209812310010"])
def test_a_person_s_number_or_address_refuses_the_whole_document(value: str) -> None:
    with pytest.raises(shaping.PersonInTrail) as refused:
        shaping.document_checked(document({**seen(0, "shipping", serial(1, "A")), "firm:driver": value}))
    assert value not in refused.value.message


def test_the_command_hashes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "events.jsonld"
    file.write_text(json.dumps(FROZEN["document"], ensure_ascii=False), encoding="utf-8")
    assert run(["trails", "hash", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ids"] == FROZEN["ids"] and told["stated"] == [None] * 5
