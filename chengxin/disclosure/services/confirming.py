"""Confirming a qualification: yes or no to a name and the number of a licence or certificate."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.disclosure.rules.disclosing import AskerBarred, asker_barred, confirmed, purpose_of
from chengxin.disclosure.selectors import facts_of_records
from chengxin.disclosure.services.calling import call_take
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace, trace_receipted
from chengxin.records.selectors.persons import records_certified
from chengxin.subjects.bulk.vaulting import persons_named

PURPOSE = "qualification-confirmation"


@dataclass(frozen=True)
class Confirmation:
    """Yes or no, on which day, and the receipt."""

    confirmed: bool
    on: date
    trace: int
    receipt: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


def qualification_confirm(
    *, asker: Asker, name: str, certificate: str, at: datetime, jurisdiction: str = "cn"
) -> Confirmation:
    """Whether a licence or qualification of this number stands today in this name: yes or no, never why not, and nothing else.

    Neither name nor number is written down; a yes names the person in the ledger, so that they see who asked.
    """
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    purpose, persons = purpose_of(law, PURPOSE)
    if barred := asker_barred(law, purpose, persons, asker.kind):
        raise AskerBarred(why=barred.en, why_zh=barred.zh)
    call_take(law=law, purpose=purpose, persons=persons, asker=asker, at=at)
    with transaction.atomic():
        records = records_certified(certificate, known_at=at)
        whose = persons_named(set(records.values_list("subject_id", flat=True)), name)
        facts = facts_of_records(law, records.filter(subject_id__in=whose).select_related("batch"), known_at=at)
        yes = confirmed(law, facts, on=on)
        subject = min(whose, default=None)
        if not yes:  # the asker's receipt opens the entry that it is of, which therefore names nobody
            trace(event="disclosure.qualification.tried", by=asker.key, at=at, purpose=PURPOSE, subject=subject)
        receipt = trace_receipted(
            event="disclosure.qualification.confirmed", by=asker.key, at=at, purpose=PURPOSE,
            subject=subject if yes else None, detail={"confirmed": yes, "on": on},
        )  # fmt: skip
    return Confirmation(yes, on, receipt.entry, receipt.as_dict())
