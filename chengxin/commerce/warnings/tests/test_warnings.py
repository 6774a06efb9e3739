"""A consumer warning's life: what it may rest on, heard first, published, pushed, acknowledged, taken back as plainly; never a person in it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.commerce.merchants.tests.stalls import PLATFORM, SELLER, SELLER_NUMBER, filed, platform_add, shop, stall
from chengxin.commerce.trails.services import capturing, recalling
from chengxin.commerce.trails.tests.events import gtin
from chengxin.commerce.warnings import rules, services
from chengxin.commerce.warnings.models import Warning, WarningPush, WarningReceipt, WarningStep
from chengxin.commerce.warnings.selectors import (
    warning_file,
    warning_numbered,
    warning_public,
    warning_shown,
    warning_state,
    warnings_public,
)
from chengxin.commerce.warnings.tests.grounds import (
    ITSELF,
    MARKET,
    SECOND,
    UNTIL,
    WORDS,
    drafted,
    entry,
    published,
    recalled,
    sampled,
)
from chengxin.ledger.models import Entry
from chengxin.records.services.events import record_dispute, record_end, record_settle, record_withdraw
from tests.people import DIVISION, name
from tests.world import NOW, OPERATOR, code, everything, later, penalty, sent

pytestmark = pytest.mark.django_db
MILL = "mill"


@pytest.fixture(autouse=True)
def world(settings: LazySettings, tmp_path: Path) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    actor_add(key="bureau", kind="department", title="云川市另一个局", by="operator", at=NOW)
    actor_add(key=MILL, kind="platform", title="云川面粉厂", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(5), kind="food", actor=MILL, title="面粉", by=MILL, at=NOW)


def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def record(tmp_path: Path) -> int:
    return entry(folder(tmp_path))


def stepped(number: str, to: str, words: str = "理由", at: Any = NOW, asker: Asker = MARKET) -> services.WarningResult:
    return services.warning_step(number=number, to=to, words=words, asker=asker, at=at)


# --- grounds -------------------------------------------------------------------------------------------------------------


def test_a_draft_rests_on_an_entry_in_force_and_names_its_unit(record: int) -> None:
    done = drafted(record)
    assert (done.step, done.state, done.until) == ("drafted", "unpublished", UNTIL)
    found = warning_numbered(done.number)
    assert (found.code, found.name) == (code(1), "云川市甲1号商贸有限公司")
    shown = warning_file(found, known_at=NOW)
    assert shown["ground_key"] == f"record:{record}" and shown["list_key"] == "abnormal-operations"
    assert "企业信息公示暂行条例" in shown["article"] and shown["document"]


def test_a_draft_rests_on_a_failed_sampling_result_alone(tmp_path: Path) -> None:
    failed = sampled(folder(tmp_path))
    assert warning_numbered(drafted(failed, ground="sampling").number).goods == "甲牌儿童水杯"
    passed = sampled(folder(tmp_path), 2, 检验结果="合格", 不合格项目="")
    for other in (passed, entry(folder(tmp_path))):
        with pytest.raises(rules.WarningGroundUnfit):
            drafted(other, ground="sampling")


def test_a_draft_rests_on_a_recall_under_way() -> None:
    recall = recalled()
    words = {**WORDS, "goods": "", "goods_en": ""}
    found = warning_numbered(drafted(0, ground="recall", recall=recall, said=words).number)
    assert (found.name, found.goods, found.code) == ("云川面粉厂", "面粉", "")
    recalling.recall_step(recall=recall, to="withdrawn", reasons="误判", asker=Asker("market", "department"), at=NOW)
    with pytest.raises(rules.WarningGroundUnfit):
        drafted(0, ground="recall", recall=recall)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ground": "rumour"}, rules.WarningGroundUnfit),
        ({"record": 1}, rules.WarningGroundUnfit),
        ({"record": None}, rules.WarningGroundUnfit),
        ({"list_key": "honours"}, rules.WarningGroundUnfit),
        ({"list_key": ""}, rules.WarningGroundUnfit),
        ({"list_key": "serious-dishonesty"}, rules.WarningGroundUnfit),
        ({"asker": Asker("bureau", "department")}, rules.WarningNotYours),
        ({"asker": ITSELF}, rules.WarningNotYours),
        ({"asker": Asker("centre", "credit-centre")}, rules.WarningNotYours),
        ({"until": date(2026, 11, 22)}, rules.WarningTermUnfit),
        ({"until": date(2027, 5, 22)}, rules.WarningTermUnfit),
    ],
)
def test_a_draft_is_refused_without_a_ground_of_its_own(
    record: int, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        drafted(**{"record": record, **changes})
    assert not Warning.objects.exists()


def test_a_ground_under_objection_carries_no_draft_and_no_publication(record: int) -> None:
    number = drafted(record).number
    stepped(number, "heard")
    record_dispute(record=record, by="public", at=later(minutes=1), grounds="有误")
    with pytest.raises(rules.WarningGroundUnfit):
        drafted(record, at=later(hours=1))
    after = later(days=10)
    with pytest.raises(rules.WarningGroundUnfit):
        stepped(number, "published", at=after)
    record_settle(record=record, by="market", at=after, outcome="upheld")
    assert stepped(number, "published", at=after).state == "published"


# --- no natural person ---------------------------------------------------------------------------------------------------


def test_no_natural_person_is_in_any_warning(tmp_path: Path) -> None:
    """An individual's shop is named by the platform's name for it; neither the seller nor a unit's people ever are."""
    sent(folder(tmp_path), penalty(1))
    filed(shop(1), stall(1))
    failed = sampled(folder(tmp_path))
    number = published(failed, ground="sampling", platform=PLATFORM, shop="p1")
    told = warning_public(number, known_at=later(hours=2))
    assert told["shop_title"] == "山里小铺1" and told["code"] == code(1)
    kept = repr([told, list(Warning.objects.values()), list(WarningStep.objects.values())])
    assert SELLER not in kept and SELLER_NUMBER not in kept
    for person in (SELLER, SELLER_NUMBER):
        said = {**WORDS, "facts": f"店主{person}销售"}
        with pytest.raises(rules.WarningNamesPerson):
            drafted(failed, ground="sampling", platform=PLATFORM, shop="p1", said=said)
    with pytest.raises(rules.WarningNamesPerson):
        drafted(failed, ground="sampling", platform=PLATFORM, shop="s1", said={**WORDS, "facts": f"负责人{name(2)}"})
    with pytest.raises(rules.WarningShopUnfit):
        drafted(entry(folder(tmp_path)), platform=PLATFORM, shop="p1")
    assert name(2) not in everything()


def test_the_database_itself_takes_no_citizen_number(record: int) -> None:
    found = warning_numbered(drafted(record).number)
    row = {f.name: getattr(found, f.name) for f in Warning._meta.fields if f.name != "id"}
    for field in ("name", "facts", "advice_en", "shop_title"):
        with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
            Warning.objects.create(**{**row, field: f"某人{SELLER_NUMBER}"})
    with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
        WarningStep.objects.create(
            warning=found,
            number=9,
            to="replied",
            doer="subject",
            by="public",
            at=NOW,
            on=NOW.date(),
            words=SELLER_NUMBER,
        )
    with pytest.raises(IntegrityError, match="ends"), transaction.atomic():
        Warning.objects.create(**{**row, "until": found.opened_on})


def test_another_unit_s_shop_is_not_named(record: int, tmp_path: Path) -> None:
    sent(folder(tmp_path), penalty(1), penalty(2))
    filed(shop(1), shop(2))
    assert warning_numbered(drafted(record, platform=PLATFORM, shop="s1").number).shop_title == "甲1号旗舰店"
    with pytest.raises(rules.WarningShopUnfit):
        drafted(record, platform=PLATFORM, shop="s2")


# --- heard first ---------------------------------------------------------------------------------------------------------


def test_the_merchant_is_heard_before_a_warning_is_published(record: int) -> None:
    number = drafted(record).number
    with pytest.raises(StepUnknown):
        stepped(number, "published")
    told = stepped(number, "heard", "")
    assert told.last_day == date(2026, 11, 27) and told.key
    letter = Notice.objects.get(about=f"warning:{number}")
    assert letter.subject_id == warning_numbered(number).subject_id
    with pytest.raises(StepUnknown):
        stepped(number, "published", at=later(days=5))
    assert services.warning_reply(number=number, key=told.key, words="已整改。", at=later(days=2)).step == "replied"
    with pytest.raises(StepLacks):
        stepped(number, "published", "", at=later(days=2))
    done = stepped(number, "published", at=later(days=2))
    assert (done.state, done.told) == ("published", 2)
    assert [r["words"] for r in warning_public(number, known_at=later(days=2))["replies"]] == ["已整改。"]
    events = Entry.objects.filter(object=f"warning:{number}").order_by("pk").values_list("event", flat=True)
    assert [e for e in events if e.startswith("warnings.")] == ["warnings.warning.stepped"] * 4 + [
        "warnings.warning.pushed"
    ]


def test_silence_lets_a_warning_be_published_after_the_clock_and_no_longer_than_the_next(record: int) -> None:
    number = drafted(record).number
    stepped(number, "heard", "")
    assert stepped(number, "published", at=later(days=6)).state == "published"
    steps = warning_numbered(number).steps.order_by("number").values_list("to", flat=True)
    assert list(steps) == ["drafted", "heard", "silent", "published"]
    other = drafted(record).number
    stepped(other, "heard", "")
    with pytest.raises(StepUnknown):
        stepped(other, "published", at=later(days=40))
    assert warning_file(warning_numbered(other), known_at=later(days=40))["step"] == "lapsed"


def test_a_reply_wants_number_and_key_and_stands_beside_the_warning_always(record: int) -> None:
    number = drafted(record).number
    key = stepped(number, "heard", "").key
    for wrong in ((number, "x"), ("20261122-999999", key), (drafted(record).number, key)):
        with pytest.raises(rules.WarningKeyWrong):
            services.warning_reply(number=wrong[0], key=wrong[1], words="答复", at=NOW)
    stepped(number, "published", at=later(days=6))
    for words in ("第一次", "第二次"):
        services.warning_reply(number=number, key=key, words=words, at=later(days=7))
    assert [r["words"] for r in warning_public(number, known_at=later(days=7))["replies"]] == ["第一次", "第二次"]
    with pytest.raises(rules.WarningNamesPerson):
        services.warning_reply(number=number, key=key, words="电话13912345678", at=later(days=7))
    stepped(number, "withdrawn", at=later(days=8))
    assert len(warning_public(number, known_at=later(days=8))["replies"]) == 2


def test_danger_to_life_is_published_at_once_by_two_with_the_reply_after(record: int) -> None:
    number = drafted(record).number
    for asker, at in ((MARKET, NOW), (Asker("market", "department", client=3), NOW), (SECOND, later(hours=73))):
        with pytest.raises(rules.WarningSecondWanted):
            services.warning_urgent(number=number, words="可致窒息", asker=asker, at=at)
    with pytest.raises(StepLacks):
        services.warning_urgent(number=number, words="", asker=SECOND, at=NOW)
    done = services.warning_urgent(number=number, words="可致窒息", asker=SECOND, at=NOW)
    assert (done.step, done.state, done.told) == ("urgent", "published", 2) and done.last_day == date(2026, 11, 27)
    told = warning_public(number, known_at=NOW)
    assert told["danger"] == "可致窒息" and told["replies"] == []
    services.warning_reply(number=number, key=done.key, words="已停售。", at=later(days=1))
    assert [r["words"] for r in warning_public(number, known_at=later(days=1))["replies"]] == ["已停售。"]
    step = WarningStep.objects.get(to="urgent")
    assert (step.first, step.second) == (1, 2)
    row = {f.name: getattr(step, f.name) for f in WarningStep._meta.fields if f.name != "id"}
    for changes in ({"second": 1}, {"second": None}, {"words": ""}):
        with pytest.raises(IntegrityError, match="by_two"), transaction.atomic():
            WarningStep.objects.create(**{**row, "number": 9, **changes})


# --- off again -----------------------------------------------------------------------------------------------------------


def test_a_withdrawal_stands_where_the_warning_stood_for_as_long_and_is_pushed_to_the_same(
    record: int, tmp_path: Path
) -> None:
    first = published(entry(folder(tmp_path), 2))
    number = published(record, at=later(hours=2))
    last = published(entry(folder(tmp_path), 3), at=later(hours=3))
    order = [each["number"] for each in warnings_public(known_at=later(days=1))]
    done = stepped(number, "withdrawn", "检验有误", at=later(days=3))
    assert (done.state, done.told) == ("withdrawn", 2)
    assert [each["number"] for each in warnings_public(known_at=later(days=4))] == order == [last, number, first]
    told = warning_public(number, known_at=later(days=4))
    assert (told["state"], told["reasons"], told["facts"], told["title"]) == (
        "withdrawn",
        "检验有误",
        "",
        "儿童水杯不合格",
    )
    assert told["shown_until"] - told["off_at"] == told["off_at"] - told["published_at"]
    assert {p.kind for p in WarningPush.objects.filter(warning__pk=warning_numbered(number).pk)} == {
        "published",
        "withdrawn",
    }
    with pytest.raises(rules.WarningEnded):
        warning_public(number, known_at=later(days=6))
    assert [each["number"] for each in warnings_public(known_at=later(days=6))] == [last, first]


@pytest.mark.parametrize("how", ["objection upheld", "entry ended", "record withdrawn"])
def test_a_warning_has_no_effect_from_when_its_ground_falls(record: int, how: str) -> None:
    number = published(record)
    at = later(days=3)
    if how == "entry ended":
        record_end(record=record, by="market", at=at, on=at.date(), reason="移出")
    elif how == "objection upheld":
        record_dispute(record=record, by="public", at=later(days=2), grounds="有误")
        assert warning_state(warning_numbered(number), known_at=later(days=2, hours=1)) == "suspended"
        record_settle(record=record, by="market", at=at, outcome="corrected")
        record_withdraw(record=record, by="market", at=at, reason="异议成立")
    else:
        record_withdraw(record=record, by="market", at=at, reason="误报")
    told = warning_public(number, known_at=later(days=4))
    assert (told["state"], told["off_at"], told["facts"], told["advice"]) == ("fallen", at, "", "")
    assert (told["ground_key"], told["document"], told["decided_by"]) == ("", "", "")  # what fell is not shown
    assert warning_public(number, known_at=later(days=1))["state"] == "published"
    assert number in [each["number"] for each in warnings_public(known_at=later(days=4))]
    with pytest.raises(rules.WarningEnded):
        warning_public(number, known_at=later(days=7))
    assert services.warnings_follow(by="operator", at=later(days=4)) == 2
    assert services.warnings_follow(by="operator", at=later(days=4)) == 0


def test_an_objection_suspends_a_warning_and_its_end_brings_it_back(record: int) -> None:
    number = published(record)
    record_dispute(record=record, by="public", at=later(days=1), grounds="有误")
    told = warning_public(number, known_at=later(days=2))
    assert (told["state"], told["facts"], told["danger"]) == ("suspended", "", "")
    services.warnings_follow(by="operator", at=later(days=2))
    record_settle(record=record, by="market", at=later(days=3), outcome="upheld")
    assert warning_public(number, known_at=later(days=3))["state"] == "published"
    services.warnings_follow(by="operator", at=later(days=3))
    kinds = WarningPush.objects.filter(platform=PLATFORM).order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["published", "suspended", "published"]


def test_a_warning_loses_its_ground_with_the_recall() -> None:
    recall = recalled()
    number = published(0, ground="recall", recall=recall)
    authority = Asker("market", "department")
    recalling.recall_step(recall=recall, to="withdrawn", reasons="误判", asker=authority, at=later(days=2))
    told = warning_public(number, known_at=later(days=3))
    assert (told["state"], told["off_at"]) == ("fallen", later(days=2))


def test_however_many_warnings_are_shown_the_queries_are_the_same(record: int, tmp_path: Path) -> None:
    recall = recalled()
    for each in (published(record), published(0, ground="recall", recall=recall)):
        assert warning_state(warning_numbered(each), known_at=later(hours=2)) == "published"

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            found = warnings_public(known_at=later(hours=3))
        return len(found), len(asked)

    few = asked()
    records = [entry(folder(tmp_path), n) for n in (2, 3, 4)]
    for more in records:
        published(more)
    record_withdraw(record=records[0], by="market", at=later(hours=2), reason="误报")
    record_dispute(record=records[1], by="public", at=later(hours=2), grounds="有误")
    assert few[0] == 2 and asked() == (5, few[1])


def test_what_is_handled_and_what_waits_take_the_same_queries_however_many_there_are(
    record: int, tmp_path: Path
) -> None:
    itself, at = Asker(PLATFORM, "platform"), later(hours=3)

    reads: tuple[Callable[[], list[Any]], ...] = (
        lambda: services.warnings_read(asker=MARKET, at=at),
        lambda: services.warnings_waiting(asker=itself, at=at),
    )

    def asked() -> list[tuple[int, int]]:
        counts = []
        for read in reads:
            with CaptureQueriesContext(connection) as asked:
                found = read()
            counts.append((len(found), len(asked)))
        return counts

    for each in (published(record), published(0, ground="recall", recall=recalled())):
        assert warning_state(warning_numbered(each), known_at=at) == "published"
    few = asked()
    for more in [entry(folder(tmp_path), n) for n in (2, 3, 4)]:
        published(more)
    assert few[0][0] == 2 and asked() == [(n + 3, queries) for n, queries in few]


def test_past_its_end_a_warning_is_neither_listed_nor_shown(record: int) -> None:
    number = published(record)
    eve, end = later(days=69), later(days=70)  # 2027-01-30 and 2027-01-31
    assert (eve.date(), end.date()) == (UNTIL - timedelta(days=1), UNTIL)
    assert warnings_public(known_at=eve) and not warnings_public(known_at=end)
    with pytest.raises(rules.WarningEnded):
        warning_public(number, known_at=end)
    assert services.warnings_waiting(asker=ITSELF, at=end) == []
    unpublished = drafted(record).number
    with pytest.raises(rules.WarningUnknown):
        warning_public(unpublished, known_at=NOW)


# --- platforms -----------------------------------------------------------------------------------------------------------


def test_each_platform_sees_what_waits_for_it_and_acknowledges_once(record: int) -> None:
    number = published(record)
    waiting = services.warnings_waiting(asker=ITSELF, at=later(hours=2))
    assert [(w["kind"], w["warning"]["number"], w["late"]) for w in waiting] == [("published", number, False)]
    words: dict[str, Any] = {"number": number, "asker": ITSELF, "at": later(hours=3)}
    done = services.warning_receipt(found=7, url="https://mall.example/warnings/1", words="已下架", **words)
    assert (done["found"], done["late"]) == (7, False)
    with pytest.raises(rules.ReceiptNotDue):
        services.warning_receipt(found=7, **words)
    assert services.warnings_waiting(asker=ITSELF, at=later(hours=4)) == []
    with pytest.raises(rules.PlatformOnly):
        services.warnings_waiting(asker=MARKET, at=NOW)
    with pytest.raises(rules.PlatformOnly):
        services.warning_receipt(number=number, found=1, asker=MARKET, at=NOW)
    file = services.warning_read(number=number, asker=MARKET, at=later(days=5))
    assert (file["waiting"], file["late"]) == (1, 1)
    assert {p["platform"]: p["late"] for p in file["pushes"]} == {PLATFORM: False, MILL: True}
    with pytest.raises(IntegrityError), transaction.atomic():
        WarningReceipt.objects.create(push=WarningPush.objects.get(platform=MILL), found=-1, at=NOW, by=MILL)


def test_a_platform_is_told_of_the_fall_of_a_ground_when_it_looks_and_one_admitted_later_of_what_stands(
    record: int,
) -> None:
    number = published(record)
    actor_add(key="late", kind="platform", title="云川后来商城", by="operator", at=later(days=1))
    newcomer = Asker("late", "platform")
    assert [w["kind"] for w in services.warnings_waiting(asker=newcomer, at=later(days=1))] == ["published"]
    record_withdraw(record=record, by="market", at=later(days=2), reason="误报")
    assert [w["kind"] for w in services.warnings_waiting(asker=newcomer, at=later(days=2, hours=1))] == ["fallen"]
    actor_add(key="later", kind="platform", title="云川更晚商城", by="operator", at=later(days=3))
    assert services.warnings_waiting(asker=Asker("later", "platform"), at=later(days=3)) == []
    assert services.warning_receipt(number=number, found=0, asker=ITSELF, at=later(days=3))["kind"] == "fallen"


def test_what_fails_on_the_way_leaves_nothing(record: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published, told and traced together, or not at all."""
    number = drafted(record).number
    stepped(number, "heard", "")
    before = (WarningStep.objects.count(), WarningPush.objects.count(), Entry.objects.count())

    def killed(*_: Any, **__: Any) -> int:
        raise RuntimeError("killed")

    monkeypatch.setattr(services, "_pushed", killed)
    with pytest.raises(RuntimeError), transaction.atomic():
        stepped(number, "published", at=later(days=6))
    assert (WarningStep.objects.count(), WarningPush.objects.count(), Entry.objects.count()) == before
    assert warning_state(warning_numbered(number), known_at=later(days=6)) == "unpublished"


@pytest.mark.parametrize("table", ["warning", "warningstep", "warningkey", "warningpush", "warningreceipt"])
def test_nothing_of_a_warning_is_edited_or_taken_away(record: int, table: str) -> None:
    number = published(record)
    services.warning_receipt(number=number, found=1, asker=ITSELF, at=later(hours=2))
    for statement in (
        f"delete from warnings_{table}",
        f"update warnings_{table} set id = id",
        f"truncate warnings_{table} cascade",
    ):
        with pytest.raises(Exception, match="append|never|not"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_only_whose_warning_it_is_sees_and_handles_it(record: int) -> None:
    number = drafted(record).number
    for asker in (Asker("bureau", "department"), ITSELF, Asker("x", "public")):
        with pytest.raises(rules.WarningUnknown):
            services.warning_read(number=number, asker=asker, at=NOW)
        with pytest.raises(rules.WarningUnknown):
            stepped(number, "dropped", asker=asker)
        assert services.warnings_read(asker=asker, at=NOW) == []
    assert len(services.warnings_read(asker=OPERATOR, at=NOW)) == 1
    with pytest.raises(rules.WarningNotYours):
        stepped(number, "urgent")
    assert stepped(number, "dropped", asker=OPERATOR).step == "dropped"


def test_a_warning_is_found_by_platform_and_goods(record: int, tmp_path: Path) -> None:
    sent(folder(tmp_path), penalty(1))
    filed(shop(1))
    number = published(record, platform=PLATFORM, shop="s1")
    at = later(hours=2)
    for words, platform, n in (
        ("水杯", "", 1),
        ("电饭锅", "", 0),
        ("", PLATFORM, 1),
        ("", "云集", 1),
        ("cup", PLATFORM, 1),
        ("", MILL, 0),
    ):
        assert len(warnings_public(known_at=at, words=words, platform=platform)) == n, (words, platform)
    assert warning_shown(warning_numbered(number), known_at=at)["page"].endswith(f"/warnings/{number}")
