"""Passes: by what the portal knows that somebody answers for a firm, until people and firms sign in by themselves."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.kernel.identifiers import persons_masked
from chengxin.ledger.services import trace
from chengxin.reports.models import Pass, PassEnd
from chengxin.reports.rules import AT_THE_COUNTER, MOST_SEEN, PapersNotSeen, PassNotYours, PassUnknown
from chengxin.reports.selectors.issued import subject_held
from chengxin.subjects.selectors import number_read

DAYS, MOST_DAYS = 30, 365


@dataclass(frozen=True)
class Given:
    """A pass just given: its key is shown once."""

    number: int
    code: str
    key: str
    until: datetime

    def as_dict(self) -> dict[str, Any]:
        """The pass as it is printed."""
        return {"pass": self.number, "code": self.code, "key": self.key, "until": self.until}


def pass_give(*, number: str, seen: str, asker: Asker, at: datetime, days: int = DAYS) -> Given:
    """Give the firm of the number a pass, having seen its papers at the counter; refuses without them, and whoever keeps no counter."""
    _counter_only(asker)
    if not seen.strip():
        raise PapersNotSeen
    _, value = number_read(number)
    key = secrets.token_urlsafe(18)
    with transaction.atomic():
        made = Pass.objects.create(
            code=value, key_hash=sha256(key.encode()).digest(), seen=persons_masked(seen.strip()[:MOST_SEEN]), given_at=at,
            until=at + timedelta(days=max(1, min(days, MOST_DAYS))), by=asker.key,
        )  # fmt: skip
        trace(event="reports.pass.given", by=asker.key, at=at, subject=subject_held(value, at), about=f"pass:{made.pk}")
    return Given(made.pk, value, key, made.until)


def pass_end(*, number: int, asker: Asker, at: datetime) -> PassEnd:
    """Take a pass back: from this instant it opens nothing."""
    _counter_only(asker)
    with transaction.atomic():
        found = Pass.objects.filter(pk=number, end__isnull=True).first()
        if found is None:
            raise PassUnknown
        ended = PassEnd.objects.create(ended=found, by=asker.key, at=at)
        trace(
            event="reports.pass.ended",
            by=asker.key,
            at=at,
            subject=subject_held(found.code, at),
            about=f"pass:{number}",
        )
    return ended


def _counter_only(asker: Asker) -> None:
    if asker.kind not in AT_THE_COUNTER:
        raise PassNotYours(actor=asker.key, kind=asker.kind)
