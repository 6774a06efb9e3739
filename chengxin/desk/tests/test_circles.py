"""Desk pages of what stands around a trade: a platform is called to its duty and answers, firms are filed, an association acts, agreements end."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengxin import law as lawroom
from chengxin.actors.rules import SCOPE_TITLES
from chengxin.actors.selectors import Asker
from chengxin.actors.services import SCOPES, actor_add, actor_identify
from chengxin.commerce.circles.models import Discipline, Firm, Member, Neglect
from chengxin.commerce.circles.selectors import (
    associations_shown,
    firms_accessible,
    firms_filed,
    firms_said,
    neglects_owing,
    platform_acts,
    price_cases,
)
from chengxin.commerce.circles.services import (
    charter_file,
    discipline_answer,
    discipline_open,
    firm_file,
    member_file,
    neglect_open,
    neglect_step,
)
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop
from chengxin.law.references import CHECKS
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from chengxin.subjects.models import Subject
from tests.signing import at_desk, firm_account, signed_in
from tests.world import NOW, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET, GUILD, MALL = Asker("market", "department"), Asker("guild", "association"), Asker(PLATFORM, "platform")
FACTS = "抽查二十家店铺，三家没有核验。"
FILE = {"platform": PLATFORM, "duty": "verify-merchants", "facts": FACTS, "document": "云市监询〔2026〕3号", "digest": digest(1)}  # fmt: skip
BY = {"words": "限期补核验", "document": "云市监改〔2026〕4号", "digest": digest(2)}
ACT: dict[str, Any] = {
    "code": code(3), "act": "circular", "article": "第二十一条", "facts": "拒不履行行业公约。", "document": "云电协〔2026〕8号", "digest": digest(2),
    "decided_on": "2026-11-20", "until": "2027-05-01",
}  # fmt: skip
MEMBER = "云川市甲3号商贸有限公司"


@pytest.fixture(autouse=True)
def world() -> Any:
    cache.clear()
    platform_add()
    for key, kind, title in (
        ("market", "department", "云川市市场监督管理局"), ("finance", "department", "云川市财政局"), ("guild", "association", "云川市电子商务协会"),
        ("club", "association", "云川市另一协会"),
    ):  # fmt: skip
        actor_add(key=key, kind=kind, title=title, by="operator", at=NOW)
    with time_machine.travel(later(minutes=5), tick=True):
        yield


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def opened(browser: Client, **changes: Any) -> Any:
    return browser.post("/desk/circles", {**FILE, **changes})


def guild_ready() -> None:
    charter_file(title="云川市电子商务协会章程", document="云民社〔2019〕3号", digest=digest(1), adopted_on=date(2019, 5, 1), asker=GUILD, at=NOW)  # fmt: skip
    member_file(code=code(3), name=MEMBER, state="member", since=date(2024, 1, 1), asker=GUILD, at=NOW)


def queries_of(do: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as taken:
        do()
    return len(taken)


def test_a_platform_is_called_to_its_duty_and_answers_page_by_page() -> None:
    market, mall = at_desk("market"), at_desk(PLATFORM)
    assert "没有轮到本单位办理的督促" in text_of(market.get("/desk/circles"))
    assert "登记一件督促" not in text_of(mall.get("/desk/circles"))
    done = opened(market)
    number = Neglect.objects.get().number
    assert done.status_code == 302 and done.url == f"/desk/circles/{number}"
    page = text_of(market.get(done.url))
    assert FACTS in page and "第27条" in page and "不成立，终止" in page and "没有公示" in page
    waiting = text_of(mall.get("/desk/circles"))
    assert waiting.index("轮到本单位") < waiting.index(number) < waiting.index("全部，新的在前")
    text_of(mall.post(done.url, {"to": "demanded", **BY}), 403)
    assert "正在补核验。" in text_of(mall.post(done.url, {"to": "replied", "words": "正在补核验。"}))
    refused = text_of(market.post(done.url, {"to": "demanded", **BY, "mend_by": "2026-01-01"}), 422)
    assert 'id="refused-mend_by"' in refused and "限期补核验" in refused and BY["document"] in refused
    assert 'id="refused-document"' in text_of(market.post(done.url, {"to": "circulated", "words": "通报"}), 422)
    demanded = text_of(market.post(done.url, {"to": "demanded", **BY, "mend_by": "2026-12-10"}))
    assert "正在公示" in demanded and "2026年12月10日" in demanded
    assert len(platform_acts(PLATFORM, known_at=later(hours=1))) == 1
    paper = SimpleUploadedFile("改正报告.txt", "已全部补核验".encode())
    text_of(mall.post(done.url, {"to": "reported", "words": "已补核验", "document": "改正报告", "file": paper}))
    assert sha256("已全部补核验".encode()).hexdigest() in text_of(market.get(done.url))
    ended = text_of(market.post(done.url, {"to": "mended", "words": "核实已改正"}))
    assert "可以办理的" not in ended and not platform_acts(PLATFORM, known_at=later(hours=1))
    assert Entry.objects.filter(event="circles.neglect.read").exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"duty": "none"}, "duty"), ({"facts": " "}, "facts"), ({"document": ""}, "document"), ({"digest": "x"}, "digest"), ({"platform": "finance"}, "platform"),
     ({"facts": "经办人电话13800138000"}, "facts")],
)  # fmt: skip
def test_a_file_that_cannot_be_opened_says_so_beside_the_field_and_keeps_what_was_typed(wrong: Any, field: str) -> None:
    page = text_of(opened(at_desk("market"), **wrong), 403 if field == "platform" else 422)
    kept = {**FILE, **wrong}
    assert page.count('role="alert"') == 1 and f'id="refused-{field}"' in page
    assert (f">{kept['facts']}</textarea>" in page) and f'value="{kept["document"]}"' in page
    assert not Neglect.objects.exists()


def test_another_department_and_a_role_without_the_duty_see_nothing_of_it() -> None:
    number = neglect_open(**FILE, asker=MARKET, at=NOW)["number"]
    finance = at_desk("finance")
    assert number not in text_of(finance.get("/desk/circles"))
    text_of(finance.get(f"/desk/circles/{number}"), 404)
    for path in ("/desk/circles", "/desk/firms", "/desk/references", "/desk/agreements"):
        text_of(at_desk("market", "administrator").get(path), 403)
        text_of(at_desk("guild", "association-officer").get(path), 403)
    for path in ("/desk/association", "/desk/association/acts"):
        text_of(at_desk("market").get(path), 403)


def test_the_firm_that_runs_the_platform_answers_from_its_own_account(tmp_path: Path) -> None:
    sent(tmp_path, penalty(9), by="market", at=NOW)
    actor_identify(actor=PLATFORM, code=code(9), by="operator", at=NOW)
    number = neglect_open(**FILE, asker=MARKET, at=later(minutes=1))["number"]
    firm = signed_in(Client(), firm_account(Record.objects.get().subject_id))
    assert FACTS in text_of(firm.get("/my/circles"))
    bare = text_of(firm.post("/my/circles", {"number": number, "to": "replied", "words": ""}), 422)
    assert 'id="refused-words"' in bare
    assert "已补核验。" in text_of(firm.post("/my/circles", {"number": number, "to": "replied", "words": "已补核验。"}))
    text_of(firm.post("/my/circles", {"number": "20261101-000001", "to": "replied", "words": "x"}), 404)
    other = signed_in(Client(), firm_account(Subject.objects.create(kind="organisation", created_at=NOW).pk))
    assert number not in text_of(other.get("/my/circles"))


def test_a_firm_is_filed_put_right_and_ended_and_a_refusal_keeps_what_was_typed() -> None:
    market = at_desk("market")
    firm = {
        "code": code(4),
        "kind": "logistics",
        "name": "云川市快递有限公司",
        "state": "registered",
        "since": "2026-01-05",
    }
    firm |= {"document": "邮许〔2026〕1号", "digest": digest(4)}
    assert "没有登记的企业" in text_of(market.get("/desk/firms"))
    refused = text_of(market.post("/desk/firms", {**firm, "code": "92" + code(4)[2:]}), 422)
    assert 'id="refused-code"' in refused and 'value="云川市快递有限公司"' in refused and not Firm.objects.exists()
    assert "云川市快递有限公司" in text_of(market.post("/desk/firms", firm))
    form = text_of(market.get("/desk/firms", {"code": code(4), "kind": "logistics"}))
    assert f'value="{code(4)}"' in form and 'value="2026-01-05"' in form
    assert code(4) not in text_of(at_desk("finance").get("/desk/firms"))
    table = text_of(Client().get("/firms.csv", {"kind": "logistics"}))
    assert code(4) in table and "云川市市场监督管理局" in table and "已登记或者备案" in table
    assert code(4) not in text_of(Client().get("/firms.csv", {"kind": "payment"}))
    ended = text_of(market.post("/desk/firms", {**firm, "state": "ended"}))
    assert "没有公示" in ended and not firms_filed(known_at=later(hours=1))
    assert [each.state for each in Firm.objects.order_by("version")] == ["registered", "ended"]


def test_an_association_files_its_charter_and_members_acts_and_decides_an_appeal() -> None:
    guild = at_desk("guild", "association-officer")
    assert "先报送章程" in text_of(guild.get("/desk/association/acts"))
    charter = {
        "title": "云川市电子商务协会章程",
        "document": "云民社〔2019〕3号",
        "digest": digest(1),
        "adopted_on": "2019-05-01",
    }
    assert 'id="refused-adopted_on"' in text_of(
        guild.post("/desk/association", {**charter, "adopted_on": "2099-01-01"}), 422
    )
    assert "云民社〔2019〕3号" in text_of(guild.post("/desk/association", charter))
    member = {"code": code(3), "name": MEMBER, "since": "2024-01-01", "state": "member"}
    assert 'id="refused-code"' in text_of(guild.post("/desk/association", {**member, "code": "x"}), 422)
    assert MEMBER in text_of(guild.post("/desk/association", member))
    refused = text_of(guild.post("/desk/association/acts", {**ACT, "until": "2040-01-01"}), 422)
    assert 'id="refused-until"' in refused and ">拒不履行行业公约。</textarea>" in refused
    made = text_of(guild.post("/desk/association/acts", ACT))
    key, number = re.findall(r'<code class="number">([0-9a-f]{18})</code>', made)[0], Discipline.objects.get().number
    assert "已告知会员，等待答复" in made and key not in text_of(guild.get("/desk/association/acts"))
    discipline_answer(number=number, key=key, kind="appeal", words="公约没有送达。", at=later(minutes=6))
    path = f"/desk/association/acts/{number}"
    with time_machine.travel(later(minutes=10), tick=True):
        assert all(w in text_of(guild.get(path)) for w in ("公约没有送达。", "会员申诉中，不公示", "申诉不成立，维持"))
        assert 'id="refused-words"' in text_of(guild.post(path, {"to": "upheld", "words": ""}), 422)
        assert "现行，已公示" in text_of(guild.post(path, {"to": "upheld", "words": "公约已送达。"}))
        club = at_desk("club", "association-officer")
        text_of(club.get(path), 404)
        assert MEMBER not in text_of(club.get("/desk/association"))
        told = text_of(at_desk("market").post("/desk/references", {"code": code(3)}))
        assert "拒不履行行业公约。" in told and "仅供参考" in told
        assert "撤回惩戒" not in text_of(guild.post(path, {"to": "withdrawn", "words": "会员已改正。"}))
    left = text_of(guild.post("/desk/association", {**member, "state": "left", "since": "2026-11-01"}))
    assert "已退出" in left and [each.state for each in Member.objects.order_by("version")] == ["member", "left"]


def test_a_reference_is_refused_beside_the_code_and_shown_to_authorities_alone() -> None:
    assert 'id="refused-code"' in text_of(at_desk("market").post("/desk/references", {"code": "92x"}), 422)
    mall = at_desk(PLATFORM)
    assert "只供机关参考" in text_of(mall.get("/desk/references"))
    text_of(mall.post("/desk/references", {"code": code(3)}), 403)


def test_whoever_runs_the_register_files_agreements_and_ends_them() -> None:
    operator, mall = at_desk("operator"), at_desk(PLATFORM)
    agreed = {"actor": PLATFORM, "number": "云信协〔2026〕1号", "scopes": ["merchants", "trades"], "document": "共享协议", "digest": digest(5),
              "from_on": "2026-01-01", "to_on": "2028-01-01"}  # fmt: skip
    text_of(mall.post("/desk/agreements", agreed), 403)
    refused = text_of(operator.post("/desk/agreements", {**agreed, "scopes": []}), 422)
    assert 'id="refused-number"' in refused and 'value="共享协议"' in refused
    page = text_of(operator.post("/desk/agreements", agreed))
    assert "商家信息" in page and "<li>merchants" not in page
    assert "云信协〔2026〕1号" in text_of(mall.get("/desk/agreements"))
    assert "云信协〔2026〕1号" not in text_of(at_desk("finance").get("/desk/agreements"))
    assert "已终止或者未生效" in text_of(
        operator.post("/desk/agreements", {"actor": PLATFORM, "end": agreed["number"]})
    )
    assert set(SCOPE_TITLES) == set(SCOPES)


def test_an_association_s_staff_have_no_duty_that_reads_the_register() -> None:
    roles = lawroom.load().on(NOW.date()).roles
    duties = {duty for role in roles.values() if "association" in role.actors for duty in role.duties}
    assert duties == {"association", "accounts"}
    wrong = roles["association-officer"].model_copy(update={"duties": ("association", "checks")})
    assert [fault[1] for fault in CHECKS["roles"](wrong, None)] == ["duties"]  # type: ignore[arg-type]


def test_lists_take_as_many_queries_for_many_as_for_one(tmp_path: Path) -> None:
    guild_ready()
    filed(shop(1))
    first: dict[str, Any] = {
        "kind": "logistics",
        "name": "云川市快递有限公司",
        "state": "registered",
        "document": "文",
        "digest": digest(4),
        "since": date(2026, 1, 5),
    }

    def one_more(n: int) -> None:
        number = neglect_open(**FILE, asker=MARKET, at=NOW)["number"]
        neglect_step(number=number, to="replied", words="见文书", asker=MALL, at=NOW)
        neglect_step(
            number=number, to="circulated", words="通报", document="文", digest=digest(2), asker=MARKET, at=NOW
        )
        neglect_step(
            number=neglect_open(**FILE, asker=MARKET, at=NOW)["number"], to="replied", words="见", asker=MALL, at=NOW
        )
        firm_file(code=code(20 + n), **first, asker=MARKET, at=NOW)
        member_file(code=code(40 + n), name="甲", state="member", since=date(2024, 1, 1), asker=GUILD, at=NOW)
        days = {name: date.fromisoformat(ACT[name]) for name in ("decided_on", "until")}
        made, key = discipline_open(**{**ACT, **days, "code": code(40 + n)}, asker=GUILD, at=NOW)
        discipline_answer(number=made["number"], key=key, kind="reply", words="知道了", at=NOW)
        sent(tmp_path, penalty(1, basis="《中华人民共和国价格法》第四十条", document=f"价〔2026〕{n}号"), at=NOW)

    at = later(minutes=5)
    asked: Sequence[Callable[[], list[Any]]] = (
        lambda: platform_acts(PLATFORM, known_at=at), lambda: neglects_owing(MARKET, known_at=at), lambda: firms_filed(known_at=at),
        lambda: firms_said(firms_accessible(MARKET, known_at=at), known_at=at), lambda: associations_shown(["guild", "club"], known_at=at),
        lambda: price_cases(known_at=at),
    )  # fmt: skip
    one_more(0)
    before = [(queries_of(each), len(each())) for each in asked]
    for n in (1, 2):
        one_more(n)
    after = [(queries_of(each), len(each())) for each in asked]
    assert [n for n, _ in before] == [n for n, _ in after]
    assert [n for _, n in before] == [1, 2, 1, 1, 2, 1] and [n for _, n in after] == [3, 6, 3, 3, 2, 3]
    assert text_of(Client().get("/prices.csv")).count("价〔2026〕") == 3
    market, guild = at_desk("market"), at_desk("guild", "association-officer")
    for browser, path in (
        (market, "/desk/circles"),
        (market, "/desk/firms"),
        (guild, "/desk/association"),
        (guild, "/desk/association/acts"),
    ):
        browser.get(path)
        shown = queries_of(partial(browser.get, path))
        assert shown <= 30, (path, shown)
