"""Looking at the readings since the last look, hearing the reader, and what a person decides; data incidents, step by step. Nothing follows by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.accounts.models import Proposal
from chengxin.accounts.selectors import staff_of
from chengxin.accounts.services.confirming import deed_propose
from chengxin.accounts.services.inviting import staff_shut
from chengxin.actors.models import Actor, Client
from chengxin.actors.selectors import ActorUnknown, Asker, actor_acting, actor_titled
from chengxin.actors.services import client_revoke
from chengxin.audits import bulk, rules
from chengxin.audits.models import Closing, Evidence, Finding, Incident, IncidentStep, Look, Word
from chengxin.audits.selectors import (
    EVIDENCE_MOST,
    Shown,
    concerned_of,
    finding_accessible,
    findings_shown,
    incident_accessible,
    incident_course,
    incident_law,
    incident_shown,
    incidents_listed,
    ledger_faults,
    measures_of,
    own_use,
    placed,
    reached,
    said_of,
)
from chengxin.cases.models import Notice
from chengxin.cases.rules import Course, Taken, course_opened, step_admissible
from chengxin.cases.services.telling import notice_write
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.wording import words_fit
from chengxin.law import Law
from chengxin.ledger.services import trace
from chengxin.subjects.rules.persons import Grant, PersonUnknown
from chengxin.subjects.services.persons import person_open

LOOKING = 0x636E_7861  # any number, the same for every process: who holds it looks
MOST = 2_000_000  # entries looked at at once


@dataclass(frozen=True)
class Looked:
    """What one look found: how many readings there were, how many findings they made or went on, and the place before which all are looked at."""

    readings: int
    findings: int
    reached: int
    busy: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return dict(self.__dict__)


def readings_look(*, law: Law, by: str, at: datetime, most: int = MOST) -> Looked:
    """Look at every reading that got its place in the ledger's tree since the last look: whole, or not at all. One process at a time does;
    another finds it busy. What an entry without a place tells is looked at when it has one, so that none is passed over.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOOKING])
        after = reached()
        if not cursor.fetchone()[0]:
            return Looked(0, 0, after, busy=True)
        upto = min(placed(), after + most)
        if upto == after:
            return Looked(0, 0, after)
        readings, noticeable = bulk.readings_noticeable(cursor.cursor, law, after=after, upto=upto)
        found = bulk.evidence_gathered(rules.noticed(law, noticeable), most=EVIDENCE_MOST)
        look = Look.objects.create(reached=upto, readings=readings, at=at, by=by)
        _keep(look, found, law, at)
        if found:
            detail = {"readings": readings, "findings": len(found)}
            trace(event="audits.readings.noticed", by=by, at=at, about=f"look:{look.pk}", detail=detail)
    return Looked(readings, len(found), upto)


def _keep(look: Look, found: Mapping[bulk.Of, bulk.Gathered], law: Law, at: datetime) -> None:
    """Each day's readings under the finding of that day that nobody has decided, or a new one."""
    latest: dict[bulk.Of, Finding] = {}
    known = Finding.objects.filter(reader__in={reader for _, reader, *_ in found}, on__in={on for *_, on in found})
    for each in known.order_by("number"):
        latest[each.detector, each.reader, each.account, each.on] = each
    decided = set(
        Word.objects.filter(finding__in=list(latest.values()))
        .exclude(kind=Word.Kind.ANSWERED)
        .values_list("finding", flat=True)
    )
    parameter = law.parameters[rules.ANSWER_WITHIN]
    due_on = day_due(day_of(at), law.parameter(rules.ANSWER_WITHIN), parameter.unit)
    for key in found:
        before = latest.get(key)
        if before is None or before.pk in decided:
            detector, reader, account, on = key
            latest[key] = Finding.objects.create(
                detector=detector, jurisdiction=law.jurisdiction, reader=reader, account=account, on=on,
                number=before.number + 1 if before else 0, due_on=due_on, at=at,
            )  # fmt: skip
    Evidence.objects.bulk_create(
        Evidence(finding=latest[key], look=look, count=count, entries=entries, value=value)
        for key, (count, entries, value) in found.items()
    )


def findings_read(
    *, asker: Asker, at: datetime, undecided: bool = False, own: bool = False, most: int = 200
) -> list[Shown]:
    """What the asker may know of what was noticed, and that it was read."""
    found = findings_shown(asker, undecided=undecided, own=own, most=most)
    trace(event="audits.findings.read", by=asker.key, at=at, detail={"found": len(found)})
    return found


def finding_answer(*, finding: int, words: str, document: str = "", asker: Asker, at: datetime) -> Word:
    """What the reader says to what was noticed about its use; it may be said anew until a person has decided."""
    words = words_fit(words, rules.WORDS, most=rules.MOST_WORDS, needed=True)
    with transaction.atomic():
        found = _locked(asker, finding)
        if not own_use(asker, found):
            raise rules.AnswerNotYours(finding=finding)
        _undecided(found)
        return _say(found, Word.Kind.ANSWERED, words, document, asker, at)


def finding_decide(*, finding: int, kind: str, reason: str, document: str = "", asker: Asker, at: datetime) -> Word:
    """What a person decides of a finding, with reasons, once the reader was heard; about their own use nobody does. The reader is told by it;
    it changes nothing else: what `passed-on` leads to is the agency's own procedure.
    """
    if kind not in rules.DECISIONS:
        raise rules.DecisionUnknown(kind=kind, known=", ".join(rules.DECISIONS))
    reason = words_fit(reason, rules.REASON, most=rules.MOST_WORDS, needed=True)
    with transaction.atomic():
        found = _locked(asker, finding)
        rules.deciding_permitted(finding, found.reader, found.account, asker)
        _undecided(found)
        rules.reader_heard(finding, answered=found.words.exists(), due_on=found.due_on, today=day_of(at))
        return _say(found, Word.Kind(kind), reason, document, asker, at)


def _locked(asker: Asker, finding: int) -> Finding:
    return Finding.objects.select_for_update().get(pk=finding_accessible(asker, finding).pk)


def _undecided(found: Finding) -> None:
    decided = found.words.exclude(kind=Word.Kind.ANSWERED).first()
    if decided is not None:
        raise rules.FindingDecided(finding=found.pk, on=day_of(decided.at), kind=decided.kind)


def _say(found: Finding, kind: Word.Kind, words: str, document: str, asker: Asker, at: datetime) -> Word:
    document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT)
    made = Word.objects.create(
        finding=found, number=found.words.count(), kind=kind, words=words, document=document, at=at, by=asker.key
    )
    trace(event=f"audits.finding.{kind}", by=asker.key, at=at, about=f"finding:{found.pk}")
    return made


# --- incidents ----------------------------------------------------------------------------------------------------------------

# The name that stands on the letter; who reads what of whom is decided nowhere else but in a grant.
ADDRESSED = Grant(frozenset({"name"}), "《个人信息保护法》第57条")
OF_INCIDENT = "data-incident"


def incident_open(
    *, kind: str, said: Mapping[str, str], since: date | None, until: date | None, asker: Asker, at: datetime, place: str = rules.READER,
    reader: str = "", account: int = 0, origin: str = "report", finding: int | None = None, jurisdiction: str = "",
) -> Incident:  # fmt: skip
    """Enter an incident: from a finding about use, a report, or the ledger's own failed verification, by whoever audits; a firm's program enters
    what happened at that firm, and nothing else. From a finding the reader, its account and the day come with it.
    """
    where = jurisdiction or settings.CHENGXIN_PLACE
    book, on = lawroom.load(), day_of(at)
    law = book.on(on, where)
    if not rules.may_audit(asker):
        _own_incident(asker)
        place, reader, account, origin, finding = rules.READER, asker.key, 0, "self", None
    if finding is not None:
        found = finding_accessible(asker, finding)
        origin, reader, account = "finding", found.reader, found.account
        since, until = since or found.on, until or found.on + timedelta(days=1)
    _known(law, kind, place, origin, finding)
    if since is None or until is None:
        raise rules.IncidentUnfit(why="name the days in which data was had.", why_zh="请写明涉及哪些日期取得的信息。")
    rules.days_fit(since, until, on=on)
    if place == rules.READER and not Actor.objects.filter(key=reader).exists():
        raise ActorUnknown(actor=reader[:80] or "—")
    kept = {
        name: words_fit(said.get(name, ""), label, most=rules.MOST_WORDS, needed=True)
        for name, label in rules.SAID.items()
    }
    if origin == "ledger" and not ledger_faults(most=1):
        raise rules.LedgerWhole
    with transaction.atomic():
        if finding is not None:
            Finding.objects.select_for_update().get(pk=finding)
            if Incident.objects.filter(finding=finding).exists():
                raise rules.IncidentUnfit(why="one was entered from this finding.", why_zh="该线索已经登记过事件。")
        made = Incident.objects.create(
            kind=kind, place=place, reader=reader, account=account, since=since, until=until, origin=origin, finding_id=finding, **kept,
            jurisdiction=where, lawbook_digest=book.digest, opened_at=at, opened_on=on, opened_by=asker.key,
        )  # fmt: skip
        opened = course_opened(
            law, rules.PROCEDURE, on=on, by="credit-centre" if rules.may_audit(asker) else "provider"
        )
        _incident_step_write(made, opened, by=asker.key, at=at)
    return made


def _own_incident(asker: Asker) -> None:
    if asker.account is not None:
        raise rules.IncidentNotYours(
            number="—", actor=asker.key, why="of staff, whoever audits enters one.", why_zh="工作人员中由审计人员登记。"
        )


def _known(law: Law, kind: str, place: str, origin: str, finding: int | None) -> None:
    known = rules.public_kinds(law)
    if kind not in known:
        raise rules.IncidentUnfit(why=f"the kinds are {', '.join(known)}.", why_zh=f"种类为：{'、'.join(known)}。")
    if place not in rules.PLACES or origin not in rules.ORIGINS or (origin == "finding") != (finding is not None):
        raise rules.IncidentUnfit(
            why="say whether it happened here or at a reader, and what it was found by.",
            why_zh="请写明发生在本系统还是取得信息的单位，以及由何发现。",
        )


def incidents_read(*, asker: Asker, at: datetime, running: bool = False, most: int = 200) -> list[dict[str, Any]]:
    """The incidents that the asker may see, each in a line; the reading is written down."""
    found = incidents_listed(asker, on=day_of(at), running=running, most=most)
    trace(event="audits.incidents.read", by=asker.key, at=at, detail={"found": len(found)})
    return found


def incident_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them, whole; the reading is written down."""
    found = incident_accessible(asker, number)
    trace(event="audits.incident.read", by=asker.key, at=at, about=f"incident:{found.pk}")
    return incident_shown(found, known_at=at)


def incident_step(
    *, number: str, to: str, asker: Asker, at: datetime, words: str = "", document: str = "", recipient: str = ""
) -> IncidentStep:
    """Take one step: measures, the department told, the persons told or with reasons not, handed over with a document, decided, closed. What was
    late is written down as late first. To tell the persons is to write each of them a notice, in the same transaction.
    """
    words = words_fit(words, rules.WORDS, most=rules.MOST_WORDS)
    document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT)
    recipient = words_fit(recipient, rules.RECIPIENT, most=rules.MOST_DOCUMENT, needed=to == "handed")
    with transaction.atomic():
        found = Incident.objects.select_for_update().get(pk=incident_accessible(asker, number).pk)
        rules.weighing_permitted(number, to, reader=found.reader, account=found.account, asker=asker)
        before, course = found.steps.count(), incident_course(found, on=day_of(at))
        on = max(day_of(at), course.taken[-1].on)
        has = {need for need, given in {"reasons": words, "document": document}.items() if given}
        step = step_admissible(course, to=to, by=rules.incident_doers(asker, found.reader), on=on, has=has)
        for lapsed in course.since(before):
            _incident_step_write(found, lapsed, by="clock", at=at)
        told = _persons_told(found, by=asker.key, at=at) if to == "told" else 0
        after = course.after(Taken(len(course.taken), to, on, step.by))
        return _incident_step_write(
            found, after, by=asker.key, at=at, words=words, document=document, recipient=recipient, told=told
        )


def _incident_step_write(found: Incident, course: Course, *, by: str, at: datetime, **more: Any) -> IncidentStep:
    made = IncidentStep.objects.create(incident=found, by=by, at=at, **course.row, **more)
    detail = {"to": made.to, "by": made.doer, "on": made.on, "told": made.told}
    trace(event="audits.incident.stepped", by=by, at=at, about=f"incident:{found.pk}", detail=detail)
    return made


def _persons_told(found: Incident, *, by: str, at: datetime) -> int:
    """A notice for each person concerned who has none yet; how many. Each sees it in my data, and the letter waits to be sent."""
    law, said, measures = incident_law(found), said_of(found), measures_of(found)
    where = actor_titled(found.reader) if found.place == rules.READER else settings.CHENGXIN_CENTRE
    kinds: dict[str, Any] = {
        "number": found.number, "kind": found.kind, "where": where, "since": found.since, "until": found.until, "centre": settings.CHENGXIN_CENTRE,
        "measures": measures, "on": day_of(at),
    }  # fmt: skip
    prefix, count = f"incident:{found.pk}/", 0
    had = set(Notice.objects.filter(about__startswith=prefix).values_list("subject_id", flat=True))
    for subject in concerned_of(found):
        if subject in had:
            continue
        to = _named(subject, by=by, at=at)
        telling = rules.incident_told(law, said, to=to, **kinds)
        notice_write(subject=subject, about=f"{prefix}{subject}", to=to, telling=telling, by=by, at=at)
        trace(event="audits.incident.told", by=by, at=at, subject=subject, about=f"incident:{found.pk}")
        count += 1
    return count


def _named(subject: int, *, by: str, at: datetime) -> str:
    try:
        opened = person_open(subject=subject, fields={"name"}, grant=ADDRESSED, purpose=OF_INCIDENT, by=by, at=at)
    except PersonUnknown:  # name and number were erased since
        return "本人"
    return opened["name"]


def closing_propose(*, number: str, words: str, asker: Asker, at: datetime) -> Proposal:
    """Put before another of the operator's that the firm's programs and staff are cut off for the incident. Nothing changes until that other confirms."""
    what = {"incident": incident_accessible(asker, number).number, "words": words}
    with transaction.atomic():  # tried and undone first, so that whoever proposes it is told what is wrong with it
        closing_settle(what, asker.key, at)
        transaction.set_rollback(True)
    return deed_propose(kind=rules.CLOSING, about=f"incident:{what['incident']}", what=what, asker=asker, at=at)


def closing_settle(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """What another has confirmed, done: from this instant no program of the firm's in force bears a key, and no account of its staff opens."""
    actor, number = actor_acting(by, at=at), what["incident"]
    if actor.kind != "operator":
        raise rules.IncidentNotYours(
            number=number, actor=by, why="the operator cuts off.", why_zh="接口和账户由运行单位关闭。"
        )
    words = words_fit(what["words"], rules.REASON, most=rules.MOST_WORDS, needed=True)
    with transaction.atomic():
        found = Incident.objects.select_for_update().get(pk=rules.incident_number_parts(number) or 0)
        open_ = Client.objects.filter(actor__key=found.reader, revoked_at__isnull=True, expires_at__gt=at)
        clients = list(open_.order_by("pk").values_list("pk", flat=True))
        if found.place != rules.READER or not (clients or staff_of(found.reader)):
            raise rules.IncidentUnfit(
                why="no program and no account of the firm’s is open.", why_zh="该单位没有开通的接口和账户。"
            )
        _cut(clients, by=by, at=at)
        accounts = staff_shut(actor=found.reader, by=by, at=at)
        Closing.objects.create(incident=found, clients=clients, accounts=accounts, words=words, at=at, by=by)
        about = f"incident:{found.pk}"
        detail = {"reader": found.reader, "clients": clients, "accounts": accounts}
        trace(event="audits.access.closed", by=by, at=at, about=about, detail=detail)
    return {"incident": found.number, "clients": len(clients), "accounts": len(accounts)}


def _cut(clients: Iterable[int], *, by: str, at: datetime) -> None:
    for client in clients:
        client_revoke(client=client, by=by, at=at)
