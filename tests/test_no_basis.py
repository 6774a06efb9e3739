"""No basis, no record: ten thousand generated bad records, measures and listings, none admitted; ten thousand good ones, none refused."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
from pydantic import ValidationError

from chengxin import law as lawroom
from chengxin.cases.rules import NEEDED, Course, Taken, overdue, step_admissible
from chengxin.kernel.days import working_day_add
from chengxin.kernel.errors import Refusal
from chengxin.law.boundary import BARRED_PERSON_KINDS, crossings
from chengxin.law.models import Measure
from chengxin.law.references import faults
from chengxin.lists.rules import Fact, ground_admissible, list_decided_here
from chengxin.records.bulk.judging import Judge, Judged
from chengxin.records.rules import Standing, Terms
from tests.world import PERSON_NUMBER, TODAY, code, penalty

MANY = 10_000
BOOK = lawroom.load()
LAW = BOOK.on(TODAY)

# ---- records


def judged(rows: list[dict[str, str]]) -> Judged:
    source = LAW.sources["penalty-publicity"]
    headings = {name: name for name in dict.fromkeys(name for row in rows for name in row)}
    judge = Judge(LAW, source, LAW.record_types[source.record_type], TODAY, headings)
    frame = pl.DataFrame(
        [{name: row.get(name) for name in headings} for row in rows], schema=dict.fromkeys(headings, pl.String)
    )
    return judge.rows_judge(pl.Series(range(2, len(rows) + 2)), frame)


def record(n: int, chance: random.Random) -> dict[str, str]:
    """A good row in the record type's own field names."""
    row = penalty(n, decided_on=str(TODAY - timedelta(days=chance.randrange(300))), fine=f"{chance.randrange(1, 90)}.5")
    named = {"basis": "ground", "kind": "penalty_kind", "violation": "violation_kind", "category": "subject_class"}
    return {named.get(name, name): value for name, value in row.items()}


SPOILT_RECORDS: list[dict[str, str]] = [
    {"document": ""}, {"authority": " "}, {"decided_on": ""}, {"name": ""}, {"penalty_kind": ""},
    {"decided_on": str(TODAY + timedelta(days=1))}, {"decided_on": "2026-02-30"}, {"decided_on": "去年"},
    {"code": code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")}, {"subject_class": "自然人"},
    {"code": PERSON_NUMBER}, {"subject_class": "公民甲"}, {"valid_until": "2001-01-01"}, {"name": "。。"}, {"fine": "一些"},
]  # fmt: skip


def test_ten_thousand_bad_records_are_refused_and_as_many_good_ones_are_not() -> None:
    chance = random.Random(41)
    good = [record(n, chance) for n in range(1, MANY + 1)]
    found = judged(good)
    assert (len(found.claims), len(found.waiting), len(found.refused)) == (MANY, 0, 0)
    bad = [{**row, **chance.choice(SPOILT_RECORDS)} for row in good]
    found = judged(bad)
    assert (len(found.claims), len(found.waiting), len(found.refused)) == (0, 0, MANY)
    assert found.refused["reason"].null_count() == 0


# ---- measures


def measure(chance: random.Random) -> dict[str, Any]:
    """A measure that the lawbook could hold: parts of those that it does hold, put together anew."""
    one, other = (chance.choice(sorted(LAW.measures.values(), key=lambda m: m.key)) for _ in range(2))
    raw = one.model_dump(mode="python", by_alias=True, exclude_none=True, exclude={"key", "jurisdiction"})
    parts = other.model_dump(mode="python", by_alias=True, exclude_none=True)
    raw |= {name: parts[name] for name in ("title", "effect", "ends", "carried_out_by", "mandatory")}
    return {**raw, "matters": list(raw["matters"]), "lists": list(raw["lists"]), "verified": False}


BARRED = ["限制乘坐飞机", "限制子女就读", "禁言一个月", "取消选举权", "告知其配偶", "停用手机号", "大屏曝光"]
POLICY = {"instrument": "jiangsu-integrity-opinions-2023", "article": "二(一)"}


def measures_spoilt(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Without end: a good measure with one thing in it that no measure may have, or without one that each must."""
    while True:
        raw, what = measure(chance), chance.randrange(9)
        if what == 0:
            raw["effect"] = {"zh": chance.choice(BARRED), "en": raw["effect"]["en"]}
        elif what == 1:
            raw["title"] = {"zh": "个人信用评分不足的" + raw["title"]["zh"], "en": raw["title"]["en"]}
        elif what == 2:
            raw["kind"] = chance.choice(sorted(BARRED_PERSON_KINDS))
        elif what == 3:
            raw |= {
                "subject_kinds": ["natural-person"],
                "kind": chance.choice(["restriction", "prohibition", "supervision"]),
            }
        elif what == 4:
            raw["basis"] = [POLICY]
        elif what == 5:
            raw["basis"] = [{"instrument": chance.choice(sorted(LAW.instruments)), "article": "9999"}]
        elif what == 6:
            raw[chance.choice(["matters", "lists"])] = ["nowhere"]
        elif what == 7:
            del raw[chance.choice(["basis", "ends", "carried_out_by", "lists", "matters", "mandatory", "in_force"])]
        else:
            raw["points"] = chance.randrange(100)
        yield raw


def measure_loads(raw: dict[str, Any]) -> bool:
    """Whether the loader would take the entry: the boundary, the schema, and the rules between entries."""
    if next(crossings("measures", "made", raw, lambda record_type: False), None) is not None:
        return False
    try:
        entry = Measure.model_validate({**raw, "key": "made", "jurisdiction": "cn"})
    except ValidationError:
        return False
    return next(faults("measures", entry, BOOK), None) is None


def test_ten_thousand_bad_measures_are_refused_and_as_many_good_ones_are_not() -> None:
    chance = random.Random(43)
    assert sum(measure_loads(measure(chance)) for _ in range(MANY)) == MANY
    bad = measures_spoilt(chance)
    assert sum(measure_loads(next(bad)) for _ in range(MANY)) == 0


# ---- listings


ENTRY = list_decided_here(LAW, "serious-dishonesty")
FAULTS = (
    "kind",
    "severity",
    "term",
    "not-yet",
    "withdrawn",
    "disputed",
    "repaired",
    "unmatched",
    "late-notice",
    "early",
    "lacks",
    "who",
    "unserved",
)


def fact(chance: random.Random, **changes: Any) -> Fact:
    """A ground that the list names, in effect today."""
    start = TODAY - timedelta(days=chance.randrange(1, 300))
    words: dict[str, Any] = {
        "record": 1, "record_type": "administrative-penalty", "authority": "某局", "document": "1号", "decided_on": start,
        "terms": Terms(start, TODAY + timedelta(days=chance.randrange(1, 300)), None), "severity": "serious", "body": {}, "standing": Standing(),
    }  # fmt: skip
    return Fact(**{**words, **changes})


def ground(chance: random.Random, fault: str) -> Fact:
    past, ahead = Terms(date(2020, 1, 1), TODAY, None), Terms(TODAY + timedelta(days=1), None, None)
    changed: dict[str, dict[str, Any]] = {
        "kind": {"record_type": chance.choice(["honour", "administrative-licence", "court-non-performance"])},
        "severity": {"severity": chance.choice(["minor", "general", None])},
        "term": {"terms": past},
        "not-yet": {"terms": ahead},
        "withdrawn": {"standing": Standing(withdrawn=True)},
        "disputed": {"standing": Standing(disputes=1)},
        "repaired": {"standing": Standing(repaired_on=TODAY)},
        "unmatched": {"standing": Standing(unmatched=True)},
    }
    return fact(chance, **changed.get(fault, {}))


def listed(chance: random.Random, place: str, fault: str = "") -> bool:
    """Whether an entry with this fault comes to be served."""
    found = BOOK.on(TODAY, place)
    try:
        ground_admissible(found, ENTRY, ground(chance, fault), on=TODAY)
        course = Course(found, found.procedures["listing"], [Taken(0, "proposed", TODAY, "authority")])
        reply = found.parameter("listing-reply-within")
        lacking = chance.choice(["noticed", "decided", "served"]) if fault == "lacks" else ""
        waits = {
            "noticed": chance.randrange(3),
            "decided": reply + 1 + chance.randrange(3),
            "served": chance.randrange(3),
        }
        waits |= {
            "late-notice": {"noticed": 40},
            "early": {"decided": chance.randrange(reply + 1)},
            "unserved": {"served": 40},
        }.get(fault, {})
        on = TODAY
        for to, wait in waits.items():
            on = working_day_add(on, wait)
            while (silent := overdue(course, on=on)) is not None:
                course = course.after(silent)
            doer = (
                chance.choice(["subject", "provider", "credit-centre", "supervisor"]) if fault == "who" else "authority"
            )
            needs = next((o.step.needs for o in course.steps if o.step.to == to), ())
            has = set(NEEDED) - ({chance.choice(needs)} if to == lacking and needs else set())
            step = step_admissible(course, to=to, by=[doer], on=on, has=has)  # type: ignore[list-item]
            course = course.after(Taken(len(course.taken), to, on, step.by))
    except Refusal:
        return False
    return course.state.outcome == "listed"


def test_ten_thousand_bad_listings_are_refused_and_as_many_good_ones_are_not() -> None:
    chance = random.Random(47)
    places = [place for place in BOOK.jurisdictions if place != "cn-39"]
    assert sum(listed(chance, chance.choice(places)) for _ in range(MANY)) == MANY
    assert sum(listed(chance, chance.choice(places), chance.choice(FAULTS)) for _ in range(MANY)) == 0
