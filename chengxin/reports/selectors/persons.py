"""What a person's own report is written from: their file, opened for them alone, and the report as it was drawn before."""

import copy
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from chengxin.law import Law
from chengxin.law.models import ReportKind
from chengxin.lists.selectors import FiledRecord, SubjectFile, records_filed
from chengxin.records.selectors.persons import content_unsealed
from chengxin.reports.models import Report
from chengxin.reports.rules import SUBJECT, ReportUnknown, number_masked, number_read, number_typed
from chengxin.reports.selectors.issued import number_of_report

Json = dict[str, Any]


def person_file(subject: int, law: Law, *, on: date, known_at: datetime) -> SubjectFile:
    """A person's file as of a day and an instant, its contents opened; for services that write the reading down."""
    filed = records_filed([subject], law, on=on, known_at=known_at)
    return SubjectFile(subject, on, known_at, [], [], [_opened(each) for each in filed])


def _opened(filed: FiledRecord) -> FiledRecord:
    record = copy.copy(filed.record)  # never saved: the table keeps it sealed
    record.document, record.body = content_unsealed(record)
    return replace(filed, record=record)


def person_named(name: str, number: str) -> Json:
    """The part of a report that says whom it is about: the number hidden but for its first and last places."""
    hidden = number_masked(number)
    title = {"zh": "公民身份号码", "en": "Citizen number"}
    numbers = [{"scheme": "citizen-number", "title": title, "value": hidden}]
    return {"name": name, "other_names": [], "numbers": numbers, "code": hidden, "known": True, "person": True}


def person_kinds(law: Law) -> list[ReportKind]:
    """The kinds of report that a person may draw about themselves, by key."""
    return [
        kind for _, kind in sorted(law.reports.items()) if SUBJECT in kind.askers and kind.about == ("natural-person",)
    ]


def person_reports(subject: int) -> QuerySet[Report]:
    """The reports that this person drew, the latest first; for that person alone."""
    return Report.objects.filter(subject=subject, code="", drawn_by=Report.Drawn.SUBJECT).order_by("-pk")


def person_report(subject: int, number: str) -> Report:
    """One of those; unknown and another's look alike."""
    report = person_reports(subject).filter(pk=number_read(number)).first()
    if report is None or number_of_report(report) != number_typed(number):
        raise ReportUnknown
    return report


def person_drawn(subject: int, kind: str, *, year: int) -> list[Report]:
    """The reports of the kind that the person drew this year."""
    return list(person_reports(subject).filter(kind=kind, issued_at__date__gte=date(year, 1, 1)))
