"""Tickets to platforms by API, at the desk and under /my: replied to with evidence, settled, reopened, escalated, each by its day."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from chengxin.actors.selectors import Asker
from chengxin.actors.services import SCOPES, actor_add, actor_identify, client_add
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Ticket, TicketStep
from chengxin.commerce.merchants.rules import item_worded
from chengxin.commerce.merchants.selectors import law_of, ticket_shown, tickets_asked, tickets_shown
from chengxin.commerce.merchants.services.ticketing import merchants_review, ticket_answer, ticket_decide
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop
from chengxin.kernel.days import day_of
from chengxin.ledger.models import Entry
from chengxin.subjects.selectors import subject_of
from tests.signing import firm_account, signed_in, staff_account
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MARKET, ITSELF = Asker("market", "department"), Asker(PLATFORM, "platform")
TODAY = day_of(NOW)


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    """A platform two of whose shops bear names that are not those of their codes."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    platform_add()
    for key, kind, title in (
        ("market", "department", "云川市场监管局"), ("centre", "supervisor", "云川市发展改革委"), ("other", "platform", "别家")
    ):  # fmt: skip
        actor_add(key=key, kind=kind, title=title, by="operator", at=NOW)
    sent(tmp_path, *(penalty(n) for n in range(1, 6)))
    filed(shop(1, name="别处某商行"), shop(2, name="另一商行"))


def asked(actor: str, method: str, path: str, said: Any = None, status: int = 200) -> Any:
    """What a program of the actor's is answered."""
    key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]
    words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
    answer = getattr(Browser(), method)(
        f"/api/v1/merchants/tickets{path}", headers={"authorization": f"Bearer {key}"}, **words
    )
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_ticket_goes_back_and_forth_by_its_days() -> None:
    first = Ticket.objects.get(shop="s1")
    proof = [digest(1), digest(2), digest(1)]
    ticket_answer(ticket=first.pk, words="正在更名", evidence=proof, asker=ITSELF, at=NOW)
    now = ticket_shown(first, on=TODAY)
    assert (now["turn"], now["due_on"], now["steps"][0]["evidence"]) == (
        "regulator",
        date(2026, 12, 4),
        [digest(1), digest(2)],
    )
    assert ticket_shown(first, on=date(2026, 12, 5))["late"], "whoever owes the look is late as well"

    def decided(kind: str, to: str = "", days: int = 1) -> dict[str, Any]:
        at = later(days=days)
        return ticket_shown(
            ticket_decide(ticket=first.pk, kind=kind, words="理由", to=to, asker=MARKET, at=at), on=day_of(at)
        )

    with pytest.raises(rules.TicketStillOpen):
        decided("reopened")
    for nobody in ("", "other", "nobody"):
        with pytest.raises(rules.TicketHeld):
            decided("escalated", nobody)
    assert decided("escalated", "centre")["holder"] == "centre" and first.steps.count() == 2
    with pytest.raises(rules.TicketHeld):
        decided("escalated", "centre")
    assert decided("settled")["state"] == "settled"
    with pytest.raises(rules.TicketClosed):
        decided("dismissed")
    assert merchants_review(platform=PLATFORM, by="operator", at=later(days=2)) == {"opened": 0, "mended": 0}
    assert decided("reopened", days=3)["state"] == "open" and first in tickets_asked(ITSELF, known_at=later(days=3))
    filed(shop(1), at=later(days=4))
    again = Ticket.objects.get(pk=first.pk)
    assert ticket_shown(again, on=TODAY)["state"] == "open", "what a regulator reopened it closes itself"
    assert not tickets_asked(ITSELF, state="open", known_at=later(days=1, hours=1)).filter(pk=first.pk).exists()
    for amiss in (["x"], [digest(n) for n in range(11)]):
        with pytest.raises(rules.EvidenceUnfit):
            ticket_answer(ticket=first.pk, words="答复", evidence=amiss, asker=ITSELF, at=later(days=5))
    for wrong in ({"kind": "escalated"}, {"kind": "reply", "to": "centre"}, {"kind": "reopened", "words": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TicketStep.objects.create(**({"ticket": first, "number": 90, "words": "说", "at": NOW, "by": "x"} | wrong))


def test_a_page_of_tickets_takes_the_same_statements_however_many_there_are() -> None:
    counts = []
    for more in ((), (shop(3, name="第三商行"), shop(4, name="第四商行"), shop(5, name="第五商行"))):
        filed(*more) if more else None
        with CaptureQueriesContext(connection) as queries:
            shown = tickets_shown(tickets_asked(MARKET, known_at=NOW)[:50], on=TODAY)
        counts.append((len(shown), len(queries)))
    assert counts == [(2, 3), (5, 3)]
    filed(shop(6), shop(7), shop(8))
    asked_for = []
    for rows in ([shop(3)], [shop(3, name="甲"), shop(4), shop(5), shop(1), shop(2)]):
        with CaptureQueriesContext(connection) as queries:
            filed(*rows, at=later(hours=1))
        asked_for.append(len([each for each in queries if "merchants_ticket" in each["sql"]]))
    assert asked_for[1] <= asked_for[0] + 1, asked_for  # the one that opens any


def test_tickets_are_worked_by_api() -> None:
    first, second = (each["ticket"] for each in asked(PLATFORM, "get", ""))
    assert asked("other", "get", "") == [] == asked("market", "get", "?platform=other")
    assert [each["ticket"] for each in asked("market", "get", "?shop=s2&state=all")] == [second]
    replied = asked(PLATFORM, "post", f"/{first}/reply", {"words": "正在更名", "evidence": [digest(3)]})
    assert replied["turn"] == "regulator" and replied["steps"][0]["evidence"] == [digest(3)]
    assert (
        asked(PLATFORM, "post", f"/{first}/settlement", {"words": "好"}, 403)["code"] == "merchants-not-the-regulator"
    )
    assert asked("market", "post", f"/{first}/escalation", {"words": "请承办", "to": "centre"})["holder"] == "centre"
    assert asked("market", "post", f"/{first}/settlement", {"words": "更名完成"})["state"] == "settled"
    assert [each["ticket"] for each in asked("market", "get", "?state=closed")] == [first]
    assert asked("market", "post", f"/{first}/reopening", {"words": "材料不实"})["reopened"]


def test_tickets_are_worked_at_the_desk_and_under_my() -> None:
    clerk = signed_in(Browser(), staff_account("market"))
    first, second = tickets_asked(ITSELF, known_at=NOW)
    listed = clerk.get("/desk/tickets").content.decode()
    assert listed.count("名称与统一社会信用代码不符") >= 2 and "云集商城" in listed
    assert "没有这样的工单" in clerk.get("/desk/tickets?finding=ended&state=all").content.decode()
    actor_identify(actor=PLATFORM, code=code(5), by="operator", at=NOW)
    mine = signed_in(Browser(), account := firm_account(subject_of(code(5), known_at=NOW)))
    own = mine.get("/my/tickets").content.decode()
    assert own.count('name="ticket"') == 2
    said = {"ticket": str(first.pk), "platform": PLATFORM, "words": "正在更名", "evidence": f"{digest(4)}\n{digest(5)}"}
    assert mine.post("/my/tickets", {**said, "platform": "other"}).status_code == 404
    assert mine.post("/my/tickets", {**said, "evidence": "无"}).status_code == 422
    assert "平台已答复，待审看" in mine.post("/my/tickets", said).content.decode()
    assert Entry.objects.get(event="merchants.ticket.answered").detail["account"] == account.pk
    page = f"/desk/tickets/{first.pk}"
    assert digest(4) in clerk.get(page).content.decode()
    assert "已经记下" in clerk.post(page, {"kind": "escalated", "to": "centre", "words": "请承办"}).content.decode()
    assert "云川市发展改革委" in clerk.get(page).content.decode()
    assert clerk.post(page, {"kind": "no", "words": "x"}).status_code >= 400
    assert "工单已办结" in clerk.post(page, {"kind": "settled", "words": "更名完成"}).content.decode()
    assert "重开的工单" in clerk.post(page, {"kind": "reopened", "words": "材料不实"}).content.decode()
    staff = signed_in(Browser(), staff_account(PLATFORM))
    other = f"/desk/tickets/{second.pk}"
    assert "已经记下" in staff.post(other, {"kind": "reply", "words": "正在更名"}).content.decode()
    assert staff.post(other, {"kind": "settled", "words": "好"}).status_code == 403
    stranger = signed_in(Browser(), firm_account(subject_of(code(4), known_at=NOW)))
    assert "工单只发给平台" in stranger.get("/my/tickets").content.decode()
    with time_machine.travel(NOW + timedelta(days=60)):
        cache.clear()
        late = signed_in(Browser(), staff_account("market"))
        assert "逾期未答复" in late.get("/desk/tickets").content.decode()
    assert clerk.get("/desk/tickets/999999").status_code == 404


def test_what_a_ticket_is_about_is_said_in_words() -> None:
    goods = law_of(TODAY).goods
    (need, what), code_of = next(iter(goods["food"].needs.items())), code(1)
    assert item_worded(goods, f"food/{need}") == (
        f"{goods['food'].title.zh} · {what.title.zh}",
        f"{goods['food'].title.en} · {what.title.en}",
    )
    assert item_worded(goods, f"{code_of}/food") == (
        f"{code_of} · {goods['food'].title.zh}",
        f"{code_of} · {goods['food'].title.en}",
    )
    assert item_worded(goods, "JY1") == ("JY1", "JY1") and item_worded(goods, "") == ("", "")
