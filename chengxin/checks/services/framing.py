"""An answer shown in a frame of the asker's own system: a ticket got by its key, opened once and soon by a person's browser, which never has the key."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, asker_of_client, origins_of
from chengxin.checks import rules
from chengxin.checks.models import Opening, Ticket, Use
from chengxin.checks.services.asking import Answer, AskerNotPermitted, answer_use, check_count, check_perform
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.subjects.selectors import number_read

SCOPE = "checks"
TICKET_LASTS = timedelta(minutes=2)
# A working day: as long as a person may have the application before them.
FORM_LASTS = timedelta(hours=8)


class OriginsMissing(Refusal):
    """No page may frame an answer given to {actor}: no origin is registered for it. Ask the operator: `chengxin origins {actor} --add https://…`."""

    code = "origins-missing"
    status = 409
    zh = "没有为{actor}登记嵌入来源，任何网页都不能嵌入给它的答复。请向运行单位登记：chengxin origins {actor} --add https://…。"


class TicketUnknown(Refusal):
    """This ticket opens nothing. Load the application again in your own system: it gets a new one."""

    code = "ticket-unknown"
    status = 403
    zh = "凭证无效。请在本单位系统中重新打开该申请，系统会取得新的凭证。"


class TicketOver(Refusal):
    """This ticket was used already, or its {seconds} seconds are over: each opens one check, once. Load the application again in your own system: it gets a new one."""

    code = "ticket-over"
    status = 410
    zh = "凭证已经用过，或者已超过{seconds}秒：一个凭证只能打开一次核查。请在本单位系统中重新打开该申请，系统会取得新的凭证。"


class OriginNotRegistered(Refusal):
    """The page that asks for this answer is of an origin that is not registered for whoever got the ticket ({origin}). Nothing was answered. Ask the operator to register it."""

    code = "origin-not-registered"
    status = 403
    zh = "要求嵌入答复的网页（{origin}）不是取得凭证的单位登记的嵌入来源，没有作出答复。请向运行单位登记。"


class FormOver(Refusal):
    """What was done with this answer is written down already, or the form is older than {hours} hours. Correct it at the desk or by API: answer {trace}."""

    code = "form-over"
    status = 410
    zh = "这份答复的使用情况已经记下，或者表单已超过{hours}小时。需要更正的，请在工作台或者通过接口办理，答复编号{trace}。"


@dataclass(frozen=True)
class Issued:
    """A ticket as it is given: its token is shown once."""

    token: str
    expires_at: datetime
    origins: list[str]


@dataclass(frozen=True)
class Framed:
    """An answer for a frame: which origins may frame it, and the token with which what was done is written down."""

    answer: Answer
    case_number: str
    form: str
    origins: list[str]


@dataclass(frozen=True)
class Written:
    """What was done with an answer, written down in the frame."""

    use: Use
    origins: list[str]


def ticket_issue(
    *, asker: Asker, number: str, matter: str, at: datetime, purpose: str = "", case_number: str = "",
    jurisdiction: str = "cn",
) -> Issued:  # fmt: skip
    """A token that opens this one check, once and within two minutes, in a frame. Refuses now what the check would refuse, an asker that
    does not decide the matter, and one for whom no origin is registered.
    """
    origins = origins_of(asker.key)
    if not origins or asker.client is None:
        raise OriginsMissing(actor=asker.key)
    value = number_read(number)[1]
    law = lawroom.load().on(day_of(at), jurisdiction)
    reason = rules.asker_may(law, rules.matter_of(law, matter), asker.kind)
    if reason is not None:
        raise AskerNotPermitted(why=reason.en, why_zh=reason.zh)
    rules.case_number_given(law, matter, asker.kind, purpose=purpose, case_number=case_number)
    check_count(asker=asker, matter=matter, at=at)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        ticket = Ticket.objects.create(
            token_hash=_hash(token), client=asker.client, actor=asker.key, code=value, matter=matter, purpose=purpose,
            case_number=case_number, jurisdiction=jurisdiction, issued_at=at, expires_at=at + TICKET_LASTS,
        )  # fmt: skip
        trace(event="checks.ticket.issued", by=asker.key, at=at, about=f"ticket:{ticket.pk}", detail={"matter": matter})
    return Issued(token, ticket.expires_at, origins)


def ticket_open(*, token: str, origin: str, at: datetime) -> Framed:
    """The check that the token opens, asked now in the name of whoever got it, for a page of this origin. A stranger's page uses no ticket
    up and is answered nothing; of two who come with one token at once, one is answered.
    """
    ticket = Ticket.objects.filter(token_hash=_hash(token)).first()
    asker = asker_of_client(ticket.client, at=at) if ticket else None
    if ticket is None or asker is None or SCOPE not in asker.scopes:
        raise TicketUnknown
    origins = origins_of(asker.key)
    if origin not in origins:
        raise OriginNotRegistered(origin=origin[:80] or "—")
    form = secrets.token_urlsafe(32)
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        if at >= ticket.expires_at or Opening.objects.filter(pk=ticket.pk).exists():
            raise TicketOver(seconds=int(TICKET_LASTS.total_seconds()), origins=origins)
        answer = check_perform(
            asker=asker, matter=ticket.matter, number=ticket.code, on=day_of(at), at=at, purpose=ticket.purpose,
            case_number=ticket.case_number, jurisdiction=ticket.jurisdiction,
        )  # fmt: skip
        Opening.objects.create(
            ticket=ticket, entry=answer.trace, form_hash=_hash(form), form_expires_at=at + FORM_LASTS, at=at
        )
        trace(
            event="checks.ticket.opened", by=asker.key, at=at, about=f"ticket:{ticket.pk}",
            detail={"origin": origin, "answer": answer.trace},
        )  # fmt: skip
    return Framed(answer, ticket.case_number, form, origins)


def ticket_used(*, form: str, outcome: str, reason: str, at: datetime) -> Written:
    """Write down, once, what was done with the answer whose frame bears this token; what is refused for want of a reason may be sent again."""
    with transaction.atomic():
        opening = Opening.objects.select_related("ticket").select_for_update().filter(form_hash=_hash(form)).first()
        asker = asker_of_client(opening.ticket.client, at=at) if opening else None
        if opening is None or asker is None:
            raise TicketUnknown
        origins = origins_of(asker.key)
        if at >= opening.form_expires_at or Use.objects.filter(entry=opening.entry).exists():
            raise FormOver(hours=int(FORM_LASTS.total_seconds() // 3600), trace=opening.entry, origins=origins)
        try:
            made = answer_use(trace_number=opening.entry, outcome=outcome, reason=reason, asker=asker, at=at)
        except Refusal as refusal:
            refusal.data["origins"] = origins
            raise
    return Written(made, origins)


def _hash(token: str) -> bytes:
    """What is kept of a token: it is 256 random bits, so a plain SHA-256 of it cannot be searched for."""
    return sha256(token.encode()).digest()
