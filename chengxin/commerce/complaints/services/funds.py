"""Consumer protection funds: declared, and paid back by merchants."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import Complaint, Fund, Recovery
from chengxin.commerce.complaints.selectors import complaint_accessible, head_of, payment_of
from chengxin.commerce.merchants.bulk import code_holds
from chengxin.commerce.merchants.rules import words_public
from chengxin.commerce.merchants.selectors import platform_acts
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def fund_declare(
    *, key: str, title: str, keeper: str, keeper_code: str, platforms: Sequence[str], amount: Decimal, fund_rules: str, document: str, digest: str,
    since: date, asker: Asker, at: datetime,
) -> Fund:  # fmt: skip
    """Declare a consumer protection fund, or a further version of it: facts about firms, by a document, for anybody to read. Whoever declared it first
    declares the next.
    """
    before = Fund.objects.filter(key=key).order_by("-version").first()
    foreign = before is not None and before.by != asker.key and asker.kind != "operator"
    if asker.kind not in rules.FUND_DECLARERS or foreign or asker.kind == "platform" and list(platforms) != [asker.key]:
        raise rules.FundNotYours(actor=asker.key)
    rules.fund_fit(
        key=key, keeper_code=keeper_code, code_holds=code_holds(keeper_code), amount=amount, digest=digest, platforms=platforms
    )  # fmt: skip
    if unknown := [each for each in platforms if not platform_acts(each, at=at)]:
        raise rules.FundUnfit(why=f"there is no platform {unknown[0][:64]}.", why_zh=f"没有平台{unknown[0][:64]}。")
    with transaction.atomic():
        turn_taken("complaints", f"fund:{key}")
        made = Fund.objects.create(
            key=key, version=Fund.objects.filter(key=key).count() + 1, title=words_public(title, ("The title", "名称")),
            keeper=words_public(keeper, ("Who keeps it", "保管人")), keeper_code=keeper_code, platforms=sorted(platforms), amount=amount,
            rules=words_public(fund_rules, ("The rules", "管理、使用和退还办法")), document=words_public(document, ("The document", "约定文件")),
            digest=digest, since=since, at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="complaints.fund.declared", by=asker.key, at=at, about=f"fund:{key}",
            detail={"version": made.version, "amount": amount, "digest": digest},
        )  # fmt: skip
    return made


def recovery_add(*, number: str, amount: Decimal, on: date, document: str, asker: Asker, at: datetime) -> Recovery:
    """Write down what the merchant paid back to the fund, by whoever paid from it; never more than was paid."""
    head = head_of(complaint_accessible(asker, number))
    with transaction.atomic():
        Complaint.objects.select_for_update().get(pk=head.pk)
        paid = payment_of(head)
        if paid is None or paid.by != asker.key:
            raise rules.FundUnfit(
                why="you paid nothing from a fund in it.", why_zh="您没有在这件投诉中用保护金赔付过。"
            )
        left = (paid.step.amount or Decimal(0)) - sum((each.amount for each in paid.recoveries.all()), Decimal(0))
        if not (amount.is_finite() and 0 < amount <= left) or not paid.step.on <= on <= day_of(at):
            raise rules.FundUnfit(
                why=f"{left} yuan are left to come back, since {paid.step.on}.", why_zh=f"尚未追回{left}元，自{paid.step.on}起。"
            )  # fmt: skip
        made = Recovery.objects.create(
            payment=paid,
            amount=amount,
            on=on,
            document=words_public(document, ("The document", "凭证")),
            at=at,
            by=asker.key,
        )
        trace(
            event="complaints.fund.recovered", by=asker.key, at=at, about=f"complaint:{head.pk}",
            detail={"fund": paid.fund.key, "amount": amount, "on": on},
        )  # fmt: skip
    return made
