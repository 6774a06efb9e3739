"""How many complaints about a firm were solved, in its report and on a logistics firm's page; of a sole trader and a person nowhere."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.commerce.complaints.selectors import firm_rate, solved_told
from chengxin.commerce.complaints.tests.test_complaints import ITSELF, MARKET, made, stepped, world
from chengxin.kernel.identifiers import uscc_check
from chengxin.reports.services.issuing import Issued, report_issue
from chengxin.reports.services.reading import report_verify
from tests.world import NOW, OPERATOR, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ANYBODY = Asker("public", "public")
__all__ = ["world"]


def issue(number: str, kind: str = "enterprise-public", asker: Asker = ANYBODY, **words: Any) -> Issued:
    return report_issue(kind=kind, number=number, asker=asker, at=later(hours=2), **words)


def trader() -> str:
    body = "92" + code(7)[2:17]
    return body + uscc_check(body)


def test_the_report_and_the_logistics_page_print_both_shares_of_a_firm(tmp_path: Path) -> None:
    """Received in the twelve months to the end of October: 21, 15 paid first, 6 not answered in time: 15 / 21 of those received, and of
    the 15 that ended no share, being fewer than 20. One received in November is in the next month’s.
    """
    cache.clear()
    sent(tmp_path, penalty(1))
    for n in range(21):
        receipt = made(order=f"t-{n}", received_on=date(2026, 10, 15))
        if n < 15:
            stepped(receipt.number, "compensated", ITSELF, reasons="先行赔付", remedy="refund", amount=Decimal("5"))
    made(order="t-99", received_on=date(2026, 11, 2))
    made(source="12315", asker=MARKET, order="t-1", received_on=date(2025, 10, 31))
    issued = issue(code(1))
    told = issued.envelope["report"]["complaints"]
    assert (told["first"], told["last"], told["on"]) == ("2025-11-01", "2026-10-31", TODAY.isoformat())
    assert (told["received"], told["ended"], told["solved"], told["late"]) == (21, 15, 15, 6)
    assert (told["of_received"], told["of_ended"], told["least"]) == ("71.4%", None, 20)
    assert "江苏" in told["basis"][0]["zh"] and "没有经任何机关认定" in told["source"]["zh"]
    full = issue(code(1), "enterprise-full", OPERATOR, seen="营业执照副本").envelope["report"]["complaints"]
    assert full == told
    special = issue(code(1), "special", OPERATOR, seen="营业执照副本").envelope["report"]
    assert "complaints" not in special
    page = Browser().get(f"/verify/{issued.number}")
    seen = Browser().post(f"/verify/{issued.number}", {"number": issued.number, "code": issued.code}).content.decode()
    assert page.status_code == 200 and "71.4%" in seen and "件数不足" in seen
    stepped(
        made(order="t-50", received_on=date(2026, 10, 20)).number,
        "compensated",
        ITSELF,
        reasons="先行赔付",
        remedy="refund",
        amount=Decimal("5"),
    )
    verified = report_verify(number=issued.number, code=issued.code, at=later(hours=3))
    assert verified.intact and verified.changed is False and verified.report == issued.envelope["report"]
    carried = Browser().get(f"/logistics/{code(1)}").content.decode()
    assert "72.7%" in carried and "2026-10-31" in carried and "少于20件的不计算比例" in carried
    asked = Browser().get(f"/api/v1/logistics/firms/{code(1)}").json()["complaints"]
    assert (asked["received"], asked["solved"], asked["of_received"]) == (22, 16, "72.7%")


def test_of_a_sole_trader_and_of_no_code_nothing_is_counted(tmp_path: Path, django_assert_num_queries: Any) -> None:
    sent(tmp_path, penalty(7, code=trader()))
    for n in range(22):
        made(platform="", shop="", code=trader(), order="", reach=f"1390001{n:04d}", received_on=date(2026, 10, 15))
    with django_assert_num_queries(0):
        assert solved_told(trader(), on=TODAY, known_at=NOW) is None and solved_told("", on=TODAY, known_at=NOW) is None
        assert firm_rate(trader(), first=TODAY, last=TODAY, on=TODAY, known_at=NOW) is None
    assert "complaints" not in issue(trader()).envelope["report"]
