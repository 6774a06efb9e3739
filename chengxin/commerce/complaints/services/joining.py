"""Joining what is one dispute by hand, and parting it again."""

from datetime import date, datetime

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.cases.rules import Telling, channel_of
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import Complaint, Joining
from chengxin.commerce.complaints.selectors import (
    Shown,
    code_of,
    complaint_accessible,
    doers_of,
    head_of,
    joined_with,
    leg_course,
    leg_now,
    shown_of,
    who_complained,
)
from chengxin.commerce.complaints.services.stepping import leg_open
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace


def complaint_join(*, number: str, into: str, reasons: str, asker: Asker, at: datetime) -> Shown:
    """Handle a complaint with another about the same dispute from now on, by the agency in charge of both; it is counted once. What was joined to it
    before goes along. Refuses what is about another, was solved or taken back.
    """
    complaint, other = complaint_accessible(asker, number), complaint_accessible(asker, into)
    why = words_fit(reasons, ("The reasons", "理由"), most=rules.MOST_REASONS, needed=True)
    with transaction.atomic():
        locked = Complaint.objects.select_for_update().order_by("pk")
        list(locked.filter(pk__in=[complaint.pk, other.pk, head_of(other).pk]))
        target = head_of(other)
        _joinable(complaint, target, asker, on=day_of(at))
        along = list(joined_with([complaint]))
        rows = [Joining(complaint=complaint, into=target, reasons=why, by=asker.key, at=at)]
        rows += [Joining(complaint=c, into=target, along=complaint, reasons=why, by=asker.key, at=at) for c in along]
        trace(
            event="complaints.complaint.joined", by=asker.key, at=at, about=f"complaint:{complaint.pk}",
            detail={"into": target.pk, "along": [each.pk for each in along]},
        )  # fmt: skip
        for row in Joining.objects.bulk_create(rows):
            _tell_joining(row, "与同一件事的另一件投诉一并办理", "handled with another about the same dispute")
    return shown_of(complaint, doers=None, asker=asker, on=day_of(at))


def complaint_part(*, number: str, reasons: str, asker: Asker, at: datetime) -> Shown:
    """Handle a joined complaint apart again, by the agency in charge; what went along with it comes back with it. It stands where it stood of its own;
    where it had no leg, or its time ran out meanwhile, the agency takes it up from this day.
    """
    complaint = complaint_accessible(asker, number)
    why, on = words_fit(reasons, ("The reasons", "理由"), most=rules.MOST_REASONS, needed=True), day_of(at)
    with transaction.atomic():
        list(Complaint.objects.select_for_update().order_by("pk").filter(pk__in=[complaint.pk, head_of(complaint).pk]))
        head = head_of(complaint)
        if head.pk == complaint.pk:
            raise rules.JoiningUnfit(
                why=f"{complaint.number} was joined to none.", why_zh=f"{complaint.number}没有并入别的投诉。"
            )
        _in_charge(head, asker)
        last = (
            Joining.objects.filter(complaint__in=joined_with([head])).order_by("complaint", "-pk").distinct("complaint")
        )
        along = [each.complaint for each in last.select_related("complaint") if each.along_id == complaint.pk]
        rows = [Joining(complaint=complaint, into=None, reasons=why, by=asker.key, at=at)]
        rows += [Joining(complaint=each, into=complaint, reasons=why, by=asker.key, at=at) for each in along]
        trace(
            event="complaints.complaint.parted", by=asker.key, at=at, about=f"complaint:{complaint.pk}",
            detail={"from": head.pk, "along": [each.pk for each in along]},
        )  # fmt: skip
        own = complaint.legs.order_by("-number").first()
        stood = leg_course(own, on=on).state if own else None
        if stood is None or rules.outcome_of(stood.outcome, stood.final) == "late":
            leg_open(complaint, rules.AGENCY, asker.key, on=on, by=asker.key, at=at)
        for row in Joining.objects.bulk_create(rows):
            _tell_joining(row, "单独办理", "handled apart again")
    return shown_of(complaint, doers=None, asker=asker, on=on)


def _joinable(complaint: Complaint, target: Complaint, asker: Asker, *, on: date) -> None:
    if head_of(complaint).pk != complaint.pk:
        raise rules.JoiningUnfit(
            why=f"{complaint.number} was joined before; part it first.",
            why_zh=f"{complaint.number}已经并案，请先拆分。",
        )
    if complaint.pk == target.pk:
        raise rules.JoiningUnfit(why="both are handled together already.", why_zh="两件本来就一并办理。")
    for each in (complaint, target):
        _in_charge(each, asker)
        state = leg_course(leg_now(each), on=on).state
        if rules.outcome_of(state.outcome, state.final) in ("solved", "dropped"):
            raise rules.JoiningUnfit(
                why=f"{each.number} was solved or taken back.", why_zh=f"{each.number}已经解决或者撤回。"
            )
    same_shop = complaint.platform == target.platform and complaint.shop == target.shop and complaint.shop
    if not same_shop and not (code_of(complaint) and code_of(complaint) == code_of(target)):
        raise rules.JoiningUnfit(why="they are about different shops and firms.", why_zh="两件投诉的店铺、企业不同。")


def _in_charge(complaint: Complaint, asker: Asker) -> None:
    if "authority" not in doers_of(complaint, asker, leg_now(complaint)):
        raise rules.JoiningUnfit(
            why=f"you are not the agency in charge of {complaint.number}.",
            why_zh=f"您不是{complaint.number}的主管机关。",
        )


def _tell_joining(row: Joining, zh: str, en: str) -> None:
    """Write to whoever made the complaint that it is handled with another, or apart again, and why."""
    who, number = who_complained(row.complaint.complainant), row.complaint.number
    if not who["reach"] or who["reach"] == "-":
        return
    channel = channel_of(who["reach"])
    reason = "" if channel == "sms" else f"理由：{row.reasons}\n"
    body = f"{reason}您的编号和查询码照常有效。 Your number and key go on working."
    notice_write(
        subject=None, about=f"complaint:{row.complaint_id}:joining:{row.pk}", to=f"{who['name']} {who['reach']}",
        telling=Telling(f"投诉{number}{zh} / Complaint {number} {en}", body), by=row.by, at=row.at, channel=channel,
    )  # fmt: skip
