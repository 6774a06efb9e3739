"""What a clerk sees of a waiting row: the row as it came on one side, the firms that may be meant on the other."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.desk.rules import Piece, names_apart
from chengxin.disclosure.rules.consenting import COUNTERS
from chengxin.disclosure.selectors import Offered, consents_offered, purposes_of
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.names import name_normal
from chengxin.law.models import Purpose, ReportKind, Words
from chengxin.records import rules
from chengxin.records.models import Waiting, WaitingDecision
from chengxin.records.selectors.batches import SEEING_ALL
from chengxin.records.selectors.waiting import (
    Against,
    decision_against,
    proposal_latest,
    row_unsealed,
    waiting_accessible,
    waiting_queue,
    waiting_row,
)
from chengxin.subjects.rules.namebook import reason_words
from chengxin.subjects.selectors import identifiers_of, members_of, number_of

MOST = 5  # firms put before a clerk, unless more fit as well as the best
LATEST = 50  # decisions on a page


def decisions_undone(asker: Asker, *, day: date) -> int:
    """How many decisions the asker's actor took back on the day."""
    begun = datetime.combine(day, time(), tzinfo=CHINA_TIME)
    return WaitingDecision.objects.filter(by=asker.key, outcome="undone", at__gte=begun).count()


@dataclass(frozen=True)
class ShownReason:
    """One feature's part of a score, in both languages, with the two values it compared."""

    feature: Words
    level: Words
    asked: str
    held: str
    points: float
    telling: bool


@dataclass(frozen=True)
class ShownCandidate:
    """A firm that may be meant: both names with their differences marked, its numbers, and every reason."""

    place: int
    number: str
    name: str
    numbers: list[str]
    asked: list[Piece]
    held: list[Piece]
    score: float
    proposed: bool
    reasons: list[ShownReason]


@dataclass(frozen=True)
class QueueItem:
    """One waiting row as a clerk sees it."""

    row: str
    name: str
    number: str | None
    source: Words
    sender: str
    received_at: datetime
    days: int
    cells: list[tuple[Words, str]]
    outcome: str | None
    model: str
    candidates: list[ShownCandidate]
    crowd: str
    left: int
    against: Against | None
    may_release: bool


@dataclass(frozen=True)
class ShownDecision:
    """A decision that was taken, and whether it can still be taken back."""

    row: str
    name: str
    outcome: str
    record: int | None
    reason: str
    by: str
    at: datetime
    latest: bool


def queue_item(asker: Asker, *, at: datetime, row: tuple[int, int] | None = None) -> QueueItem | None:
    """The row that should be decided next, or the one asked for; nothing where none waits."""
    rows = waiting_queue(asker.key, asker.kind, at=at)
    waiting: Waiting | None
    if row is None:
        waiting = rows.first()
    else:
        waiting_row(asker.key, asker.kind, batch=row[0], line=row[1])  # unknown and forbidden look alike
        waiting = rows.filter(batch_id=row[0], line=row[1]).first()
    may_release = asker.kind in SEEING_ALL
    return None if waiting is None else _item(waiting, at=at, left=rows.count(), may_release=may_release)


def _item(waiting: Waiting, *, at: datetime, left: int, may_release: bool) -> QueueItem:
    law = lawroom.load().on(waiting.batch.received_at.astimezone().date(), waiting.batch.jurisdiction)
    source, proposal = law.sources[waiting.source], proposal_latest(waiting.content)
    found = proposal.candidates if proposal else []
    shown = [c for n, c in enumerate(found) if n < MOST or c["decision"] == "propose"]
    return QueueItem(
        row=f"{waiting.batch_id}:{waiting.line}",
        name=waiting.name,
        number=waiting.number,
        source=source.title,
        sender=waiting.batch.actor,
        received_at=waiting.batch.received_at,
        days=(at - waiting.batch.received_at).days,
        cells=_cells(waiting),
        outcome=proposal.outcome if proposal else None,
        model=proposal.model if proposal else "",
        candidates=[_candidate(n, waiting.name_normal, c, at=at) for n, c in enumerate(shown, 1)],
        crowd=_crowd(shown),
        left=left,
        against=decision_against(waiting.against) if waiting.against is not None else None,
        may_release=may_release,
    )


def _crowd(found: list[dict[str, Any]]) -> str:
    """How many firms a row fits at least, where they are more than were proposed; else nothing."""
    return next((r["asked"] for c in found for r in c["reasons"] if r["feature"] == "crowd"), "")


def _cells(waiting: Waiting) -> list[tuple[Words, str]]:
    """What the row says in the fields of its template, personal data and unknown columns left out."""
    law = lawroom.load().on(waiting.batch.received_at.astimezone().date(), waiting.batch.jurisdiction)
    source = law.sources[waiting.source]
    record_type = law.record_types[source.record_type]
    row = row_unsealed(waiting)
    columns = rules.columns_map(source, list(row))
    named = ((definition, row.get(columns.get(name, ""))) for name, definition in record_type.fields.items())
    return [(definition.title, str(cell)) for definition, cell in named if cell and definition.type != "person"]


def _candidate(place: int, asked: str, found: dict[str, Any], *, at: datetime) -> ShownCandidate:
    subject = int(found["subject"])
    left, right = names_apart(asked, name_normal(found["name"]))
    words = reason_words()
    reasons = [
        ShownReason(words.feature(r["feature"]), words.level(r["feature"], r["level"]), r["asked"], r["held"], r["points"], r["points"] < 0)
        for r in found["reasons"]
    ]  # fmt: skip
    numbers = identifiers_of(members_of(subject, known_at=at), known_at=at)
    return ShownCandidate(
        place=place,
        number=number_of(subject, known_at=at),
        name=found["name"],
        numbers=[i.value for i in numbers],
        asked=left,
        held=right,
        score=found["score"],
        proposed=found["decision"] != "none",
        reasons=reasons,
    )


def decisions_latest(asker: Asker) -> list[ShownDecision]:
    """The latest decisions about rows that the asker may decide, newest first."""
    rows = _rows_seen(asker)
    decisions = list(WaitingDecision.objects.filter(content__in=rows.values("content")).order_by("-at", "-pk")[:LATEST])
    by_content = {row.content: row for row in rows.filter(content__in=[d.content for d in decisions])}
    seen: set[Any] = set()
    shown = []
    for decision in decisions:
        row = by_content[decision.content]
        place, latest = f"{row.batch_id}:{row.line}", decision.content not in seen and decision.outcome != "undone"
        seen.add(decision.content)
        outcome = WaitingDecision.Outcome(decision.outcome).label
        shown.append(
            ShownDecision(place, row.name, outcome, decision.record, decision.reason, decision.by, decision.at, latest)
        )
    return shown


def _rows_seen(asker: Asker) -> QuerySet[Waiting]:
    rows = Waiting.objects.all()
    return rows if asker.kind in ("operator", "credit-centre") else rows.filter(batch__actor=asker.key)


def waiting_count(asker: Asker) -> int:
    """How many rows wait for this asker."""
    return waiting_accessible(asker.key, asker.kind).count()


@dataclass(frozen=True)
class AskedMatter:
    """A matter in which the asker may ask, and the article by which a check in it bears purpose and case number, if one does."""

    key: str
    title: Words
    article: str
    must: str


def reports_asked(asker: Asker, *, on: date) -> list[ReportKind]:
    """The kinds of report that the asker may have for anybody, by key."""
    law = lawroom.load().on(on)
    return [kind for _, kind in sorted(law.reports.items()) if asker.kind in kind.askers]


def persons_asked(asker: Asker, *, on: date) -> tuple[list[Purpose], list[str]]:
    """The purposes for which an asker of this kind reads persons, in any jurisdiction, and the jurisdictions."""
    book = lawroom.load()
    found: dict[str, Purpose] = {}
    for place in sorted(book.jurisdictions):
        for purpose, _ in purposes_of(book.on(on, place), "consent", "statute"):
            if asker.kind in purpose.askers:
                found.setdefault(purpose.key, purpose)
    return sorted(found.values(), key=lambda p: p.key), sorted(book.jurisdictions)


def consents_asked(asker: Asker, *, on: date) -> Offered | None:
    """What the asker may enter of consents on paper: of anybody's where it is the counter, of those to itself where it is an authority."""
    if asker.kind in COUNTERS:
        return consents_offered(on=on)
    return consents_offered(on=on, grantee=asker.key) if asker.kind in ("department", "court") else None


def matters_asked(asker: Asker, *, on: date) -> tuple[list[AskedMatter], list[str]]:
    """The matters in which an asker of this kind decides, in any jurisdiction, and the jurisdictions."""
    book = lawroom.load()
    found: dict[str, AskedMatter] = {}
    for place in sorted(book.jurisdictions):
        law = book.on(on, place)
        for key, matter in law.matters.items():
            if asker.kind in matter.askers and key not in found:
                rule = (
                    matter.case_number if matter.case_number and asker.kind in matter.case_number.required_of else None
                )
                article = law.cite(rule.basis[0]).zh if rule else ""
                must = law.cite(matter.must_check.basis[0]).zh if matter.must_check else ""
                found[key] = AskedMatter(key, matter.title, article, must)
    return sorted(found.values(), key=lambda m: m.key), sorted(book.jurisdictions)
