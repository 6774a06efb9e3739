"""The questions that look into events: what the database answers is what a plain filter over the same events answers."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.commerce.trails.bulk.finding import holds
from chengxin.commerce.trails.models import Event
from chengxin.commerce.trails.rules.asking import AskedTooLarge, asked_of
from chengxin.commerce.trails.rules.finding import BELOW, AskedAmiss, Condition
from chengxin.commerce.trails.selectors import events_accessible, events_asked
from chengxin.commerce.trails.tests.events import event, gln, lot, made, packed, pallet, place, seen, serial
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms

__all__ = ["firms"]
AT = "2026-01-02T03:04:05+08:00"
WARM: dict[str, Any] = {
    "sensorMetadata": {"time": AT, "startTime": AT, "endTime": "2026-01-03T00:00:00Z", "deviceID": "urn:x:d1", "firm:shift": "night"},
    "sensorReport": [
        {"type": "Temperature", "value": 26.5, "uom": "CEL", "minValue": 20, "firm:probe": 3},
        {"type": "gs1:AbsoluteHumidity", "value": 12.1, "uom": "A93", "deviceID": "urn:x:d2", "percRank": 50, "percValue": 12.7},
        {"type": "firm:Taste", "stringValue": "good", "booleanValue": True, "uriValue": "urn:x:u", "hexBinaryValue": "f0f0"},
    ],
}  # fmt: skip
SAID: list[Any] = [
    seen(0, "commissioning", lot(1, "L"), action="ADD", ilmd={"firm:grade": "A", "firm:weights": {"firm:net": 5, "firm:on": AT}}),
    made(1, [lot(1, "L")], [lot(3, "N")], bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po1"}]),
    {**packed(2, pallet(1), lot(3, "N")), "bizTransactionList": [{"type": "inv", "bizTransaction": "urn:x:po1"}]},
    {**seen(3, "shipping", serial(1, "A"), sensorElementList=[WARM]), **{"firm:count": 7, "firm:list": ["a", 2, {"firm:deep": "x"}]}},
    {
        **seen(4, "receiving", serial(1, "A")),
        "readPoint": {"id": place(2)["id"] + "/254/7", "firm:gate": "G1"},
        "persistentDisposition": {"set": ["completeness_verified"], "unset": ["https://ref.gs1.org/cbv/Disp-damaged"]},
    },
    {**seen(5, "inspecting", serial(2, "B")), **{"firm:count": 7.0, "firm:on": AT, "firm:flag": True}},
    seen(6, "storing", serial(2, "B"), sourceList=[{"type": "location", "source": "urn:epc:id:sgln:690100000.002.a!"}], destinationList=[
        {"type": "location", "destination": place(2)["id"]}, {"type": "owning_party", "destination": "urn:x:owner"}], errorDeclaration={
        "declarationTime": "2026-02-01T00:00:00.5Z", "reason": "did_not_occur", "correctiveEventIDs": ["urn:uuid:1", "urn:uuid:2"], "firm:who": "n"}),
    event("Object", 7, epcList=[serial(2, "B")], **{"firm:on": "2026-13-45T00:00:00Z", "firm:count": "7"}),
]  # fmt: skip


def values_at(found: Any, path: tuple[str, ...], chosen: str, among: tuple[str, ...]) -> Iterator[Any]:
    """What stands at a path, the plain way."""
    if isinstance(found, list):
        for each in found:
            yield from values_at(each, path, chosen, among)
    elif not path:
        yield found
    elif isinstance(found, dict):
        if path[0] == BELOW:
            for each in found.values():
                yield from below(each, path[1:], chosen, among)
        elif path[0] in found and (len(path) > 1 or not chosen or found.get(chosen) in among):
            yield from values_at(found[path[0]], path[1:], chosen, among)


def below(found: Any, path: tuple[str, ...], chosen: str, among: tuple[str, ...]) -> Iterator[Any]:
    """What stands at a path anywhere below."""
    if isinstance(found, list):
        for each in found:
            yield from below(each, path, chosen, among)
    elif isinstance(found, dict):
        yield from values_at(found, path, chosen, among)
        for each in found.values():
            yield from below(each, path, chosen, among)


def answers(value: Any, condition: Condition) -> bool:
    """Whether a value answers the condition, the plain way."""
    if condition.op == "EXISTS":
        return True
    if condition.op == "EQ":
        if condition.kind == "any" and isinstance(value, bool):
            return json.dumps(value) in condition.values
        if condition.kind == "any" and isinstance(value, int | float):
            return any(_number(each) == Decimal(str(value)) for each in condition.values)
        if condition.kind == "number":
            return not isinstance(value, bool | str) and Decimal(str(value)) in condition.values
        return value in condition.values
    wanted = condition.values[0]
    if isinstance(wanted, datetime):
        try:
            held: Any = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            held = None
    else:
        held = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return (
        held is not None
        and {"GT": held > wanted, "GE": held >= wanted, "LT": held < wanted, "LE": held <= wanted}[condition.op]
    )


def _number(written: str) -> Decimal | None:
    try:
        return Decimal(written)
    except ArithmeticError:
        return None


def plain(conditions: tuple[Condition, ...]) -> list[int]:
    """The events that answer every condition, the plain way."""
    return [
        n
        for n, one in enumerate(SAID)
        if all(
            any(answers(v, each) for path in each.paths for v in values_at(one, path, each.chosen, each.among))
            for each in conditions
        )
    ]


def found(parameters: dict[str, str], actor: str = MILL) -> list[int]:
    asked = asked_of({"orderBy": ["recordTime"], "orderDirection": ["ASC"], **{n: [v] for n, v in parameters.items()}})
    first = Event.objects.filter(actor=MILL).order_by("pk")[0].pk
    return [each.pk - first for each in events_asked(events_accessible(actor, "platform"), asked).events]


ASKED = [
    ({"EQ_persistentDisposition_set": "completeness_verified"}, [4]),
    ({"EQ_persistentDisposition_unset": "damaged"}, [4]),
    ({"EQ_bizTransaction_po": "urn:x:po1"}, [1]),
    ({"EQ_bizTransaction_https://ref.gs1.org/cbv/BTT-inv": "urn:x:po1|urn:x:po2"}, [2]),
    ({"GE_quantity": "10"}, [0, 2]),
    ({"EQ_quantity_KGM": "4|5"}, [1]),
    ({"LT_quantity_LTR": "100"}, []),
    ({"EXISTS_sensorElementList": "true"}, [3]),
    ({"EQ_type": "https://gs1.org/voc/Temperature", "GT_value_CEL": "26"}, [3]),
    ({"GT_value_FAH": "1"}, []),
    ({"GE_value_A93": "12.2"}, []),
    ({"LE_percRank": "50", "EQ_booleanValue": "true", "EQ_deviceID": "urn:x:d2"}, [3]),
    ({"GE_time": AT, "LT_endTime": "2026-01-03T08:00:01+08:00"}, [3]),
    ({"EQ_errorReason": "did_not_occur", "EQ_correctiveEventID": "urn:uuid:2"}, [6]),
    ({"GE_errorDeclarationTime": "2026-02-01T08:00:00+08:00", "EXISTS_errorDeclaration": "true"}, [6]),
    ({"LT_errorDeclarationTime": "2026-02-01T08:00:00+08:00"}, []),
    ({"EQ_ILMD_firm:grade": "B|A"}, [0]),
    ({"GE_INNER_ILMD_firm:net": "5"}, [0]),
    ({"LE_INNER_ILMD_firm:on": AT}, [0]),
    ({"GE_ILMD_firm:net": "5"}, []),
    ({"EQ_firm:count": "7.00"}, [3, 5]),
    ({"EQ_firm:count": "7"}, [3, 5, 7]),
    ({"GE_firm:on": "2026-01-01T19:04:05Z"}, [5]),
    ({"EXISTS_firm:on": "true"}, [5, 7]),
    ({"EQ_INNER_firm:deep": "x"}, [3]),
    ({"EQ_readPoint_firm:gate": "G1"}, [4]),
    ({"EQ_SENSORMETADATA_firm:shift": "night", "EQ_SENSORREPORT_firm:probe": "3"}, [3]),
    ({"EXISTS_ERROR_DECLARATION_firm:who": "true"}, [6]),
    ({"WD_readPoint": place(2)["id"]}, [4]),
    ({"EQ_readPoint": place(2)["id"]}, []),
    ({"EQ_firm:flag": "true"}, [5]),
    ({"EQ_source_location": f"https://id.gs1.org/414/{gln(2)}/254/a%21"}, [6]),
    ({"EQ_destination_location": f"urn:epc:id:sgln:{gln(2)[:12]}..0"}, [6]),
    ({"EQ_destination_owning_party": place(2)["id"]}, []),
]  # fmt: skip


@pytest.mark.django_db
def test_each_parameter_finds_the_events_it_asks_for() -> None:
    captured(*SAID)
    captured(*SAID, by=SHOP)
    for parameters, wanted in ASKED:
        assert found(parameters) == wanted, parameters
    for name, value in (
        ("EQ_quantity", "much"), ("GE_quantity", "1|2"), ("GE_time", "then"), ("EQ_booleanValue", "yes"), ("GT_firm:count", "x"),
        ("EQ_value", "1"), ("EQ_type_x", "y"), ("GT_errorReason", "x"), ("EQ_source", "x"), ("EQATTR_readPoint_x", "y"), ("HASATTR_firm:x", "y"),
        ("EQ_firm:a\"b", "x"), ("EQ_errorReason", ""), ("GE_eventTime", "2026-01-01T00:00:00Z|2026-01-02T00:00:00Z"),
        ("eventCountLimit", "2"), ("maxEventCount", "0"), ("perPage", "²"), ("EQ_quantity", "1e999999"),
    ):  # fmt: skip
        with pytest.raises(AskedAmiss):
            asked_of({name: [value]})


@pytest.mark.django_db
def test_limits_are_kept_and_pages_stay_as_they_were_begun() -> None:
    captured(*SAID)

    def page(**parameters: str) -> tuple[list[int], str]:
        answer = events_asked(events_accessible(MILL, "platform"), asked_of({n: [v] for n, v in parameters.items()}))
        return [each.position for each in answer.events], answer.next_token

    with pytest.raises(AskedTooLarge):
        page(maxEventCount="7")
    assert len(page(maxEventCount="8")[0]) == 8
    with pytest.raises(AskedAmiss):
        page(orderBy="eventTime", eventCountLimit="3", maxEventCount="3")
    limited = {"orderBy": "eventTime", "eventCountLimit": "3", "perPage": "2"}
    first, token = page(**limited)
    captured(seen(3.5, "storing", serial(9, "Z")))
    assert (first, page(**limited, nextPageToken=token)) == ([7, 6], ([5], ""))
    shown, token = page(perPage="5")
    later_, rest = page(perPage="5", nextPageToken=token)
    assert len(shown) == 5 and (len(later_), rest) == (4, "")
    captured(seen(0.5, "storing", serial(9, "Y")))
    assert page(perPage="5", nextPageToken=token)[0] == later_


WORDS = [
    "7",
    "5",
    "26.5",
    "10",
    "A",
    "x",
    "true",
    AT,
    "urn:x:po1",
    "urn:x:d1",
    "did_not_occur",
    "Temperature",
    "damaged",
    "2026-01-02T00:00:00Z",
    "G1",
    "-7",
    "7.00",
    place(2)["id"],
    f"urn:epc:id:sgln:{gln(2)[:12]}..0",
    f"https://id.gs1.org/414/{gln(2)}/254/a%21",
    "urn:x:owner",
]
FIELDS = [
    "firm:count", "firm:on", "firm:list", "INNER_firm:deep", "INNER_firm:on", "ILMD_firm:grade", "INNER_ILMD_firm:net", "INNER_ILMD_firm:on", "quantity", "quantity_KGM",
    "value_CEL", "minValue_CEL", "percRank", "time", "startTime", "type", "deviceID", "errorReason", "errorDeclarationTime",
    "bizTransaction_po", "persistentDisposition_unset", "booleanValue", "SENSORREPORT_firm:probe", "INNER_SENSORELEMENT_firm:probe", "readPoint_firm:gate", "firm:flag",
    "source_location", "destination_location", "destination_owning_party",
]  # fmt: skip


QUESTIONS = st.dictionaries(
    st.tuples(st.sampled_from(["EQ", "GT", "GE", "LT", "LE", "EXISTS"]), st.sampled_from(FIELDS)).map("_".join),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("|".join) | st.just("true"),
    min_size=1,
    max_size=2,
)


@pytest.mark.django_db
def test_whatever_is_asked_the_answer_is_the_plain_filter_s() -> None:
    captured(*SAID)

    @settings(max_examples=300, deadline=None, database=None)
    @given(QUESTIONS)
    def asked(parameters: dict[str, str]) -> None:
        try:
            conditions = asked_of({name: [value] for name, value in parameters.items()}).conditions
        except AskedAmiss:
            return
        assert found(parameters) == plain(conditions), conditions

    asked()


EPCS = [
    "urn:epc:id:sgtin:4012345.012345.7", "urn:epc:id:sgtin:4012345.112345.7", "urn:epc:id:sgtin:901234.5012345.8", "urn:epc:id:sscc:4012345.1234567890",
    "urn:epc:id:grai:4012345.12345.400", "urn:epc:id:giai:4012345.32a", "urn:epc:id:sgln:4012345.12345.400", "urn:epc:id:cpi:4012345.AB.1",
    "urn:epc:id:itip:4012345.012345.01.02.9", "urn:epc:id:upui:4012345.012345.x",
]  # fmt: skip


@pytest.mark.django_db
def test_a_pattern_finds_what_its_parts_agree_with_and_no_other_is_read() -> None:
    captured(*(seen(n, "storing", each) for n, each in enumerate(EPCS)))
    asked = 0
    for n, epc in enumerate(EPCS):
        scheme, value = epc.removeprefix("urn:epc:id:").split(":")
        parts = value.split(".")
        for stars in range(1, len(parts) + 1):
            pattern = [*parts[:-stars], *"*" * stars]
            if scheme == "upui" and stars > 1 or scheme == "itip" and stars in (2, 3):
                with pytest.raises(AskedAmiss):
                    asked_of({"MATCH_epc": [f"urn:epc:idpat:{scheme}:{'.'.join(pattern)}"]})
                continue
            # A class of goods stands for all that is named below it, a UPUI too.
            wanted = [
                m
                for m, other in enumerate(EPCS)
                for kind, held in [other.removeprefix("urn:epc:id:").split(":")]
                if (kind == scheme or (scheme, kind) == ("sgtin", "upui"))
                and all(a in ("*", b) for a, b in zip(pattern, held.split("."), strict=False))
            ]
            assert n in wanted and found({"MATCH_epc": f"urn:epc:idpat:{scheme}:{'.'.join(pattern)}"}) == wanted, (
                pattern
            )
            asked += 1
    assert asked > 20
    for unread in (
        "urn:epc:idpat:sgtin:4012345.*.7", "urn:epc:idpat:sgtin:4012345.012345.[1-9]", "urn:epc:pat:sgtin-96:3.4012345.012345.[1-9]",
        "urn:epc:idpat:sgtin:4012345.012345", "urn:epc:idpat:none:*", "urn:epc:idpat:sgtin:4012.*.*",
    ):  # fmt: skip
        with pytest.raises(AskedAmiss):
            asked_of({"MATCH_anyEPC": [unread]})
    assert asked_of({"MATCH_epcClass": ["urn:epc:idpat:lgtin:4012345.012345.*"]}).matching[0].below == (
        "01/04012345123456/10/",
    )


@pytest.mark.django_db
def test_a_word_is_looked_up_in_the_index_and_a_range_is_not() -> None:
    captured(*SAID)

    def plan(parameters: dict[str, list[str]]) -> str:
        events = Event.objects.all()
        for each in asked_of(parameters).conditions:
            events = events.filter(holds(each))
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan to off")
        return events.explain()

    for sought in (
        {"EQ_firm:count": ["7", "x"]},
        {"EQ_bizTransaction_po": ["urn:x:po1"]},
        {"EQ_ILMD_firm:grade": ["A"]},
        {"EQ_quantity_KGM": ["5"]},
    ):
        assert "trails_event_by_words" in plan(sought), sought
    for read in (
        {"GE_quantity": ["5"]},
        {"EQ_INNER_firm:deep": ["x"]},
        {"EQ_firm:count": ["-7"]},
        {"EQ_firm:count": ["0x7"]},
    ):
        assert "trails_event_by_words" not in plan(read), read
    assert found({"EQ_firm:count": "0x7"}) == [3, 5]
