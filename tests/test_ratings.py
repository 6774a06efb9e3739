"""Shops rated by a published method: what is published and answered, trades taken out by a decision of two, and no rating of a natural person."""

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from chengxin.accounts.models import Proposal
from chengxin.accounts.rules import AccountWanted, AnotherWanted
from chengxin.accounts.services.confirming import deed_answer
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.merchants.rules import ShopUnknown, StatementUnfit
from chengxin.commerce.merchants.tests.stalls import SELLER, SELLER_NUMBER, shop, stall
from chengxin.commerce.merchants.tests.stalls import filed as shops_filed
from chengxin.commerce.ratings import rules
from chengxin.commerce.ratings.models import Exclusion, Publication, Rating
from chengxin.commerce.ratings.selectors import (
    exclusions_shown,
    grades_standing,
    publication_of,
    rating_shown,
    table_of,
)
from chengxin.commerce.ratings.services import Computed, exclusion_propose, ratings_publish, revocation_propose
from chengxin.commerce.ratings.tests.shops import PLATFORM, firms_filed, month_filed, together, trade
from chengxin.commerce.trades.rules import Whole
from chengxin.commerce.trades.tests.goods import filed, platform_add
from chengxin.desk.deeds import DEEDS
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.signing import signed_in, staff_account
from tests.world import NOW, code, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DECIDED: dict[str, Any] = {
    "platform": PLATFORM, "document": "云川市监处罚〔2026〕88号", "authority": "云川市市场监督管理局", "decided_on": date(2026, 11, 10),
    "reason": "虚构交易，已作出处罚决定",
}  # fmt: skip


@pytest.fixture(autouse=True)
def month(settings: Any, tmp_path: Path) -> Path:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    firms_filed()
    folder = tmp_path / "files"
    folder.mkdir()
    own = [trade(n) for n in range(60)] + [trade(n, stars=1, returned="quality") for n in range(60, 70)]
    few = [trade(n, "s2", stars=1, returned="quality", hours=100, lost=True) for n in range(100, 110)]
    persons = [trade(n, "p1", stars=4) for n in range(200, 280)]
    stray = [trade(n, "unheard-of") for n in range(300, 340)]
    month_filed(folder, own + few + persons + stray)
    return folder


def computed(at: datetime | None = None, period: str = "2026-10") -> Computed:
    return ratings_publish(platform=PLATFORM, period=period, by="operator", at=at or later(hours=1))


def rated(shop: str = "s1", at: datetime | None = None, **which: Any) -> Any:
    return rating_shown(PLATFORM, shop, known_at=at or later(days=3), **which)


def person_of(actor: str = "market") -> Asker:
    """One of the actor's staff who may confirm."""
    account = staff_account(actor, "reviewer")
    return Asker(actor, "department", account=account.pk, duties=frozenset({"confirm"}))


def excluded(orders: list[str], at: datetime, **changes: Any) -> int:
    """Orders taken out, proposed by one and confirmed by another."""
    made = exclusion_propose(orders=orders, asker=person_of(), at=at, **DECIDED | changes)
    done: Any = deed_answer(proposal=made.pk, agreed=True, deeds=DEEDS, asker=person_of(), at=at)
    return int(done["exclusion"])


def test_a_firm_s_shop_has_features_with_evidence_a_total_with_an_interval_and_a_word() -> None:
    done = computed()
    assert (done.version, done.shops, done.rated, done.repeated) == (1, 4, 1, False)
    assert Rating.objects.filter(total__isnull=False).count() == done.rated and Rating.objects.count() == done.shops
    found = rated()
    assert (found.method, found.method_from, found.level) == ("shop-rating", date(2026, 1, 1), 95)
    stars, returned, late, lost = found.features
    assert (stars["value"], stars["count"], stars["total"]) == (round(310 / 70, 6), 70, 310)
    assert (returned["value"], returned["count"]) == (round(10 / 70, 6), 70) and late["total"] == lost["total"] == 0
    assert stars["low"] < stars["counts_for"] < stars["high"]
    (read,) = stars["evidence"]
    assert (read["kind"], read["rows_read"], [each["version"] for each in read["filings"]]) == ("reviews", 200, [1])
    assert [each["kind"] for each in late["evidence"]] == ["orders", "parcels"]
    assert found.low < found.total < found.high and found.grade_zh and found.grade in ("good", "fair")
    assert found.counts["orders"] == 70 and found.counts["added"] == 14
    assert Entry.objects.filter(event="ratings.publication.made").count() == 1


def test_a_shop_with_too_few_trades_is_not_enough_yet_however_bad_they_were() -> None:
    computed()
    found = rated("s2")
    assert (found.grade, found.grade_zh, found.total) == ("not-enough", "尚不足以评价", None)
    assert found.features[0]["value"] == 1 and not found.features[0]["enough"]


def test_a_person_s_shop_has_counts_and_nothing_else_in_any_door(tmp_path: Path) -> None:
    computed()
    found = rated("p1")
    assert (found.kind, found.grade, found.total, found.low, found.high) == ("individual", "", None, None, None)
    assert found.features == [] and found.without == {} and found.counts["orders"] == 80
    kept = Rating.objects.get(shop="p1")
    assert kept.features == {} and kept.code == "" and kept.without == {}
    made = publication_of(PLATFORM, "2026-10", known_at=later(days=1))
    _, rows = table_of(made, known_at=later(days=1))
    assert [row[5] for row in rows] == ["s1", "s2"]
    text = json.dumps(found.as_dict(), default=str, ensure_ascii=False)
    assert SELLER not in text and SELLER_NUMBER not in text
    assert set(grades_standing(PLATFORM, ["p1", "s2", "unheard-of"], known_at=later(days=1))) == {"s2"}


def test_the_database_refuses_a_rating_of_a_natural_person_whoever_writes_it() -> None:
    computed()
    made = Publication.objects.get()
    graded: dict[str, Any] = {
        "publication": made,
        "counts": {},
        "total": Decimal("0.9"),
        "low": Decimal("0.8"),
        "high": Decimal(1),
        "grade": "good",
    }
    told: dict[str, Any] = {"publication": made, "counts": {}}
    for words, name in (
        ({**graded, "shop": "p2", "kind": "individual"}, "no_person"),
        ({**graded, "shop": "p2", "kind": "individual", "code": code(3)}, "no_person"),
        ({**told, "shop": "p2", "kind": "individual", "features": {"a": 1}}, "no_person"),
        ({**told, "shop": "p2", "kind": "unfiled", "grade": "not-enough"}, "no_person"),
        ({**graded, "shop": "p2", "kind": "firm", "code": "92" + code(3)[2:]}, "no_person"),
        # Said to be a firm's, of a shop that a person keeps; of one that nobody filed; and by another firm's code.
        ({**graded, "shop": "p9", "kind": "firm", "code": code(3)}, "of_firms"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Rating.objects.create(**words)
    shops_filed(stall(2), shop(3))
    again = computed(later(hours=2))
    made = Publication.objects.get(pk=again.publication)
    with pytest.raises(IntegrityError, match="whole"), transaction.atomic():
        Rating.objects.create(
            publication=made, counts={}, shop="s8", kind="firm", code=code(3), total=Decimal("0.5"), grade="good"
        )


def test_a_shop_that_a_person_keeps_since_is_no_longer_shown_with_a_rating() -> None:
    computed()
    shops_filed(stall(1, shop="s1"), at=later(hours=2))
    found = rated()
    assert (found.kind, found.grade, found.total, found.features) == ("individual", "", None, [])
    made = publication_of(PLATFORM, "2026-10", known_at=later(days=1))
    assert [row[5] for row in table_of(made, known_at=later(days=1))[1]] == ["s2"]
    assert computed(later(hours=3)).rated == 0


def test_the_same_again_is_published_once_and_earlier_ones_stay_answerable(month: Path) -> None:
    first = computed()
    again = computed(later(hours=2))
    assert again.repeated and again.publication == first.publication and Publication.objects.count() == 1
    before = rated().as_dict()
    filed(month, "reviews", [{**trade(0)["reviews"][0], "stars": 1}], at=later(hours=3))
    second = computed(later(hours=4))
    assert (second.version, second.repeated) == (2, False)
    assert rated().features[0]["total"] == 306 and rated().versions == [1, 2]
    assert rated(version=1).as_dict() == {**before, "versions": [1, 2]}
    assert rated(at=later(hours=3)).as_dict() == before


def test_hiding_or_deleting_reviews_raises_nothing(month: Path) -> None:
    computed()
    before = rated().features[0]
    left = together([trade(n) for n in range(60)])["reviews"]
    done = filed(
        month, "reviews", left, at=later(hours=2), whole=Whole(date(2026, 10, 1), date(2026, 10, 31), frozenset({"s1"}))
    )
    assert done.missing == 10
    assert not computed(later(hours=3)).repeated
    found = rated()
    assert (found.features[0]["count"], found.features[0]["total"]) == (before["count"], before["total"])
    assert found.counts["vanished"] == 10


def test_forged_trades_are_taken_out_by_two_and_the_rating_is_shown_before_and_after_with_the_reason() -> None:
    computed()
    before = rated()
    bad = [f"o{n:06d}" for n in range(60, 70)]
    taken = excluded(bad, later(hours=2))
    computed(later(hours=3))
    after = rated()
    assert after.excluded == 10 and after.features[0]["total"] == 300 and after.total > before.total
    assert (after.without["total"], after.without["low"], after.without["grade"]) == (
        before.total,
        before.low,
        before.grade,
    )
    (told,) = after.exclusions
    assert (told["exclusion"], told["document"], told["authority"], told["orders"]) == (
        taken,
        DECIDED["document"],
        DECIDED["authority"],
        10,
    )
    assert "o000060" not in json.dumps(after.as_dict(), default=str)
    revoked = revocation_propose(
        exclusion=taken, document="云川复决〔2026〕3号", reason="复议撤销原决定", asker=person_of(), at=later(hours=4)
    )
    deed_answer(proposal=revoked.pk, agreed=True, deeds=DEEDS, asker=person_of(), at=later(hours=5))
    computed(later(hours=6))
    assert (rated().total, rated().without, rated().excluded) == (before.total, {}, 0)
    assert rated(version=2).exclusions[0]["revoked_by_document"] == "云川复决〔2026〕3号"
    assert exclusions_shown(PLATFORM, known_at=later(days=1))[0]["revoked_because"] == "复议撤销原决定"


def test_nothing_is_taken_out_by_one_alone_nor_by_whoever_decides_nothing() -> None:
    one = person_of()
    made = exclusion_propose(orders=["o000001"], asker=one, at=later(hours=1), **DECIDED)
    assert not Exclusion.objects.exists()
    with pytest.raises(AnotherWanted):
        deed_answer(proposal=made.pk, agreed=True, deeds=DEEDS, asker=one, at=later(hours=1))
    with pytest.raises(rules.NotADecider):
        exclusion_propose(orders=["o000001"], asker=Asker(PLATFORM, "platform", client=1), at=later(hours=1), **DECIDED)
    with pytest.raises(AccountWanted):
        exclusion_propose(orders=["o000001"], asker=Asker("operator", "operator"), at=later(hours=1), **DECIDED)
    assert not Exclusion.objects.exists() and Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"orders": []}, rules.ExclusionUnfit),
        ({"orders": ["张三 13912345678"]}, rules.ExclusionUnfit),
        ({"decided_on": date(2027, 1, 1)}, rules.ExclusionUnfit),
        ({"document": " "}, WordsUnfit),
        ({"reason": "买家电话13912345678"}, StatementUnfit),
    ],
)
def test_a_decision_without_its_document_or_with_a_person_in_it_is_refused(changes: Any, refusal: Any) -> None:
    words = {"orders": ["o000001"], **DECIDED, **changes}
    with pytest.raises(refusal):
        exclusion_propose(asker=person_of(), at=later(hours=1), **words)
    assert not Proposal.objects.exists()


def test_what_is_not_over_unknown_or_not_one_s_to_publish_is_refused() -> None:
    with pytest.raises(rules.PeriodNotOver):
        computed(period="2026-11")
    with pytest.raises(rules.MethodUnknown):
        computed(period="2025")
    with pytest.raises(rules.NotAPublisher):
        ratings_publish(platform=PLATFORM, period="2026-10", by=PLATFORM, at=NOW)
    with pytest.raises(rules.NothingPublished):
        rated()
    with pytest.raises(ShopUnknown):
        rated("unheard-of")


def test_the_command_computes_shows_lists_and_writes_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> Any:
        assert run(["ratings", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert said("compute", PLATFORM, "2026-10")["rated"] == 1
    assert said("compute", PLATFORM, "2026-10")["repeated"]
    assert said("show", PLATFORM, "s1", "--period", "2026-10", "--edition", "1")["grade"]
    assert said("show", PLATFORM, "p1")["total"] is None
    assert len(said("list", PLATFORM)["publications"]) == 1
    assert said("exclusions", PLATFORM)["exclusions"] == []
    assert said("method", "shop-rating")["features"][0]["weight"] == 40
    out = tmp_path / "ratings.csv"
    assert said("export", PLATFORM, "2026-10", "--out", str(out))["shops"] == 2
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["shop"] for row in rows] == ["s1", "s2"] and rows[1]["grade"] == "not-enough"
    assert run(["ratings", "show", PLATFORM]) != 0


# --- the doors -----------------------------------------------------------------------------------------------------------------


def test_anybody_reads_ratings_and_the_method_by_page_and_by_api() -> None:
    assert Browser().get(f"/shops/{PLATFORM}/s1/rating").status_code == 404
    computed(NOW)
    browser = Browser()
    page = browser.get(f"/shops/{PLATFORM}/s1/rating").content.decode()
    assert "总评" in page and "买家评价" in page and "What buyers say" in page and "4.43 / 5" in page
    assert "尚不足以评价" in browser.get(f"/shops/{PLATFORM}/s2/rating").content.decode()
    own = browser.get(f"/shops/{PLATFORM}/p1/rating").content.decode()
    assert "对自然人不作任何评价" in own and "总评" not in own and SELLER not in own
    assert browser.get(f"/shops/{PLATFORM}/s1/rating?period=2026-10&version=1").status_code == 200
    assert browser.get(f"/shops/{PLATFORM}/s1/rating?period=2026-09").status_code == 404
    assert browser.get(f"/shops/{PLATFORM}/unheard-of/rating").status_code == 404
    assert f"/shops/{PLATFORM}/s1/rating" in browser.get(f"/shops/{PLATFORM}/s1").content.decode()
    card = browser.get("/methods/shop-rating").content.decode()
    assert "威尔逊" in card and "权重" in card and "48小时" in card
    assert (
        browser.get("/methods/no-such").status_code == 404
        and browser.get("/methods/shop-rating?on=2025-06-01").status_code == 404
    )
    answer = browser.get(f"/api/v1/ratings/shops/{PLATFORM}/s1").json()
    assert answer["features"][0]["evidence"][0]["rows_read"] == 200 and answer["without"]["grade"] == ""
    assert browser.get(f"/api/v1/ratings/shops/{PLATFORM}/p1").json()["features"] == []
    assert browser.get("/api/v1/ratings/methods/shop-rating").json()["from"] == "2026-01-01"
    (made,) = browser.get(f"/api/v1/ratings/publications/{PLATFORM}").json()
    assert made["rated"] == 1 and made["sources"]["orders"]["rows"] == 200
    table = browser.get(f"/api/v1/ratings/publications/{PLATFORM}/2026-10.csv")
    text = b"".join(table).decode()
    assert text.startswith("\ufeffplatform,") and "p1" not in text and "s2" in text


def test_an_officer_proposes_at_the_desk_another_confirms_and_both_may_have_it_revoked() -> None:
    one, two = (signed_in(Browser(), staff_account("market", "reviewer")) for _ in range(2))
    words = {
        "platform": PLATFORM, "orders": "o000060，o000061\no000062", "document": "云川市监处罚〔2026〕88号", "authority": "云川市市场监督管理局",
        "decided_on": "2026-11-10", "reason": "虚构交易，已作出处罚决定",
    }  # fmt: skip
    for changes, told in (
        ({"decided_on": ""}, "作出决定的日期"), ({"orders": ""}, "订单的编号"), ({"decided_on": "2027-01-01"}, "晚于今天"),
        ({"reason": "店主13912345678"}, ""), ({"platform": "nobody"}, ""),
    ):  # fmt: skip
        refused = one.post("/desk/exclusions", {**words, **changes})
        assert refused.status_code >= 400 and told in refused.text, changes
        assert "云川市监处罚〔2026〕88号" in refused.text
    assert not Proposal.objects.exists() and "没有移出过交易" in one.get("/desk/exclusions").text
    assert "等待本单位另一人复核" in one.post("/desk/exclusions", words).text and not Exclusion.objects.exists()
    proposal = Proposal.objects.get()
    answer = {"proposal": str(proposal.pk), "answer": "confirm"}
    assert (
        one.post("/desk/proposals", answer).status_code >= 400
        and two.post("/desk/proposals", answer).status_code == 200
    )
    made = Exclusion.objects.get()
    assert made.orders == ["o000060", "o000061", "o000062"] and made.by == "market"
    assert "云川市监处罚〔2026〕88号" in two.get("/desk/exclusions").text
    said = {"exclusion": str(made.pk), "document": "云川复决〔2026〕3号", "reason": "复议撤销原决定"}
    assert two.post("/desk/exclusions", {**said, "exclusion": "9" * 30}).status_code == 404
    assert two.post("/desk/exclusions", said).status_code == 200
    again = {"proposal": str(Proposal.objects.latest("pk").pk), "answer": "confirm"}
    assert one.post("/desk/proposals", again).status_code == 200
    assert "复议撤销原决定" in one.get("/desk/exclusions").text


def test_a_program_of_an_authority_proposes_and_a_person_confirms_at_the_desk() -> None:
    _, key = client_add(actor="market", title="程序", scopes=["merchants"], by="operator", at=NOW)
    browser = Browser(headers={"authorization": f"Bearer {key}"})
    words = {"orders": ["o000061"], **DECIDED, "decided_on": "2026-11-10"}
    del words["platform"]
    answer = browser.post(f"/api/v1/ratings/exclusions/{PLATFORM}", words, content_type="application/json")
    assert answer.status_code == 202 and answer.json()["state"] == "pending" and not Exclusion.objects.exists()
    desk = signed_in(Browser(), staff_account("market", "reviewer"))
    assert DECIDED["document"] in desk.get("/desk/proposals").content.decode()
    assert desk.post("/desk/proposals", {"proposal": answer.json()["proposal"], "answer": "confirm"}).status_code == 200
    (told,) = browser.get(f"/api/v1/ratings/exclusions/{PLATFORM}").json()
    assert (told["orders"], told["document"]) == (1, DECIDED["document"]) and "o000061" not in json.dumps(told)
    back = {"document": "云川复决〔2026〕3号", "reason": "复议撤销"}
    again = browser.post(
        f"/api/v1/ratings/exclusions/{told['exclusion']}/revocation", back, content_type="application/json"
    )
    assert again.status_code == 202
