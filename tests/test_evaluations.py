"""A firm objects to what the register published of it: the page says so, the centre answers by a day or the evaluation is shown no more."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Notice
from chengxin.commerce.logistics.models import Publication as Quarter
from chengxin.commerce.logistics.rules.judging import EXCLUDED
from chengxin.commerce.logistics.selectors import quarter_shown
from chengxin.commerce.logistics.services import quarter_object, quarter_objection_answer
from chengxin.commerce.merchants.selectors import own_shops
from chengxin.commerce.objections import rules
from chengxin.commerce.objections.models import Objection, ObjectionStep
from chengxin.commerce.objections.selectors import objections_owing
from chengxin.commerce.objections.services import objection_withdraw
from chengxin.commerce.ratings.selectors import (
    grades_standing,
    publication_of,
    rating_shown,
    ratings_own,
    table_of,
    words_standing,
)
from chengxin.commerce.ratings.services import (
    exclusion_settle,
    rating_object,
    rating_objection_answer,
    ratings_publish,
)
from chengxin.commerce.ratings.tests.shops import PLATFORM, firms_filed, month_filed, trade
from chengxin.commerce.trades.tests.goods import platform_add
from chengxin.ledger.models import Entry
from chengxin.subjects.selectors import subject_of
from tests.people import DIVISION, number
from tests.signing import at_desk, firm_account, signed_in
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WORDS = "其中十笔退货是平台误录，本店并未收到货品。"
CENTRE = Asker("centre", "credit-centre", duties=frozenset({"cases"}))
LATE = timedelta(days=45)


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    platform_add()
    actor_add(key="centre", kind="credit-centre", title="云川市信用中心", by="operator", at=NOW)
    sent(tmp_path, penalty(1), penalty(2))
    firms_filed()
    folder = tmp_path / "files"
    folder.mkdir()
    month_filed(
        folder,
        [trade(n) for n in range(60)] + [trade(n, stars=1, returned="quality") for n in range(60, 70)],
    )
    ratings_publish(platform=PLATFORM, period="2026-10", by="operator", at=NOW)
    with time_machine.travel(later(hours=2), tick=True):
        yield


def own() -> Any:
    return own_shops([], [code(1)], known_at=timezone.now())[0]


def firm(n: int = 1) -> Browser:
    return signed_in(Browser(), firm_account(subject_of(code(n), known_at=timezone.now())))


def made(version: int = 1) -> int:
    return publication_of(PLATFORM, "2026-10", version, known_at=timezone.now()).pk


def objected() -> Objection:
    return rating_object(own=own(), publication=made(), words=WORDS, at=timezone.now())


def shown(**which: Any) -> Any:
    return rating_shown(PLATFORM, "s1", known_at=timezone.now(), **which)


def computed_anew() -> None:
    """Two orders are taken out by a decision, and the month is computed again."""
    what = {
        "act": "exclude", "platform": PLATFORM, "document": "云川市监处罚〔2026〕88号", "authority": "云川市市场监督管理局", "decided_on": "2026-11-10",
        "reason": "虚构交易", "orders": ["o000060", "o000061"],
    }  # fmt: skip
    exclusion_settle(what, "operator", timezone.now())
    assert ratings_publish(platform=PLATFORM, period="2026-10", by="centre", at=timezone.now()).version == 2


def test_a_firm_objects_by_its_own_account_and_the_page_says_so_but_not_in_which_words() -> None:
    browser = firm()
    page = browser.get("/my/evaluations")
    assert "认为有误，提出异议" in page.text and "2026-10" in page.text
    form = {"act": "rating", "publication": str(made()), "platform": PLATFORM, "shop": "s1"}
    refused = browser.post("/my/evaluations", {**form, "words": "联系 13812345678"})
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text and "13812345678" in refused.text
    assert browser.post("/my/evaluations", {**form, "words": WORDS}).status_code == 302
    assert "异议处理中" in browser.get("/my/evaluations").text
    again = browser.post("/my/evaluations", {**form, "words": WORDS})
    assert again.status_code == 409 and Objection.objects.count() == 1
    public = Browser().get(f"/shops/{PLATFORM}/s1/rating")
    assert "企业对这一版提出异议，正在处理" in public.text and WORDS not in public.text
    answer = Browser().get(f"/api/v1/ratings/shops/{PLATFORM}/s1").json()
    assert answer["objection"]["state"] == "received" and answer["total"] and WORDS not in str(answer)
    assert Entry.objects.filter(event="objections.objection.stepped").count() == 1


def test_nobody_objects_in_another_s_place_nor_to_what_stands_no_more() -> None:
    form = {"act": "rating", "publication": str(made()), "platform": PLATFORM, "shop": "s1", "words": WORDS}
    assert Browser().post("/my/evaluations", form).status_code == 302, "whoever is not signed in is led to the door"
    assert firm(2).post("/my/evaluations", form).status_code == 404
    assert firm(2).post("/my/evaluations", {**form, "act": "quarter"}).status_code == 404
    computed_anew()
    with pytest.raises(rules.NotTheirs):
        objected()
    assert not Objection.objects.exists()
    (stands,) = ratings_own([own()], known_at=timezone.now())
    assert stands["version"] == 2


def test_the_centre_upholds_with_reasons_that_anybody_reads_and_the_firm_is_told() -> None:
    number = objected().number
    desk = at_desk("centre")
    assert number in desk.get("/desk/evaluations").text and WORDS in desk.get(f"/desk/evaluations/{number}").text
    early = desk.post(f"/desk/evaluations/{number}", {"to": "corrected", "words": "已重新计算。"})
    assert early.status_code == 409 and "没有公布第1版之后的版本" in early.text
    assert desk.post(f"/desk/evaluations/{number}", {"to": "upheld", "words": " "}).status_code == 422
    said = "平台的报送与退货单据一致。"
    assert desk.post(f"/desk/evaluations/{number}", {"to": "upheld", "words": said}).status_code == 302
    assert desk.post(f"/desk/evaluations/{number}", {"to": "upheld", "words": said}).status_code in (403, 409, 422)
    assert said in Browser().get(f"/shops/{PLATFORM}/s1/rating").text and shown().total
    assert said in firm().get("/my/evaluations").text
    assert Notice.objects.filter(about=f"evaluation-objection:{number}:upheld").count() == 1
    assert objections_owing(CENTRE, known_at=timezone.now()) == []


def test_what_nobody_answers_in_time_is_shown_no_more_until_somebody_does() -> None:
    objected()
    assert grades_standing(PLATFORM, ["s1"], known_at=timezone.now()) and shown().total
    with time_machine.travel(later() + LATE, tick=True):
        at = timezone.now()
        assert (shown().total, shown().grade, shown().features, shown().without) == (None, "", [], {})
        assert shown().objection["withheld"] and shown().counts["orders"] == 70
        assert grades_standing(PLATFORM, ["s1"], known_at=at) == {}
        assert words_standing(PLATFORM, ["s1"], known_at=at) == {}
        rows = list(table_of(publication_of(PLATFORM, "2026-10", known_at=at), known_at=at)[1])
        assert "s1" not in {row[5] for row in rows}
        page = Browser().get(f"/shops/{PLATFORM}/s1/rating")
        assert "逾期未答复" in page.text and not re.search(r"<dt>[^<]*总评", page.text)
        (owing,) = objections_owing(CENTRE, known_at=at)
        assert owing["state"] == "unanswered"
        rating_objection_answer(number=owing["number"], to="upheld", words="退货单据一致。", asker=CENTRE, at=at)
        assert shown().total and words_standing(PLATFORM, ["s1"], known_at=at)
        assert [s.to for s in ObjectionStep.objects.order_by("number")] == ["received", "unanswered", "upheld"]


def test_a_rating_computed_anew_answers_an_objection_and_the_version_before_keeps_it() -> None:
    number = objected().number
    computed_anew()
    rating_objection_answer(
        number=number, to="corrected", words="两笔虚构交易已移出。", asker=CENTRE, at=timezone.now()
    )
    assert shown().version == 2 and shown().objection is None
    assert shown(version=1).objection["answer"] == "两笔虚构交易已移出。"


def test_an_objection_taken_back_may_be_raised_anew() -> None:
    first = objected()
    objection_withdraw(number=first.number, codes=[code(1)], at=timezone.now())
    assert shown().objection is None
    with pytest.raises(rules.ObjectionUnknown):
        objection_withdraw(number=first.number, codes=[code(2)], at=timezone.now())
    second = objected()
    assert second.again == 1 and shown().objection["number"] == second.number


def test_only_who_published_it_sees_objections_and_answers_them() -> None:
    number = objected().number
    other = Asker(PLATFORM, "platform")
    with pytest.raises(rules.NotTheCentre):
        rating_objection_answer(number=number, to="upheld", words="理由。", asker=other, at=timezone.now())
    with pytest.raises(rules.ObjectionUnknown):
        quarter_objection_answer(number=number, to="upheld", words="理由。", asker=CENTRE, at=timezone.now())
    keys = {
        actor: client_add(actor=actor, title="t", scopes=["merchants"], by="operator", at=NOW)[1]
        for actor in (PLATFORM, "centre")
    }

    def listed(actor: str) -> Any:
        return (
            Browser().get("/api/v1/evaluations/objections", headers={"authorization": f"Bearer {keys[actor]}"}).json()
        )

    assert listed(PLATFORM) == [] and [each["words"] for each in listed("centre")] == [WORDS]


def test_a_logistics_firm_objects_to_a_quarter_likewise() -> None:
    side = {"answers": 0, "enough": False}
    figure = {"part": 3, "whole": 4}
    said = {
        "quarter": "2026Q3", "first": "2026-07-01", "last": "2026-09-30", "known_at": NOW.isoformat(), "method": "logistics-firms", "method_version": 1,
        "lawbook": "0" * 64, "sides": dict.fromkeys(("regulator", "merchants", "consumers"), side),
        "measures": {"in_time": figure, "lost": figure, "promised_days": 3, "lost_days": 7, "excluded": dict.fromkeys(EXCLUDED, 0)},
    }  # fmt: skip
    quarter = Quarter.objects.create(firm=code(2), quarter="2026Q3", version=1, said=said, at=NOW, by="centre")
    with pytest.raises(rules.NotTheirs):
        quarter_object(codes=[code(1)], publication=quarter.pk, words=WORDS, at=timezone.now())
    browser = firm(2)
    assert "2026Q3" in browser.get("/my/evaluations").text
    form = {"act": "quarter", "publication": str(quarter.pk), "words": "三件包裹因地址有误退回。"}
    assert browser.post("/my/evaluations", form).status_code == 302
    page = f"/logistics/{code(2)}"
    assert "正在处理" in Browser().get(page).text and "3 / 4" in Browser().get(page).text
    with time_machine.travel(later() + LATE, tick=True):
        assert "3 / 4" not in Browser().get(page).text and "逾期未答复" in Browser().get(page).text
        answer = Browser().get(f"/api/v1/logistics/firms/{code(2)}").json()["quarters"][0]
        assert answer["measures"] is None and answer["sides"] == [] and answer["objection"]["withheld"]
        number = Objection.objects.get().number
        assert (
            at_desk("centre").post(f"/desk/evaluations/{number}", {"to": "upheld", "words": "扫描齐全。"}).status_code
            == 302
        )
        assert quarter_shown(quarter, known_at=timezone.now())["measures"]


def test_the_database_itself_keeps_persons_and_edits_out() -> None:
    found = objected()
    plain = {
        name: getattr(found, name)
        for name in ("kind", "evaluation", "shop", "version", "title", "title_en", "opened_at", "opened_on")
    }
    for wrong in ({"code": "92" + code(1)[2:]}, {"words": f"号码 {number(1)}"}, {"words": ""}, {"kind": "quarter"}):
        body = {**plain, "code": code(1), "words": WORDS, "again": 5, "lawbook_digest": "", **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            Objection.objects.create(**body)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        ObjectionStep.objects.update(words="另一种说法")
