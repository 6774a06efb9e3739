"""Small random worlds of firms, records, events and merges, and what follows in them by an oracle of its own.

The oracle shares no code with the program: it reads the lawbook's YAML as it lies and walks plain lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from hypothesis import strategies as st

from chengxin.kernel.errors import Refusal
from chengxin.kernel.names import name_normal
from chengxin.records.models import LINES_PER_BATCH, Batch, Event, Record
from chengxin.records.services import events as records
from chengxin.subjects.models import Identifier, Name, Subject
from chengxin.subjects.services import merging as subjects
from tests.world import NOW, TODAY, code, organisation_code

BOOK = Path(__file__).parents[1] / "lawbook" / "cn"
MATTERS = ("tender", "public-funds", "licence", "land", "honours", "supervision-frequency")
FIRMS = 4
MINUTES = 60  # everything in a world happens within an hour


@dataclass(frozen=True)
class Claim:
    """A record of the world: whose, what, its term, the minute in which it came, and the earlier claim on which it rests."""

    firm: int
    kind: str
    severity: str | None
    body: Mapping[str, str]
    effect_from: date
    effect_until: date | None
    minute: int
    ground: int | None = None


@dataclass(frozen=True)
class Happening:
    """Something that somebody does in a minute: to a claim (withdraw, dispute, …) or to two firms (merge, unmerge)."""

    minute: int
    what: str
    one: int
    other: int
    on: date


@dataclass
class World:
    """Claims, and the happenings that the program admitted."""

    claims: Sequence[Claim]
    happened: list[Happening] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    firms: list[int] = field(default_factory=list)


# Few days, close together, so that terms, repairs and questions meet on the very same day.
DAYS = st.integers(0, 6).map(lambda n: date(2026, 10, 1) + timedelta(days=n))
LENGTHS = st.one_of(st.none(), st.integers(0, 6))
BODIES = {
    "administrative-penalty": ["吊销食品经营许可证", "罚款", "警告"],
    "abnormal-operations": [""],
    "serious-dishonesty": [""],
    "honour": [""],
}


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim about any firm, of a kind that the lists know or do not."""
    kind = draw(st.sampled_from(sorted(BODIES)))
    start, length = draw(DAYS), draw(LENGTHS)
    penalty = kind == "administrative-penalty"
    body = {"penalty_kind": draw(st.sampled_from(BODIES[kind]))} if penalty else {}
    if penalty and draw(st.booleans()):
        body["violation_kind"] = draw(st.sampled_from(["以欺骗手段取得行政许可", "其他"]))
    return Claim(
        firm=draw(st.integers(0, FIRMS - 1)),
        kind=kind,
        severity=draw(st.sampled_from(["minor", "general", "serious"])) if penalty else None,
        body=body,
        effect_from=start,
        effect_until=None if length is None else start + timedelta(days=length),
        minute=draw(st.integers(0, MINUTES // 2)),
    )


def happenings(count: int) -> st.SearchStrategy[list[Happening]]:
    """What people do, minute by minute, to so many claims and to the firms; the program may refuse some of it."""
    verbs = (
        ["withdraw", "dispute", "settle", "repair", "unrepair", "end", "unmatch", "match", "contest", "conclude"]
        if count
        else []
    )
    one = st.builds(
        Happening,
        minute=st.integers(MINUTES // 2, MINUTES),
        what=st.sampled_from([*verbs, "merge", "unmerge"]),
        one=st.integers(0, max(count, FIRMS) - 1),
        other=st.integers(0, FIRMS - 1),
        on=DAYS,
    )
    return st.lists(one, max_size=10).map(lambda found: sorted(found, key=lambda h: h.minute))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Claim], list[Happening]]:
    """Claims, and what people try to do afterwards."""
    made = draw(st.lists(claims(), max_size=7))
    for number in range(1, len(made)):
        # Some are entries on lists that rest on another claim, which may rest on a third.
        if draw(st.booleans()):
            made[number] = replace(made[number], ground=draw(st.integers(0, number - 1)))
    return made, draw(happenings(len(made)))


def instant(minute: int) -> datetime:
    """The instant of a minute of the world."""
    return NOW + timedelta(minutes=minute)


def world_build(made: Sequence[Claim], tried: Sequence[Happening]) -> World:
    """File the claims and do what is tried, through the program's own services; what it refuses did not happen."""
    world = World(made)
    batch = Batch.objects.create(
        source="penalty-publicity", jurisdiction="cn", actor="operator", channel="file", received_at=NOW,
        file_name="", file_digest=uuid4().hex, lawbook_digest="", status="landed",
    )  # fmt: skip
    for firm in range(FIRMS):
        subject = Subject.objects.create(created_at=NOW)
        world.firms.append(subject.pk)
        Identifier.objects.create(subject=subject, scheme="uscc", value=code(firm), known_at=NOW)
        written = name_of(firm)
        Name.objects.create(
            subject=subject, written=written, normal=name_normal(written), source="penalty-publicity", known_at=NOW
        )
    for line, claim in enumerate(made):
        record = Record.objects.create(
            id=batch.pk * LINES_PER_BATCH + line, row_key=uuid4(), content=uuid4(), record_type=claim.kind, batch=batch,
            subject_id=world.firms[claim.firm], authority="某机关", document=f"{line}号", decided_on=claim.effect_from,
            effect_from=claim.effect_from, effect_until=claim.effect_until, shown_until=claim.effect_until,
            severity=claim.severity, received_at=instant(claim.minute), body={"name": name_of(claim.firm), **claim.body},
        )  # fmt: skip
        Event.objects.create(record=record, number=0, kind="filed", at=instant(claim.minute), by="operator")
        world.records.append(record.pk)
        if claim.ground is not None:
            ground = world.records[claim.ground]
            records.ground_lay(record=record.pk, ground=ground, by="operator", at=instant(claim.minute))
    for step in tried:
        happen(world, step)
    return world


def happen(world: World, step: Happening) -> bool:
    """Do one thing; returns whether the program let it happen."""
    at, reason = instant(step.minute), "试"
    try:
        if step.what in ("merge", "unmerge"):
            if step.one >= FIRMS or step.one == step.other:
                return False
            verb = subjects.subjects_merge if step.what == "merge" else subjects.subjects_unmerge
            verb(absorbed=world.firms[step.one], into=world.firms[step.other], by="operator", at=at, reason=reason)
        elif step.one >= len(world.records):
            return False
        else:
            _record_happen(step.what, {"record": world.records[step.one], "by": "operator", "at": at}, step.on)
    except Refusal:
        return False
    world.happened.append(step)
    return True


def _record_happen(what: str, common: dict[str, Any], on: date) -> None:
    if what == "withdraw":
        records.record_withdraw(**common, reason="错")
    elif what == "dispute":
        records.record_dispute(**common, grounds="异议")
    elif what == "settle":
        records.record_settle(**common, outcome="维持")
    elif what == "unmatch":
        records.record_unmatch(**common, reason="错配")
    elif what == "match":
        records.record_match(**common, reason="未错")
    elif what == "contest":
        records.record_contest(**common, forum="lawsuit", case=1)
    elif what == "conclude":
        records.record_conclude(**common, outcome="维持", case=1)
    elif what == "repair":
        records.record_repair(**common, on=on, decision="修复")
    elif what == "unrepair":
        records.record_unrepair(**common, reason="骗取")
    else:
        records.record_end(**common, on=on, reason="移出")


# ---- the oracle


MARK = "*"  # after the state of a measure whose record is under reconsideration or lawsuit
Answer = tuple[str, frozenset[tuple[str, str, int, str]]]


@cache
def _shelf(name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((BOOK / name).glob("*.yaml")):
        found.setdefault(path.stem.split("@")[0], []).append(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found


def _in_force(versions: list[dict[str, Any]], on: date) -> dict[str, Any] | None:
    for version in versions:
        if version["in_force"]["from"] <= on and ("to" not in version["in_force"] or on < version["in_force"]["to"]):
            return version
    return None


def oracle(world: World, firm: int, matter: str, on: date, minute: int) -> Answer:
    """What a check of the firm must say on the day, as known in the minute: the outcome, and each (measure, list, record, state)."""
    found = set()
    for key, versions in _shelf("measures").items():
        measure = _in_force(versions, on)
        if measure is None or matter not in measure["matters"] or "organisation" not in measure["subject_kinds"]:
            continue
        for list_key in measure["lists"]:
            listed = _in_force(_shelf("lists")[list_key], on)
            for number, claim in enumerate(world.claims):
                state = _state(world, number, on, minute)
                if listed and state and firm in _together(world, claim.firm, minute) and _meets(claim, listed):
                    found.add((key, list_key, world.records[number], state + _mark(world, number, minute)))
    states = {state.rstrip(MARK) for *_, state in found}
    outcome = "applies" if "applies" in states else "suspended" if states else "none_applies"
    return outcome, frozenset(found)


def said(measure: Mapping[str, Any]) -> str:
    """What an answer says of a measure: its state, and whether the record is under reconsideration or lawsuit."""
    return str(measure["state"]) + (MARK if str(measure["contested"]).casefold() == "true" else "")


def _mark(world: World, number: int, minute: int) -> str:
    kinds = [h.what for h in world.happened if h.one == number and h.minute <= minute]
    return MARK if kinds.count("contest") > kinds.count("conclude") else ""


def _meets(claim: Claim, listed: Mapping[str, Any]) -> bool:
    if claim.kind != listed["record_type"]:
        return False
    held = dict(claim.body, severity=claim.severity)
    return all(held.get(name) in values for name, values in listed.get("where", {}).items())


def _state(world: World, number: int, on: date, minute: int, *, asked: date | None = None) -> str:
    """applies, suspended, or nothing where the claim has no effect; repairs and ends count up to the day `asked`."""
    asked = asked or on
    claim = world.claims[number]
    if claim.minute > minute or on < claim.effect_from or (claim.effect_until and on >= claim.effect_until):
        return ""
    done = [h for h in world.happened if h.what not in ("merge", "unmerge") and h.one == number and h.minute <= minute]
    kinds = [h.what for h in done]
    if kinds.count("unmatch") > kinds.count("match"):
        return ""
    if "withdraw" in kinds or any(h.what == "end" and h.on <= asked for h in done):
        return ""
    undone = max((n for n, kind in enumerate(kinds) if kind == "unrepair"), default=-1)
    if any(h.what == "repair" and h.on <= asked for h in done[undone + 1 :]):
        return ""
    if kinds.count("dispute") > kinds.count("settle") or _groundless(world, claim.ground, minute):
        return "suspended"
    return "applies"


def _groundless(world: World, ground: int | None, minute: int) -> bool:
    """Whether what a claim rests on is disputed, gone, or rests itself on what is; on no ground at all nothing depends."""
    if ground is None:
        return False
    kinds = [h.what for h in world.happened if h.one == ground and h.minute <= minute]
    shaken = any(
        kinds.count(begun) > kinds.count(over) for begun, over in (("dispute", "settle"), ("unmatch", "match"))
    )
    return shaken or "withdraw" in kinds or _groundless(world, world.claims[ground].ground, minute)


def shown(world: World, firm: int, on: date, minute: int) -> set[int]:
    """The records that the public may see on the day under the firm, as known in the minute; one not yet in force is shown."""
    found = set()
    for number, claim in enumerate(world.claims):
        early = max(on, claim.effect_from)
        if firm in _together(world, claim.firm, minute) and _state(world, number, early, minute, asked=on):
            found.add(world.records[number])
    return found


def _together(world: World, firm: int, minute: int) -> set[int]:
    """Every firm that is held to be one with this firm in the minute."""
    standing: list[set[int]] = []
    for h in world.happened:
        if h.what == "merge" and h.minute <= minute:
            standing.append({h.one, h.other})
        if h.what == "unmerge" and h.minute <= minute:
            standing.remove({h.one, h.other})
    found = {firm}
    for _ in range(FIRMS):
        found |= {other for pair in standing if pair & found for other in pair}
    return found


def name_of(firm: int) -> str:
    """The firm's name, of which no other's is a part."""
    return f"云川市{'甲乙丙丁'[firm]}码头船务有限公司"


def number_of(firm: int, inside: bool) -> str:
    """The firm's code, or the organisation code inside it."""
    return organisation_code(firm) if inside else code(firm)


def days_of(world: World) -> list[date]:
    """The days on which anything begins or ends in the world, and the days beside them, up to the tests' own day."""
    edges = {TODAY}
    for claim in world.claims:
        edges |= {claim.effect_from} | ({claim.effect_until} if claim.effect_until else set())
    edges |= {h.on for h in world.happened}
    days = {edge + timedelta(days=shift) for edge in edges for shift in (-1, 0, 1)}
    return sorted(day for day in days if day <= TODAY)
