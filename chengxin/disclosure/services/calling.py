"""Counting calls: so many a day for each program and purpose, and no more."""

import math
from datetime import datetime

from django.db import transaction

from chengxin.actors.rules import day_over
from chengxin.actors.selectors import Asker, allowance_of
from chengxin.disclosure.models import Call
from chengxin.disclosure.rules.disclosing import TooManyToday
from chengxin.kernel.days import day_of
from chengxin.law import Law
from chengxin.law.models import OfPersons, Purpose
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def call_take(*, law: Law, purpose: Purpose, persons: OfPersons, asker: Asker, at: datetime) -> None:
    """Count one call of the asker's program for the purpose today, in a transaction of its own, so that one that is then refused counts too.
    Refuses what is beyond the day's limit, and writes that down.
    """
    day, client = day_of(at), asker.client or 0
    most = allowance_of(asker.client, f"persons.{purpose.key}", usual=law.parameter(persons.calls_a_day))
    with transaction.atomic():
        turn_taken("disclosure", f"{asker.key}:{client}:{purpose.key}")
        number = Call.objects.filter(actor=asker.key, client=client, purpose=purpose.key, day=day).count()
        if number < most:
            Call.objects.create(
                actor=asker.key, client=client, purpose=purpose.key, day=day, number=number, most=most
            )  # fmt: skip
            return
    trace(
        event="disclosure.call.refused", by=asker.key, at=at, purpose=purpose.key, detail={"most": most, "client": client}
    )  # fmt: skip
    wait = math.ceil((day_over(at) - at).total_seconds())
    raise TooManyToday(title=purpose.title.en, title_zh=purpose.title.zh, most=most, retry_after=wait)
