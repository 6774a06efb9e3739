"""Reports as they were issued: by whom they can be had again, and with which keys they are made."""

import hmac
import json
import secrets
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from chengxin.actors.selectors import Asker
from chengxin.kernel.certificates import Signatory, signing_file
from chengxin.kernel.days import day_of
from chengxin.kernel.keyfile import keyfile_once
from chengxin.kernel.sealing import Seal
from chengxin.reports.models import FirmConsent, Pass, Report, body_bound, pdf_bound
from chengxin.reports.rules import (
    PassUnknown,
    ReportUnknown,
    code_fits,
    code_made,
    number_read,
    number_typed,
    number_written,
)
from chengxin.subjects.selectors import SubjectUnknown, subject_of
from chengxin.vault.selectors import seal_of

KEYS = Path(settings.CHENGXIN_HOME) / "keys"


def report_seal() -> Seal:
    """The seal under which reports and their PDFs are kept."""
    return seal_of("reports")


@cache
def code_secret() -> bytes:
    """The secret from which every report's code is made; it is never replaced, or no code printed before would fit."""
    return keyfile_once(KEYS / "report-codes.key", secrets.token_hex(32)).encode()


def signatory(*, at: datetime) -> Signatory:
    """Who signs: the centre's own key and certificate where they are set, otherwise those that this installation makes for itself."""
    key, certificate = settings.CHENGXIN_SIGNING_KEY_FILE, settings.CHENGXIN_SIGNING_CERTIFICATE_FILE
    if not key:
        key = certificate = str(signing_file(KEYS, name=settings.CHENGXIN_CENTRE, at=at))
    return _signatory(key, certificate)


@cache
def _signatory(key: str, certificate: str) -> Signatory:
    return Signatory.of_files(Path(key), Path(certificate))


def number_of_report(report: Report) -> str:
    """The number that stands on the report."""
    return number_written(day_of(report.issued_at), report.pk)


def code_of_report(report: Report) -> str:
    """The code that stands beside it."""
    return code_made(code_secret(), number_of_report(report))


def text_of(report: Report) -> str:
    """The report's JSON as it was signed."""
    if report.body is not None:
        return report.body
    return report_seal().unseal(bytes(report.sealed or b""), body_bound({"id": report.pk})).decode()


def envelope_of(report: Report) -> dict[str, Any]:
    """The report with digest and signature, as it is given out and can be verified off line."""
    return {"report": json.loads(text_of(report)), "digest": f"sha256:{report.digest}", "signature": report.signature}


def pdf_of(report: Report) -> bytes:
    """The PDF as it was signed."""
    return report_seal().unseal(bytes(report.pdf), pdf_bound({"id": report.pk}))


def report_by_code(number: str, code: str) -> Report:
    """The report of that number for whoever has its code; unknown and not theirs look alike, and take as long."""
    report = Report.objects.filter(pk=number_read(number)).first()
    asked = number_of_report(report) if report is not None else ""
    fits = code_fits(code_secret(), asked, code)
    if report is None or not fits or number_typed(number) != asked:
        raise ReportUnknown
    return report


def reports_accessible(asker: Asker) -> QuerySet[Report]:
    """The reports that the asker drew itself, the latest first; nobody is shown another's, whoever runs the register neither."""
    return Report.objects.filter(asker=asker.key).order_by("-pk")


def report_accessible(asker: Asker, number: str) -> Report:
    """One of those; unknown and another's look alike."""
    report = reports_accessible(asker).filter(pk=number_read(number)).first()
    if report is None or number_of_report(report) != number_typed(number):
        raise ReportUnknown
    return report


def reports_drawn(code: str, kind: str) -> QuerySet[Report]:
    """The reports of the kind that the firm of the code drew by itself, the latest first."""
    return Report.objects.filter(code=code, kind=kind, drawn_by=Report.Drawn.SUBJECT).order_by("-pk")


def reports_own(code: str) -> QuerySet[Report]:
    """Every report that the firm of the code drew by itself or at the counter, the latest first."""
    own = (Report.Drawn.SUBJECT, Report.Drawn.COUNTER)
    return Report.objects.filter(code=code, drawn_by__in=own).order_by("-pk")


def pass_held(code: str, key: str, *, at: datetime) -> Pass:
    """The pass of the firm of the code whose key this is, if it holds at the instant; unknown, over and another's look alike."""
    found = Pass.objects.filter(key_hash=sha256(key.strip().encode()).digest()).first()
    holds = found is not None and found.given_at <= at < found.until and not hasattr(found, "end")
    if found is None or not hmac.compare_digest(found.code, code) or not holds:
        raise PassUnknown
    return found


def firm_consents(code: str, *, on: date) -> QuerySet[FirmConsent]:
    """What the firm of the code allows on the day, the latest first."""
    return FirmConsent.objects.filter(code=code, until__gte=on, end__isnull=True).order_by("-pk")


def pdf_digest(content: bytes) -> str:
    """By which a PDF is known: the SHA-256 of the file, in hexadecimal."""
    return sha256(content).hexdigest()


def subject_held(code: str, at: datetime) -> int | None:
    """The subject of the code, where the register holds one."""
    try:
        return subject_of(code, known_at=at)
    except SubjectUnknown:
        return None
