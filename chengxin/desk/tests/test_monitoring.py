"""Desk pages of patrols and loops: lists by page and narrowed, their tables, a plan of several shops, and a refusal at the field that it is about."""

import csv
import io
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop, stall
from chengxin.commerce.monitoring import services
from chengxin.commerce.monitoring.models import Loop, Patrol, Plan
from chengxin.commerce.monitoring.rules import states_before
from chengxin.commerce.monitoring.services import Chosen
from chengxin.desk.pages import monitoring
from chengxin.law import load
from chengxin.ledger.models import Entry
from tests.people import DIVISION
from tests.people import number as citizen
from tests.signing import at_desk
from tests.world import NOW, TODAY, code, later

pytestmark = pytest.mark.django_db
MARKET, AFAR = Asker("market", "department"), Asker("afar", "department")
BY = {"document": "云市监巡〔2026〕1号", "digest": digest(1)}
SHOPS = [f"s{n}" for n in range(1, 8)]


@pytest.fixture(autouse=True)
def world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    cache.clear()
    platform_add()
    for key, kind, title in (
        ("market", "department", "云川市市场监督管理局"), ("afar", "department", "远山市市场监督管理局"), ("above", "supervisor", "云川市发展改革委"),
    ):  # fmt: skip
        actor_add(key=key, kind=kind, title=title, by="operator", at=NOW)
    filed(*(shop(n) for n in range(1, 8)), stall(1))
    monkeypatch.setattr(monitoring, "PAGE", 3)  # else fifty-one rows for each second page
    with time_machine.travel(later(minutes=5), tick=True):
        yield


def planned(*shops: str, asker: Asker = MARKET) -> dict[str, Any]:
    chosen = [Chosen(PLATFORM, name, "complaint", "20261121-000007", "投诉称首页不公示执照") for name in shops]
    return services.plan_state_reasons(
        title="投诉核查", checklist="patrol-items", shops=chosen, **BY, asker=asker, at=NOW
    )


def risk(title: str, asker: Asker = MARKET, **changes: str) -> str:
    about = {"platform": PLATFORM, "shop": "s1", **changes}
    made = services.loop_open(title=title, reason="failed-sampling", reference="抽〔2026〕1号", facts="超标。", **BY, **about, asker=asker, at=NOW)  # fmt: skip
    return str(made["number"])


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def table_of(answer: Any) -> list[list[str]]:
    text = text_of(answer)
    assert text.startswith("\ufeff") and 'Z.csv"' in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(text[1:])))


def shops_on(page: str) -> list[str]:
    return [name for name in reversed([*SHOPS, "p1"]) if f"· {name}</a>" in page]


def queries_of(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_patrols_stand_by_pages_and_are_narrowed_by_state_platform_and_plan() -> None:
    desk, plan = at_desk("market"), planned(*SHOPS)
    services.patrol_step(number=plan["shops"][0]["number"], to="undone", words="店铺已关闭", asker=MARKET, at=NOW)
    pages = [text_of(desk.get(f"/desk/patrols?page={n}")) for n in (1, 2, 3, 4)]
    assert [shops_on(page) for page in pages] == [["s7", "s6", "s5"], ["s4", "s3", "s2"], ["s1"], []]
    assert "page=2#shops" in pages[0] and 'rel="prev"' in pages[2] and 'rel="next"' not in pages[2]
    assert "没有这样的巡查" in pages[3]
    assert shops_on(text_of(desk.get("/desk/patrols?state=undone"))) == ["s1"]
    both = desk.get(f"/desk/patrols?state=open&platform={PLATFORM}&page=2")
    assert shops_on(text_of(both)) == ["s4", "s3", "s2"] and "state=open&amp;platform=" in text_of(both)
    other = planned("p1")
    assert shops_on(text_of(desk.get(f"/desk/patrols?plan={other['number']}"))) == ["p1"]
    assert "没有这样的巡查" in text_of(desk.get("/desk/patrols?platform=nobody"))
    above = text_of(at_desk("above").get("/desk/patrols?department=afar"))
    assert shops_on(above) == [] and "云川市市场监督管理局</option>" in above
    assert "先公布一个计划" in text_of(at_desk("afar").get("/desk/patrols"))


def test_what_the_clock_did_is_found_by_its_state_too() -> None:
    desk = at_desk("market")
    planned("s1", "s2")
    with time_machine.travel(later(days=200), tick=True):
        assert shops_on(text_of(at_desk("market").get("/desk/patrols?state=lapsed"))) == ["s2", "s1"]
        assert shops_on(text_of(at_desk("market").get("/desk/patrols?state=open"))) == []
    assert shops_on(text_of(desk.get("/desk/patrols?state=lapsed"))) == []
    procedure = load().on(TODAY).procedures["shop-patrol"]
    assert states_before([procedure], "lapsed") == {"lapsed", "planned", "looked", "replied", "silent"}
    assert states_before([procedure], "clear") == {"clear"}


def test_plans_stand_by_pages_of_their_own_and_by_their_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "PLANS", 1)
    desk = at_desk("market")
    planned("s1")
    made = services.plan_draw_from(
        title="抽查", checklist="truth-items", count=1, platform=PLATFORM, **BY, asker=MARKET, at=NOW
    )
    assert made.number in text_of(desk.get("/desk/patrols")) and "plans=2#plans" in text_of(desk.get("/desk/patrols"))
    second = text_of(desk.get("/desk/patrols?plans=2"))
    assert "投诉核查" in second and made.number not in second
    assert made.number in (open_ := text_of(desk.get("/desk/patrols?planned=open"))) and "投诉核查" not in open_
    assert made.number in text_of(desk.get(f"/desk/patrols?platform={PLATFORM}&planned=open"))
    assert "没有巡查计划" in text_of(desk.get("/desk/patrols?planned=drawn"))


def test_loops_and_requests_stand_by_pages_of_their_own() -> None:
    desk = at_desk("market")
    numbers = [risk(f"风险{n}", shop=f"s{n}") for n in range(1, 5)]
    ask = {"department": "afar", "role": "producer", "words": "请查明生产者。"}
    for number in numbers:
        services.referral_make(loop=number, **ask, **BY, asker=MARKET, at=NOW)
    services.loop_step(number=numbers[0], to="unsampled", words="已有抽检结果", asker=MARKET, at=NOW)
    first, second = (text_of(desk.get(f"/desk/loops?page={n}&requests={3 - n}")) for n in (1, 2))
    assert f'id="l{numbers[3]}"' in first and f'id="l{numbers[0]}"' not in first and f'id="l{numbers[0]}"' in second
    assert "风险1 ·" in first and "风险1 ·" not in second and "风险4 ·" in second
    narrowed = text_of(desk.get("/desk/loops?state=unsampled&asked=reported"))
    assert f'id="l{numbers[0]}"' in narrowed and f'id="l{numbers[1]}"' not in narrowed and "没有这样的请求" in narrowed
    assert "没有这样的案卷" in text_of(desk.get("/desk/loops?state=closed"))
    asked = text_of(at_desk("afar").get("/desk/loops?asked=told"))
    assert "风险4 ·" in asked and "没有案卷" in asked


def test_the_tables_hold_every_row_that_is_asked_for_and_nobody() -> None:
    desk, plan = at_desk("market"), planned(*SHOPS)
    services.patrol_step(number=plan["shops"][0]["number"], to="undone", words="店主不在", asker=MARKET, at=NOW)
    rows = table_of(desk.get("/desk/patrols.csv"))
    assert [row[3] for row in rows[1:]] == SHOPS[::-1] and rows[1][5] == "待巡查 planned" and rows[-1][5].endswith("undone")  # fmt: skip
    assert not any(told in str(rows) for told in ("店主不在", "投诉称", code(1)))
    assert [row[3] for row in table_of(desk.get("/desk/patrols.csv?state=undone"))[1:]] == ["s1"]
    assert table_of(at_desk("afar").get("/desk/patrols.csv"))[1:] == []
    number = risk("风险")
    (_, file) = table_of(desk.get("/desk/loops.csv"))
    assert file[0] == number and file[5] == code(1)
    services.referral_make(loop=number, department="afar", role="producer", words="x", **BY, asker=MARKET, at=NOW)
    assert [row[1] for row in table_of(at_desk("afar").get("/desk/loops/requests.csv"))[1:]] == [number]
    read = Entry.objects.filter(event="monitoring.patrols.read").order_by("pk").values_list("detail", flat=True)
    assert [each["table"] for each in read] == [{"state": ""}, {"state": "undone"}, {"state": ""}]


def test_a_list_asks_as_much_for_three_rows_as_for_one() -> None:
    desk = at_desk("market")
    planned("s1"), risk("风险1")
    one = [queries_of(desk, path) for path in ("/desk/patrols", "/desk/loops")]
    planned("s2", "s3"), risk("风险2", shop="s2"), risk("风险3", shop="s3")
    assert [queries_of(desk, path) for path in ("/desk/patrols", "/desk/loops")] == one


STATED = {
    "act": "stated", "title": "投诉核查", "checklist": "patrol-items", "reason": "complaint", "reference": "20261121-000007", "words": "投诉称不公示执照",
    **BY,
}  # fmt: skip


def field_of(page: str) -> str:
    """The name of the field that is said to be wrong, which its own refusal describes."""
    found = re.search(r'name="([^"]+)"[^>]*aria-invalid="true" aria-describedby="refused-([^"]+)"', page)
    assert found and found[1] == found[2] and f'id="refused-{found[1]}"' in page and 'id="q-refused"' not in page
    return found[1]


def test_a_plan_names_several_shops_a_line_each() -> None:
    desk = at_desk("market")
    lines = f"{PLATFORM} s1\r\n\r\n{PLATFORM}，s2\r\n {PLATFORM}\tp1 "
    answer = text_of(desk.post("/desk/patrols", {**STATED, "shops": lines}))
    assert "已经记下" in answer and [(each.shop, each.words) for each in Patrol.objects.order_by("pk")] == [
        ("s1", "投诉称不公示执照"), ("s2", "投诉称不公示执照"), ("p1", "投诉称不公示执照"),
    ]  # fmt: skip
    assert [each.code for each in Patrol.objects.order_by("pk")] == [code(1), code(2), ""]


def test_each_line_that_cannot_be_taken_is_shown_with_why_and_nothing_is_half_done() -> None:
    lines = f"{PLATFORM} s1\n{PLATFORM} s99\nnobody s2\n只有一个\n{PLATFORM} s1\n{PLATFORM} s3"
    page = text_of(at_desk("market").post("/desk/patrols", {**STATED, "shops": lines}), 422)
    assert field_of(page) == "shops" and not Patrol.objects.exists() and not Plan.objects.exists()
    refused = re.findall(r'<li value="(\d)"><span class="number">([^<]+)</span> ([^<]+)', page)
    assert [(n, said) for n, said, _ in refused] == [
        ("2", f"{PLATFORM} s99"), ("3", "nobody s2"), ("4", "只有一个"), ("5", f"{PLATFORM} s1"),
    ]  # fmt: skip
    assert "没有报送过" in refused[0][2] and "须写明平台" in refused[2][2] and "第1行" in refused[3][2]
    for typed in (f"{PLATFORM} s99", "投诉核查", "20261121-000007", BY["document"], BY["digest"], "投诉称不公示执照"):
        assert typed in page
    assert field_of(text_of(at_desk("market").post("/desk/patrols", {**STATED, "shops": " \n"}), 422)) == "shops"
    many = "\n".join(f"{PLATFORM} x{n}" for n in range(1001))
    assert "1001行" in text_of(at_desk("market").post("/desk/patrols", {**STATED, "shops": many}), 422)


DRAW = {"act": "draw", "title": "抽查", "checklist": "patrol-items", "count": "2", **BY}
RISK = {"title": "风险", "reason": "complaint", "reference": "20261121-000007", "facts": "超标。", "platform": PLATFORM, "shop": "s1", **BY}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "form", "wrong", "field"),
    [
        ("/desk/patrols", DRAW, {"title": " "}, "title"), ("/desk/patrols", DRAW, {"count": "many"}, "count"),
        ("/desk/patrols", DRAW, {"platform": "nobody"}, "platform"), ("/desk/patrols", DRAW, {"digest": "x"}, "digest"),
        ("/desk/patrols", DRAW, {"category": "none"}, "category"), ("/desk/patrols", DRAW, {"seed_hash": "x"}, "seed_hash"),
        ("/desk/patrols", {**STATED, "shops": f"{PLATFORM} s1"}, {"reference": ""}, "reference"),
        ("/desk/patrols", {**STATED, "shops": f"{PLATFORM} s1"}, {"reason": "drawn"}, "reason"),
        ("/desk/patrols", {**STATED, "shops": f"{PLATFORM} s1"}, {"words": citizen(1)}, "words"),
        ("/desk/loops", RISK, {"facts": ""}, "facts"), ("/desk/loops", RISK, {"shop": "s99"}, "shop"),
        ("/desk/loops", RISK, {"document": ""}, "document"), ("/desk/loops", RISK, {"code": code(3)}, "code"),
    ],
)  # fmt: skip
def test_a_refusal_stands_at_the_field_that_is_wrong_and_what_was_typed_stays(
    path: str, form: dict[str, str], wrong: dict[str, str], field: str
) -> None:
    answer = at_desk("market").post(path, {**form, **wrong})
    page = text_of(answer, answer.status_code)
    assert answer.status_code in (403, 404, 422) and field_of(page) == field
    for typed in (form["title"], form["document"]):
        assert typed in page or typed in (form.get(field), wrong.get("title"))
    assert not Patrol.objects.exists() and not Loop.objects.exists()


def test_what_an_officer_saw_is_refused_at_its_item() -> None:
    desk, number_ = at_desk("market"), planned("s1")["shops"][0]["number"]
    items = list(law_of(TODAY).code_lists["patrol-items"].choices)
    look = {"act": "look", "officer": "YC-017", "seen_on": "2026-11-22", "item": items}
    look |= {f"result-{item}": "met" for item in items} | {f"digest-{item}": digest(3) for item in items}
    second = items[1]
    for wrong, field in (
        ({"officer": "张三"}, "officer"), ({"officer": ""}, "officer"), ({"seen_on": ""}, "seen_on"), ({f"result-{second}": ""}, f"result-{second}"),
        ({f"digest-{second}": "x"}, f"digest-{second}"), ({f"result-{second}": "unmet"}, f"facts-{second}"),
        ({f"result-{second}": "unmet", f"facts-{second}": "未见"}, f"misconduct-{second}"),
    ):  # fmt: skip
        page = text_of(desk.post(f"/desk/patrols/{number_}", {**look, **wrong}), 422)
        assert field_of(page) == field and digest(3) in page
        assert field.startswith(("facts", "misconduct")) == ("<details open><summary>不符合的" in page)


def test_a_file_s_forms_keep_what_was_typed_and_each_its_own_refusal() -> None:
    desk, number_ = at_desk("market"), risk("风险")
    for wrong, field in (
        ({"act": "fact", "fact": "handling ticket", "reference": "99", "words": "见工单"}, "reference"),
        ({"act": "fact", "fact": "nothing at-all", "reference": "99", "words": "见工单"}, "fact"),
        ({"act": "search", "goods": "01/123"}, "goods"),
        ({"act": "step", "to": "unsampled", "words": "", **BY}, "words"),
        ({"act": "ask", "department": "nobody", "role": "producer", "words": "请查明", **BY}, "department"),
        ({"act": "ask", "department": "afar", "role": "producer", "words": "请查明", "document": "协〔2026〕9号", "digest": "x"}, "digest"),
    ):  # fmt: skip
        answer = desk.post(f"/desk/loops/{number_}", wrong)
        page = text_of(answer, answer.status_code)
        assert field_of(page) == field and page.count("aria-invalid") == 1
        assert all(value in page for name, value in wrong.items() if name in ("words", "document", "goods"))
