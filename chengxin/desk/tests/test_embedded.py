"""An answer in a frame of a department's own system: who may frame it, how often and how long its ticket opens it, and what is written down."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from chengxin.actors.services import actor_add, client_add, client_revoke, origin_add, origin_remove
from chengxin.checks.models import Opening, Ticket, Use
from chengxin.desk.tests.test_pages import text_of
from chengxin.ledger.models import Entry
from tests.world import CASE, NOW, code, later, listing, sent

pytestmark = pytest.mark.django_db

OURS, PORTAL, STRANGER = "https://approval.example.gov.cn", "https://portal.example.gov.cn", "https://evil.example"
ASKED = {"code": code(1), "matter": "tender", **CASE}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(later(hours=2), tick=True):
        yield


@pytest.fixture
def program(tmp_path: Path) -> tuple[int, str]:
    """The finance department's program, whose approval system is registered; a firm is on a list."""
    sent(tmp_path, listing(1), source="serious-dishonesty")
    actor_add(key="finance", kind="department", title="财政局", by="operator", at=NOW)
    origin_add(actor="finance", origin=OURS, by="operator", at=NOW)
    client, key = client_add(actor="finance", title="审批系统", scopes=["checks"], by="operator", at=NOW)
    return client.pk, key


def issued(program: tuple[int, str], status: int = 200, **words: Any) -> Any:
    answer = Client().post(
        "/api/v1/checks/tickets", json.dumps(ASKED | words), content_type="application/json",
        headers={"authorization": f"Bearer {program[1]}"},
    )  # fmt: skip
    assert answer.status_code == status, text_of(answer)
    return answer.json()


def opened(token: str, origin: str = OURS) -> Any:
    return Client().post("/embed/check", {"token": token}, headers={"origin": origin} if origin else {})


def form_of(page: Any) -> str:
    return text_of(page).split('name="form" value="')[1].split('"')[0]


def framers(answer: Any) -> str:
    """Whose pages the browser lets frame this answer."""
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    return str(policy["frame-ancestors"])


def test_a_ticket_opens_one_check_in_a_page_of_a_registered_origin(program: tuple[int, str]) -> None:
    given = issued(program)
    assert given["address"].endswith("/embed/check") and given["origins"] == [OURS]
    page = opened(given["token"])
    text = text_of(page)
    assert page.status_code == 200 and framers(page) == OURS and "X-Frame-Options" not in page
    for words in (
        "有适用的措施",
        "严重违法失信企业在采购和投标中受限制或者禁入",
        "第18条",
        CASE["case_number"],
        "没有采纳",
    ):
        assert words in text, words
    assert "disabled" not in text and "Set-Cookie" not in page and page["Cache-Control"] == "no-store"
    assert given["token"] not in text and program[1] not in text
    checked = Entry.objects.get(event="checks.check.answered")
    assert checked.actor == "finance" and checked.detail["case_number"] == CASE["case_number"]
    assert Opening.objects.get().entry == checked.pk
    assert given["token"].encode() not in bytes(Ticket.objects.get().token_hash)


def test_it_opens_once(program: tuple[int, str]) -> None:
    token = issued(program)["token"]
    opened(token)
    again = opened(token)
    assert again.status_code == 410 and "凭证已经用过" in text_of(again) and framers(again) == OURS
    assert Entry.objects.filter(event="checks.check.answered").count() == 1


def test_it_opens_within_two_minutes(program: tuple[int, str]) -> None:
    token = issued(program)["token"]
    with time_machine.travel(later(hours=2, minutes=2, seconds=1)):
        late = opened(token)
    assert late.status_code == 410 and "有适用的措施" not in text_of(late)
    assert not Opening.objects.exists() and not Entry.objects.filter(event="checks.check.answered").exists()


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "", OURS.replace("https", "http"), f"{OURS}.evil.example", f"{OURS}:8443"]
)
def test_a_stranger_s_page_is_answered_nothing_and_uses_no_ticket_up(program: tuple[int, str], origin: str) -> None:
    token = issued(program)["token"]
    refused = opened(token, origin)
    assert refused.status_code == 403 and framers(refused) == "'none'" and refused["X-Frame-Options"] == "DENY"
    assert "有适用的措施" not in text_of(refused) and not Opening.objects.exists()
    assert opened(token).status_code == 200


def test_another_department_s_origin_is_a_stranger_s(program: tuple[int, str]) -> None:
    actor_add(key="roads", kind="department", title="交通局", by="operator", at=NOW)
    origin_add(actor="roads", origin=STRANGER, by="operator", at=NOW)
    assert opened(issued(program)["token"], STRANGER).status_code == 403


def test_every_registered_origin_may_stand_above_it_and_a_removed_one_may_not(program: tuple[int, str]) -> None:
    origin_add(actor="finance", origin=PORTAL, by="operator", at=NOW)
    assert framers(opened(issued(program)["token"])) == f"{OURS} {PORTAL}"
    token = issued(program)["token"]
    origin_remove(actor="finance", origin=OURS, by="operator", at=NOW)
    assert opened(token).status_code == 403


def test_without_a_registered_origin_there_is_no_ticket(program: tuple[int, str]) -> None:
    origin_remove(actor="finance", origin=OURS, by="operator", at=NOW)
    assert issued(program, 409)["code"] == "origins-missing" and not Ticket.objects.exists()


def test_what_a_check_would_refuse_is_refused_with_the_ticket(program: tuple[int, str]) -> None:
    assert issued(program, 422, case_number="")["code"] == "case-number-missing"
    assert issued(program, 404, matter="promotion")["code"] == "matter-unknown"
    assert issued(program, 422, code="91390102000000019X")["code"]
    assert not Ticket.objects.exists()


def test_a_ticket_of_a_revoked_key_opens_nothing(program: tuple[int, str]) -> None:
    token = issued(program)["token"]
    client_revoke(client=program[0], by="operator", at=later(hours=1))
    assert opened(token).status_code == 403 and framers(opened("made-up")) == "'none'"


def test_nothing_is_asked_by_an_address(program: tuple[int, str]) -> None:
    assert Client().get("/embed/check", {"token": issued(program)["token"]}).status_code == 405


def test_what_was_done_is_written_down_once(program: tuple[int, str]) -> None:
    form = form_of(opened(issued(program)["token"]))
    refused = Client().post("/embed/used", {"form": form, "outcome": "set-aside", "reason": " "})
    assert refused.status_code == 422 and "须写明理由" in text_of(refused) and form_of(refused) == form
    assert framers(refused) == OURS, "still in the frame, to be put right"
    words = {"form": form, "outcome": "set-aside", "reason": "项目不属于该措施的范围"}
    done = Client().post("/embed/used", words)
    assert done.status_code == 200 and "已经记下" in text_of(done) and framers(done) == OURS
    [use] = Use.objects.all()
    assert (use.entry, use.outcome, use.by) == (Opening.objects.get().entry, "set-aside", "finance")
    again = Client().post("/embed/used", words)
    assert again.status_code == 410 and Use.objects.count() == 1 and 'name="form"' not in text_of(again)


def test_the_form_lasts_a_working_day_and_a_made_up_one_opens_nothing(program: tuple[int, str]) -> None:
    form = form_of(opened(issued(program)["token"]))
    with time_machine.travel(later(hours=10, minutes=1)):
        assert Client().post("/embed/used", {"form": form, "outcome": "followed"}).status_code == 410
    strange = Client().post("/embed/used", {"form": "made-up", "outcome": "followed"})
    assert strange.status_code == 403 and framers(strange) == "'none'" and not Use.objects.exists()


def test_every_other_page_stays_in_nobody_s_frame(client: Client) -> None:
    for path in ("/", "/case", "/desk/sign-in"):
        assert framers(client.get(path)) == "'none'"
