"""Opening a complaint, and who made it; each time is written down."""

from datetime import datetime

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import Opening
from chengxin.commerce.complaints.selectors import (
    Shown,
    complaint_accessible,
    complaint_by_key,
    doers_of,
    head_of,
    leg_now,
    shown_of,
    who_complained,
)
from chengxin.commerce.complaints.services.stepping import PUBLIC
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace


def complaint_read(*, number: str, asker: Asker, at: datetime) -> Shown:
    """One complaint with the consumer's words; the reading is written down."""
    complaint = complaint_accessible(asker, number)
    trace(event="complaints.complaint.read", by=asker.key, at=at, about=f"complaint:{complaint.pk}")
    return shown_of(complaint, doers=None, asker=asker, on=day_of(at), words=True)


def complaint_followed(*, number: str, key: str, at: datetime) -> tuple[Shown, list[Opening]]:
    """The complaint for whoever holds its receipt, and who has opened who they are."""
    complaint = complaint_by_key(number, key)
    trace(event="complaints.complaint.followed", by=PUBLIC, at=at, about=f"complaint:{complaint.pk}")
    shown = shown_of(complaint, doers={"consumer"}, asker=None, on=day_of(at), words=True)
    return shown, list(complaint.openings.order_by("pk"))


def complainant_open(*, number: str, case_number: str, asker: Asker, at: datetime) -> dict[str, str]:
    """Who complained and how to reach them: for the agency in charge, in a case of its own that it names, or for the platform where they said so.
    Whoever complained sees that it was opened.
    """
    complaint = complaint_accessible(asker, number)
    case = words_fit(case_number, ("The case", "案号"), most=100)
    if not case:
        raise rules.CaseUnnamed
    doers = doers_of(head_of(complaint), asker, leg_now(complaint))
    with transaction.atomic():
        who = complaint.complainant
        if "authority" not in doers and not ("platform" in doers and who.share) and complaint.filed_by != asker.key:
            raise rules.IdentityClosed(actor=asker.key)
        Opening.objects.create(complaint=complaint, by=asker.key, case_number=case, at=at)
        trace(
            event="complaints.identity.opened",
            by=asker.key,
            at=at,
            about=f"complaint:{complaint.pk}",
            detail={"case": case},
        )
        return who_complained(who)
