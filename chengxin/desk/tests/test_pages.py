"""The desk as its staff meet it: row by row, out again; and what nobody else gets to see."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengxin.accounts.models import Account
from chengxin.accounts.services.inviting import staff_close
from chengxin.actors.services import actor_add, client_add
from chengxin.ledger.models import Entry
from chengxin.records.models import Record, WaitingDecision
from chengxin.records.services.waiting import waiting_match
from tests.signing import PASSWORD, at_desk
from tests.world import code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

ABNORMAL = "abnormal-operations"
FIRM, TWIN = "云川市琥珀渡商贸有限公司", "云川市琥珀渡商贸有限公司雁归分公司"


def desk_of(actor: str, kind: str = "department") -> Client:
    """A browser that has signed in for a new actor of that kind."""
    actor_add(key=actor, kind=kind, title=actor, by="operator", at=timezone.now())
    return at_desk(actor)


@pytest.fixture
def rows(tmp_path: Path) -> list[str]:
    """Two firms on file, and two rows that bear a name alone and wait, matched: `batch:line` of each."""
    sent(tmp_path, penalty(1, name=FIRM), penalty(2, name=TWIN))
    names = ("云川市琥珀渡商贸有限公司鹭洲分公司", "云川市白鹭轮船有限公司")
    done = sent(tmp_path, *(listing(40 + n, name=name, code="") for n, name in enumerate(names)), source=ABNORMAL)
    waiting_match(by="operator", at=later(hours=1))
    return [f"{done.batch}:{line}" for line in (2, 3)]


@pytest.fixture
def desk() -> Client:
    """A browser that has signed in for the credit centre."""
    return desk_of("centre", "credit-centre")


def decided(desk: Client, row: str, choice: str, **words: str) -> Any:
    return desk.post("/desk/queue/decide", {"row": row, "choice": choice, **words})


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# ---- the door


@pytest.mark.parametrize("path", ["/desk/queue", "/desk/queue/decided"])
def test_without_an_account_every_page_leads_to_the_door(client: Client, path: str) -> None:
    assert client.get(path).url == "/desk/sign-in"  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/desk/queue/decide", "/desk/queue/undo"])
def test_without_an_account_nothing_is_decided(client: Client, rows: list[str], path: str) -> None:
    answer = client.post(path, {"row": rows[0], "choice": "reject"})
    assert answer.url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert not WaitingDecision.objects.exists()


def test_no_key_opens_the_desk(client: Client) -> None:
    key = client_add(actor="operator", title="t", scopes=["cases"], by="operator", at=timezone.now())[1]
    answer = client.post("/desk/sign-in", {"key": key})
    assert answer.status_code == 403 and key not in text_of(answer)
    assert client.get("/desk/", headers={"authorization": f"Bearer {key}"}).url == "/desk/sign-in"  # type: ignore[attr-defined]


def test_a_closed_account_closes_the_desk_at_once(desk: Client, rows: list[str]) -> None:
    assert desk.get("/desk/queue").status_code == 200
    account = Account.objects.get()
    staff_close(account=account.pk, actor="centre", by="centre", at=timezone.now())
    assert desk.get("/desk/queue").url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert decided(desk, rows[0], "reject").url == "/desk/sign-in"
    assert not WaitingDecision.objects.exists()


def test_who_signs_out_is_out(desk: Client) -> None:
    assert desk.post("/desk/sign-out").url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert desk.get("/desk/queue").url == "/desk/sign-in"  # type: ignore[attr-defined]


def test_a_form_of_another_site_is_refused(rows: list[str]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/desk/sign-in", {"login": "clerk-1", "password": PASSWORD}).status_code == 403


# ---- the queue


def test_a_row_stands_beside_the_firms_that_may_be_meant_with_what_differs_marked(
    desk: Client, rows: list[str]
) -> None:
    answer = desk.get("/desk/queue", {"row": rows[0]})
    page = text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "共有2行待定" in page
    assert f'value="{code(1)}"' in page
    assert "<mark>鹭洲分公司</mark>" in page
    assert "行政区划" in page and "字号" in page
    assert Entry.objects.filter(event="desk.waiting.read", object=f"waiting:{rows[0]}", actor="centre").count() == 1


def test_what_is_accepted_is_filed_in_the_name_of_whoever_s_staff_accepted_it(desk: Client, rows: list[str]) -> None:
    assert decided(desk, rows[0], "accept", number=code(1)).url == "/desk/queue"
    record = Record.objects.get(record_type=ABNORMAL)
    decision = WaitingDecision.objects.get()
    assert (decision.outcome, decision.by, decision.record) == ("assigned", "centre", record.pk)
    page = text_of(desk.get("/desk/queue"))
    assert "共有1行待定" in page and f"上一行（{rows[0]}）的决定已经记下" in page


def test_a_code_typed_by_hand_goes_before_the_firm_chosen(desk: Client, rows: list[str]) -> None:
    decided(desk, rows[0], "accept", number=code(1), code=code(2), reason="营业执照复印件")
    decision = WaitingDecision.objects.get()
    assert decision.reason == "营业执照复印件"
    assert Record.objects.get(pk=decision.record or 0).subject.identifiers.get().value == code(2)


def test_a_row_is_nobody_s_or_comes_later_and_either_is_taken_back(desk: Client, rows: list[str]) -> None:
    decided(desk, rows[0], "reject")
    decided(desk, rows[1], "later")
    assert text_of(desk.get("/desk/queue")).count(rows[1]) >= 1
    page = text_of(desk.post("/desk/queue/undo", {"row": rows[0]}))
    assert "已撤销，该行重新待定；更正重发了0件答复" in page
    assert f'name="row" value="{rows[0]}"' in page
    outcomes = [d.outcome for d in WaitingDecision.objects.order_by("pk")]
    assert outcomes == ["rejected", "postponed", "undone"]


def test_what_was_filed_is_taken_back_from_the_list_of_decisions(desk: Client, rows: list[str]) -> None:
    decided(desk, rows[0], "accept", number=code(1))
    page = text_of(desk.get("/desk/queue/decided"))
    assert "人工认定" in page and rows[0] in page
    desk.post("/desk/queue/undo", {"row": rows[0]})
    assert WaitingDecision.objects.order_by("-pk")[0].outcome == "undone"
    assert Entry.objects.filter(event="records.record.unmatched", actor="centre").count() == 1
    assert text_of(desk.get("/desk/queue/decided")).count("<form") == 1  # nothing left to take back but the session


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"choice": "accept"}, "请选择一户或填写代码"),
        ({"choice": "shrug"}, "请选择一户或填写代码"),
        ({"choice": "accept", "code": "91390102MAY0000X"}, "该行不能归入该号码"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_refused_on_its_row_with_what_to_do(
    desk: Client, rows: list[str], words: dict[str, str], said: str
) -> None:
    answer = desk.post("/desk/queue/decide", {"row": rows[1], **words})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'name="row" value="{rows[1]}"' in text_of(answer)
    assert not WaitingDecision.objects.exists()


def test_who_comes_second_is_told_and_goes_on_to_the_next_row(desk: Client, rows: list[str]) -> None:
    decided(desk, rows[0], "reject")
    answer = decided(desk, rows[0], "accept", number=code(1))
    assert answer.status_code == 404
    assert "已有人处理" in text_of(answer)
    assert f'name="row" value="{rows[1]}"' in text_of(answer)


def test_where_nothing_waits_the_page_says_so(desk: Client) -> None:
    assert "没有待定的行" in text_of(desk.get("/desk/queue"))
    assert "还没有作出过决定" in text_of(desk.get("/desk/queue/decided"))


@pytest.mark.parametrize("row", ["", "x", "1", "1:x", "-1:2", "9" * 40 + ":1"])
def test_a_row_that_cannot_be_leads_to_the_queue(desk: Client, rows: list[str], row: str) -> None:
    assert desk.get("/desk/queue", {"row": row}).status_code == 200
    assert decided(desk, row, "reject").url == "/desk/queue"


def test_a_department_sees_the_rows_of_its_own_deliveries_only(rows: list[str]) -> None:
    client = desk_of("transport")
    assert "没有待定的行" in text_of(client.get("/desk/queue"))
    answer = client.get("/desk/queue", {"row": rows[0]})
    assert answer.status_code == 404 and "琥珀渡" not in text_of(answer)
    assert decided(client, rows[0], "reject").status_code == 404
    client.post("/desk/queue/undo", {"row": rows[0]})
    assert not WaitingDecision.objects.exists()
    assert re.search("还没有作出过决定", text_of(client.get("/desk/queue/decided")))


def test_personal_data_of_the_row_are_not_shown(desk: Client, tmp_path: Path) -> None:
    done = sent(
        tmp_path, penalty(5, name="云川市白鹭轮船有限公司", code="") | {"法定代表人": "某甲", "不认识的列": "某乙"}
    )
    page = text_of(desk.get("/desk/queue", {"row": f"{done.batch}:2"}))
    assert "云川市白鹭轮船有限公司" in page and "某甲" not in page and "某乙" not in page
