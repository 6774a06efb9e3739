"""Reconsideration and lawsuits entered at the desk: found, entered with or without a stay, put right, and carried to their end."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from chengxin.cases.models import Case
from chengxin.cases.services.running import PaperIn
from chengxin.desk.tests.test_pages import desk_of, text_of
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.records.models import LINES_PER_BATCH
from chengxin.rights.services import Claimant, contest_file
from tests.world import TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

COURT = {
    "forum": "lawsuit", "organ": "云川市中级人民法院", "document": "（2026）云0102行初3号", "since": TODAY.isoformat(), "grounds": "收到应诉通知书",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(later(hours=2), tick=True):
        yield


@pytest.fixture
def market() -> Client:
    """A browser that has signed in for the department that sent the record."""
    return desk_of("market")


@pytest.fixture
def record(market: Client, tmp_path: Path) -> int:
    """A penalty of the first firm."""
    return (sent(tmp_path, penalty(1), by="market").batch or 0) * LINES_PER_BATCH + 2


def posted(client: Client, act: str, **words: Any) -> Any:
    return client.post("/desk/contests", {"code": code(1), "act": act} | words)


def entered(client: Client, chosen: int, **words: Any) -> Any:
    return posted(client, "enter", **({"record": chosen} | COURT | words))


def stands() -> tuple[str, bool]:
    """The record's effect now, and whether it is marked."""
    [found] = subject_file(code(1), on=TODAY, known_at=later(hours=9)).records
    return found.effect.value, found.standing.contested


def test_without_an_account_it_leads_to_the_door(client: Client) -> None:
    assert client.get("/desk/contests").url == "/desk/sign-in"  # type: ignore[attr-defined]


def test_a_record_is_found_and_entered_with_its_evidence(market: Client, record: int) -> None:
    assert "没有您可以查看的、正在复议或者诉讼的案件" in text_of(market.get("/desk/contests"))
    page = text_of(posted(market, "look"))
    assert penalty(1)["document"] in page and f'value="{record}" required checked' in page
    assert not Case.objects.exists() and Entry.objects.filter(event="desk.contest.looked", actor="market").count() == 1
    paper = BytesIO(b"%PDF-1.7")
    paper.name = "应诉通知书.pdf"
    answer = entered(market, record, papers=paper)
    case = Case.objects.get()
    assert answer.url == f"/desk/cases/{case.number}" and stands() == ("counts", True)
    page = text_of(market.get(answer.url))
    for words in ("事由", "云川市中级人民法院", "2026年11月22日", "应诉通知书.pdf", "已标注诉讼", "登记单位"):
        assert words in page, words
    assert "申请人的陈述" not in page and "联系方式" not in page, "nobody asked: it was entered"
    listed = text_of(market.get("/desk/contests"))
    assert case.number in listed and COURT["document"] in listed and COURT["organ"] in listed
    again = text_of(posted(market, "look"))
    assert "已经登记，正在办理" in again and "disabled" in again
    assert "正在复议或者诉讼" in text_of(Client().get(f"/enterprise/{code(1)}"))


def test_a_stay_is_entered_with_it_and_later_the_outcome(market: Client, record: int) -> None:
    case = entered(market, record, stayed="（2026）云0102行初3号之一").url
    assert stands() == ("suspended", True)
    shown = text_of(Client().get(f"/enterprise/{code(1)}"))
    assert "已决定停止执行" in shown and "在此期间该记录不产生效力。" in shown and "异议处理中" not in shown, (
        "a stay is no objection"
    )
    outcome = {"to": "kept", "reasons": "判决驳回诉讼请求", "document": "（2026）云0102行初3号"}
    assert "已经记下" in text_of(market.post(f"{case}/step", outcome))
    assert stands() == ("counts", False)


def test_a_slip_is_taken_back_and_entered_anew(market: Client, record: int) -> None:
    case = entered(market, record, stayed="（2026）云0102行初3号之一").url
    slip = {"to": "mistaken"}
    refused = market.post(f"{case}/step", slip)
    assert refused.status_code == 422 and text_of(refused).count('aria-invalid="true"') == 1, "with a reason"
    page = text_of(market.post(f"{case}/step", slip | {"reasons": "案号录错"}))
    assert "登记有误，已撤销" in page and "更正后重新登记" in page and stands() == ("counts", False)
    again = text_of(posted(market, "look", record=record, **COURT))
    for words in (COURT["document"], COURT["organ"], COURT["since"], COURT["grounds"]):
        assert words in again, words
    assert entered(market, record, document="（2026）云0102行初4号").status_code == 302
    assert stands() == ("counts", True) and Case.objects.count() == 2


def test_what_the_subject_asked_for_is_no_slip_of_staff(market: Client, record: int) -> None:
    receipt = contest_file(
        record=record, number=code(1), forum="lawsuit", document="3号", since=TODAY, grounds="不服",
        claimant=Claimant("经办人", "云川市"), papers=[PaperIn("立案通知书", "application/pdf", b"%PDF")], at=later(hours=1),
    )  # fmt: skip
    case = f"/desk/cases/{receipt.number}/step"
    assert market.post(case, {"to": "marked"}).status_code == 200
    refused = market.post(case, {"to": "mistaken", "reasons": "录错"})
    assert refused.status_code == 409 and "不能以登记有误撤销" in text_of(refused)
    assert stands() == ("counts", True)


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"forum": "petition"}, "forum", "须是行政复议或者行政诉讼之一"),
    ({"document": " "}, "document", "缺少案号"),
    ({"since": ""}, "since", "不是可识别的日期"),
    ({"since": "2026-11-23"}, "since", "2026年11月23日尚未到来"),
    ({"grounds": ""}, "grounds", "没有写理由"),
    ({"record": "x"}, "record", "请选择"),
    ({"record": "7"}, "record", "库中没有"),
    ({"code": "91390102000000019X"}, "code", ""),
]


@pytest.mark.parametrize(("words", "field", "said"), WRONG)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    market: Client, record: int, words: dict[str, str], field: str, said: str
) -> None:
    answer = entered(market, record, **words)
    page = text_of(answer)
    assert answer.status_code >= 400 and f'id="refused-{field}"' in page and said in page
    assert page.count('role="alert"') == 1 and not Case.objects.exists()
    if field != "code" and "document" not in words:
        assert COURT["document"] in page


def test_a_paper_of_another_kind_is_refused_beside_the_papers(market: Client, record: int) -> None:
    paper = BytesIO(b"MZ")
    paper.name = "notice.exe"
    page = text_of(entered(market, record, papers=paper))
    assert 'id="refused-papers"' in page and not Case.objects.exists()


def test_a_department_that_did_not_send_it_neither_finds_nor_enters_it(record: int) -> None:
    roads = desk_of("roads")
    assert "该企业没有本单位可以登记的记录" in text_of(posted(roads, "look"))
    refused = entered(roads, record)
    assert refused.status_code == 403 and not Case.objects.exists()


def test_who_runs_the_register_enters_it_and_a_strange_department_does_not_see_it(record: int) -> None:
    centre, roads = desk_of("centre", "credit-centre"), desk_of("roads")
    assert entered(centre, record).status_code == 302
    number = Case.objects.get().number
    assert number in text_of(centre.get("/desk/contests")) and number not in text_of(roads.get("/desk/contests"))
