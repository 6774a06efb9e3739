"""What was noticed and what happened, by whoever may know it: a reader reads what is said about itself, whoever audits reads all; nobody is named in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.audits import bulk, rules
from chengxin.audits.models import Finding, Incident, IncidentStep, Look, Word
from chengxin.cases.models import Notice
from chengxin.cases.rules import Course, course_kept
from chengxin.kernel.days import day_of
from chengxin.law import Law
from chengxin.law.models import Detector
from chengxin.ledger.selectors import entries_dumped
from chengxin_verify.entries import commitment_of


@dataclass(frozen=True)
class Said:
    """One thing that was said to a finding."""

    kind: str
    words: str
    document: str
    at: datetime
    by: str

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Shown:
    """A finding as it is read: what was noticed, with its article, how often and by which entries of the ledger; what was said, and what was
    decided. `value` stands beside its threshold `against`.
    """

    finding: int
    detector: str
    title: str
    title_en: str
    basis: list[str]
    reader: str
    reader_title: str
    account: int
    on: date
    count: int
    entries: list[int]
    value: str
    against: str
    due_on: date
    state: str
    said: list[Said]

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {**self.__dict__, "said": [each.as_dict() for each in self.said]}


def _own(asker: Asker) -> Q:
    """What is said about the asker's own use: of one of the staff what that account read, and what programs of its actor did."""
    mine = Q(reader=asker.key)
    return mine if asker.account is None else mine & Q(account__in=(0, asker.account))


def own_use(asker: Asker, finding: Finding) -> bool:
    """Whether the finding is about the asker's own use."""
    return finding.reader == asker.key and (asker.account is None or finding.account in (0, asker.account))


def findings_accessible(asker: Asker) -> QuerySet[Finding]:
    """Those that the asker may read, the latest first."""
    found = Finding.objects.order_by("-pk")
    return found if rules.may_audit(asker) else found.filter(_own(asker))


def finding_accessible(asker: Asker, finding: int) -> Finding:
    """The finding of that number; unknown and another's look alike."""
    found = findings_accessible(asker).filter(pk=finding).first()
    if found is None:
        raise rules.FindingUnknown(finding=finding)
    return found


def findings_shown(asker: Asker, *, undecided: bool = False, own: bool = False, most: int = 200) -> list[Shown]:
    """What the asker may read, the latest first; `undecided` only what waits for a decision, the earliest due first; `own` only what is
    said about the asker's own use.
    """
    found = findings_accessible(asker)
    if own:
        found = found.filter(_own(asker))
    if undecided:
        decided = Word.objects.filter(finding=OuterRef("pk")).exclude(kind=Word.Kind.ANSWERED)
        found = found.filter(~Exists(decided)).order_by("due_on", "pk")
    return [finding_shown(each) for each in found.prefetch_related("evidence", "words")[:most]]


def finding_shown(finding: Finding) -> Shown:
    """The finding as it is read, by the law of the day on which it was made."""
    law = lawroom.load().on(day_of(finding.at), finding.jurisdiction)
    detector = law.detectors[finding.detector]
    evidence = sorted(finding.evidence.all(), key=lambda each: each.pk)
    said = [
        Said(each.kind, each.words, each.document, each.at, each.by)
        for each in sorted(finding.words.all(), key=lambda each: each.number)
    ]
    return Shown(
        finding=finding.pk,
        detector=finding.detector,
        title=detector.title.zh,
        title_en=detector.title.en,
        basis=[law.cite(each).zh for each in detector.basis],
        reader=finding.reader,
        reader_title=actor_titled(finding.reader),
        account=finding.account,
        on=finding.on,
        count=sum(each.count for each in evidence),
        entries=[entry for each in evidence for entry in each.entries][:EVIDENCE_MOST],
        value=max((each.value for each in evidence), key=lambda text: (len(text), text), default=""),
        against=_against(detector),
        due_on=finding.due_on,
        state=said[-1].kind if said else "noticed",
        said=said,
    )


def _against(detector: Detector) -> str:
    if detector.hours:
        return f"{detector.hours.first:%H:%M}–{detector.hours.last:%H:%M}"
    return f"{detector.above} / {detector.minutes} min" if detector.above else ""


def findings_rows(found: Iterable[Shown]) -> tuple[list[str], list[list[Any]]]:
    """The same as a table, one line a finding."""
    heads = [
        "线索 finding", "种类 detector", "说明 what", "依据 basis", "查询单位 reader", "账户 account", "日期 on", "次数 count", "数值 value", "界限 against",
        "最迟说明 due_on", "状态 state", "说明和理由 said", "留痕 entries",
    ]  # fmt: skip
    rows = [
        [
            each.finding, each.detector, each.title, "；".join(each.basis), each.reader, each.account, each.on, each.count, each.value, each.against,
            each.due_on, each.state, " / ".join(f"{s.kind}: {s.words}" for s in each.said), " ".join(map(str, each.entries)),
        ]
        for each in found
    ]  # fmt: skip
    return heads, rows


EVIDENCE_MOST = 100


def reached() -> int:
    """The place in the ledger's tree before which every reading has been looked at."""
    return Look.objects.order_by("-pk").values_list("reached", flat=True).first() or 0


def placed() -> int:
    """How many entries have their places in the tree."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position) + 1, 0) from ledger_leaf")
        return int(cursor.fetchone()[0])


# --- incidents ----------------------------------------------------------------------------------------------------------------


def incident_law(found: Incident) -> Law:
    """The law of the day on which it was entered."""
    return lawroom.load().on(found.opened_on, found.jurisdiction)


def incident_course(found: Incident, *, on: date) -> Course:
    """Its procedure, the steps taken, and what the clock has done by this day."""
    return course_kept(incident_law(found), rules.PROCEDURE, found.steps.order_by("number"), on=on)


def incidents_accessible(asker: Asker) -> QuerySet[Incident]:
    """Those that the asker may see, the latest first: whoever audits all, a firm its own; of its staff none but by whoever audits."""
    found = Incident.objects.order_by("-pk")
    if rules.may_audit(asker):
        return found
    return found.filter(reader=asker.key) if asker.account is None else found.none()


def incident_accessible(asker: Asker, number: str) -> Incident:
    """The incident of that number; unknown and another's look alike."""
    own = rules.incident_number_parts(number)
    found = incidents_accessible(asker).filter(pk=own).first() if own is not None else None
    if found is None or found.number != number.strip():
        raise rules.IncidentUnknown(number=number[:40])
    return found


def concerned_of(found: Incident) -> Iterator[int]:
    """Whom it concerns, computed from the ledger as it is now; for the service that tells them."""
    with connection.cursor() as cursor:
        yield from bulk.concerned(
            cursor.cursor, reader=found.reader, account=found.account, since=found.since, until=found.until
        )


def said_of(found: Incident) -> dict[str, str]:
    """What is told of it."""
    return {name: getattr(found, name) for name in rules.SAID}


def measures_of(found: Incident) -> list[str]:
    """What was done against the harm, in order."""
    return list(found.steps.filter(to="remedied").order_by("number").values_list("words", flat=True))


def incident_shown(found: Incident, *, known_at: datetime) -> dict[str, Any]:
    """An incident as whoever handles it sees it: how many are concerned and how many were told, never who."""
    course = incident_course(found, on=day_of(known_at))
    law, states = course.law, course.procedure.states
    kind, where = rules.public_kinds(law)[found.kind], rules.PLACES[found.place]
    steps = [
        {
            "to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "doer": s.doer, "by": s.by, "at": s.at, "words": s.words,
            "document": s.document, "recipient": s.recipient, "told": s.told,
        }
        for s in found.steps.order_by("number")
    ]  # fmt: skip
    open_ = [
        {
            **course.told(o), "needs": list(o.step.needs), "basis": [law.cite(each).zh for each in o.step.basis],
        }
        for o in course.steps
    ]  # fmt: skip
    return {
        "number": found.number, "kind": found.kind, "title": kind.zh, "title_en": kind.en, "place": found.place, "place_title": where.zh,
        "place_title_en": where.en, "reader": found.reader, "reader_title": actor_titled(found.reader) if found.reader else "",
        "account": found.account, "since": found.since, "until": found.until, "origin": found.origin, "finding": found.finding_id, **said_of(found),
        "opened_at": found.opened_at, "opened_by": found.opened_by, "state": course.state_key, "state_title": course.state.title.zh,
        "state_title_en": course.state.title.en, "last_day": course.last_day, "concerned": sum(1 for _ in concerned_of(found)),
        "told": sum(s["told"] for s in steps), "steps": steps, "open": open_,
        "closings": [{"clients": c.clients, "accounts": c.accounts, "words": c.words, "at": c.at, "by": c.by} for c in found.closings.order_by("pk")],
    }  # fmt: skip


def incidents_listed(asker: Asker, *, on: date, running: bool = False, most: int = 200) -> list[dict[str, Any]]:
    """Each in a line, the latest first: what, where, and how it stands; `running` only those that are not over."""
    found = []
    for each in incidents_accessible(asker)[:most]:
        course = incident_course(each, on=on)
        over = course.state_key in ("handed", "decided", "closed")
        if running and over:
            continue
        kind = rules.public_kinds(course.law)[each.kind]
        found.append(
            {
                "number": each.number, "kind": each.kind, "title": kind.zh, "title_en": kind.en, "place": each.place, "reader": each.reader,
                "reader_title": actor_titled(each.reader) if each.reader else "", "opened_on": each.opened_on, "state": course.state_key,
                "state_title": course.state.title.zh, "state_title_en": course.state.title.en, "last_day": course.last_day,
                "late": course.state_key.endswith("-late"),
            }
        )  # fmt: skip
    return found


def incidents_told(subjects: Iterable[int], *, known_at: datetime) -> list[dict[str, Any]]:
    """The incidents of which these subjects, the one who looks, were told, the latest first."""
    notices = Notice.objects.filter(
        subject__in=list(subjects), about__startswith="incident:", case__isnull=True, at__lte=known_at
    )
    told = {
        int(about.removeprefix("incident:").partition("/")[0]): at for about, at in notices.values_list("about", "at")
    }
    found = []
    for each in Incident.objects.filter(pk__in=told).order_by("-pk"):
        kind = rules.public_kinds(incident_law(each))[each.kind]
        found.append(
            {
                "number": each.number, "title": kind.zh, "title_en": kind.en, "reader": each.reader, "since": each.since, "until": each.until,
                "where": actor_titled(each.reader) if each.place == rules.READER else "", **said_of(each), "measures": measures_of(each),
                "told_at": told[each.pk],
            }
        )  # fmt: skip
    return found


def incidents_counted(*, law: Law) -> list[dict[str, Any]]:
    """By year and kind, for the public: how many, how many here and at others, how many persons were told, how many were handed over and decided."""
    rows = Incident.objects.values("opened_on__year", "kind").order_by("-opened_on__year", "kind")
    counted = rows.annotate(incidents=Count("pk"), here=Count("pk", filter=Q(place=rules.HERE)))
    steps = IncidentStep.objects.values("incident__opened_on__year", "incident__kind").annotate(
        told=Sum("told"), handed=Count("incident", filter=Q(to="handed"), distinct=True), decided=Count("incident", filter=Q(to="decided"), distinct=True)
    )  # fmt: skip
    of = {(s["incident__opened_on__year"], s["incident__kind"]): s for s in steps.order_by()}
    titles = rules.public_kinds(law)
    return [
        {
            "year": row["opened_on__year"], "kind": row["kind"], "title": titles[row["kind"]].zh, "title_en": titles[row["kind"]].en,
            "incidents": row["incidents"], "here": row["here"], "elsewhere": row["incidents"] - row["here"],
            **{name: of[row["opened_on__year"], row["kind"]][name] for name in ("told", "handed", "decided")},
        }
        for row in counted
    ]  # fmt: skip


def ledger_faults(*, most: int = 100) -> list[int]:
    """The places of the tree whose entry's text is not the one that was committed to; of an erased entry nothing can be said."""
    faults = []
    for told in entries_dumped(placed()):
        if "text" in told and commitment_of(bytes.fromhex(told["salt"]), told["text"]).hex() != told["commitment"]:
            faults.append(int(told["entry"]))
            if len(faults) == most:
                break
    return faults
