"""Whoever runs a shop signs what it promises by their own account, and contests what its platform did, which answers by a day."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import client_add
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Commitment, CommitmentStep, StatementStep
from chengxin.commerce.merchants.selectors import (
    commitment_text,
    commitments_public,
    own_shops,
    statement_shown,
)
from chengxin.commerce.merchants.services.committing import (
    breach_link,
    commitment_sign,
    commitment_sign_own,
    commitment_step,
)
from chengxin.commerce.merchants.services.stating import statement_contest, statement_file
from chengxin.commerce.merchants.tests.stalls import (
    PLATFORM,
    SELLER_NUMBER,
    digest,
    filed,
    platform_add,
    shop,
    stall,
)
from chengxin.commerce.merchants.tests.test_stating import MOBILE, SAID
from chengxin.law import load
from chengxin.ledger.models import Entry
from chengxin.subjects.selectors import person_of, subject_of
from tests.certificates import issued, root_made
from tests.people import DIVISION, number
from tests.signing import firm_account, person_account, signed_in
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FROM = "2019-01-01"
SIGN = {"act": "sign", "form": "merchant", "form_from": FROM, "sure": "1"}


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    sent(tmp_path, penalty(1))
    filed(shop(1, legal_representative_number=number(1)), shop(2), stall(1))


def firm() -> Browser:
    return signed_in(Browser(), firm_account(subject_of(code(1), known_at=later(days=1))))


def seller() -> Browser:
    return signed_in(Browser(), person_account(person_of(SELLER_NUMBER, known_at=later(days=1))))


def own(at: datetime = NOW) -> Any:
    return own_shops([], [code(1)], known_at=at)[0]


def address(of: str = "s1") -> str:
    return f"/my/shops/{PLATFORM}/{of}"


def test_a_firm_signs_by_its_own_account_the_text_and_version_that_it_was_shown() -> None:
    browser = firm()
    page = browser.get(address()).text
    assert "商家信用承诺书" in page and "chengxin commitment 1" in page and f"form: merchant {FROM}" in page
    assert "个人卖家信用承诺书" not in page and 'href="/my/shops/yunji/s1"' in browser.get("/my/shops").text
    assert browser.post(address(), SIGN).status_code == 302
    made = Commitment.objects.get()
    assert (made.on_behalf, made.by, made.form, str(made.form_from)) == (False, "public", "merchant", FROM)
    assert "店铺用自己的账户签署" in Browser().get(f"/shops/{PLATFORM}/s1").text
    assert browser.post(address(), SIGN).status_code == 302 and Commitment.objects.count() == 1
    stale = browser.post(address(), {**SIGN, "form_from": "2018-01-01"})
    assert stale.status_code == 409 and "请阅读后再签署" in stale.text
    assert Entry.objects.filter(event="merchants.commitment.signed", actor="public").count() == 1


def test_unread_nothing_is_signed() -> None:
    words = {name: value for name, value in SIGN.items() if name != "sure"}
    assert firm().post(address(), words).status_code == 302 and not Commitment.objects.exists()


def test_an_individual_seller_signs_for_the_shop_and_their_name_stands_nowhere() -> None:
    browser = seller()
    assert "个人卖家信用承诺书" in browser.get(address("p1")).text
    assert browser.post(address("p1"), {**SIGN, "form": "individual-seller"}).status_code == 302
    assert browser.post(address("p1"), SIGN).status_code == 422  # the form of a firm is not theirs
    (shown,) = commitments_public(PLATFORM, "p1", known_at=timezone.now())
    assert shown["own_account"] and not shown["on_behalf"] and SELLER_NUMBER not in json.dumps(shown, default=str)


def test_what_its_platform_filed_it_signs_beside_and_withdraws_as_the_form_says() -> None:
    made = commitment_sign(
        platform=PLATFORM, form="merchant", shop="s1", digest=digest(1), signed_on=NOW.date(), by=PLATFORM, at=NOW
    )
    market = Asker("market", "department")
    breach_link(
        commitment=made.pk,
        promise="price",
        source="complaint",
        reference="投诉2026-1",
        digest=digest(2),
        asker=market,
        at=NOW,
    )
    browser = firm()
    page = browser.get(address()).text
    assert "由平台代为报送" in page and "投诉2026-1" in page and "未经决定" in page
    assert "投诉2026-1" not in Browser().get(f"/shops/{PLATFORM}/s1").text
    assert browser.post(address(), SIGN).status_code == 302
    step = {"act": "step", "commitment": str(made.pk)}
    assert browser.post(address(), {**step, "kind": "corrected", "words": f"电话{MOBILE}"}).status_code == 422
    assert (
        browser.post(address(), {**step, "kind": "corrected", "words": "签署日期应为十一月二十日"}).status_code == 302
    )
    assert browser.post(address(), {**step, "kind": "withdrawn", "words": "转为线下经营"}).status_code == 302
    assert browser.post(address(), {**step, "kind": "withdrawn", "words": "又及"}).status_code == 409
    page = Browser().get(f"/shops/{PLATFORM}/s1").text
    assert "已撤回" in page and "转为线下经营" in page and "签署日期应为" in page
    assert browser.post(address(), SIGN).status_code == 302  # and signs again
    assert list(CommitmentStep.objects.order_by("number").values_list("kind", flat=True)) == [
        "signed", "corrected", "withdrawn", "signed",
    ]  # fmt: skip
    assert (
        Commitment.objects.count() == 1
        and commitments_public(PLATFORM, "s1", known_at=timezone.now())[0]["own_account"]
    )
    assert not commitments_public(PLATFORM, "s1", known_at=NOW)[0]["steps"]
    # The platform's own commitment is not a shop's to withdraw, nor another shop's.
    other = commitment_sign(platform=PLATFORM, form="platform", digest=digest(1), signed_on=NOW.date(), by=PLATFORM, at=NOW)  # fmt: skip
    assert (
        browser.post(address(), {**step, "commitment": str(other.pk), "kind": "withdrawn", "words": "x"}).status_code
        == 404
    )


def test_a_firm_signs_by_its_certificate_too(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "roots"
    folder.mkdir()
    settings.CHENGXIN_SIGNER_ROOTS = str(folder)
    root = root_made("云川电子认证有限公司根证书")
    (folder / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    holder = issued({NameOID.COMMON_NAME: "甲1号", NameOID.SERIAL_NUMBER: code(1)}, root)
    text = commitment_text(PLATFORM, "merchant", shop="s1", signed_on=NOW.date(), at=NOW)[1].encode()
    words: dict[str, Any] = {"own": own(), "form": "merchant", "form_from": date(2019, 1, 1), "at": NOW}
    commitment_sign_own(**words, signature=holder.signs(text))
    (shown,) = commitments_public(PLATFORM, "s1", known_at=NOW)
    assert shown["certificate"]["code"] == code(1) and shown["own_account"]


@pytest.mark.parametrize("who", ["stranger", "representative", "another shop’s"])
def test_whose_the_shop_is_not_may_neither_sign_nor_contest_nor_learn_of_it(who: str, tmp_path: Path) -> None:
    statement = statement_file(platform=PLATFORM, by=PLATFORM, at=NOW, **{**SAID, "shop": "s1"})
    browser = {
        "stranger": lambda: Browser(),
        "representative": lambda: signed_in(Browser(), person_account(person_of(number(1), known_at=later(days=1)))),
        "another shop’s": seller,
    }[who]()
    wanted = 302 if who == "stranger" else 404
    for typed in (SIGN, {"act": "contest", "number": statement.number, "words": "不服"}):
        assert browser.post(address(), typed).status_code == wanted
    answer = browser.get(address())
    assert answer.status_code == wanted and (who == "stranger" or "甲1号旗舰店" not in answer.text)
    assert not Commitment.objects.exists() and not StatementStep.objects.exists()
    for refused in (
        lambda: statement_contest(
            statement=statement, own=own_shops([], [code(2)], known_at=NOW)[0], words="x", at=NOW
        ),
        lambda: commitment_step(own=own(), commitment=99, kind="withdrawn", words="x", at=NOW),
    ):
        with pytest.raises((rules.StatementUnknown, rules.CommitmentUnknown)):
            refused()


def test_a_shop_contests_and_its_platform_answers_by_the_day_of_the_lawbook(client: Browser) -> None:
    statement = statement_file(platform=PLATFORM, by=PLATFORM, at=NOW, **{**SAID, "shop": "s1"})
    browser, typed = firm(), {"act": "contest", "number": statement.number}
    assert browser.post(address(), {**typed, "words": f"请致电{MOBILE}"}).status_code == 422
    assert browser.post(address(), {**typed, "words": "抽样不合规定，请撤销。"}).status_code == 302
    again = browser.post(address(), {**typed, "words": "再次申诉"})
    assert again.status_code == 409 and "答复之后可以再次申诉" in again.text
    step = StatementStep.objects.get()
    assert step.due_on is not None
    assert (step.kind, step.by, step.due_on) == ("contested", "public", date(2026, 11, 27))
    public = Browser().get(f"/shops/{PLATFORM}/s1").text
    assert "抽样不合规定" in public and "店铺申诉" in public and "平台答复期限" in public
    shown = statement_shown(statement, on=step.due_on, known_at=later(days=30))
    assert shown["contested"] and not shown["contest_late"]
    after = step.due_on + timedelta(days=1)
    assert statement_shown(statement, on=after, known_at=later(days=30))["contest_late"]
    with time_machine.travel(later(days=8), tick=True):
        assert "平台逾期未答复申诉" in Browser().get(f"/shops/{PLATFORM}/s1").text
        key = client_add(actor=PLATFORM, title="p", scopes=["merchants"], by="operator", at=timezone.now())[1]
        answer = client.post(
            f"/api/v1/merchants/{PLATFORM}/statements/{statement.number}/steps", json.dumps({"kind": "answered", "words": "复核后维持"}),
            content_type="application/json", headers={"authorization": f"Bearer {key}"},
        )  # fmt: skip
        told = answer.json()
        assert answer.status_code == 200 and not told["contested"] and not told["contest_late"]
        assert [(s["kind"], s["late"], s["by_shop"]) for s in told["steps"]] == [
            ("contested", True, True), ("answered", False, False),
        ]  # fmt: skip
        page = Browser().get(f"/shops/{PLATFORM}/s1").text
        assert "平台未在期限内答复" in page and "复核后维持" in page
        # Answered, it may be contested anew.
        statement_contest(statement=statement, own=own(timezone.now()), words="仍不服", at=timezone.now())
        assert statement_shown(statement, on=timezone.localdate(), known_at=timezone.now())["contest_due_on"]


def test_the_clock_of_a_contest_is_the_lawbook_s() -> None:
    law = load().on(NOW.date(), "cn")
    run = law.procedures[rules.CONTEST]
    assert [step.within for step in run.steps_from(run.opens) if step.within] == ["statement-contest-answer-within"]
    assert re.search("59", law.cite(run.basis[1]).zh)
