"""Entering a subject on a list: proposed on a ground that the list names, told, heard, decided, served; only then a record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_titled, departments
from chengxin.cases.models import Case, Step
from chengxin.cases.rules import Taken
from chengxin.cases.selectors import cases_open, course_of
from chengxin.cases.services.running import PaperIn, Words, case_open, case_step, paper_add
from chengxin.kernel.days import day_of
from chengxin.kernel.periods import months_after
from chengxin.law.models import ListEntry
from chengxin.lists import rules
from chengxin.lists.selectors import (
    LISTED,
    about_of,
    case_published,
    fact_last,
    fact_of,
    ground_of,
    listing_record,
    lists_counting,
    records_filed,
)
from chengxin.records.models import Batch, Ground, Record
from chengxin.records.selectors.filed import EVER, records_before
from chengxin.records.services.events import ground_lay, record_dispute, record_end, record_settle, record_withdraw
from chengxin.records.services.filing import record_file
from chengxin.subjects.selectors import SubjectUnknown, members_of, names_of, number_of, subject_of


@dataclass(frozen=True)
class Proposed:
    """An entry just proposed: its case, the key for the subject, and the notice to be served on it."""

    number: str
    key: str
    list_key: str
    record: int
    state: str
    last_day: date | None
    notice: str

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def listing_propose(
    *, list_key: str, record: int, number: str, asker: Asker, reasons: str, at: datetime, jurisdiction: str = "cn"
) -> Proposed:
    """Propose to enter the subject of this number on a list, on a record about it that the list names as a ground.

    Nothing has effect by this; the notice that comes back is to be served, and its service proved, before anything is decided.
    """
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    entry = rules.list_decided_here(law, list_key)
    rules.listing_permitted(law, entry, kind=asker.kind, actor=asker.key)
    with transaction.atomic():
        ground = Record.objects.select_for_update().select_related("batch").filter(pk=record).first()
        root, members = _members(number, at)
        if ground is None or ground.subject_id not in members:
            raise rules.GroundUnfit(
                record=record, title=entry.title.zh, why="it is not about this subject", why_zh="不是关于该主体的记录",
                basis=law.cite(entry.basis[0]).zh,
            )  # fmt: skip
        fact = fact_of(ground, known_at=at)
        rules.ground_admissible(law, entry, fact, on=on)
        _not_yet(law, entry, members, record, on=on, at=at)
        rules.honour_unbarred(law, entry, lists_counting(members, law, on=on, known_at=at))
        opened = case_open(
            procedure=str(entry.entry), jurisdiction=jurisdiction, subject=root, about=about_of(list_key, record), authority=asker.key,
            provider=asker.key, by=asker.key, at=at, doer="authority", contact={"grounds": reasons, "name": asker.key, "reach": ""},
            reasons=reasons,
        )  # fmt: skip
        firm = next((n.written for n in names_of(members, known_at=at)), "")
        told: dict[str, Any] = {
            "number": opened.case.number, "key": opened.key, "firm": firm, "code": number_of(root, known_at=at), "reasons": reasons,
            "on": on, "authority": actor_titled(asker.key),
        }  # fmt: skip
        title, notice = rules.entry_notice(law, entry, ground=fact, **told)
        paper_add(case=opened.case, paper=PaperIn(title, "text/plain", notice.encode()), by=asker.key, at=at)
    course = course_of(opened.case)
    return Proposed(opened.case.number, opened.key, list_key, record, course.state_key, course.last_day, notice)


@dataclass(frozen=True)
class Applied:
    """An application just received: its case, and the key for whoever applied; it is shown once."""

    case: Case
    key: str
    record: int


def honour_apply(
    *, list_key: str, number: str, authority: str, contact: dict[str, Any], by: str, at: datetime,
    papers: Iterable[PaperIn] = (), jurisdiction: str = "cn",
) -> Applied:  # fmt: skip
    """Ask a department to enter the subject of this number on a favourable list. It rests on the subject's registration; whoever
    stands on a list that bars it is told so at once.
    """
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    entry = law.lists.get(list_key)
    if entry is None or not entry.applied_for:
        known = ", ".join(e.key for e in rules.lists_applied_for(law))
        raise rules.NotAppliedFor(key=list_key[:80], known=known)
    deciding = Actor.objects.filter(key=authority, kind="department", closed_at__isnull=True).first()
    if deciding is None:
        known = ", ".join(departments().values_list("key", flat=True))
        raise rules.AuthorityUnfit(authority=authority[:80], known=known)
    with transaction.atomic():
        root, members = _members(number, at)
        ground = _ground_found(law, entry, members, on=on, at=at)
        if ground is None:
            raise rules.RegistrationMissing(number=number[:40])
        Record.objects.select_for_update().get(pk=ground)
        _not_yet(law, entry, members, ground, on=on, at=at)
        rules.honour_unbarred(law, entry, lists_counting(members, law, on=on, known_at=at))
        opened = case_open(
            procedure=str(entry.entry), jurisdiction=jurisdiction, subject=root, about=about_of(list_key, ground), authority=deciding.key,
            provider=deciding.key, by=by, at=at, contact=contact, papers=papers,
        )  # fmt: skip
    return Applied(opened.case, opened.key, ground)


def _ground_found(law: lawroom.Law, entry: ListEntry, members: list[int], *, on: date, at: datetime) -> int | None:
    """The latest record of the subject's that the list names as a ground."""
    for filed in records_filed(members, law, on=on, known_at=at):
        try:
            rules.ground_admissible(law, entry, fact_of(filed.record, known_at=at), on=on)
        except rules.GroundUnfit:
            continue
        return filed.record.pk
    return None


def honour_object(*, number: str, paper: PaperIn, by: str, at: datetime) -> Case:
    """An objection by anybody to an entry that is being published: its words are sealed into the file, and the case goes where whoever
    decides must answer it. Refuses when the time for objections is over.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_published(number).pk)
        course = course_of(case)
        step = next((o for o in course.steps if o.step.by == "anybody"), None)
        last = step.last_day if step else course.taken[-1].on
        if step is None or (last is not None and day_of(at) > last):
            raise rules.ObjectionLate(day=last)
        case_step(case=case.pk, to=step.step.to, doers=("anybody",), by=by, at=at, words=Words(), papers=[paper])
    return case


def _members(number: str, at: datetime) -> tuple[int, list[int]]:
    try:
        root = subject_of(number, known_at=at)
    except SubjectUnknown:
        return 0, []
    return root, members_of(root, known_at=at)


def _not_yet(law: lawroom.Law, entry: ListEntry, members: list[int], ground: int, *, on: date, at: datetime) -> None:
    """Refuse a second entry of the same subject, or one on the same ground, corrected since or not, that is under way."""
    about = [about_of(entry.key, each) for each in records_before(ground)]
    standing = [f.record.pk for f in records_filed(members, law, on=on, known_at=at) if entry.key in f.lists]
    if standing or cases_open().filter(about__in=about).exists():
        raise rules.AlreadyListed(record=standing[0] if standing else "—")


# --- what the case's steps mean ---------------------------------------------------------------------------------------------


def listing_follow(case: Case, before: str | None, taken: Sequence[Taken], *, by: str, at: datetime) -> int | None:
    """Let the entry follow its case: filed when it is served, suspended while it is reviewed, taken out when a review undoes it.
    Returns the record of the entry, where there is one.
    """
    states = course_of(case).procedure.states
    for step in taken:
        was, now = states[before] if before else None, states[step.to]
        record = listing_record(case)
        if step.by == "authority" and now.outcome in (None, "listed"):
            _unbarred(case, at=at)
            if record is None:
                _grounded(case, at=at)
        if now.outcome == "listed" and record is None:
            record = _listing_file(case, on=step.on, by=by, at=at)
        elif record is not None and now.outcome == "not-listed":
            record_withdraw(record=record, by=by, at=at, reason=f"{case.number} {now.title.zh}", case=case.pk)
        if record is not None and now.suspends and not (was and was.suspends):
            record_dispute(record=record, by=by, at=at, grounds=case.number, case=case.pk)
        elif record is not None and was and was.suspends and not now.suspends:
            record_settle(record=record, by=by, at=at, outcome=step.to, case=case.pk)
        before = step.to
    return listing_record(case)


def _unbarred(case: Case, *, at: datetime) -> None:
    """A favourable entry goes no further while its subject stands on a list that bars it."""
    law = lawroom.load().on(day_of(at), case.jurisdiction)
    entry = law.lists.get(ground_of(case)[0])
    if entry is not None and entry.barred_by:
        members = members_of(case.subject_id, known_at=at)
        rules.honour_unbarred(law, entry, lists_counting(members, law, on=law.day, known_at=at))


def _grounded(case: Case, *, at: datetime) -> None:
    """No entry goes further towards its decision than its ground carries it: what it rests on counts today, through its corrections."""
    list_key, record = ground_of(case)
    law = lawroom.load().on(case.opened_on, case.jurisdiction)
    rules.ground_admissible(law, rules.list_decided_here(law, list_key), fact_last(record, known_at=at), on=day_of(at))


def _listing_file(case: Case, *, on: date, by: str, at: datetime) -> int:
    """The entry as a record: dated by the day of its service, from which it has effect, and by the decision's number."""
    list_key, ground = ground_of(case)
    law = lawroom.load().on(case.opened_on, case.jurisdiction)
    entry = rules.list_decided_here(law, list_key)
    here, roles = entry.decided_here, law.record_types[entry.record_type].roles
    assert here is not None  # list_decided_here refuses a list without it
    decision = Step.objects.filter(case=case).exclude(document="").order_by("-number").first()
    authority = Actor.objects.get(key=case.authority)
    members = members_of(case.subject_id, known_at=at)
    row: dict[str, str | None] = {
        roles.name: next((n.written for n in names_of(members, known_at=at)), None),
        roles.code: number_of(case.subject_id, known_at=at),
        roles.document: decision.document if decision else None,
        roles.authority: authority.title,
        roles.decided_on: on.isoformat(),
        here.reasons: decision.reasons if decision else None,
    }
    if here.basis:
        row[here.basis] = "、".join(law.cite(b).zh for b in entry.basis)
    row |= here.fixed
    if here.until and here.months:
        row[here.until] = months_after(on, law.parameter(here.months)).isoformat()
    filed = record_file(
        source=here.source, row=row, actor=case.authority, jurisdiction=case.jurisdiction, channel=LISTED, by=by, at=at,
        reason=f"case:{case.pk}",
    )  # fmt: skip
    ground_lay(record=filed.record, ground=fact_last(ground, known_at=EVER).record, by=by, at=at)
    return filed.record


def listings_groundless_end(*, by: str, at: datetime) -> list[int]:
    """End every entry whose ground has fallen: by its repair from today on; where the ground was taken out, or corrected into
    something that is none, the entry was wrong from the first and is taken out too. A favourable entry ends as well where its subject
    has come to stand on a list that bars it. Returns the records of what was wrong, since answers and measures that rested on them are to
    be made good.
    """
    wrong = []
    for batch in Batch.objects.filter(channel=LISTED, reason__startswith="case:"):
        case = Case.objects.get(pk=int(batch.reason.removeprefix("case:")))
        record = Record.objects.filter(batch_id=batch.pk).first()
        if record is None or (standing := fact_of(record, known_at=at).standing).gone:
            continue
        ground, why = _ground(case, at), f"{case.number} 所依据的记录已不成立"
        if ground == "wrong":
            record_withdraw(record=record.pk, by=by, at=at, reason=why, case=case.pk)
            wrong.append(record.pk)
        elif standing.ended_on is None and standing.repaired_on is None:
            if ground == "repaired":
                record_end(record=record.pk, by=by, at=at, on=day_of(at), reason=why, case=case.pk)
            elif (barred := _barred(case, at)) is not None:
                record_end(
                    record=record.pk,
                    by=by,
                    at=at,
                    on=day_of(at),
                    reason=f"{case.number} {barred.message_zh}",
                    case=case.pk,
                )
    return wrong


def grounds_backfill(*, by: str, at: datetime) -> list[int]:
    """Lay upon its ground every entry that a case made before grounds were written down, as both stand now through their corrections;
    from now on it has effect only while its ground does. Returns these entries.
    """
    laid = []
    unlaid = Record.objects.filter(batch__channel=LISTED).exclude(pk__in=Ground.objects.values("record_id"))
    for first in unlaid.select_related("batch").order_by("pk"):
        with transaction.atomic():
            fact = fact_last(first.pk, known_at=EVER)
            Record.objects.select_for_update().get(pk=fact.record)
            if fact.standing.gone or Ground.objects.filter(record=fact.record).exists():
                continue
            case = Case.objects.get(pk=int(first.batch.reason.removeprefix("case:")))
            ground_lay(record=fact.record, ground=fact_last(ground_of(case)[1], known_at=EVER).record, by=by, at=at)
            laid.append(fact.record)
    return laid


def _barred(case: Case, at: datetime) -> rules.HonourBarred | None:
    """Why a favourable entry may not stay, or nothing."""
    try:
        _unbarred(case, at=at)
    except rules.HonourBarred as refusal:
        return refusal
    return None


def _ground(case: Case, at: datetime) -> Literal["stands", "repaired", "wrong"]:
    """What is left of what the entry rests on, through its corrections. That its term has run out since does not undo the decision
    that was taken on it.
    """
    list_key, record = ground_of(case)
    law = lawroom.load().on(case.opened_on, case.jurisdiction)
    entry = rules.list_decided_here(law, list_key)
    fact = fact_last(record, known_at=at)
    values = {**fact.body, "severity": fact.severity}
    named = any(
        g.record_type == fact.record_type and all(values.get(n) in allowed for n, allowed in g.where.items())
        for g in entry.grounds
    )
    if fact.standing.gone or not named:
        return "wrong"
    return "stands" if fact.standing.repaired_on is None else "repaired"
