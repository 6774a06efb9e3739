"""Entering a subject on a list: proposed on a ground that the list names, told, heard, decided, served; only then a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.cases.models import Case, Step
from chengxin.cases.rules import Taken
from chengxin.cases.selectors import cases_open, course_of
from chengxin.cases.services.running import PaperIn, case_open, paper_add
from chengxin.kernel.days import day_of
from chengxin.law.models import ListEntry
from chengxin.lists import rules
from chengxin.lists.selectors import LISTED, fact_last, fact_of, ground_of, listing_record, records_filed
from chengxin.records.models import Batch, Record
from chengxin.records.rules import Effect
from chengxin.records.services.events import record_dispute, record_end, record_settle, record_withdraw
from chengxin.records.services.filing import record_file
from chengxin.subjects.selectors import SubjectUnknown, members_of, names_of, number_of, subject_of

MAY_DECIDE = ("department", "operator")


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
    if asker.kind not in MAY_DECIDE:
        raise rules.ListingNotPermitted(actor=asker.key, kind=asker.kind, basis=law.cite(entry.basis[0]).zh)
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
        _not_yet(law, entry, members, about := f"list:{list_key}/record:{record}", on=on, at=at)
        opened = case_open(
            procedure=str(entry.entry), jurisdiction=jurisdiction, subject=root, about=about, authority=asker.key,
            provider=asker.key, by=asker.key, at=at, doer="authority", contact={"grounds": reasons, "name": asker.key, "reach": ""},
            reasons=reasons,
        )  # fmt: skip
        firm = next((n.written for n in names_of(members, known_at=at)), "")
        notice = rules.notice_written(
            law, entry, number=opened.case.number, key=opened.key, firm=firm, code=number_of(root, known_at=at),
            ground=fact, reasons=reasons, on=on,
        )  # fmt: skip
        paper_add(case=opened.case, paper=PaperIn("列入事先告知书", "text/plain", notice.encode()), by=asker.key, at=at)
    course = course_of(opened.case)
    return Proposed(opened.case.number, opened.key, list_key, record, course.state_key, course.last_day, notice)


def _members(number: str, at: datetime) -> tuple[int, list[int]]:
    try:
        root = subject_of(number, known_at=at)
    except SubjectUnknown:
        return 0, []
    return root, members_of(root, known_at=at)


def _not_yet(law: lawroom.Law, entry: ListEntry, members: list[int], about: str, *, on: date, at: datetime) -> None:
    filed = records_filed(members, law, on=on, known_at=at)
    standing = [f.record.pk for f in filed if f.record.record_type == entry.record_type and f.effect is not Effect.NONE]
    if standing or cases_open(about=about).exists():
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
        if now.outcome == "listed" and record is None:
            record = _listing_file(case, on=step.on, by=by, at=at)
        elif record is not None and now.outcome == "not-listed":
            record_withdraw(record=record, by=by, at=at, reason=f"{case.number} {now.title.zh}")
        if record is not None and now.suspends and not (was and was.suspends):
            record_dispute(record=record, by=by, at=at, grounds=case.number, case=case.pk)
        elif record is not None and was and was.suspends and not now.suspends:
            record_settle(record=record, by=by, at=at, outcome=step.to)
        before = step.to
    return listing_record(case)


def _listing_file(case: Case, *, on: date, by: str, at: datetime) -> int:
    """The entry as a record: dated by the day of its service, from which it has effect, and by the decision's number."""
    list_key, _ = ground_of(case)
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
    filed = record_file(
        source=here.source, row=row, actor=case.authority, jurisdiction=case.jurisdiction, channel=LISTED, by=by, at=at,
        reason=f"case:{case.pk}",
    )  # fmt: skip
    return filed.record


def listings_groundless_end(*, by: str, at: datetime) -> list[int]:
    """End every entry whose ground has fallen: by its repair from today on; where the ground was taken out, or corrected into
    something that is none, the entry was wrong from the first and is taken out too. Returns the records of the latter, since answers and
    measures that rested on them are to be made good.
    """
    wrong = []
    for batch in Batch.objects.filter(channel=LISTED, reason__startswith="case:"):
        case = Case.objects.get(pk=int(batch.reason.removeprefix("case:")))
        record = Record.objects.filter(batch_id=batch.pk).first()
        if record is None or (standing := fact_of(record, known_at=at).standing).gone:
            continue
        ground, why = _ground(case, at), f"{case.number} 所依据的记录已不成立"
        if ground == "wrong":
            record_withdraw(record=record.pk, by=by, at=at, reason=why)
            wrong.append(record.pk)
        elif ground == "repaired" and standing.ended_on is None:
            record_end(record=record.pk, by=by, at=at, on=day_of(at), reason=why)
    return wrong


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
