"""Reading cases: where each stands, whose turn it is, and who may see it."""

import hmac
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.cases.models import Case, Deed, Delivery, Notice, Step
from chengxin.cases.rules import Course, Taken
from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import Seal
from chengxin.law.models import Doer, Words
from chengxin.vault.selectors import seal_of

ATTEMPTS = 6  # so often a notice is tried
SEEING_ALL = ("operator", "credit-centre", "supervisor")
M = TypeVar("M", bound=Model)


class CaseUnknown(Refusal):
    """There is no case {number} among those that you may see. A case's number is a day and a running number (20261122-000001): copy it from the
    receipt, the notice or the list of your cases.
    """

    code = "case-unknown"
    status = 404
    zh = "没有您可以查看的案件{number}。案件编号由日期和序号组成（如20261122-000001），请与回执、通知或者待办中的编号核对。"


class CaseKeyUnknown(CaseUnknown):
    """No case has the number {number} and this key together. Both stand on the receipt, and the key belongs to that number alone: copy both from there. The key
    was shown once; who has lost it asks whoever decides the case.
    """

    code = "case-key-unknown"
    zh = (
        "没有您可以查看的案件：编号{number}与所填的查询码不相符。两者都在回执上，查询码只对应这一个编号，请从回执照抄；查询码只显示一次，"
        "遗失的请向办理单位询问。"
    )


def case_seal() -> Seal:
    """The seal under which a case's papers, and how to reach the one who opened it, are kept."""
    return seal_of("cases")


def course_of(case: Case) -> Course:
    """The case's procedure by the law of the day on which it opened, and the steps taken in it."""
    law = lawroom.load().on(case.opened_on, case.jurisdiction)
    steps = [Taken(s.number, s.to, s.on, _doer(s.doer)) for s in case.steps.order_by("number")]
    return Course(law, law.procedures[case.procedure], steps)


def case_state_title(case: int) -> Words:
    """Where the case stands, in words."""
    return course_of(Case.objects.get(pk=case)).state.title


def _doer(written: str) -> Doer:
    return written  # type: ignore[return-value]


def doers_of(case: Case, asker: Asker) -> set[Doer]:
    """Which parts the asker plays in the case: it may be several, as where the centre itself sent the record."""
    doers: set[Doer] = set()
    if asker.kind in ("operator", "credit-centre"):
        doers.add("credit-centre")
    if asker.kind == "supervisor":
        doers.add("supervisor")
    if asker.key == case.authority:
        doers.add("authority")
    if asker.key == case.provider:
        doers.add("provider")
    return doers


def cases_accessible(asker: Asker) -> QuerySet[Case]:
    """The cases that the asker may see: its own as authority or provider, and a department those that it opened; who runs or
    supervises the register sees all. What anybody opened through the portal is nobody's but theirs who hold its key.
    """
    cases = Case.objects.order_by("pk")
    if asker.kind in SEEING_ALL:
        return cases
    own = Q(authority=asker.key) | Q(provider=asker.key)
    return cases.filter(own | Q(opened_by=asker.key) if asker.kind == "department" else own)


def case_accessible(asker: Asker, number: str) -> Case:
    """The case of that number, of those that the asker may see; unknown and forbidden look alike."""
    return case_numbered(cases_accessible(asker), number)


def numbered(found: QuerySet[M], number: str, *, day: str, prefix: str = "") -> M | None:
    """The one of these that bears the number of a receipt: a prefix, its day (the column `day`), and its own number; none where there is none."""
    match = re.fullmatch(prefix + r"(\d{8})-(\d{6,12})", number.strip())
    each = found.filter(pk=int(match[2])).first() if match else None
    return each if match and each is not None and f"{getattr(each, day):%Y%m%d}" == match[1] else None


def key_holds(key_hash: bytes | memoryview | None, key: str) -> bool:
    """Whether it is the key that was given with a receipt."""
    return hmac.compare_digest(bytes(key_hash or b""), sha256(key.encode()).digest())


def case_by_key(number: str, key: str) -> Case:
    """The case of that number for whoever holds its key; unknown and not theirs look alike."""
    case = numbered(Case.objects.filter(key_hash__isnull=False), number, day="opened_on")
    if case is None or not key_holds(case.key_hash, key):
        raise CaseKeyUnknown(number=number[:40])
    return case


def case_numbered(cases: QuerySet[Case], number: str) -> Case:
    """The case of that number, of these; one that is not among them looks like one that is not."""
    case = numbered(cases, number, day="opened_on")
    if case is None:
        raise CaseUnknown(number=number[:40])
    return case


def cases_open(*, about: str | None = None, before: date | None = None) -> QuerySet[Case]:
    """The cases in which something is still owed, those due first before the others; only those about one thing, or those in
    which everybody's time was over before a day.
    """
    latest = Step.objects.filter(case=OuterRef("pk")).order_by("-number")
    cases = Case.objects.filter(about=about) if about else Case.objects.all()
    found = cases.annotate(last_day=Subquery(latest.values("last_day")[:1])).filter(last_day__isnull=False)
    return (found.filter(last_day__lt=before) if before else found).order_by(F("last_day"), "pk")


@dataclass(frozen=True)
class Task:
    """A case in which it is the asker's turn: by when, and what may be done."""

    case: Case
    course: Course
    mine: set[Doer]

    @property
    def last_day(self) -> date | None:
        """The first day that is due of what the asker may do."""
        days = [o.last_day for o in self.course.steps if o.step.by in self.mine and o.last_day is not None]
        return min(days, default=None)

    @property
    def choices(self) -> list[str]:
        """The states to which the asker may bring the case."""
        return [o.step.to for o in self.course.steps if o.step.by in self.mine]


def tasks_of(asker: Asker, cases: Iterable[Case] | None = None) -> Iterator[Task]:
    """The open cases in which it is the asker's turn, the first due first."""
    mine = cases_accessible(asker).values("pk")
    found = cases if cases is not None else cases_open().filter(pk__in=mine)
    tasks = (Task(case, course_of(case), doers_of(case, asker)) for case in found)
    return iter(sorted((t for t in tasks if t.last_day is not None), key=lambda t: (t.last_day or date.max, t.case.pk)))


@dataclass(frozen=True)
class DeedCount:
    """Of the cases of one procedure: how many were opened, in how many each deed was written down, and in how many any of them."""

    procedure: str
    cases: int
    deeds: dict[str, int]
    any: int


def deeds_counted(asker: Asker, procedure: str) -> DeedCount:
    """How often training, interviews and the like were written down, of the cases that the asker may see; each case counted once."""
    cases = cases_accessible(asker).filter(procedure=procedure)
    done = set(Deed.objects.filter(case__in=cases.values("pk")).values_list("kind", "case"))
    counts = Counter(kind for kind, _ in done)
    return DeedCount(procedure, cases.count(), dict(sorted(counts.items())), len({case for _, case in done}))


def notices_due(*, at: datetime) -> QuerySet[Notice]:
    """The notices not yet sent, but for those that failed a short while ago, and those that failed too often."""
    latest = Delivery.objects.filter(notice=OuterRef("pk")).order_by("-number")
    found = Notice.objects.select_related("case").annotate(
        outcome=Subquery(latest.values("outcome")[:1]),
        tried=Subquery(latest.values("number")[:1]),
        last=Subquery(latest.values("at")[:1]),
    )
    waits = [Q(tried=n, last__lte=at - timedelta(minutes=5 * 4**n)) for n in range(ATTEMPTS - 1)]
    again = waits[0]
    for wait in waits[1:]:
        again |= wait
    return found.filter(Q(outcome__isnull=True) | Q(outcome="failed") & again).order_by("pk")
