"""No adverse record in so many years running: a fact with its days, from which nothing over or disputed takes away."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser

from chengxin.actors.services import client_add
from chengxin.kernel.periods import months_after
from chengxin.ledger.models import Entry
from chengxin.lists.rules import YearsUnfit
from chengxin.lists.services.reading import clean_read
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute, record_repair, record_settle, record_withdraw
from chengxin.subjects.selectors import SubjectUnknown
from tests.world import NOW, OPERATOR, TODAY, code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def firm(tmp_path: Path) -> None:
    """A firm registered in 2020, and one registered last year."""
    for n, registered in ((1, "2020-05-06"), (2, "2025-05-06")):
        row = {"name": f"云川市甲{n}号商贸有限公司", "code": code(n), "registered": registered}
        sent(tmp_path, row, source="enterprise-register")


def asked(n: int = 1, *, hours: float = 1, on: date = TODAY, **more: Any) -> dict[str, Any]:
    return clean_read(number=code(n), asker=OPERATOR, on=on, at=later(hours=hours), **more)


def test_it_holds_with_its_days_what_was_looked_at_and_the_basis() -> None:
    found = asked()
    assert (found["outcome"], found["good"], found["years"]) == ("holds", False, 3)
    assert (found["since"], found["until"]) == (months_after(TODAY, -36), TODAY)
    kinds = {each["record_type"] for each in found["looked_at"]}
    assert kinds >= {"administrative-penalty", "abnormal-operations", "serious-dishonesty"} and "honour" not in kinds
    assert found["article"] and found["verified"] is False and found["against"] == []
    assert asked(jurisdiction="cn-45")["verified"] is True
    assert "score" not in json.dumps(found, default=str)
    assert Entry.objects.filter(event="lists.subject.read", purpose="clean-years").count() == 2


def test_an_adverse_record_that_counts_stands_against_it_by_name_and_document(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    found = asked()
    assert found["outcome"] == "does_not_hold"
    (bearing,) = found["against"]
    assert (bearing["document"], bearing["decided_on"]) == ("云川市监处罚〔2026〕00001号", date(2026, 10, 12))


def test_what_is_past_its_term_repaired_withdrawn_or_disputed_does_not_count(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, decided_on="2024-01-09", document="旧1号"))
    assert asked()["outcome"] == "holds"
    sent(tmp_path, penalty(1, document="甲"), penalty(1, document="乙"))
    sent(tmp_path, listing(1), source="abnormal-operations")
    by_document = {r.document: r.pk for r in Record.objects.all()}
    assert asked(hours=2)["outcome"] == "does_not_hold"
    record_repair(record=by_document["甲"], by="operator", at=later(hours=3), on=TODAY, decision="x")
    record_withdraw(record=by_document["乙"], by="operator", at=later(hours=3), reason="x")
    (left,) = asked(hours=4)["against"]
    record_dispute(record=left["record"], by="operator", at=later(hours=5), grounds="x")
    assert asked(hours=6)["outcome"] == "holds"
    record_settle(record=left["record"], by="operator", at=later(hours=7), outcome="upheld")
    assert asked(hours=8)["outcome"] == "does_not_hold"


def test_an_old_entry_that_still_stands_has_stood_in_the_years(tmp_path: Path) -> None:
    sent(tmp_path, listing(1, decided_on="2021-07-03"), source="abnormal-operations")
    assert asked()["outcome"] == "does_not_hold"


def test_a_young_firm_has_not_had_the_years_and_of_an_unregistered_one_nobody_can_say(tmp_path: Path) -> None:
    assert asked(2)["outcome"] == "does_not_hold" and asked(2)["against"] == []
    assert asked(2, years=1)["outcome"] == "holds"
    sent(tmp_path, penalty(3, decided_on="2024-01-09"))
    assert asked(3)["outcome"] == "cannot_say"
    with pytest.raises(SubjectUnknown):
        asked(9)
    for years in (0, 11, -1):
        with pytest.raises(YearsUnfit):
            asked(years=years)


def test_a_good_record_is_a_clean_one_with_an_honour_in_effect(tmp_path: Path) -> None:
    row = {
        "企业名称": "云川市甲1号商贸有限公司",
        "统一社会信用代码": code(1),
        "荣誉名称": "诚信典型企业",
        "认定文号": "1号",
    }
    row |= {"认定日期": "2026-03-02", "有效期至": "2028-03-01", "认定机关": "云川市市场监督管理局"}
    sent(tmp_path, row, source="honours")
    assert asked()["good"] and asked()["favourable"][0]["document"] == "1号"
    sent(tmp_path, penalty(1))
    assert not asked()["good"]


def test_the_page_says_it_where_it_is_so_and_nothing_where_it_is_not(tmp_path: Path) -> None:
    with time_machine.travel(later(hours=1), tick=True):
        assert "连续3年没有不良记录" in Browser().get(f"/enterprise/{code(1)}").content.decode()
        assert "没有不良记录" not in Browser().get(f"/enterprise/{code(2)}").content.decode()


def test_it_is_asked_through_the_api_and_the_command() -> None:
    keys = {
        s: client_add(actor="operator", title="x", scopes=[s], by="operator", at=NOW)[1] for s in ("subjects", "cases")
    }
    url = f"/api/v1/subjects/{code(1)}/clean"
    answer = Browser().get(url, headers={"Authorization": f"Bearer {keys['subjects']}"})
    assert answer.json()["outcome"] == "holds"
    assert Browser().get(url, headers={"Authorization": f"Bearer {keys['cases']}"}).status_code == 403
    out = StringIO()
    call_command("clean", code(1), json=True, stdout=out)
    assert json.loads(out.getvalue())["outcome"] == "holds"
