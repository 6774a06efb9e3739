"""Looking at the readings since the last look, hearing the reader, and what a person decides. Nothing follows from any of it by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengxin.actors.selectors import Asker
from chengxin.audits import bulk, rules
from chengxin.audits.models import Evidence, Finding, Look, Word
from chengxin.audits.selectors import EVIDENCE_MOST, Shown, finding_accessible, findings_shown, own_use, placed, reached
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.wording import words_fit
from chengxin.law import Law
from chengxin.ledger.services import trace

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
