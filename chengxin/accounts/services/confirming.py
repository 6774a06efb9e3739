"""Four eyes: what takes two persons is proposed by one and done when another, of the same actor and with the duty, confirms it in time."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin.accounts import rules
from chengxin.accounts.models import Answer, Proposal, proposal_bound
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.ledger.services import trace
from chengxin.vault.selectors import seal_of

RING = "accounts"
HOURS = 72

Deed = Callable[[Mapping[str, Any], str, datetime], object]  # what, in whose name, when


def four_eyes() -> bool:
    """Whether it takes two here (CHENGXIN_FOUR_EYES)."""
    return bool(settings.CHENGXIN_FOUR_EYES)


def deed_propose(*, kind: str, about: str, what: Mapping[str, Any], asker: Asker, at: datetime) -> Proposal:
    """Put before another of the actor's staff what the asker wants done; nothing is done yet. Refuses whoever has no account: nobody could
    tell the two apart.
    """
    if asker.account is None:
        raise rules.AccountWanted
    sealed = seal_of(RING).seal_json(dict(what), proposal_bound({"account_id": asker.account, "at": at}))
    with transaction.atomic():
        made = Proposal.objects.create(
            kind=kind, about=about, sealed=sealed, actor=Actor.objects.get(key=asker.key), account_id=asker.account, at=at,
            until=at + timedelta(hours=HOURS),
        )  # fmt: skip
        trace(
            event="accounts.deed.proposed",
            by=asker.key,
            at=at,
            about=f"proposal:{made.pk}",
            detail={"kind": kind, "of": about},
        )
    return made


def deed_answer(
    *, proposal: int, agreed: bool, duties: Mapping[str, str], deeds: Mapping[str, Deed], asker: Asker, at: datetime
) -> object:
    """Confirm a proposal of one's own actor, and do it in the same transaction, in the actor's name; or refuse it. `duties` says which duty confirms
    which kind. Refuses the proposer, and what is over; of two who answer at once one is let in.
    """
    with transaction.atomic():
        found = Proposal.objects.select_for_update().filter(pk=proposal, actor__key=asker.key).first()
        if found is None or found.until <= at or Answer.objects.filter(proposal=found).exists():
            raise rules.ProposalUnknown(proposal=proposal)
        if duties[found.kind] not in asker.duties:
            raise rules.DutyMissing(duty=duties[found.kind])
        if asker.account is None or asker.account == found.account_id:
            raise rules.AnotherWanted
        Answer.objects.create(
            proposal=found, proposer_id=found.account_id, account_id=asker.account, agreed=agreed, at=at
        )
        verb = "confirmed" if agreed else "refused"
        trace(
            event=f"accounts.deed.{verb}",
            by=asker.key,
            at=at,
            about=f"proposal:{found.pk}",
            detail={"kind": found.kind},
        )
        return deeds[found.kind](proposed(found), asker.key, at) if agreed else None


def proposed(found: Proposal) -> dict[str, Any]:
    """What is proposed, unsealed."""
    about = proposal_bound({"account_id": found.account_id, "at": found.at})
    what: dict[str, Any] = seal_of(RING).unseal_json(bytes(found.sealed), about)
    return what


def proposals_open(asker: Asker, *, at: datetime) -> list[Proposal]:
    """The proposals of the asker's actor that wait for another, the oldest first."""
    return list(Proposal.objects.filter(actor__key=asker.key, until__gt=at, answer__isnull=True).order_by("pk"))
