"""Counting an agency's year out of what the other rooms keep."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.assessments.models import Oversight, RealNames, Reply
from chengxin.assessments.rules import DOMAINS, MAY_OVERSEE, Figure, OversightUnknown, Ran, Sort, cases_tallied, figures
from chengxin.cases.models import Case, Step
from chengxin.cases.rules import Taken
from chengxin.cases.selectors import SEEING_ALL
from chengxin.checks.selectors import coverage
from chengxin.kernel.days import CHINA_TIME, day_of
from chengxin.law.models import Words
from chengxin.lists.selectors import LISTED, tasks_counted
from chengxin.records.models import Batch
from chengxin.records.selectors.promised import PROMISED
from chengxin.records.services.correcting import CHANNEL as CORRECTED
from chengxin.rights.rules import COMPLAINT, OBJECTION, REPAIR


@dataclass(frozen=True)
class Overseen:
    """A circular, an inspection of work or a demand, as it was written down and by whom, and where it is to be answered, by when and what the
    answer is.
    `late`: it was answered after that day, or is not and the day is over.
    """

    oversight: int
    kind: str
    title: Words
    on: date
    what: str
    document: str
    due_on: date | None
    answered_on: date | None
    answer: str
    answer_document: str
    late: bool
    by: str

    def as_dict(self) -> dict[str, Any]:
        """The fact as every door gives it."""
        return {**self.__dict__, "title": self.title.zh, "title_en": self.title.en}


@dataclass(frozen=True)
class Assessment:
    """One agency's figures of the days, why it left tasks undone, in its own words, the most frequent first, and what it was told of its
    work, the earliest first.
    """

    agency: str
    title: str
    since: date
    until: date
    figures: list[Figure]
    not_done: list[tuple[str, int]]
    oversights: list[Overseen]

    def as_dict(self) -> dict[str, Any]:
        """The assessment as every door gives it."""
        return {
            "agency": self.agency,
            "title": self.title,
            "since": self.since,
            "until": self.until,
            "figures": [figure.as_dict() for figure in self.figures],
            "not_done": [{"reason": reason, "count": count} for reason, count in self.not_done],
            "oversights": [each.as_dict() for each in self.oversights],
        }


def assessments(
    asker: Asker, *, since: date, until: date, known_at: datetime, jurisdiction: str = "cn", agency: str | None = None
) -> list[Assessment]:
    """Each agency that had anything to do in the days, by its key: an agency sees itself, who runs or supervises the register all."""
    only = agency if asker.kind in SEEING_ALL else asker.key
    tallies: dict[str, Counter[str]] = {}
    for key, cases in _cases_ran(only, since=since, until=until, known_at=known_at):
        tallies.setdefault(key, Counter()).update(cases_tallied(cases, since=since, until=until))
    for key, counts in _tasks(asker, only, since=since, until=until, known_at=known_at):
        tallies.setdefault(key, Counter()).update(counts)
    law = lawroom.load().on(until, jurisdiction)
    for each in coverage(asker, law, since=since, until=until, known_at=known_at, agency=only):
        if each.must:
            tallies.setdefault(each.agency, Counter()).update(
                {"checked-before": each.checked, "decisions": each.decisions}
            )
    for key, part, whole in _notices(only, since=since, until=until, known_at=known_at):
        tallies.setdefault(key, Counter()).update({"measure-notices-in-time": part, "measure-notices": whole})
    for key, part, whole in _delivered(only, since=since, until=until, known_at=known_at):
        tallies.setdefault(key, Counter()).update({"delivered-in-time": part, "delivered": whole})
    overseen = _overseen(only, since=since, until=until, known_at=known_at)
    for key in overseen:
        tallies.setdefault(key, Counter())
    titles = dict(Actor.objects.filter(key__in=list(tallies)).values_list("key", "title"))
    reasons = _not_done(only, since=since, until=until, known_at=known_at)
    return [
        Assessment(key, titles.get(key, key), since, until, figures(found), reasons.get(key, []), overseen.get(key, []))
        for key, found in sorted(tallies.items())
        if any(found.values()) or key in overseen
    ]


def assessment_rows(found: Iterable[Assessment]) -> tuple[list[str], list[list[Any]]]:
    """The same as a table: one line a figure, then one for each reason why a task was left undone, then one for each circular,
    inspection and demand, which has days and a document in place of numbers.
    """
    heads = [
        "单位 agency", "名称 title", "自 since", "至 until", "数字 figure", "说明 what", "其中 part", "总数 of", "日期 on", "文书 document",
        "最迟 due_on", "答复日 answered_on", "答复 answer",
    ]  # fmt: skip
    rows: list[list[Any]] = []
    blank = [None] * 5
    for each in found:
        start = [each.agency, each.title, each.since, each.until]
        rows += [[*start, f.key, f.title.zh, f.part, f.whole, *blank] for f in each.figures]
        not_done = next(f.part for f in each.figures if f.key == "tasks-not-done")
        rows += [[*start, "reason", reason, count, not_done, *blank] for reason, count in each.not_done]
        rows += [
            [*start, o.kind, o.what, None, None, o.on, o.document, o.due_on, o.answered_on, o.answer]
            for o in each.oversights
        ]
    return heads, rows


def _sort(case: Case) -> Sort | None:
    if case.about.startswith("list:"):
        return "listing"
    return {OBJECTION: "objection", REPAIR: "repair", COMPLAINT: "complaint"}.get(case.procedure)  # type: ignore[return-value]


def _cases_ran(agency: str | None, *, since: date, until: date, known_at: datetime) -> Iterator[tuple[str, list[Ran]]]:
    """agency → its cases in which anything happened in the days, as they had run by the last of them."""
    moved = Step.objects.filter(on__range=(since, until), at__lte=known_at).values("case_id")
    cases: QuerySet[Case] = Case.objects.filter(pk__in=moved).filter(
        Q(procedure__in=[OBJECTION, REPAIR, COMPLAINT]) | Q(about__startswith="list:")
    )
    if agency is not None:
        cases = cases.filter(authority=agency)
    steps = Step.objects.filter(case__in=cases, on__lte=until, at__lte=known_at).order_by("case_id", "number")
    ran = {
        case: [Taken(s.number, s.to, s.on, s.doer) for s in taken]  # type: ignore[arg-type]
        for case, taken in groupby(steps.iterator(chunk_size=5_000), key=lambda step: step.case_id)
    }
    book = lawroom.load()
    for key, own in groupby(cases.order_by("authority", "pk"), key=lambda case: case.authority):
        found: list[Ran] = []
        for case in own:
            sort = _sort(case)
            procedure = book.on(case.opened_on, case.jurisdiction).procedures[case.procedure]
            if sort is not None and ran.get(case.pk):
                found.append(Ran(sort, procedure, ran[case.pk]))
        yield key, found


def _tasks(
    asker: Asker, agency: str | None, *, since: date, until: date, known_at: datetime
) -> Iterable[tuple[str, dict[str, int]]]:
    for count in tasks_counted(asker, at=known_at, due=(since, until)):
        if agency in (None, count.agency):
            yield (
                count.agency,
                {
                    "tasks": count.raised,
                    "tasks-done": count.done + count.telling,
                    "tasks-not-done": count.not_done,
                    "tasks-open": count.open,
                    "tasks-late": count.late,
                },
            )


_NOT_DONE = """
select agency, reason, count(*) from (
    select t.agency, (select array[a.outcome, a.reason] from lists_taskanswer a where a.task_id = t.id and a.at <= %(known_at)s
        order by a.number desc limit 1) as said
    from lists_task t
    where t.due_on between %(since)s and %(until)s and t.at <= %(known_at)s and (%(agency)s::text is null or t.agency = %(agency)s)
) s(agency, said), lateral (select s.said[2]) r(reason) where s.said[1] = 'not-done'
group by 1, 2 order by 1, 3 desc, 2
"""
MOST_REASONS = 10


def _not_done(agency: str | None, *, since: date, until: date, known_at: datetime) -> dict[str, list[tuple[str, int]]]:
    """agency → its reasons for what it left undone, the most frequent first."""
    found: dict[str, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOT_DONE, {"agency": agency, "since": since, "until": until, "known_at": known_at})
        for key, reason, count in cursor.fetchall():
            if len(found.setdefault(key, [])) < MOST_REASONS:
                found[key].append((reason, count))
    return found


# Of the notices whose day of service lies in the days and is over, or that were served by it.
_NOTICES = """
select agency, count(*) filter (where told), count(*) from (
    select t.agency, a.tell_by, exists (
        select from cases_delivery d where d.notice_id = a.notice_id and d.outcome = 'served' and d.at <= %(known_at)s
            and (d.at at time zone 'Asia/Shanghai')::date <= a.tell_by
    ) as told
    from lists_taskanswer a join lists_task t on t.id = a.task_id
    where a.tell_by between %(since)s and %(until)s and a.at <= %(known_at)s and (%(agency)s::text is null or t.agency = %(agency)s)
) s where told or tell_by < %(today)s
group by agency order by agency
"""


def _notices(agency: str | None, *, since: date, until: date, known_at: datetime) -> list[tuple[str, int, int]]:
    """(agency, notices of measures served in time, those that were to be served) of the days."""
    with connection.cursor() as cursor:
        words = {"agency": agency, "since": since, "until": until, "known_at": known_at, "today": day_of(known_at)}
        cursor.execute(_NOTICES, words)
        return [(key, int(part), int(whole)) for key, part, whole in cursor.fetchall()]


def _delivered(agency: str | None, *, since: date, until: date, known_at: datetime) -> list[tuple[str, int, int]]:
    """(agency, records published in time, records with a clock) of what it delivered in the days, by the batches' reports."""
    first, last = (datetime.combine(day, at, CHINA_TIME) for day, at in ((since, time.min), (until, time.max)))
    batches = Batch.objects.filter(
        received_at__gte=first, received_at__lte=min(last, known_at), status=Batch.Status.LANDED
    )
    batches = batches.exclude(channel__in=[LISTED, CORRECTED, PROMISED])  # what a case did
    if agency is not None:
        batches = batches.filter(actor=agency)
    late = Sum(Cast(KeyTextTransform("late", "report__detail"), IntegerField()))
    counted = batches.values("actor", "source", "jurisdiction").annotate(whole=Sum("report__accepted"), late=late)
    found: Counter[str] = Counter()
    wholes: Counter[str] = Counter()
    for each in counted.order_by("actor"):
        law = lawroom.load().on(until, each["jurisdiction"])
        source = law.sources.get(each["source"])
        if source is not None and law.record_types[source.record_type].publish_within:
            wholes[each["actor"]] += each["whole"] or 0
            found[each["actor"]] += (each["whole"] or 0) - (each["late"] or 0)
    return [(key, found[key], whole) for key, whole in sorted(wholes.items())]


# --- what an agency was told of its work -------------------------------------------------------------------------------------------


def _overseen(agency: str | None, *, since: date, until: date, known_at: datetime) -> dict[str, list[Overseen]]:
    """agency → what was written down of the days and not taken back, with the answer known at the instant, the earliest first."""
    found: dict[str, list[Overseen]] = {}
    written = Oversight.objects.filter(on__range=(since, until), at__lte=known_at).order_by("on", "pk")
    if agency is not None:
        written = written.filter(agency=agency)
    latest: dict[int, Reply] = {}
    for reply in Reply.objects.filter(oversight__in=written.values("pk"), at__lte=known_at).order_by("number"):
        latest[reply.oversight_id] = reply
    for each in written:
        reply_ = latest.get(each.pk)
        if reply_ is None or reply_.kind != Reply.Kind.WITHDRAWN:
            found.setdefault(each.agency, []).append(overseen_of(each, reply_, on=day_of(known_at)))
    return found


def overseen_of(each: Oversight, answer: Reply | None, *, on: date) -> Overseen:
    """The fact with its answer, as it stands on the day."""
    kind = lawroom.load().on(day_of(each.at), each.jurisdiction).oversights[each.kind]
    answered_on = day_of(answer.at) if answer else None
    late = each.due_on is not None and (answered_on or on) > each.due_on
    return Overseen(
        each.pk, each.kind, kind.title, each.on, each.what, each.document, each.due_on, answered_on,
        answer.words if answer else "", answer.document if answer else "", late, each.by,
    )  # fmt: skip


def oversight_answerable(asker: Asker, oversight: int) -> Oversight:
    """A demand of the asker's own that is to be answered and was not taken back, its row locked; unknown and forbidden look alike."""
    return _locked(oversight, Q(agency=asker.key, due_on__isnull=False))


def oversight_owned(asker: Asker, oversight: int) -> Oversight:
    """What the asker itself wrote down and did not take back, its row locked."""
    return _locked(oversight, Q(by=asker.key) if asker.kind in MAY_OVERSEE else Q(pk__in=[]))


def _locked(oversight: int, whose: Q) -> Oversight:
    found = Oversight.objects.select_for_update().filter(whose, pk=oversight).first()
    if found is None or found.replies.filter(kind=Reply.Kind.WITHDRAWN).exists():
        raise OversightUnknown(oversight=oversight)
    return found


def real_names(*, known_at: datetime) -> list[dict[str, Any]]:
    """Every domain of the lawbook, with what each agency in charge said last; a domain of which nobody said anything stands there empty. No sums:
    who has accounts in two domains would count twice.
    """
    law = lawroom.load().on(day_of(known_at))
    said: dict[str, list[dict[str, Any]]] = {}
    latest = (
        RealNames.objects.filter(at__lte=known_at)
        .order_by("domain", "agency", "-as_of", "-pk")
        .distinct("domain", "agency")
    )
    titles = dict(Actor.objects.values_list("key", "title"))
    for each in latest:
        said.setdefault(each.domain, []).append(
            {
                "agency": each.agency, "agency_title": titles.get(each.agency, each.agency), "as_of": each.as_of, "held": each.held,
                "verified": each.verified, "document": each.document,
            }
        )  # fmt: skip
    found = []
    for key, code in law.code_lists[DOMAINS].codes.items():
        cited = law.cite(code.basis[0])
        found.append(
            {
                "domain": key,
                "title": code.title.zh,
                "title_en": code.title.en,
                "article": cited.zh,
                "article_en": cited.en,
                "said": said.get(key, []),
            }
        )
    return found
