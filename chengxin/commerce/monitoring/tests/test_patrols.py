"""Patrols: drawn so that anybody can check it or for a written reason, seen item by item, answered by the merchant, and no record."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.rules import StepUnknown
from chengxin.commerce.merchants.models import Ticket, TicketStep
from chengxin.commerce.merchants.selectors import law_of, own_shops, tickets_open
from chengxin.commerce.merchants.services.ticketing import merchants_review, ticket_decide
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop, stall
from chengxin.commerce.monitoring import rules, services
from chengxin.commerce.monitoring.models import Finding, Patrol
from chengxin.commerce.monitoring.rules import Seen
from chengxin.commerce.monitoring.selectors import monitoring_counted, patrols_own, plans_public
from chengxin.commerce.monitoring.services import Chosen
from chengxin.inspections.rules import InspectorUnfit
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from tests.people import DIVISION
from tests.people import number as citizen
from tests.world import NOW, TODAY, code, later

pytestmark = pytest.mark.django_db
MARKET, OTHER, ABOVE = Asker("market", "department"), Asker("finance", "department"), Asker("above", "supervisor")
PLAN: dict[str, Any] = {
    "title": "网店信用巡查", "title_en": "Patrol of shops", "checklist": "patrol-items", "count": 3, "document": "云市监巡〔2026〕1号", "digest": digest(1),
    "platform": PLATFORM,
}  # fmt: skip
SEED = "a-seed-of-the-department-s-own"
FALSE = "false-marketing"


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    cache.clear()
    platform_add()
    for key, title in (("market", "云川市市场监督管理局"), ("finance", "云川市商务局")):
        actor_add(key=key, kind="department", title=title, by="operator", at=NOW)
    done = filed(*(shop(n) for n in range(1, 9)), stall(1))
    assert not done.refused, done


def seen(*unmet: str, checklist: str = "patrol-items") -> list[Seen]:
    law = law_of(TODAY)
    return [
        Seen(item, "unmet", "首页未见该项内容", digest(9), FALSE) if item in unmet else Seen(item, "met", "", digest(8))
        for item in law.code_lists[checklist].choices
    ]


def stated(n: int = 1, **changes: Any) -> str:
    """The patrol of the n-th shop for a complaint."""
    chosen = Chosen(PLATFORM, f"s{n}", "complaint", "20261121-000007", "投诉称首页不公示执照")
    plan = services.plan_state_reasons(
        title="投诉核查", checklist="patrol-items", shops=[chosen], document="云市监巡〔2026〕2号", digest=digest(2), asker=MARKET, at=NOW, **changes
    )  # fmt: skip
    return str(plan["shops"][0]["number"])


def looked(number: str, *unmet: str, days: int = 1) -> dict[str, Any]:
    return services.patrol_look(
        number=number, officer="YC-017", seen_on=TODAY, seen=seen(*unmet), asker=MARKET, at=later(days=days)
    )


def mine(n: int = 1, at: Any = NOW) -> Any:
    return own_shops([], [code(n)], known_at=at)


def test_whoever_knows_the_seed_can_tell_which_shops_were_drawn_and_neither_side_chooses() -> None:
    made = services.plan_draw_from(**PLAN, seed_hash=rules.seed_hash(SEED), asker=MARKET, at=NOW)
    assert (made.size, made.seed) == (9, "") and not Patrol.objects.exists()
    with pytest.raises(rules.PlanOpen):
        services.plan_draw_from(**PLAN, asker=MARKET, at=NOW)
    with pytest.raises(rules.PlanUnfit, match="seed"):
        services.plan_reveal(number=made.number, seed="another-seed-altogether", asker=MARKET, at=later(hours=1))
    filed(shop(20), at=later(hours=1))  # what is filed since changes nothing
    plan = services.plan_reveal(number=made.number, seed=SEED, asker=MARKET, at=later(hours=2))
    names = [*(f"s{n}" for n in range(1, 9)), "p1"]
    lowest = sorted((rules.rank(SEED, made.salt, PLATFORM, name), name) for name in names)[:3]
    assert sorted((p["rank"], p["shop"]) for p in plan["shops"]) == lowest and plan["threshold"] == lowest[-1][0]
    assert {p["reason"] for p in plan["shops"]} == {"drawn"} and plan["state"] == "drawn"
    assert rules.population_digest([(PLATFORM, name) for name in names], made.salt) == made.population_digest
    with pytest.raises(rules.PlanUnfit):
        services.plan_reveal(number=made.number, seed=SEED, asker=MARKET, at=later(hours=3))


def test_closed_shops_and_other_goods_are_not_drawn_from_and_the_latest_version_counts() -> None:
    filed(shop(1, closed_on="2026-11-20"), shop(2, categories="food"), at=later(hours=1))
    filed(shop(3, categories="food"), at=later(hours=1))
    filed(shop(3), at=later(hours=2))
    whole = [(PLATFORM, name) for name in ("p1", *(f"s{n}" for n in range(2, 9)))]
    for more, expected in (({"platform": ""}, whole), ({"category": "food"}, [(PLATFORM, "s2")])):
        made = services.plan_draw_from(**{**PLAN, **more}, asker=MARKET, at=later(hours=3))
        assert made.size == len(expected) and made.population_digest == rules.population_digest(expected, made.salt)
        drawn = services.plan_reveal(number=made.number, seed=made.seed, asker=MARKET, at=later(hours=4))
        assert len(drawn["shops"]) == min(3, len(expected))


def test_a_draw_in_parts_is_the_draw_of_the_whole() -> None:
    shops = [(platform, f"s{n:04d}") for platform in ("a", "b") for n in range(700)]
    parts = [(platform, [shop for of, shop in shops[at : at + 100] if of == platform]) for at in range(0, 1400, 100) for platform in ("a", "b")]  # fmt: skip
    digest_, drawn = rules.shops_drawn(parts, seed=SEED, salt="salt", count=9)
    ranked = sorted((rules.rank(SEED, "salt", *each), *each) for each in shops)[:9]
    assert [(each.rank, each.platform, each.shop) for each in drawn] == ranked
    assert rules.population_counted(parts, "salt") == (1400, digest_)
    assert digest_ == rules.population_digest(reversed(shops), "salt")


def test_a_plan_is_abandoned_in_public_and_the_public_sees_no_shop() -> None:
    made = services.plan_draw_from(**PLAN, asker=MARKET, at=NOW)
    services.plan_abandon(number=made.number, reason="种子遗失", asker=MARKET, at=NOW)
    again = services.plan_draw_from(**PLAN, asker=MARKET, at=NOW)
    services.plan_reveal(number=again.number, seed=again.seed, asker=MARKET, at=later(hours=1))
    drawn, abandoned = plans_public(known_at=later(hours=2))
    assert abandoned["reason"] == "种子遗失" and drawn["patrols"] == 3
    assert drawn["seed"] == drawn["threshold"] == ""  # else a shop could tell that it is to be visited
    for patrol in Patrol.objects.order_by("pk"):
        services.patrol_step(number=patrol.number, to="undone", words="店铺已关闭", asker=MARKET, at=later(hours=2))
    over = plans_public(known_at=later(hours=3))[0]
    assert over["seed"] == again.seed and len(over["threshold"]) == 64
    written = str((drawn, abandoned))
    assert (
        not any(f"'{name}'" in written for name in [*(f"s{n}" for n in range(1, 9)), "p1"]) and code(1) not in written
    )


def test_no_shop_is_patrolled_without_chance_or_a_written_reason() -> None:
    for wrong in ({"reason": "drawn"}, {"reason": "high-risk"}):
        with pytest.raises(rules.PlanUnfit):
            services.plan_state_reasons(
                title="x", checklist="patrol-items", shops=[Chosen(PLATFORM, "s1", wrong["reason"], "x", "x")], document="x", digest=digest(1),
                asker=MARKET, at=NOW,
            )  # fmt: skip
    patrol = Patrol.objects.get(pk=rules.number_fit(stated()))
    with pytest.raises(IntegrityError, match="drawn_or_reasoned"), transaction.atomic():
        Patrol.objects.create(
            plan=patrol.plan, platform=PLATFORM, shop="s2", reason="complaint", at=NOW, on=TODAY, by="market", lawbook_digest=""
        )  # fmt: skip
    with pytest.raises(rules.NotInCharge):
        services.plan_draw_from(**PLAN, asker=Asker(PLATFORM, "platform"), at=NOW)


def test_what_was_seen_is_a_fact_of_each_item_with_its_capture_officer_and_day() -> None:
    number = stated()
    with pytest.raises(rules.FindingUnfit, match="each of these"):
        services.patrol_look(number=number, officer="YC-017", seen_on=TODAY, seen=seen()[1:], asker=MARKET, at=NOW)
    nothing = ("unmet", "", digest(9), FALSE), ("unmet", "未见", digest(9)), ("met",), ("bad", "", digest(9))
    for wrong in (Seen("licence-shown", *each) for each in nothing):
        with pytest.raises(Refusal):
            services.patrol_look(number=number, officer="YC-017", seen_on=TODAY, seen=[wrong, *seen()[1:]], asker=MARKET, at=NOW)  # fmt: skip
    with pytest.raises(InspectorUnfit):
        services.patrol_look(number=number, officer=citizen(1), seen_on=TODAY, seen=seen(), asker=MARKET, at=NOW)
    with pytest.raises(rules.FindingUnfit):
        services.patrol_look(number=number, officer="YC-017", seen_on=date(2026, 12, 1), seen=seen(), asker=MARKET, at=NOW)  # fmt: skip
    with pytest.raises(rules.MonitoringUnknown):
        services.patrol_look(number=number, officer="YC-017", seen_on=TODAY, seen=seen(), asker=OTHER, at=NOW)
    shown = looked(number, "licence-shown")
    assert (shown["state"], shown["unmet"]) == ("looked", 1)
    (unmet,) = [f for f in shown["findings"] if f["result"] == "unmet"]
    assert (
        "第15条" in unmet["article"]
        and unmet["misconduct_title"] == "虚假宣传、虚假广告"
        and unmet["officer"] == "YC-017"
    )
    assert looked(stated(2))["state"] == "clear"
    held = services.patrol_read(number=number, asker=MARKET, at=NOW)["held"]
    assert held["code"] == code(1) and held["state"]


def test_the_merchant_sees_what_was_seen_and_answers_before_anything_is_gone_on_with() -> None:
    number = stated()
    assert patrols_own(mine(), known_at=NOW) == ([], False)
    looked(number, "licence-shown")
    with pytest.raises(StepUnknown):
        services.patrol_follow(number=number, items=["licence-shown"], words="见所见", asker=MARKET, at=later(days=1))
    ((own,), _) = patrols_own(mine(), known_at=later(days=1))
    assert own["number"] == number and own["reason"] == "complaint" and own["reference"] == "" and own["words"] == ""
    assert not patrols_own(mine(2), known_at=later(days=1))[0]
    with pytest.raises(rules.MonitoringUnknown):
        services.patrol_answer(number=number, shops=mine(2), words="不是我们", at=later(days=2))
    services.patrol_answer(number=number, shops=mine(), words="已经补充公示。", at=later(days=2))
    shown = services.patrol_follow(
        number=number, items=["licence-shown"], words="答复后仍未公示", asker=MARKET, at=later(days=3)
    )
    ticket = Ticket.objects.get(pk=shown["findings"][0]["ticket"])
    assert ticket.finding == "patrol-unmet" and number in ticket.words and shown["state"] == "followed"
    assert not Record.objects.exists()


def test_a_ticket_of_an_officer_s_is_closed_by_a_regulator_and_by_no_file() -> None:
    number = stated()
    looked(number, "licence-shown", "price-marked")
    services.patrol_answer(number=number, shops=mine(), words="正在整改。", at=later(days=2))
    shown = services.patrol_follow(
        number=number, items=["licence-shown"], leads={"price-marked": "20261125-000003"}, words="发出工单并移送", asker=MARKET, at=later(days=3)
    )  # fmt: skip
    assert {f["item"]: (bool(f["ticket"]), f["lead"]) for f in shown["findings"] if f["result"] == "unmet"} == {
        "licence-shown": (True, ""),
        "price-marked": (False, "20261125-000003"),
    }
    assert all(f["lead"] == "" for f in patrols_own(mine(), known_at=later(days=3))[0][0]["findings"])
    merchants_review(platform=PLATFORM, by=PLATFORM, at=later(days=4))
    ticket = Ticket.objects.get()
    assert tickets_open(Ticket.objects.all(), known_at=later(days=5)).exists()
    ticket_decide(ticket=ticket.pk, kind="settled", words="已改正", asker=MARKET, at=later(days=5))
    assert TicketStep.objects.get().kind == "settled"


def test_silence_admits_nothing_and_a_department_that_is_late_ends_it() -> None:
    number = stated()
    looked(number, "licence-shown")
    assert services.patrol_read(number=number, asker=ABOVE, at=later(days=12))["state"] == "silent"
    assert services.patrol_read(number=number, asker=MARKET, at=later(days=60))["state"] == "lapsed"
    with pytest.raises(StepUnknown):
        services.patrol_follow(number=number, items=["licence-shown"], words="x", asker=MARKET, at=later(days=60))
    other = stated(2)
    assert services.patrol_step(number=other, to="undone", words="店铺已关闭", asker=MARKET, at=later(days=2))["final"]
    third = stated(3)
    looked(third, "tying-marked")
    services.patrol_answer(number=third, shops=mine(3), words="已经改正。", at=later(days=14))  # late, and still taken
    assert services.patrol_step(number=third, to="dropped", words="已改正", asker=MARKET, at=later(days=15))["state"] == "dropped"  # fmt: skip


def test_what_is_counted_names_kinds_and_nobody() -> None:
    looked(stated(), "licence-shown", "price-marked")
    counted = monitoring_counted(TODAY, TODAY, known_at=later(days=2))
    assert counted["patrols"] == 1 and {each["key"]: each["count"] for each in counted["misconduct"]} == {FALSE: 2}
    assert [each["key"] for each in counted["unmet_items"]] == ["licence-shown", "price-marked"]
    assert code(1) not in str(counted) and "s1" not in str(counted)
    assert monitoring_counted(date(2001, 1, 1), date(2002, 1, 1), known_at=later(days=2))["patrols"] == 0


def test_every_step_and_reading_is_in_the_ledger_and_nobody_stands_in_a_patrol() -> None:
    number = stated()
    looked(number, "licence-shown")
    services.patrols_read(asker=MARKET, at=NOW)
    events = set(Entry.objects.filter(event__startswith="monitoring.").values_list("event", flat=True))
    assert {"monitoring.plan.published", "monitoring.patrol.stepped", "monitoring.patrols.read"} <= events
    with pytest.raises(Refusal):
        services.patrol_answer(number=number, shops=mine(), words=f"店主是{citizen(3)}", at=later(days=2))
    finding = Finding.objects.first()
    assert finding is not None
    with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
        Finding.objects.create(
            patrol=finding.patrol, item="x", result="not-applicable", facts=citizen(3), officer="1", seen_on=TODAY, at=NOW, by="market"
        )  # fmt: skip
