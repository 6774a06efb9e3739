"""What the register says of a number in a matter; which answers were given about a subject, and which anew to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from chengxin.actors.selectors import Asker
from chengxin.cases.selectors import SEEING_ALL
from chengxin.checks import rules
from chengxin.checks.models import Reissue
from chengxin.checks.rules import Outcome, Reason
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.ledger.models import Entry
from chengxin.lists.rules import Following, measures_following, record_types_deciding
from chengxin.lists.selectors import facts_in_term


@dataclass(frozen=True)
class Finding:
    """What the register says of a number in a matter: the outcome, the subject that it named, and what follows."""

    outcome: Outcome
    reason: Reason | None = None
    subject: int | None = None
    following: Sequence[Following] = ()


def finding(law: Law, matter: str, *, scheme: str, value: str, on: date, known_at: datetime) -> Finding:
    """What follows in the matter for the subject of the number; one reading, and no trace of it: the caller writes that."""
    types = record_types_deciding(law, matter)
    found = facts_in_term(scheme=scheme, value=value, record_types=types, on=on, known_at=known_at)
    if found is None:
        return Finding(Outcome.CANNOT_SAY, rules.UNKNOWN)
    following = measures_following(law, matter, found.facts, on=on)
    return Finding(rules.outcome(following), None, found.subject, following)


CHECKED = "checks.check.answered"
ANSWERS = (CHECKED, "lists.subject.read", "reports.report.issued")


class ReissueUnknown(Refusal):
    """There is no new answer {reissue} for you to take note of."""

    code = "reissue-unknown"
    status = 404
    zh = "没有编号为{reissue}、需由您签收的更正答复。"


def answers_given(subjects: Iterable[int], *, since: datetime, until: datetime) -> QuerySet[Entry]:
    """Every check and every file about one of these subjects that was answered in the time, oldest first."""
    return Entry.objects.filter(subject__in=sorted(subjects), event__in=ANSWERS, at__gte=since, at__lte=until).order_by(
        "at", "id"
    )


def reissues_accessible(actor: str, kind: str) -> QuerySet[Reissue]:
    """The answers given anew that the actor may see: its own; the operator and a credit centre see all. The latest first."""
    found = Reissue.objects.select_related("receipt").order_by("-pk")
    return found if kind in ("operator", "credit-centre") else found.filter(actor=actor)


# --- whether decisions were checked -----------------------------------------------------------------------------------------

# Every decision of the period that stands, with the day of its first check and what was done with its answers. A check is of a
# decision where it bears its agency, matter and case number; one that was not permitted told nothing, so it is none.
_DECIDED = """
with latest as (
    select distinct on (d.agency, d.matter, d.case_number) d.id, d.agency, d.matter, d.case_number, d.decided_on, d.taken_back
    from checks_decision d where d.at <= %(known_at)s and (%(agency)s::text is null or d.agency = %(agency)s)
        and (%(matter)s::text is null or d.matter = %(matter)s)
    order by d.agency, d.matter, d.case_number, d.number desc
), decided as (
    select l.id, l.agency, l.matter, l.case_number, l.decided_on, min(e.day) as first, count(e.day) as answers,
        count(*) filter (where e.used = 'followed') as followed, count(*) filter (where e.used = 'set-aside') as set_aside,
        count(*) filter (where e.used = 'not-relevant') as not_relevant
    from latest l left join lateral (
        select (c.at at time zone 'Asia/Shanghai')::date as day,
            (select u.outcome from checks_use u where u.entry = c.id and u.at <= %(known_at)s order by u.number desc limit 1) as used
        from ledger_entry c
        where c.actor = l.agency and c.detail ->> 'case_number' = l.case_number and c.detail ? 'case_number'
            and c.event = 'checks.check.answered' and c.detail ->> 'matter' = l.matter
            and c.detail ->> 'outcome' <> 'not_permitted' and c.at <= %(known_at)s
    ) e on true
    where not l.taken_back and l.decided_on between %(since)s and %(until)s
    group by l.id, l.agency, l.matter, l.case_number, l.decided_on
)
"""
_COVERAGE = (
    _DECIDED
    + """
select matter, agency, count(*), count(*) filter (where first < decided_on), count(*) filter (where first = decided_on),
    count(*) filter (where first > decided_on), count(*) filter (where first is null),
    sum(answers), sum(followed), sum(set_aside), sum(not_relevant)
from decided group by matter, agency order by matter, agency
"""
)
_MISSED = (
    _DECIDED
    + """
select matter, agency, case_number, decided_on, first from decided where first is null or first > decided_on
order by decided_on, matter, agency, case_number limit %(most)s
"""
)


@dataclass(frozen=True)
class Coverage:
    """Of one agency's decisions in one matter: how many were checked on an earlier day, on the very day (whether before it, a day
    cannot tell), later only, or never; and what was done with the answers. `must` says whether an article wants the check.
    """

    matter: str
    title: str
    title_en: str
    must: bool
    article: str
    article_en: str
    agency: str
    decisions: int
    before: int
    same_day: int
    after: int
    never: int
    answers: int
    followed: int
    set_aside: int
    not_relevant: int

    @property
    def checked(self) -> int:
        """How many were checked by the day of the decision."""
        return self.before + self.same_day

    def as_dict(self) -> dict[str, Any]:
        """The count as every door gives it."""
        return {**self.__dict__, "checked": self.checked}


@dataclass(frozen=True)
class Missed:
    """A decision without a check by its day; `first` is the day of one that came later."""

    matter: str
    title: str
    title_en: str
    agency: str
    case_number: str
    decided_on: date
    first: date | None

    def as_dict(self) -> dict[str, Any]:
        """The decision as every door gives it."""
        return dict(self.__dict__)


def coverage(
    asker: Asker,
    law: Law,
    *,
    since: date,
    until: date,
    known_at: datetime,
    matter: str | None = None,
    agency: str | None = None,
) -> list[Coverage]:
    """The counts of the decisions of the period, by matter and agency; an agency sees its own, who runs or supervises the register
    sees all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, _period(asker, since, until, known_at, matter, agency))
        rows = cursor.fetchall()
    return [_covered(law, row) for row in rows]


def _covered(law: Law, row: tuple[Any, ...]) -> Coverage:
    key, agency, *counts = row
    matter = law.matters.get(key)
    must = matter.must_check if matter else None
    cited = law.cite(must.basis[0]) if must else None
    return Coverage(
        key, *_titles(law, key), must is not None,
        cited.zh if cited else "", cited.en if cited else "", agency, *map(int, counts),
    )  # fmt: skip


def decisions_missed(
    asker: Asker,
    law: Law,
    *,
    since: date,
    until: date,
    known_at: datetime,
    matter: str | None = None,
    agency: str | None = None,
    most: int,
) -> list[Missed]:
    """The decisions of the period that were not checked by their day, the oldest first: for the agency itself to look into."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, _period(asker, since, until, known_at, matter, agency) | {"most": most})
        rows = cursor.fetchall()
    return [Missed(row[0], *_titles(law, row[0]), *row[1:]) for row in rows]


def _titles(law: Law, key: str) -> tuple[str, str]:
    matter = law.matters.get(key)
    return (matter.title.zh, matter.title.en) if matter else (key, key)


def _period(
    asker: Asker, since: date, until: date, known_at: datetime, matter: str | None, agency: str | None
) -> dict[str, Any]:
    return {
        "since": since, "until": until, "known_at": known_at, "matter": matter,
        "agency": agency if asker.kind in SEEING_ALL else asker.key,
    }  # fmt: skip
