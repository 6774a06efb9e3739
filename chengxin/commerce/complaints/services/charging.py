"""Saying which agency is in charge."""

from datetime import datetime

from django.db import transaction

from chengxin.actors.selectors import Asker, actor_acting
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import Charge
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace


def charge_set(*, sector: str, division: str, agency: str, asker: Asker, at: datetime) -> Charge:
    """Say which agency is in charge of a field in a division and below it; what is being handled stays where it is."""
    if asker.kind not in ("operator", "credit-centre", "supervisor"):
        raise rules.ChargeUnfit(why="the credit centre says it.", why_zh="由信用中心指定。")
    if sector not in law_of(day_of(at)).code_lists["sectors"].choices:
        raise rules.ChargeUnfit(why=f"there is no field {sector[:60]}.", why_zh="没有这一领域。")
    if division and not (division.isascii() and division.isdigit() and len(division) in (2, 4, 6)):
        raise rules.ChargeUnfit(
            why="a division has two, four or six digits.", why_zh="行政区划代码为两位、四位或者六位数字。"
        )
    whose = actor_acting(agency, at=at)
    if whose.kind not in rules.AGENCIES:
        raise rules.ChargeUnfit(why=f"{whose.title} is no agency.", why_zh=f"{whose.title}不是机关。")
    with transaction.atomic():
        made = Charge.objects.create(sector=sector, division=division, agency=agency, at=at, by=asker.key)
        trace(
            event="complaints.charge.set", by=asker.key, at=at, about=f"sector:{sector}",
            detail={"division": division, "agency": agency},
        )  # fmt: skip
    return made
