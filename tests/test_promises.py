"""What is promised with a repair is public: from the grant on, for its term, of organisations only, broken only by a decision."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, contact_publish
from chengxin.cases.services.running import Words
from chengxin.portal import selectors as portal
from chengxin.portal.rules import query_read
from chengxin.records.models import LINES_PER_BATCH, Record
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import record_withdraw
from chengxin.rights import services
from chengxin.rights.services import Claimant
from tests.world import NOW, PERSON_NUMBER, TODAY, code, ingest, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE = Asker("market", "department"), Asker("centre", "credit-centre")


@pytest.fixture(autouse=True)
def people() -> None:
    """The department that decides, and the centre."""
    for asker in (MARKET, CENTRE):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)


def asked(folder: Path, n: int = 1) -> str:
    """A repair asked for by the n-th firm; its case's number."""
    done = sent(folder, penalty(n, decided_on="2026-07-01", document=f"云川市监处罚〔2026〕{n:05d}号"), by="market")
    return services.repair_request(
        record=(done.batch or 0) * LINES_PER_BATCH + 2, number=code(n), claimant=Claimant("王某", "13800000000"),
        grounds="已缴清罚款", performed=True, promised=True, at=later(hours=1),
    ).number  # fmt: skip


def decided(number: str, to: str, hours: float, **words: str) -> None:
    services.case_decide(number=number, asker=MARKET, to=to, words=Words(**words), at=later(hours=hours))


def shown(typed: str = "", *, on: date = TODAY, hours: float = 3, before: int | None = None) -> list[Any]:
    query = query_read(typed) if typed else None
    return portal.promises_page(query, on=on, known_at=later(hours=hours), before=before)[0]


def test_a_promise_is_public_when_the_repair_is_granted_and_names_no_repaired_record(tmp_path: Path) -> None:
    number = asked(tmp_path)
    assert shown() == [], "nobody has seen yet who asks"
    decided(number, "granted", 2, document="修复1号")
    [found] = shown()
    assert (found.name, found.code, found.authority) == ("云川市甲1号商贸有限公司", code(1), "market")
    assert (found.document, found.made_on, found.broken_by) == (number, TODAY, "")
    assert "材料真实" in found.content
    record = Record.objects.get(pk=found.number)
    assert "处罚" not in f"{record.document}{record.body}" and "王某" not in str(record.body)


def test_a_refused_request_and_one_taken_back_publish_nothing(tmp_path: Path) -> None:
    decided(asked(tmp_path), "refused", 2, reasons="尚未履行")
    assert shown() == []


def test_a_promise_is_shown_for_its_term(tmp_path: Path) -> None:
    decided(asked(tmp_path), "granted", 2, document="修复1号")
    [found] = shown()
    assert found.shown_last == date(2027, 11, 21)
    assert len(shown(on=found.shown_last)) == 1 and shown(on=found.shown_last + timedelta(days=1)) == []


def test_a_breach_is_shown_by_the_decision_that_finds_it_and_not_otherwise(tmp_path: Path) -> None:
    number = asked(tmp_path)
    decided(number, "granted", 2, document="修复1号")
    decided(number, "undone", 3, reasons="材料虚假", document="撤修〔2026〕1号")
    [found] = shown(hours=4)
    assert (found.broken_by, found.broken_on) == ("撤修〔2026〕1号", str(TODAY))
    other = asked(tmp_path, 2)
    decided(other, "granted", 4, document="修复2号")
    [kept] = shown(code(2), hours=5)
    record_correct(
        record=kept.number, changes={"broken_on": str(TODAY)}, by="market", at=later(hours=6), reason="漏写文书"
    )
    [kept] = shown(code(2), hours=7)
    assert (kept.broken_by, kept.broken_on) == ("", ""), "a day alone is no decision"


def test_what_its_provider_took_back_is_broken_by_nothing(tmp_path: Path) -> None:
    number = asked(tmp_path)
    decided(number, "granted", 2, document="修复1号")
    record_withdraw(record=shown()[0].number, by="market", at=later(hours=3), reason="x")
    decided(number, "undone", 4, reasons="材料虚假", document="撤修〔2026〕1号")
    assert shown(hours=5) == []


def test_promises_are_found_by_name_and_by_code_and_paged(tmp_path: Path) -> None:
    for n in (1, 2, 3):
        decided(asked(tmp_path, n), "granted", 2, document=f"修复{n}号")
    assert [p.code for p in shown(code(2))] == [code(2)] and [p.code for p in shown("甲3号商贸")] == [code(3)]
    assert shown("雁归桥食品") == [] and shown(code(9)) == []
    first, more = portal.promises_page(None, on=TODAY, known_at=later(hours=3), most=2)
    second, none = portal.promises_page(None, on=TODAY, known_at=later(hours=3), before=more, most=2)
    assert [p.code for p in [*first, *second]] == [code(3), code(2), code(1)] and none is None


def test_departments_send_what_was_promised_to_them(tmp_path: Path) -> None:
    from_file = tmp_path / "promises.csv"
    heads = "承诺人名称,统一社会信用代码,承诺书编号,承诺日期,接受承诺的机关"
    from_file.write_text(
        f"{heads}\n云川市甲7号商贸有限公司,{code(7)},承字7号,2026-09-01,云川市税务局\n", encoding="utf-8"
    )
    assert ingest(from_file, "repair-promises").accepted == 1
    [found] = shown()
    assert (found.code, found.authority) == (code(7), "云川市税务局") and "材料真实" in found.content


def test_the_list_the_table_and_the_enterprise_s_page_show_it(tmp_path: Path, client: Browser) -> None:
    number = asked(tmp_path)
    decided(number, "granted", 2, document="修复1号")

    def page(address: str, *, days: float = 0, **typed: str) -> tuple[int, str]:
        with time_machine.travel(later(days=days, hours=3), tick=True):
            answer = client.post(address, typed) if typed else client.get(address)
        return answer.status_code, answer.content.decode()

    status, words = page("/promises")
    assert status == 200 and number in words and "甲1号商贸" in words and "云川市监处罚" not in words
    assert "没有可以公示的承诺。" in page("/promises", q=code(2))[1]
    assert number in page("/promises", q="甲1号商贸", before="")[1]
    refused, words = page("/promises", q=PERSON_NUMBER)
    assert refused == 422 and PERSON_NUMBER not in words
    status, table = page("/promises.csv")
    assert status == 200 and table.count("\r\n") == 2 and number in table
    assert page("/promises.csv", q=code(2))[1].count("\r\n") == 1
    assert page("/promises.csv", q=PERSON_NUMBER)[0] == 422
    enterprise = page(f"/enterprise/{code(1)}")[1]
    assert "信用修复承诺" in enterprise and number in enterprise
    assert page("/promises", days=400)[1].count(number) == 0


def test_programs_read_them_without_a_key_a_page_at_a_time(tmp_path: Path, client: Browser) -> None:
    for n in (1, 2, 3):
        decided(asked(tmp_path, n), "granted", 2, document=f"修复{n}号")

    def page(*, days: float = 0, **query: Any) -> Any:
        with time_machine.travel(later(days=days, hours=3), tick=True):
            return client.get("/api/v1/promises", query)

    first = page(most=2).json()
    second = page(most=2, before=first["before"]).json()
    assert [p["code"] for p in (*first["promises"], *second["promises"])] == [code(3), code(2), code(1)]
    assert second["before"] is None and first["promises"][0]["broken_by"] == ""
    assert [p["record"] for p in first["promises"]] == [p.number for p in shown()[:2]]
    assert page(before=0).status_code == 422 and page(before="a").status_code == 422
    assert page(days=400).json() == {"promises": [], "before": None}, "past its term"
    assert client.post("/api/v1/promises").status_code == 405


def test_programs_read_how_offices_are_reached(client: Browser) -> None:
    for n in (1, 2, 3):
        actor_add(key=f"office-{n}", kind="department", title=f"云川市第{n}局", by="operator", at=later())
        contact_publish(
            actor=f"office-{n}", telephone=f"0390-700000{n}", address="云川市琥珀路1号", hours="工作日9时至17时", by="operator",
            at=later(),
        )  # fmt: skip
    first = client.get("/api/v1/contacts", {"most": 2}).json()
    second = client.get("/api/v1/contacts", {"most": 2, "after": first["after"]}).json()
    found = [*first["contacts"], *second["contacts"]]
    assert [c["telephone"][-1] for c in found if c["key"].startswith("office-")] == ["1", "2", "3"]
    assert second["after"] is None and client.get("/api/v1/contacts", {"after": 9999}).json()["contacts"] == []
    assert set(found[0]) == {"key", "kind", "title", "title_en", "telephone", "address", "hours"}
