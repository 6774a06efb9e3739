"""Having a report again, and verifying one: each a reading, written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.kernel.certificates import Detached, pdf_signed_by, signed_by
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.reports.models import Report
from chengxin.reports.rules import (
    Choice,
    FileUnfit,
    NotAsIssued,
    Often,
    ReportOfPerson,
    ReportUnknown,
    TriedTooOften,
    canonical,
    chosen,
    digest_of,
    name_masked,
    number_read,
)
from chengxin.reports.selectors.issued import (
    envelope_of,
    number_of_report,
    pass_held,
    pdf_digest,
    pdf_of,
    report_accessible,
    report_by_code,
    reports_own,
    text_of,
)
from chengxin.reports.selectors.persons import person_report
from chengxin.reports.selectors.writing import facts_now
from chengxin.subjects.selectors import number_read as subject_number_read

PUBLIC = "public"
MOST_BYTES = 10 * 1024 * 1024  # of a PDF that somebody wants verified
TRIES = Often(TriedTooOften, of_one=10, of_all=300)  # wrong codes a minute, in this process


@dataclass(frozen=True)
class Had:
    """A report that was issued before: its JSON with digest and signature, and the PDF."""

    number: str
    envelope: dict[str, Any]
    pdf: bytes


@dataclass(frozen=True)
class Verified:
    """What is to be said of a report that somebody holds: that it was issued so, when, about whom, whether its digest and signatures hold, and
    whether what it says of the subject has changed since. Of a natural person's neither the name in full nor whether anything has changed is told: who
    once held a report would learn from it for ever.
    """

    number: str
    kind: str
    title: dict[str, str]
    issued_at: datetime
    subject: dict[str, Any]
    digest: str
    intact: bool
    signed: bool
    changed: bool | None
    report: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The answer as the API gives it: not the report itself, which whoever asks holds."""
        return {key: value for key, value in self.__dict__.items() if key not in ("report", "subject")} | {
            "name": self.subject["name"], "code": self.subject["code"],
        }  # fmt: skip


def report_have(*, number: str, code: str, at: datetime) -> Had:
    """The report again, for whoever has number and code, but a natural person's; refuses after too many wrong codes."""
    report = _by_code(number, code, at=at)
    if report.of_person:
        raise ReportOfPerson
    return _had(report, by=PUBLIC, at=at)


def person_report_have(*, subject: int, number: str, asker: Asker, at: datetime) -> Had:
    """The report again, for the natural person who drew it and is signed in."""
    return _had(person_report(subject, number), by=asker.key, at=at)


def report_read(*, number: str, asker: Asker, at: datetime) -> Had:
    """The report again, for whoever drew it."""
    return _had(report_accessible(asker, number), by=asker.key, at=at)


def reports_list(*, number: str, key: str, at: datetime) -> Iterator[Report]:
    """The reports that the firm with the pass drew by itself or had at the counter; the reading is written down."""
    _, value = subject_number_read(number)
    held = pass_held(value, key, at=at)
    found = list(reports_own(value)[:50])
    subject = next((r.subject for r in found if r.subject is not None), None)
    trace(event="reports.own.listed", by=PUBLIC, at=at, subject=subject, about=f"pass:{held.pk}", purpose="own-record")
    return iter(found)


def report_verify(*, number: str, code: str, at: datetime) -> Verified:
    """Whether a report of that number and code was issued, and whether it is still what would be said; refuses after too many wrong codes."""
    return _verified(_by_code(number, code, at=at), at=at)


def pdf_verify(*, content: bytes, at: datetime) -> Verified:
    """Whether the file is, byte for byte, a PDF that was issued here; nothing of it is kept, and a file that is not is not even opened."""
    if not 0 < len(content) <= MOST_BYTES:
        raise FileUnfit(most=MOST_BYTES // 1024 // 1024)
    report = Report.objects.filter(pdf_digest=pdf_digest(content)).first()
    if report is None:
        raise NotAsIssued
    return _verified(report, at=at)


def _by_code(number: str, code: str, *, at: datetime) -> Report:
    now, of = at.timestamp(), str(number_read(number))
    TRIES.admit(of, now=now)
    try:
        return report_by_code(number, code)
    except ReportUnknown:
        TRIES.count(of, now=now)
        raise


def _had(report: Report, *, by: str, at: datetime) -> Had:
    number = number_of_report(report)
    told = {"kind": report.kind, "known_at": report.issued_at}
    trace(
        event="reports.report.read", by=by, at=at, purpose=_purpose(report), subject=report.subject, about=f"report:{number}", detail=told
    )  # fmt: skip
    return Had(number, envelope_of(report), pdf_of(report))


def _purpose(report: Report) -> str:
    kind = lawroom.load().on(day_of(report.issued_at), report.jurisdiction).reports.get(report.kind)
    return report.choice["purpose"] or report.choice["matter"] or (kind.purpose if kind else "")


def _verified(report: Report, *, at: datetime) -> Verified:
    number, envelope = number_of_report(report), envelope_of(report)
    said, text = envelope["report"], text_of(report)
    whole = digest_of(text) == report.digest and canonical(said) == text
    signed = (
        signed_by(text.encode(), Detached(**report.signature)) is not None and pdf_signed_by(pdf_of(report)) is not None
    )
    changed = None if report.of_person else _changed(report, at=at)
    if report.of_person:
        said = said | {"subject": said["subject"] | {"name": name_masked(said["subject"]["name"])}}
    trace(
        event="reports.report.verified", by=PUBLIC, at=at, subject=report.subject, about=f"report:{number}", detail={"changed": changed}
    )  # fmt: skip
    return Verified(
        number, report.kind, said["title"], report.issued_at, said["subject"], envelope["digest"], whole, signed, changed, said
    )  # fmt: skip


def _changed(report: Report, *, at: datetime) -> bool:
    """Whether a report of the same kind and choice would say something else of the subject today."""
    law = lawroom.load().on(day_of(at), report.jurisdiction)
    kind, asked = law.reports.get(report.kind), report.choice
    if kind is None:
        return True
    choice = Choice(asked["years"], asked["domains"], asked["matter"])
    try:
        held = chosen(law, kind, choice)
    except Refusal:  # the law of today has no such choice any more
        return True
    now = facts_now(law, kind, number=report.code, choice=choice, chosen=held, own=asked["own"], at=at)
    return digest_of(canonical(now)) != report.facts
