"""Whoever a platform files as a seller sees it, sees who opened it and why, asks the platform, takes it away; nobody else learns of it."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Filing, Refused, Registration
from chengxin.commerce.merchants.services.opening import identity_open
from chengxin.commerce.merchants.tests.stalls import (
    PLATFORM,
    SELLER,
    SELLER_NUMBER,
    filed,
    licence,
    platform_add,
    shop,
    stall,
)
from chengxin.disclosure.selectors import calls_used
from chengxin.kernel.identifiers import citizen_number_check
from chengxin.ledger.models import Entry
from chengxin.mydata.models import Question
from chengxin.mydata.services import question_answer
from chengxin.subjects.models import Person
from chengxin.subjects.selectors import person_of, subject_of
from chengxin.subjects.services.persons import person_enter, person_forget
from tests.people import DIVISION, name, number
from tests.signing import firm_account, person_account, signed_in
from tests.test_mydata import walked
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CASE = "云川市监案〔2026〕7号"


@pytest.fixture(autouse=True)
def platform(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)


def seller() -> int:
    return person_of(SELLER_NUMBER, known_at=later(days=1))


def own(subject: int) -> Browser:
    return signed_in(Browser(), person_account(subject))


def test_a_seller_sees_what_was_filed_of_them_and_a_stranger_does_not() -> None:
    filed(stall(1, title=f"{SELLER}的山货"), stall(2, closed_on="2026-11-02"), shop(1))
    browser = own(seller())
    page = browser.get("/my/shops").text
    for told in (
        "云集商城",
        f"{SELLER}的山货",
        "p1",
        "p2",
        SELLER,
        SELLER_NUMBER,
        "2026年11月1日",
        "已经关闭",
        "电子商务法",
    ):
        assert told in page, told
    assert "甲1号旗舰店" not in page
    assert page.count("<article") == 2
    other = person_enter(number=number(9), name=name(9), ground="own-account", by="public", at=NOW)
    stranger = own(other)
    page = stranger.get("/my/shops").text
    assert "没有平台以您的身份报送过店铺" in page and SELLER not in page
    assert Browser().get("/my/shops").status_code == 302
    # What they filed before stands there still after the platform says that it is somebody else's.
    filed(stall(1, name=name(9), number=number(9)))
    assert "平台后来改报了别人" in browser.get("/my/shops").text
    assert "山里小铺1" in stranger.get("/my/shops").text


def test_every_filing_and_every_opening_is_among_what_was_done_about_them(client: Browser) -> None:
    filed(stall(1))
    key = client_add(actor="market", title="m", scopes=["merchants"], by="operator", at=timezone.now())[1]
    address = f"/api/v1/merchants/{PLATFORM}/shops/p1/identity"

    def asked(body: Any, key: str = key) -> Any:
        headers = {"authorization": f"Bearer {key}"}
        return client.post(address, json.dumps(body), content_type="application/json", headers=headers)

    opened = asked({"case_number": CASE})
    assert opened.status_code == 200 and opened.json()["name"] == SELLER and opened.json()["number"] == SELLER_NUMBER
    assert asked({"case_number": " "}).json()["code"] == rules.IdentityCaseUnnamed.code
    others = client_add(actor=PLATFORM, title="p", scopes=["merchants"], by="operator", at=timezone.now())[1]
    assert asked({"case_number": CASE}, others).status_code == 403
    law = lawroom.load().on(timezone.localdate(), "cn")
    assert (
        {e.purpose: e.most for e in calls_used(day=timezone.localdate())}["identities.merchant-identity"]
        == law.parameter("identities-a-day")
        <= 300
    )
    log = dict(Entry.objects.filter(subject=seller()).values_list("pk", "event"))
    assert sorted(log.values()) == ["merchants.identity.read", "merchants.shop.filed"], (
        "what was refused opened nothing"
    )
    browser = own(seller())
    assert set(walked(browser)) >= log.keys()
    page = browser.get("/my/readings").text
    for told in (
        "打开店铺经营者的身份",
        "平台报送店铺",
        CASE,
        "云川市市场监督管理局",
        "查办案件需要平台内经营者的身份信息",
    ):
        assert told in page, told
    texts = json.dumps(
        [
            list(Entry.objects.values_list("detail", flat=True)),
            list(Registration.objects.values_list("body", flat=True)),
        ]
    )
    assert SELLER_NUMBER not in texts and SELLER not in json.loads(json.dumps(texts)).encode().decode(
        "unicode_escape", "ignore"
    )


def test_a_unit_sees_the_shops_under_its_code_and_who_opened_its_representative(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    filed(shop(1), shop(2))
    subject = subject_of(code(1), known_at=later(days=1))
    found = identity_open(
        platform=PLATFORM, shop="s1", case_number=CASE, asker=Asker("market", "department"), at=later(seconds=1)
    )
    assert found == {"legal_representative": name(1), "principal": name(2)}
    assert list(Entry.objects.filter(subject=subject, event__startswith="merchants").order_by("pk").values_list("event", flat=True)) == [
        rules.FILED, "merchants.identity.read",
    ]  # fmt: skip
    page = signed_in(Browser(), firm_account(subject)).get("/my/shops").text
    assert name(1) in page and name(2) in page and "甲1号旗舰店" in page and "甲2号旗舰店" not in page
    # Of the second the register holds nothing: whoever is behind it is opened all the same, and written down under the shop.
    assert identity_open(
        platform=PLATFORM, shop="s2", case_number=CASE, asker=Asker("market", "department"), at=later(seconds=2)
    )
    assert Entry.objects.get(event="merchants.identity.read", subject=None).object == f"merchants-shop:{PLATFORM}/s2"


def test_whom_a_unit_names_by_number_sees_it_and_what_is_not_about_them_stays_shut() -> None:
    boss, principal = {"legal_representative_number": number(1)}, {"principal_number": number(2)}
    assert filed(shop(1, **boss, **principal), shop(2, **boss)).accepted == 2
    filed(licence(1, valid_to="2026-11-02"), kind="licences")
    identity_open(platform=PLATFORM, shop="s1", case_number=CASE, asker=Asker("market", "department"), at=NOW)
    first, second = (person_of(number(n), known_at=later(days=1)) for n in (1, 2))
    one, two = own(first), own(second)
    page = one.get("/my/shops").text
    for told in (
        "甲1号旗舰店",
        "甲2号旗舰店",
        name(1),
        number(1),
        "法定代表人",
        "云集商城",
        "2026年11月1日",
        "JY13901020000001",
    ):
        assert told in page, told
    assert CASE in page and "证照" in page and name(2) not in page and number(2) not in page
    page = two.get("/my/shops").text
    assert "甲1号旗舰店" in page and number(2) in page and CASE in page and "甲2号旗舰店" not in page
    assert name(1) not in page and number(1) not in page
    # Who is named without a number is nobody here, and a stranger sees nothing.
    other = person_enter(number=number(9), name=name(2), ground="own-account", by="public", at=NOW)
    third = own(other)
    assert "没有平台以您的身份报送过店铺" in third.get("/my/shops").text
    # They ask the platform, take it away, and stay held while it is.
    address = re.search(r'href="(/my/readings/\d+/question)"', two.get("/my/shops").text)
    assert address and two.post(address[1], {"words": "我已不是负责人。"}).status_code == 302
    assert Question.objects.get().reader == PLATFORM
    assert third.post(address[1], {"words": "x"}).status_code == 404
    with zipfile.ZipFile(io.BytesIO(two.post("/my/data/export").content)) as archive:
        (told_away,) = json.loads(archive.read("data.json"))["shops"]
    assert (told_away["roles"], told_away["identity"]) == (
        ["principal"],
        {"principal": name(2), "principal_number": number(2)},
    )
    assert told_away["opened"][0]["case_number"] == CASE and told_away["theirs"]
    assert not person_forget(subject=second, by="public", at=later(seconds=5))
    # Whom it named before sees what was filed then, and no longer what becomes of the shop.
    filed(shop(1, **boss), at=timezone.now())
    page = two.get("/my/shops").text
    assert "平台后来改报了别人" in page and "JY13901020000001" not in page
    assert "对我的投诉" in page and one.get("/my/complaints").context["complaints"] == []


def test_whom_a_unit_names_by_number_is_of_age_and_of_that_name() -> None:
    minor = DIVISION.ljust(6, "0") + "20120307001"
    person_enter(number=number(1), name=name(1), ground="own-account", by="public", at=NOW)
    wrong = {
        "seller-minor": shop(1, principal_number=minor + citizen_number_check(minor)),
        "person-number-wrong": shop(2, principal_number="1234"),
        "person-of-unit": stall(3, principal_number=number(2)),
        "seller-name-disagrees": shop(4, legal_representative=name(5), legal_representative_number=number(1)),
    }
    done = filed(*wrong.values(), at=later(seconds=1))
    assert (done.accepted, done.refused_by_reason) == (0, dict.fromkeys(wrong, 1))


def test_whoever_says_that_it_is_not_theirs_asks_the_platform_which_answers_by_a_day() -> None:
    filed(stall(1))
    browser = own(seller())
    address = re.search(r'href="(/my/readings/\d+/question)"', browser.get("/my/shops").text)
    assert address and browser.get(address[1]).status_code == 200
    assert browser.post(address[1], {"words": "我没有开过这家店，请更正。"}).status_code == 302
    asked = Question.objects.get()
    assert asked.reader == PLATFORM and asked.due_on > asked.asked_at.date()
    assert "已经请平台说明" in browser.get("/my/shops").text
    question_answer(
        question=asked.pk, words="经核实系他人冒用，已改正。", asker=Asker(PLATFORM, "platform"), at=timezone.now()
    )
    assert "经核实系他人冒用" in browser.get("/my/readings").text


def test_it_is_taken_away_with_all_else_and_keeps_the_person_from_being_forgotten() -> None:
    filed(stall(1))
    whole = own(seller()).post("/my/data/export")
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        told = json.loads(archive.read("data.json"))["shops"]
    assert [(row["platform"], row["shop"], row["identity"]["number"]) for row in told] == [
        (PLATFORM, "p1", SELLER_NUMBER)
    ]
    assert not person_forget(subject=seller(), by="public", at=later(seconds=5))
    assert Person.objects.filter(pk=seller()).exists()


def test_a_name_that_is_not_the_one_held_is_refused_and_its_row_kept_sealed() -> None:
    person_enter(number=SELLER_NUMBER, name=SELLER, ground="own-account", by="public", at=NOW)
    done = filed(stall(1, name=name(3)), stall(2), at=later(seconds=1))
    assert (done.accepted, done.refused, done.refused_by_reason) == (1, 1, {"seller-name-disagrees": 1})
    kept = Refused.objects.get()
    assert (kept.line, kept.shop, kept.reason) == (1, "p1", "seller-name-disagrees")
    assert Registration.objects.get(kind="shops").shop == "p2"
    assert filed(stall(1, name=name(3)), stall(2), at=later(seconds=2)).repeated and Filing.objects.count() == 1


def test_no_individual_s_shop_stands_without_whom_it_names() -> None:
    filed(stall(1), shop(1))
    subject = seller()
    for shop_id, who in (("p1", None), ("s1", subject)):
        with pytest.raises(IntegrityError, match="sellers_known"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into merchants_registration (platform, kind, shop, item, version, code, body, sealed, subject_id, filing_id, at)"
                " select platform, kind, shop, item, version + 1, code, body, sealed, %s, filing_id, at from merchants_registration where shop = %s",
                [who, shop_id],
            )
