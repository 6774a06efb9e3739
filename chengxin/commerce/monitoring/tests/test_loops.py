"""A risk followed as one file: each stage by a fact, an authority and a document; the merchant heard; other regions asked, and answering."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.commerce.merchants.selectors import own_shops
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop, stall
from chengxin.commerce.monitoring import rules, services
from chengxin.commerce.monitoring.models import LoopFact
from chengxin.commerce.monitoring.selectors import loops_own, monitoring_counted
from chengxin.commerce.trails.services import capturing
from chengxin.commerce.trails.tests.events import gtin, lot
from chengxin.commerce.trails.tests.test_capturing import captured
from chengxin.commerce.trails.tests.test_reading import whole_way
from chengxin.commerce.warnings.tests.grounds import recalled, sampled
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from tests.people import DIVISION
from tests.people import number as citizen
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET, AFAR, OTHER = Asker("market", "department"), Asker("afar", "department"), Asker("finance", "department")
BY: dict[str, Any] = {"document": "云市监函〔2026〕8号", "digest": digest(8)}
SIGN: dict[str, Any] = {
    "title": "儿童水杯风险", "reason": "failed-sampling", "reference": "云川市监抽〔2026〕001号", "facts": "抽检检出邻苯二甲酸酯超标。", "goods": lot(5, "F"),
    "platform": PLATFORM, "shop": "s1", **BY,
}  # fmt: skip


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    cache.clear()
    platform_add()
    for key, title in (
        ("market", "云川市市场监督管理局"),
        ("afar", "远山市市场监督管理局"),
        ("finance", "云川市商务局"),
    ):
        actor_add(key=key, kind="department", title=title, by="operator", at=NOW)
    filed(shop(1), shop(2), stall(1))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def opened(**changes: Any) -> str:
    return str(services.loop_open(**{**SIGN, "asker": MARKET, "at": NOW, **changes})["number"])


def stepped(number: str, to: str, days: int = 1, **said: Any) -> dict[str, Any]:
    return services.loop_step(number=number, to=to, asker=MARKET, at=later(days=days), **{"words": f"见文书（{to}）", **BY, **said})  # fmt: skip


def linked(number: str, deed: str, kind: str, reference: Any, days: int = 1) -> dict[str, Any]:
    return services.loop_fact(
        number=number, deed=deed, kind=kind, reference=str(reference), asker=MARKET, at=later(days=days)
    )


def heard(number: str) -> str:
    for to in ("unsampled", "untraced", "heard"):
        stepped(number, to)
    return number


def goods_moved() -> None:
    """The flour that became a piece which the shop sold, as the trails' own tests tell it."""
    for key, kind in (("mill", "platform"), ("shop", "service-firm")):
        actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(5), kind="food", actor="mill", title="面粉", by="mill", at=NOW)
    captured(*whole_way())


def mine(n: int = 1, at: Any = NOW) -> Any:
    return own_shops([], [code(n)], known_at=at)


def test_a_loop_goes_from_its_sign_to_its_end_each_stage_by_a_fact_an_authority_and_a_document(files: Path) -> None:
    goods_moved()
    record = sampled(files)
    number = opened()
    with pytest.raises(StepLacks, match="sampling"):
        stepped(number, "sampled")
    linked(number, "sampling", "sampling-record", record)
    stepped(number, "sampled")
    with pytest.raises(StepLacks, match="search back"):
        stepped(number, "traced", 2)
    found = services.loop_search(number=number, goods=lot(5, "F"), asker=MARKET, at=later(days=2))
    (search,) = [e for e in found["timeline"] if e.get("fact") == "backward-search"]
    assert len(search["digest"]) == 64 and "个事件" in search["words"]
    stepped(number, "traced", 2)
    with pytest.raises(StepUnknown):  # nothing is handled before the merchant was told and heard
        stepped(number, "handled", 2)
    assert not loops_own(mine(), [code(1)], known_at=later(days=2))[0]
    stepped(number, "heard", 3)
    services.loop_answer(number=number, shops=mine(), codes=[], words="该批次已下架。", at=later(days=4))
    with pytest.raises(StepLacks, match="handled"):
        stepped(number, "handled", 5)
    linked(number, "handling", "recall", recalled(), 5)
    stepped(number, "handled", 5)
    asked = services.referral_make(
        loop=number, department="afar", role="producer", words="请查明生产者的同批次产品。", document="云市监协〔2026〕1号", digest=digest(9), asker=MARKET,
        at=later(days=6),
    )  # fmt: skip
    stepped(number, "linked", 6)
    with pytest.raises(StepLacks, match="answered"):
        stepped(number, "closed", 7)
    services.referral_step(number=asked["number"], to="acknowledged", words="", asker=AFAR, at=later(days=7))
    with pytest.raises(StepLacks):
        services.referral_step(number=asked["number"], to="reported", words="已查", asker=AFAR, at=later(days=8))
    report = {"words": "已责令停产整改。", "document": "远市监函〔2026〕2号", "digest": digest(7)}
    services.referral_step(number=asked["number"], to="reported", **report, asker=AFAR, at=later(days=8))
    closed = stepped(number, "closed", 9)
    assert closed["state"] == "closed"
    line = [(e["kind"], e.get("to") or e.get("fact") or "") for e in closed["timeline"]]
    assert line == [
        ("step", "monitored"), ("fact", "sampling-record"), ("step", "sampled"), ("fact", "backward-search"), ("step", "traced"), ("step", "heard"),
        ("step", "replied"), ("fact", "recall"), ("step", "handled"), ("request", ""), ("step", "linked"), ("request-step", "acknowledged"),
        ("request-step", "reported"), ("step", "closed"),
    ]  # fmt: skip
    for each in closed["timeline"]:
        assert each["who"] and each["on"]
        assert each["kind"] != "step" or each["doer"] == "subject" or each["document"] and each["article"]
    assert not Record.objects.exclude(pk=record).exists()  # the file itself is no record


def test_the_merchant_reads_the_file_in_one_line_with_its_own_words_and_not_who_complained() -> None:
    number = opened(reason="complaint", reference="20261120-000009", facts="消费者称水杯有异味。")
    linked(number, "handling", "complaint", "20261120-000009")
    heard(number)
    services.referral_make(loop=number, department="afar", role="producer", words="请查明甲厂。", **BY, asker=MARKET, at=later(days=2))  # fmt: skip
    services.loop_answer(number=number, shops=[], codes=[code(1)], words="愿意配合。", at=later(days=3))
    ((own,), _) = loops_own(mine(), [], known_at=later(days=3))
    assert own["replies"] == [{"on": later(days=3).date(), "words": "愿意配合。"}] and own["state"] == "replied"
    written = str(own)
    assert (
        "20261120-000009" not in written and "异味" not in written and "甲厂" not in written and "远山市" not in written
    )
    assert [e["role_title"] for e in own["timeline"] if e["kind"] == "request"] == ["生产者"]
    assert [bool(e["words"]) for e in own["timeline"] if e["kind"] == "step"] == [False, False, False, True, True]
    for shops, codes in ((mine(2), [code(2)]), ([], [""]), ([], [])):
        assert not loops_own(shops, codes, known_at=later(days=3))[0]
        with pytest.raises(rules.MonitoringUnknown):
            services.loop_answer(number=number, shops=shops, codes=codes, words="x", at=later(days=3))
    with pytest.raises(Refusal):
        services.loop_answer(number=number, shops=mine(), codes=[], words=f"找{citizen(4)}", at=later(days=3))


def test_a_number_that_is_only_stated_shows_no_stage_and_a_wrong_one_is_refused(files: Path) -> None:
    number = heard(opened())
    linked(number, "handling", "lead", "20261120-000009")
    services.loop_answer(number=number, shops=mine(), codes=[], words="答复", at=later(days=1))
    with pytest.raises(StepLacks):
        stepped(number, "handled", 2)
    wrong = {"ticket": 99, "recall": 1, "warning": "20261122-000001", "patrol": "x", "lead": "abc", "sampling-record": 1, "brushing": 1, "backward-search": "x"}  # fmt: skip
    for kind, reference in wrong.items():
        with pytest.raises(rules.LoopUnfit):
            linked(number, "handling", kind, reference)
    sent(files, penalty(2), by="market", at=NOW)
    with pytest.raises(rules.LoopUnfit):  # another firm's
        linked(number, "handling", "penalty-record", Record.objects.get().pk)
    assert LoopFact.objects.count() == 1


def test_the_merchant_is_told_by_letter_where_the_register_knows_it(files: Path) -> None:
    sent(files, penalty(1), by="market", at=NOW)
    number = heard(opened())
    assert Notice.objects.filter(about__startswith=f"loop:{number}").count() == 1
    linked(number, "handling", "penalty-record", Record.objects.get().pk)
    services.loop_answer(number=number, shops=[], codes=[code(1)], words="接受处理。", at=later(days=1))
    assert stepped(number, "handled", 2)["state"] == "handled"
    assert stepped(number, "closed", 3)["state"] == "closed"  # no other region is concerned
    assert Notice.objects.filter(about__startswith=f"loop:{number}").count() == 3
    read = Entry.objects.filter(event="monitoring.loop.read", subject__isnull=False)
    services.loop_read(number=number, asker=MARKET, at=later(days=3))
    assert read.count() == 1


def test_silence_admits_nothing_and_what_is_not_gone_on_with_ends() -> None:
    number = heard(opened())
    assert services.loop_read(number=number, asker=MARKET, at=later(days=12))["state"] == "silent"
    assert services.loop_read(number=number, asker=MARKET, at=later(days=90))["state"] == "lapsed"
    with pytest.raises(rules.LoopUnfit):
        linked(number, "handling", "lead", "20261120-000009", 90)
    assert services.loop_read(number=opened(), asker=MARKET, at=later(days=90))["state"] == "lapsed"
    assert stepped(opened(shop="p1", code=""), "dropped")["final"]


def test_another_region_acknowledges_reports_or_returns_and_sees_its_request_alone() -> None:
    number = opened()
    ask: dict[str, Any] = {
        "loop": number,
        "department": "afar",
        "words": "请协助查明仓储批次。",
        **BY,
        "asker": MARKET,
        "at": NOW,
    }
    first, second = (services.referral_make(role=role, **ask)["number"] for role in ("warehouse", "platform"))
    assert Notice.objects.filter(about__startswith="linkage:").count() == 2
    for wrong in ({"department": "market"}, {"department": PLATFORM}, {"role": "friend"}):
        with pytest.raises(rules.LoopUnfit):
            services.referral_make(**{**ask, "role": "producer", **wrong})
    with pytest.raises(rules.MonitoringUnknown):
        services.loop_read(number=number, asker=AFAR, at=NOW)
    assert {each["number"] for each in services.referrals_read(asker=AFAR, at=NOW)} == {first, second}
    assert not services.referrals_read(asker=OTHER, at=NOW) and not services.referrals_read(asker=Asker(PLATFORM, "platform"), at=NOW)  # fmt: skip
    with pytest.raises(StepUnknown):
        services.referral_step(number=first, to="acknowledged", words="", asker=MARKET, at=NOW)
    assert services.referral_read(number=first, asker=MARKET, at=later(days=8))["state"] == "unread"
    assert services.referral_step(number=first, to="acknowledged", words="", asker=AFAR, at=later(days=8))["state"] == "acknowledged"  # fmt: skip
    assert services.referral_read(number=first, asker=AFAR, at=later(days=60))["state"] == "late"
    late = services.referral_step(number=first, to="reported", words="仓库已封存。", **BY, asker=AFAR, at=later(days=60))  # fmt: skip
    assert late["state"] == "reported" and [s["to"] for s in late["steps"]] == ["told", "unread", "acknowledged", "late", "reported"]  # fmt: skip
    back = services.referral_step(number=second, to="returned", words="不属本局职权。", asker=AFAR, at=later(days=1))
    assert back["final"] and back["goods"] == SIGN["goods"]


def test_a_risk_has_a_reason_and_is_about_a_shop_or_a_unit_that_is_held() -> None:
    for wrong in ({"reason": "drawn"}, {"reason": "risk-score"}, {"platform": "", "shop": ""}, {"code": code(5)}, {"title": citizen(2)}, {"digest": ""}):  # fmt: skip
        with pytest.raises(Refusal):
            opened(**wrong)
    with pytest.raises(rules.NotInCharge):
        opened(asker=Asker(PLATFORM, "platform"))
    opened()
    counted = monitoring_counted(TODAY, TODAY, known_at=NOW)
    assert counted["loops"] == 1 and [each["key"] for each in counted["loop_reasons"]] == ["failed-sampling"]
