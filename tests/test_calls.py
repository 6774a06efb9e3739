"""So many calls a day of each program for each purpose, by the lawbook or its own number, held by the database; what is refused says when it opens again."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.models import Client, Use
from chengxin.actors.rules import CallsUsedUp, PurposeUncounted
from chengxin.actors.selectors import asker_of_client
from chengxin.actors.services import SCOPES, actor_add, allowance_set, call_count, client_add, origin_add
from chengxin.commerce.merchants.tests.stalls import PLATFORM, platform_add, shop
from chengxin.disclosure.selectors import calls_used
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from chengxin.site.testing_live import database_apart
from tests.people import DIVISION
from tests.signing import at_desk
from tests.world import CASE, NOW, OPERATOR, TODAY, code, file_write, later, penalty, sent

__all__ = ["database_apart"]

LAW = lawroom.load().on(TODAY, "cn")
ASKED = {"code": code(1), "matter": "tender", **CASE}
Ask = Callable[..., Any]


def program(most: dict[str, int]) -> tuple[Client, str]:
    """A department's program whose own numbers these are."""
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    client, key = client_add(actor="market", title="t", scopes=list(SCOPES), per_minute=10_000, by="operator", at=NOW)
    for purpose, calls in most.items():
        allowance_set(client=client.pk, purpose=purpose, calls_a_day=calls, law=LAW, by="operator", at=NOW)
    return client, key


def ask(key: str, path: str, body: Any = None) -> Any:
    headers = {"authorization": f"Bearer {key}"}
    if body is None:
        return Browser().get(f"/api/v1{path}", headers=headers)
    if isinstance(body, Path):
        with body.open("rb") as file:
            return Browser().post(f"/api/v1{path}", {"file": file}, headers=headers)
    return Browser().post(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_checks_files_and_reports_of_a_program_end_at_the_day_s_limit_and_open_again(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    client, key = program({"checks.tender": 2, "checks": 3, "batches": 1, "reports": 1})
    file, report = file_write(tmp_path / "sent.csv", [penalty(2)]), {"code": code(1), "kind": "enterprise-public"}
    assert [ask(key, "/checks", ASKED).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(key, "/checks", {**ASKED, "matter": "land"}).status_code == 200  # each matter for itself
    assert [ask(key, "/reports", report).status_code for _ in range(2)] == [200, 429]
    assert [ask(key, "/batches/penalty-publicity", file).status_code for _ in range(2)] == [200, 429]
    refused = ask(key, "/checks", ASKED)
    body = refused.json()
    assert body["code"] == "client-calls-a-day" and "2026-11-23T00:00:00+08:00" in body["detail_en"]
    assert 0 < int(refused["Retry-After"]) <= 14 * 3600
    told = ask(key, "/client/calls").json()
    assert told["opens_at"].startswith("2026-11-23T00:00:00") and told["calls"] == [
        {"purpose": "batches.penalty-publicity", "used": 1, "most": 1}, {"purpose": "checks.land", "used": 1, "most": 3},
        {"purpose": "checks.tender", "used": 2, "most": 2}, {"purpose": "reports.enterprise-public", "used": 1, "most": 1},
    ]  # fmt: skip
    assert Entry.objects.filter(event="actors.call.refused", detail__client=client.pk).count() == 4
    assert Entry.objects.filter(event="checks.check.answered").count() == 3
    asker = asker_of_client(client.pk, at=NOW)
    assert asker
    call_count(asker=asker, kind="checks", purpose="tender", law=LAW, at=later(days=1))


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_ticket_counts_as_the_check_that_it_opens_and_staff_are_not_counted(tmp_path: Path) -> None:
    client, key = program({"checks": 1})
    origin_add(actor="market", origin="https://a.example", by="operator", at=NOW)
    assert [ask(key, "/checks/tickets", ASKED).status_code for _ in range(2)] == [200, 429]
    call_count(asker=OPERATOR, kind="checks", purpose="tender", law=LAW, at=NOW)
    assert [each.client for each in calls_used(day=TODAY)] == [client.pk]


@pytest.mark.django_db
def test_a_client_s_own_number_goes_before_the_lawbook_s_and_can_be_given_back() -> None:
    client, _ = program({"checks": 0})
    asker = asker_of_client(client.pk, at=NOW)
    assert asker
    words: dict[str, Any] = {"asker": asker, "kind": "checks", "purpose": "tender", "law": LAW, "at": NOW}
    with pytest.raises(CallsUsedUp):
        call_count(**words)
    allowance_set(client=client.pk, purpose="checks", calls_a_day=None, law=LAW, by="operator", at=NOW)
    call_count(**words)
    call_count(**(words | {"purpose": "no such matter"}))
    counted = {u.purpose: (u.used, u.most) for u in Use.objects.all()}
    assert counted == {
        "checks.tender": (1, LAW.parameter("checks-a-day")),
        "checks": (1, LAW.parameter("checks-a-day")),
    }
    for wrong in ("", "check", "checks.marriage", "desk"):
        with pytest.raises(PurposeUncounted):
            allowance_set(client=client.pk, purpose=wrong, calls_a_day=1, law=LAW, by="operator", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Use.objects.filter(purpose="checks").update(used=LAW.parameter("checks-a-day") + 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_command_shows_what_is_used_and_sets_one_program_s_number(capfd: pytest.CaptureFixture[str]) -> None:
    client, key = program({})
    assert ask(key, "/checks", ASKED).status_code == 200
    assert run(["calls", "--client", str(client.pk), "--purpose", "checks.tender", "--a-day", "1", "--json"]) == 0
    assert ask(key, "/checks", ASKED).status_code == 429
    capfd.readouterr()
    assert run(["calls", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["calls"] == [
        {
            "client": client.pk,
            "actor": "market",
            "purpose": "checks.tender",
            "used": 1,
            "most": LAW.parameter("checks-a-day"),
        }
    ]
    assert run(["calls", "--client", str(client.pk), "--purpose", "checks.tender", "--as-the-lawbook", "--json"]) == 0
    assert ask(key, "/checks", ASKED).status_code == 200


@pytest.mark.usefixtures("database_apart")
def test_of_many_calls_at_once_no_more_than_the_limit_are_let_in() -> None:
    client, _ = program({"checks": 25})
    asker = asker_of_client(client.pk, at=NOW)
    assert asker
    let_in, together = [], threading.Barrier(4)

    def work() -> None:
        together.wait()
        try:
            for _ in range(10):
                try:
                    call_count(asker=asker, kind="checks", purpose="tender", law=LAW, at=timezone.now())
                    let_in.append(1)
                except CallsUsedUp:
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 25 and Use.objects.get().used == 25


@pytest.mark.django_db
def test_trades_and_merchants_are_counted_and_the_desk_shows_what_was_used(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    platform_add()
    number, key = client_add(
        actor=PLATFORM, title="程序", scopes=["merchants", "trades"], by="operator", at=timezone.now()
    )

    def sent_rows() -> Any:
        return ask(key, f"/merchants/{PLATFORM}/rows/shops", {"rows": [shop(1)]})

    assert sent_rows().status_code == 200
    allowance_set(client=number.pk, purpose="merchants", calls_a_day=2, law=LAW, by="operator", at=timezone.now())
    assert sent_rows().status_code == 200
    refused = sent_rows()
    assert refused.status_code == 429 and refused.json()["code"] == "client-calls-a-day"
    ask(key, f"/trades/{PLATFORM}/reconciliation", {"first": "2026-11-01", "last": "2026-11-02"})
    assert {each.purpose: each.used for each in calls_used(day=timezone.localdate())} == {
        "merchants.merchant-filing": 2,
        "trades.orders": 1,
    }
    page = at_desk(PLATFORM, "clerk").get("/desk/calls").text
    for told in ("云集商城", "2 / 2", "当日已用完", "平台报送平台内经营者", "trades.orders"):
        assert told in page, told
    assert "2 / 2" not in at_desk("market", "clerk").get("/desk/calls").text, "another's calls are not its to see"
    assert "merchants.merchant-filing,2,2" in at_desk("operator", "clerk").get("/desk/calls.csv").text
    assert "该日没有程序调用" in at_desk(PLATFORM, "reviewer").get("/desk/calls?on=2020-01-01").text
