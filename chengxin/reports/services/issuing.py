"""Issuing a report: written, signed, printed and kept in one transaction, with the reading in the ledger."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import call_count
from chengxin.kernel.days import CHINA_TIME, day_of
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.printing import pdf_made
from chengxin.law import Law
from chengxin.law.models import ReportKind
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.lists.selectors import SubjectFile
from chengxin.reports import rules
from chengxin.reports.models import Report, body_bound, pdf_bound
from chengxin.reports.rules import (
    AT_THE_COUNTER,
    FORMAT,
    SUBJECT,
    Choice,
    Chosen,
    IssuedTooOften,
    Often,
    canonical,
    digest_of,
)
from chengxin.reports.selectors.issued import (
    code_of_report,
    code_secret,
    envelope_of,
    number_of_report,
    pass_held,
    pdf_digest,
    pdf_of,
    report_seal,
    reports_drawn,
    signatory,
)
from chengxin.reports.selectors.persons import person_drawn, person_file, person_kinds, person_named
from chengxin.reports.selectors.writing import Written, file_of, report_written
from chengxin.subjects.rules.persons import Grant
from chengxin.subjects.selectors import SubjectUnknown
from chengxin.subjects.selectors import number_read as subject_number_read
from chengxin.subjects.services.persons import person_open

ISSUED = "reports.report.issued"
PUBLIC = "public"
OWN = Grant(frozenset({"name", "number"}), "《个人信息保护法》第45条")
MADE = Often(IssuedTooOften, of_one=5, of_all=60)  # reports printed for the public a minute, in this process
_KEPT_TOGETHER = 3_000  # characters of a record's JSON: well under a page
TEMPLATE = Path(__file__).parents[1] / "templates" / "reports" / "report.typ"


@dataclass(frozen=True)
class Issued:
    """A report as whoever drew it takes it home: number and code, the JSON with digest and signature, the PDF."""

    number: str
    code: str
    envelope: dict[str, Any]
    pdf: bytes
    trace: int

    def as_dict(self) -> dict[str, Any]:
        """What every door gives of it beside the PDF."""
        return {"number": self.number, "code": self.code, **self.envelope, "trace": self.trace}


def report_count(*, asker: Asker, kind: str, at: datetime) -> None:
    """Count a report that the asker's program is about to have issued; refuses what is beyond its calls of the day."""
    call_count(
        asker=asker, kind="reports", purpose=kind, law=lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE), at=at
    )


def report_issue(
    *, kind: str, number: str, asker: Asker, choice: Choice | None = None, seen: str = "", jurisdiction: str = "cn", at: datetime
) -> Issued:  # fmt: skip
    """Issue a report about the subject of the number to the asker: to anybody the public one, to an authority what its matter discloses, at the
    counter to the firm whose papers were `seen`.

    Refuses whoever may not have it, with the article, and a choice that the kind does not offer. Of a public report whose words are the same as those of
    one issued today that one is given again.
    """
    return _issue(kind, number, asker, asker.kind, choice or Choice(), seen, jurisdiction, at)


def report_issue_allowed(
    *, kind: str, number: str, consent: int, asker: Asker, jurisdiction: str, at: datetime
) -> Issued:
    """Issue the report about a firm that the firm allowed the asker, as the firm itself would have it. `report_order` alone calls this, which has seen
    the consent.
    """
    return _issue(kind, number, asker, asker.kind, Choice(), "", jurisdiction, at, consent=consent)


def report_draw(
    *, kind: str, number: str, key: str, asker: Asker, choice: Choice | None = None, jurisdiction: str = "cn", at: datetime
) -> Issued:  # fmt: skip
    """Issue a report about itself to the firm that holds a pass, through the portal; so many a year as the place gives free."""
    scheme, value = subject_number_read(number)
    held = pass_held(value, key, at=at)
    return _issue(kind, value, asker, SUBJECT, choice or Choice(), f"pass:{held.pk}", jurisdiction, at)


def person_report_draw(
    *, kind: str, subject: int, asker: Asker, choice: Choice | None = None, jurisdiction: str = "cn", at: datetime
) -> Issued:  # fmt: skip
    """Issue a report about themselves to the natural person who is signed in, so many a year as the place gives free. Nobody else draws one: there is
    no number to draw it by.
    """
    law, choice = lawroom.load().on(day_of(at), jurisdiction), choice or Choice()
    found = rules.kind_of(law, kind)
    if found not in person_kinds(law):
        raise rules.ReportForFirms(
            title=found.title.en, title_zh=found.title.zh, known=", ".join(each.key for each in person_kinds(law))
        )
    rules.reader_may(law, found, SUBJECT, choice=choice, seen="")
    held = rules.chosen(law, found, choice)
    with transaction.atomic():
        turn_taken("reports.drawn", f"person:{subject}")  # the second draw counts the first
        rules.free_left(law, found, [day_of(r.issued_at) for r in person_drawn(subject, kind, year=day_of(at).year)])
        opened = person_open(
            subject=subject, fields={"name", "number"}, grant=OWN, purpose=found.purpose, by=asker.key, at=at
        )
        file = person_file(subject, law, on=day_of(at), known_at=at)
        named = person_named(opened["name"], opened["number"])
        written = report_written(
            law, found, file, number="", choice=choice, chosen=held, own=True, known_at=at, person=named
        )
        report = _made(law, found, "", asker, Report.Drawn.SUBJECT, True, choice, held, file, written, at=at)
        entry = trace(
            event=ISSUED, by=asker.key, at=at, purpose=found.purpose, subject=subject, about=f"report:{number_of_report(report)}",
            detail={"kind": kind, "on": day_of(at), "known_at": at, "as": report.drawn_by},
        )  # fmt: skip
    return Issued(number_of_report(report), code_of_report(report), envelope_of(report), pdf_of(report), entry)


def _issue(
    key: str, number: str, asker: Asker, asks_as: str, choice: Choice, seen: str, jurisdiction: str, at: datetime, consent: int | None = None
) -> Issued:  # fmt: skip
    _, value = subject_number_read(number)
    law = lawroom.load().on(day_of(at), jurisdiction)
    kind = rules.kind_of(law, key)
    if kind.about == ("natural-person",):
        raise rules.ReportForPersons(title=kind.title.en, title_zh=kind.title.zh)
    if consent is None:
        rules.reader_may(law, kind, asks_as, choice=choice, seen=seen)
    chosen = rules.chosen(law, kind, choice)
    own = kind.contents == "full" and (consent is not None or asks_as in (SUBJECT, *AT_THE_COUNTER))
    with transaction.atomic():
        if own:
            turn_taken("reports.drawn", value)  # the second draw counts the first
        if asks_as == SUBJECT:
            first = f"{day_of(at).year}-01-01"
            drawn = reports_drawn(value, key).filter(issued_at__date__gte=first)
            rules.free_left(law, kind, [day_of(r.issued_at) for r in drawn])
        file = file_of(value, law, on=day_of(at), known_at=at)
        if file is None and not own:
            raise SubjectUnknown(number=value)
        written = report_written(law, kind, file, number=value, choice=choice, chosen=chosen, own=own, known_at=at)
        if not own and not any(section["records"] for section in written.sections):
            raise SubjectUnknown(number=value)  # in the words of one that was never filed, as its page does
        again = None if own or choice.matter else _same(kind, value, jurisdiction, written, at=at)
        if again is None and not own and asker.kind == PUBLIC:
            MADE.admit(value, now=at.timestamp())
            MADE.count(value, now=at.timestamp())
        whose = _drawn(kind, asks_as, own, consent)
        report = again or _made(law, kind, value, asker, whose, own, choice, chosen, file, written, at=at)
        told: dict[str, Any] = {"kind": key, "on": day_of(at), "known_at": at, "as": report.drawn_by}
        entry = trace(
            event=ISSUED, by=asker.key, at=at, purpose=choice.purpose or choice.matter or kind.purpose,
            subject=file.subject if file else None, about=f"report:{number_of_report(report)}",
            detail={
                **told,
                **({"seen": persons_masked(seen.strip()[: rules.MOST_SEEN])} if seen.strip() else {}),
                **({"consent": consent} if consent is not None else {}),
                **({"matter": choice.matter} if choice.matter else {}),
                **({"case_number": choice.case_number.strip()} if choice.case_number.strip() else {}),
            },
        )  # fmt: skip
    return Issued(number_of_report(report), code_of_report(report), envelope_of(report), pdf_of(report), entry)


def _same(kind: ReportKind, value: str, jurisdiction: str, written: Written, *, at: datetime) -> Report | None:
    """The latest public report, where it was issued today and says the same."""
    latest = (
        Report.objects.filter(code=value, kind=kind.key, jurisdiction=jurisdiction, drawn_by=Report.Drawn.PUBLIC)
        .order_by("-pk")
        .first()
    )
    same = latest is not None and day_of(latest.issued_at) == day_of(at) and latest.facts == _facts(written)
    return latest if same else None


def _facts(written: Written) -> str:
    return digest_of(canonical(written.facts))


def _drawn(kind: ReportKind, asks_as: str, own: bool, consent: int | None) -> Report.Drawn:
    """Who draws it."""
    if consent is not None:
        return Report.Drawn.ALLOWED
    if own:
        return Report.Drawn.SUBJECT if asks_as == SUBJECT else Report.Drawn.COUNTER
    return Report.Drawn.AUTHORITY if kind.contents == "full" else Report.Drawn.PUBLIC


def _made(
    law: Law, kind: ReportKind, value: str, asker: Asker, drawn: Report.Drawn, own: bool, choice: Choice, chosen: Chosen,
    file: SubjectFile | None, written: Written, *, at: datetime,
) -> Report:  # fmt: skip
    report = Report(
        pk=_next_key(), kind=kind.key, jurisdiction=law.jurisdiction, subject=file.subject if file else None, code=value,
        asker=asker.key, drawn_by=drawn, issued_at=at, lawbook_digest=law.book.digest, facts=_facts(written),
        choice={
            "years": chosen.years, "domains": list(choice.domains), "matter": choice.matter, "own": own,
            "purpose": choice.purpose, "case_number": choice.case_number,
        },
    )  # fmt: skip
    number = number_of_report(report)
    whole = _whole(law, kind, number, drawn, written, at=at)
    text, signer = canonical(whole), signatory(at=at)
    report.digest, report.signature = digest_of(text), signer.sign(text.encode()).as_dict()
    address = f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/verify/{number}"
    printed = pdf_made(
        TEMPLATE,
        {
            "report": whole | {"sections": [_laid_out(section) for section in whole["sections"]]},
            "issued": f"{at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M:%S}（北京时间）",
            "code": rules.code_made(code_secret(), number),
            "address": address,
            "qr": segno.make(address, error="m").svg_inline(border=0),
            "day": rules.day_in_chinese(day_of(at)),
            "digest": report.digest,
            "certificate": {"name": signer.name, "fingerprint": signer.fingerprint, "made_here": signer.made_here},
        },
        at=at,
    )
    pdf = signer.pdf_sign(printed, reason="证明来源和完整性", timestamps=settings.CHENGXIN_TIMESTAMP_URL)
    report.pdf_digest = pdf_digest(pdf)
    seal = report_seal()
    report.pdf = seal.seal(pdf, pdf_bound({"id": report.pk}))
    if kind.contents == "public":
        report.body = text
    else:
        report.sealed = seal.seal(text.encode(), body_bound({"id": report.pk}))
    report.save(force_insert=True)
    return report


def _whole(law: Law, kind: ReportKind, number: str, drawn: str, written: Written, *, at: datetime) -> dict[str, Any]:
    """The report's JSON: what it is and when, what it says, and what stands around it."""
    return {
        "format": FORMAT,
        "kind": kind.key,
        "title": {"zh": kind.title.zh, "en": kind.title.en},
        "number": number,
        "issued_at": at.astimezone().isoformat(timespec="seconds"),
        "on": day_of(at).isoformat(),
        "known_at": at.astimezone().isoformat(timespec="microseconds"),
        "centre": {"zh": settings.CHENGXIN_CENTRE, "en": settings.CHENGXIN_CENTRE_EN},
        "jurisdiction": law.jurisdiction,
        "lawbook": law.book.digest,
        "drawn_by": str(drawn),
        "subject": written.subject,
        "sections": written.sections,
        **written.around,
    }


def _laid_out(section: dict[str, Any]) -> dict[str, Any]:
    """The section with a note on each record that is too long to be kept together on a page."""
    return section | {"records": [r | {"long": len(canonical(r)) > _KEPT_TOGETHER} for r in section["records"]]}


def _next_key() -> int:
    """The running number of the next report: it stands on the report, so it is drawn before the report is kept."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('reports_report', 'id'))")
        return int(cursor.fetchone()[0])


__all__ = ["PUBLIC", "Issued", "report_count", "report_draw", "report_issue"]
