"""Four eyes: what takes two persons is proposed by one and done when another, of the same actor and with the duty, confirms it in time."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.accounts import rules
from chengxin.accounts.models import Answer, Proposal, proposal_bound
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.kernel.days import day_of
from chengxin.law.models import FourEyes
from chengxin.ledger.services import trace
from chengxin.vault.selectors import seal_of

RING = "accounts"

Deed = Callable[[Mapping[str, Any], str, datetime], object]  # what, in whose name, when


def act_by_two(act: str, *, at: datetime) -> FourEyes | None:
    """What the lawbook says of an act that takes two, where it does."""
    return lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE).four_eyes.get(act)


def four_eyes(act: str, *, at: datetime, before: int = 0) -> bool:
    """Whether the act takes two here: by CHENGXIN_FOUR_EYES, by its entry in the lawbook, and after so many of the actor's on the same day."""
    entry = act_by_two(act, at=at) if settings.CHENGXIN_FOUR_EYES else None
    return entry is not None and (entry.above is None or before >= entry.above)


def deed_propose(
    *, kind: str, about: str, what: Mapping[str, Any], asker: Asker, at: datetime, programs: bool = False
) -> Proposal:
    """Put before another of the actor's staff what the asker wants done; nothing is done yet. Refuses whoever has no account: nobody could
    tell the two apart. Where `programs` may propose, a person of the actor's confirms what its program wants, and no program ever confirms.
    """
    client = asker.client if programs and asker.account is None else None
    entry = act_by_two(kind, at=at)
    if entry is None or (asker.account is None and client is None):
        raise rules.AccountWanted
    sealed = seal_of(RING).seal_json(dict(what), proposal_bound({"account_id": asker.account, "at": at}))
    with transaction.atomic():
        made = Proposal.objects.create(
            kind=kind, about=about, sealed=sealed, actor=Actor.objects.get(key=asker.key), account_id=asker.account,
            client_id=client, who=asker.account or 0, at=at, until=at + timedelta(hours=entry.hours),
        )  # fmt: skip
        trace(
            event="accounts.deed.proposed",
            by=asker.key,
            at=at,
            about=f"proposal:{made.pk}",
            detail={"kind": kind, "of": about, **({"client": client} if client else {})},
        )
    return made


def deed_answer(*, proposal: int, agreed: bool, deeds: Mapping[str, Deed], asker: Asker, at: datetime) -> object:
    """Confirm a proposal of one's own actor, and do it in the same transaction, in the actor's name; or refuse it. Which duty confirms, the lawbook
    says. Refuses the proposer, and what is over; of two who answer at once one is let in.
    """
    with transaction.atomic():
        found = Proposal.objects.select_for_update().filter(pk=proposal, actor__key=asker.key).first()
        if found is None or found.until <= at or Answer.objects.filter(proposal=found).exists():
            raise rules.ProposalUnknown(proposal=proposal)
        entry = act_by_two(found.kind, at=at)
        if entry is None or found.kind not in deeds:
            raise rules.ProposalUnknown(proposal=proposal)
        if entry.duty not in asker.duties:
            raise rules.DutyMissing(duty=entry.duty)
        if asker.account is None or asker.account == found.account_id:
            raise rules.AnotherWanted
        Answer.objects.create(proposal=found, proposer_id=found.who, account_id=asker.account, agreed=agreed, at=at)
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


@dataclass(frozen=True)
class Put:
    """A proposal as whoever may know of it sees it: of which account or program, until when, and what became of it; not what it says."""

    proposal: int
    kind: str
    about: str
    account: int | None
    client: int | None
    at: datetime
    until: datetime
    state: str
    answered_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


def put_of(found: Proposal, *, at: datetime) -> Put:
    """A proposal as it stands at the instant: `pending`, `confirmed`, `refused` or, where nobody answered in time, `expired`."""
    answer = Answer.objects.filter(proposal=found).first()
    if answer is not None:
        state = "confirmed" if answer.agreed else "refused"
    else:
        state = "pending" if found.until > at else "expired"
    return Put(
        found.pk, found.kind, found.about, found.account_id, found.client_id, found.at, found.until, state,
        answer.at if answer else None,
    )  # fmt: skip


def proposals_put(asker: Asker, *, at: datetime, kinds: Collection[str] | None = None, most: int = 100) -> list[Put]:
    """The latest proposals of the asker's actor, of these kinds or of all, the newest first."""
    found = Proposal.objects.filter(actor__key=asker.key).order_by("-pk")
    return [put_of(each, at=at) for each in (found if kinds is None else found.filter(kind__in=kinds))[:most]]


def proposals_open(asker: Asker, *, at: datetime) -> list[Proposal]:
    """The proposals of the asker's actor that wait for another, the oldest first."""
    return list(Proposal.objects.filter(actor__key=asker.key, until__gt=at, answer__isnull=True).order_by("pk"))
