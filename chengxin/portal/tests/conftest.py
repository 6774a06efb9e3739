"""Firms and records made row by row, so that a test can say any state of one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from chengxin.kernel.names import name_normal
from chengxin.records.models import Batch, Event, Record
from chengxin.subjects.models import Identifier, Name, Subject

AT = datetime(2026, 11, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SOURCES = {
    "enterprise-registration": "enterprise-register",
    "administrative-licence": "licence-publicity",
    "administrative-penalty": "penalty-publicity",
    "abnormal-operations": "abnormal-operations",
    "serious-dishonesty": "serious-dishonesty",
    "honour": "honours",
    "commitment": "enterprise-register",
}
ADVERSE = ("administrative-penalty", "abnormal-operations", "serious-dishonesty")
_numbers = count(1)

Firm = Callable[..., Subject]
File = Callable[..., Record]


@pytest.fixture
def firm(db: None) -> Firm:
    """Makes a firm with a number, a name, and its registration on file unless that is declined."""

    def make(name: str, *numbers: tuple[str, str], registered: bool = True) -> Subject:
        subject = Subject.objects.create(created_at=AT)
        for scheme, value in numbers:
            Identifier.objects.create(subject=subject, scheme=scheme, value=value, known_at=AT)
        named(subject, name)
        if registered:
            filed(subject, "enterprise-registration", shown_until=None, effect_until=None, body={"name": name})
        return subject

    return make


@pytest.fixture
def file(db: None) -> File:
    """Files a record about a firm; what is not said is an ordinary penalty in term."""
    return filed


def named(subject: Subject, name: str) -> None:
    """Adds a name that a source knew the firm by."""
    Name.objects.get_or_create(
        subject=subject, normal=name_normal(name), defaults={"written": name, "source": "any", "known_at": AT}
    )


def filed(subject: Subject, record_type: str = "administrative-penalty", *, place: str = "cn", **said: Any) -> Record:
    """Files a record of the place about the firm, with the name that its body says."""
    number = next(_numbers)
    body = {"name": subject.names.order_by("pk")[0].written, **said.pop("body", {})}
    named(subject, body["name"])
    values: dict[str, Any] = {
        "authority": "云川市市场监督管理局",
        "document": f"云川市监〔2026〕{number}号",
        "decided_on": TODAY - timedelta(days=60),
        "effect_from": TODAY - timedelta(days=60),
        "effect_until": TODAY + timedelta(days=300),
        "shown_until": TODAY + timedelta(days=300),
        "published_on": TODAY - timedelta(days=50),
        "late_days": 0,
        "severity": "general" if record_type == "administrative-penalty" else None,
        "received_at": AT,
    }
    record = Record.objects.create(
        id=number, row_key=uuid4(), content=uuid4(), record_type=record_type, batch=_batch(record_type, place), subject=subject,
        body=body, **values | said,
    )  # fmt: skip
    happened(record, "filed", number=0)
    return record


def happened(record: Record, kind: str, *, number: int = 1, on: date | None = None) -> None:
    """Adds an event to the record."""
    Event.objects.create(record=record, number=number, kind=kind, at=AT, on=on, by="operator")


def _batch(record_type: str, place: str) -> Batch:
    return Batch.objects.create(
        source=SOURCES[record_type],
        jurisdiction=place,
        actor="operator",
        channel="file",
        received_at=AT,
        file_name="x.csv",
        file_digest="",
        lawbook_digest="",
        status="landed",
    )
