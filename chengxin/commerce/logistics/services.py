"""Parcels looked up, carriers named, evaluations answered and published. What is written down of a consumer is that one answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker, actor_acting, asker_acting
from chengxin.commerce.complaints.selectors import solved_told
from chengxin.commerce.logistics.models import Answer, Carrier, Publication, Spent, Token
from chengxin.commerce.logistics.rules import evaluating, judging, tracing
from chengxin.commerce.logistics.rules.judging import Quarter
from chengxin.commerce.logistics.selectors import (
    FirmFile,
    Traced,
    answerable,
    answered_between,
    firm_file,
    measures_of,
    method_of,
    parcels_carried,
    parcels_traced,
    quarter_told,
    quarters_own,
    shipped,
    token_opened,
)
from chengxin.commerce.merchants.rules import words_public
from chengxin.commerce.objections.models import Objection
from chengxin.commerce.objections.rules import NotTheirs
from chengxin.commerce.objections.services import objection_answer, objection_raise
from chengxin.kernel.days import day_of
from chengxin.law.models import EvaluatingSide
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.lists.services.reading import subject_read
from chengxin.subjects.selectors import SubjectUnknown

PUBLIC, PURPOSE = "public", "public-information"


def parcel_trace(*, waybill: str, at: datetime) -> list[Traced]:
    """The parcels of the number as platforms filed them; none where nobody filed one."""
    found = parcels_traced(tracing.waybill_read(waybill), known_at=at)
    trace(event="logistics.parcel.traced", by=PUBLIC, at=at, purpose=PURPOSE, detail={"found": len(found)})
    return found


def firm_read(*, code: str, on: date, at: datetime) -> FirmFile:
    """A firm's file as the public may see it, with how many complaints about it were solved; the reading is written down. Refuses a firm of which
    nothing may be shown.
    """
    firm = judging.firm_read(code)
    with transaction.atomic():
        try:
            file = subject_read(number=firm, asker=asker_acting(PUBLIC, at=at), on=on, at=at, purpose=PURPOSE)
        except SubjectUnknown:
            file = None
        found = firm_file(firm, file, on=on, known_at=at)
        if found.empty:  # nothing was shown, so nothing was read: the trace goes back with the transaction
            raise evaluating.FirmUnknown(firm=firm)
    return replace(found, complaints=solved_told(firm, on=on, known_at=at))


# --- carriers and tokens ----------------------------------------------------------------------------------------------


def _speaking(platform: str, by: str, *, at: datetime) -> None:
    """Refuses whoever may not speak for the platform."""
    whose, actor = actor_acting(platform, at=at), actor_acting(by, at=at)
    if whose.kind != "platform" or actor.key != platform and actor.kind != "operator":
        raise evaluating.CarrierForAnother(by=actor.title, platform=whose.title)


def carrier_name(*, platform: str, carrier: str, code: str, by: str, at: datetime) -> Carrier:
    """Say which company a platform's own id of a carrier stands for; said again alike it changes nothing."""
    _speaking(platform, by, at=at)
    kept, firm = tracing.waybill_read(carrier), judging.firm_read(code)
    with transaction.atomic():
        turn_taken("logistics.carriers", platform)
        before = Carrier.objects.filter(platform=platform, carrier=kept).order_by("-pk").first()
        if before is not None and before.code == firm:
            return before
        made = Carrier.objects.create(platform=platform, carrier=kept, code=firm, at=at, by=by)
        trace(event="logistics.carrier.named", by=by, at=at, about=f"platform:{platform}", detail={"carrier": kept, "code": firm})  # fmt: skip
    return made


@dataclass(frozen=True)
class Issued:
    """Tokens for the receivers of parcels, each told once, and the parcels for which there is none."""

    tokens: dict[str, str]
    unknown: list[str]
    had: list[str]

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned."""
        return dict(self.__dict__)


def tokens_issue(*, platform: str, parcels: list[str], by: str, at: datetime) -> Issued:
    """A one-use token for each parcel that the platform filed and whose carrier is known, to hand to whoever received it. What is kept is a mark
    of each; a parcel has one and no second, and none whose quarter is answered no more.
    """
    _speaking(platform, by, at=at)
    named = list(dict.fromkeys(tracing.waybill_read(each) for each in parcels))
    carried = parcels_carried(platform, named, known_at=at)
    marks = {evaluating.mark_of("parcel", platform, each): each for each in carried}
    with transaction.atomic():
        turn_taken("logistics.tokens", platform)
        had = {marks[each] for each in Token.objects.filter(parcel__in=marks).values_list("parcel", flat=True)}
        tokens, made = {}, []
        for mark, waybill in marks.items():
            firm, day = carried[waybill]
            quarter = judging.quarter_of(day)
            if waybill in had or not answerable(quarter, day_of(at)):
                continue
            tokens[waybill] = evaluating.token_new()
            made.append(
                Token(
                    mark=evaluating.token_mark(tokens[waybill]), parcel=mark, platform=platform, firm=firm, quarter=str(quarter), at=at
                )
            )  # fmt: skip
        Token.objects.bulk_create(made)
        trace(event="logistics.tokens.issued", by=by, at=at, about=f"platform:{platform}", detail={"tokens": len(made)})
    return Issued(tokens, [each for each in named if each not in tokens and each not in had], sorted(had))


# --- answers ----------------------------------------------------------------------------------------------------------


def consumer_answer(*, token: str, answers: Mapping[str, Any], at: datetime) -> None:
    """One answer of whoever received a parcel. The token is used up, and the answer kept beside neither token nor parcel."""
    on = day_of(at)
    opened, method = token_opened(token, on=on)
    scores = evaluating.answers_fit(method.sides["consumers"], answers)
    with transaction.atomic():
        try:
            with transaction.atomic():
                Spent.objects.create(token=opened, on=on)
        except IntegrityError:
            raise evaluating.TokenUnknown from None
        _answered("consumers", opened.firm, judging.quarter_read(opened.quarter), scores, "", PUBLIC, at)


def merchant_answer(*, unit: str, code: str, quarter: str, answers: Mapping[str, Any], at: datetime) -> None:
    """One answer of a unit that sent parcels with the firm in the quarter, as platforms filed them."""
    firm, period = judging.firm_read(code), judging.quarter_read(quarter)
    scores = _scored("merchants", period, answers, at)
    if not shipped(unit, firm, period, known_at=at):
        raise evaluating.NotShipped(firm=firm, quarter=period)
    who = evaluating.mark_of("merchant", firm, str(period), unit)
    with transaction.atomic():
        _answered("merchants", firm, period, scores, who, PUBLIC, at)


def regulator_answer(*, asker: Asker, code: str, quarter: str, answers: Mapping[str, Any], at: datetime) -> None:
    """One answer of a department, given at the desk by one of its staff who has the duty."""
    firm, period = judging.firm_read(code), judging.quarter_read(quarter)
    kinds = method_of(period).regulators
    if asker.kind not in kinds or "oversight" not in asker.duties:
        raise evaluating.NotARegulator(actor=asker.key, kinds=", ".join(kinds))
    scores = _scored("regulator", period, answers, at)
    with transaction.atomic():
        _answered("regulator", firm, period, scores, asker.key, asker.key, at)


def _scored(side: EvaluatingSide, quarter: Quarter, answers: Mapping[str, Any], at: datetime) -> dict[str, int]:
    method = method_of(quarter)
    first, last = answered_between(quarter)
    if not first <= day_of(at) <= last:
        raise evaluating.PeriodClosed(quarter=quarter, first=first, last=last)
    return evaluating.answers_fit(method.sides[side], answers)


def _answered(side: str, firm: str, quarter: Quarter, scores: dict[str, int], who: str, by: str, at: datetime) -> None:
    try:
        with transaction.atomic():
            Answer.objects.create(
                side=side, firm=firm, quarter=str(quarter), method_version=method_of(quarter).version, scores=scores, who=who, on=day_of(at)
            )  # fmt: skip
    except IntegrityError:
        raise evaluating.AnsweredAlready from None
    trace(event="logistics.answer.given", by=by, at=at, about=f"firm:{firm}", detail={"side": side, "quarter": str(quarter)})  # fmt: skip


# --- quarters ---------------------------------------------------------------------------------------------------------


def quarter_measure(*, code: str, quarter: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """A firm's parcels of a quarter judged as known now; the reading is written down."""
    firm, period = judging.firm_read(code), judging.quarter_read(quarter)
    if asker.kind not in evaluating.PUBLISHERS:
        raise evaluating.NotThePublisher(actor=asker.key)
    found = measures_of(firm, period, known_at=at)
    trace(event="logistics.measures.read", by=asker.key, at=at, about=f"firm:{firm}", detail={"quarter": str(period)})
    return {"firm": firm, "quarter": str(period), **found}


def quarter_publish(*, code: str, quarter: str, asker: Asker, at: datetime, reason: str = "") -> Publication:
    """Publish a firm's quarter once nobody answers it any more; what is published is frozen. Again only with a reason, as the next version, and
    only where it says something else.
    """
    firm, period = judging.firm_read(code), judging.quarter_read(quarter)
    if asker.kind not in evaluating.PUBLISHERS:
        raise evaluating.NotThePublisher(actor=asker.key)
    method_of(period)
    last = answered_between(period)[1]
    if day_of(at) <= last:
        raise evaluating.TooEarly(quarter=period, last=last)
    with transaction.atomic():
        turn_taken("logistics.quarter", firm)
        before = Publication.objects.filter(firm=firm, quarter=str(period)).order_by("-version").first()
        if before is not None and not reason.strip():
            raise evaluating.ReasonMissing(quarter=period)
        kept = words_public(reason, ("The reason", "理由")) if before is not None else ""
        said = quarter_told(firm, period, known_at=at)
        if before is None and not evaluating.anything_said(said):
            raise evaluating.FirmUnknown(firm=firm)
        if before is not None and evaluating.same_said(before.said, said):
            raise evaluating.NothingChanged(quarter=period, version=before.version)
        version = before.version + 1 if before is not None else 1
        made = Publication.objects.create(
            firm=firm, quarter=str(period), version=version, said=said, reason=kept, at=at, by=asker.key
        )
        trace(
            event="logistics.quarter.published", by=asker.key, at=at, about=f"firm:{firm}",
            detail={"quarter": str(period), "version": version, "method": said["method_version"]},
        )  # fmt: skip
    return made


# --- the firm that was evaluated --------------------------------------------------------------------------------------


def quarter_object(*, codes: Sequence[str], publication: int, words: str, at: datetime) -> Objection:
    """The firm of these codes objects, by its own account, to the version that stands of a quarter. The page says so from then on."""
    stands = next((each for each in quarters_own(codes, known_at=at) if each["publication"] == publication), None)
    if stands is None:
        raise NotTheirs(what=str(publication))
    quarter, version = stands["period"], stands["version"]
    title = f"{quarter}物流企业评价第{version}版", f"logistics evaluation of {quarter}, version {version}"
    return objection_raise(
        kind=evaluating.OBJECTED, of=(publication, ""), version=version, code=stands["code"], title=title, words=words, at=at
    )  # fmt: skip


def quarter_objection_answer(*, number: str, to: str, words: str, asker: Asker, at: datetime) -> Objection:
    """The centre answers such an objection. Computed anew: a further version of the quarter must have been published since it was raised."""

    def anew(found: Objection) -> bool:
        made = Publication.objects.get(pk=found.evaluation)
        later = Publication.objects.filter(firm=made.firm, quarter=made.quarter, version__gt=made.version)
        return later.filter(at__gte=found.opened_at).exists()

    return objection_answer(kind=evaluating.OBJECTED, number=number, to=to, words=words, anew=anew, asker=asker, at=at)
