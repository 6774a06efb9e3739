"""Shops' badges: signed for whoever is fit, checked by anybody on line and off, revoked and given back; no way to forge one goes through."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.badges import rules
from chengxin.commerce.badges.models import Badge, BadgeStep
from chengxin.commerce.badges.selectors import badge_shown, badge_verify, badges_revoked, revoked_signed
from chengxin.commerce.badges.services import badge_issue, badge_restore, badge_revoke
from chengxin.commerce.merchants.rules import ShopUnknown, StatementUnfit
from chengxin.commerce.merchants.tests.stalls import PLATFORM, SELLER, filed, licence, platform_add, shop, stall
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import log_key
from chengxin.site.cli import run
from chengxin_verify import cli
from chengxin_verify.badges import badge_text, revoked_text
from chengxin_verify.entries import receipt_text
from chengxin_verify.notes import Key, note_write
from chengxin_verify.reports import report_text
from tests.people import DIVISION
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "https://mall.example/shops/s1"
ITSELF, MARKET, OPERATOR = Asker(PLATFORM, "platform"), Asker("market", "department"), Asker("operator", "operator")


@pytest.fixture(autouse=True)
def platform(settings: Any, tmp_path: Path) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    sent(tmp_path, penalty(1), penalty(2))
    filed(shop(1, url=URL), shop(2, url="https://mall.example/shops/s2"), stall(1, url="https://mall.example/shops/p1"))


def issued(n: str = "s1", at: datetime | None = None) -> Badge:
    return badge_issue(platform=PLATFORM, shop=n, by=PLATFORM, at=at or later(hours=1))


def codes(written: str, *, address: str = "", at: datetime | None = None) -> set[str]:
    return {each["code"] for each in badge_verify(written, address=address, known_at=at or later(hours=2))["findings"]}


def test_a_badge_says_the_shop_and_its_licences_and_no_person() -> None:
    filed(licence(1), kind="licences")
    badge = issued()
    assert (badge.said["title"], badge.said["code"], badge.said["address"]) == ("甲1号旗舰店", code(1), URL)
    assert [each["licence"] for each in badge.said["licences"]] == ["food-business-licence"]
    assert badge_verify(badge.note, address=URL, known_at=later(hours=2))["holds"]
    own = issued("p1")
    assert own.said["name"] == own.said["code"] == "" and SELLER not in own.note
    with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
        Badge.objects.create(
            number="X", platform=PLATFORM, shop="p1", said={**own.said, "name": SELLER}, note="", issued_at=NOW, expires_at=later(days=1), by=PLATFORM,
        )  # fmt: skip


def test_the_same_again_is_the_same_badge_until_half_its_time_is_over_or_its_words_change() -> None:
    first = issued()
    assert issued(at=later(days=10)) == first
    assert issued(at=later(days=50)) != first
    filed(shop(1, url=URL, title="甲1号新店"), at=later(days=51))
    assert issued(at=later(days=52)).said["title"] == "甲1号新店"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"url": None}, "no address"), ({"name": "别处某商行"}, "名称"), ({"closed_on": "2026-11-02"}, "closed"),
        ({"verified_on": "2026-01-02"}, "核验"), ({"number": code(9)}, "not verified here"),
    ],
)  # fmt: skip
def test_a_shop_that_is_not_fit_has_none_and_hears_why(changes: dict[str, Any], why: str) -> None:
    filed(shop(1, **({"url": URL} | changes)), at=later(seconds=1))
    with pytest.raises(rules.BadgeUnfit) as caught:
        issued()
    assert why in f"{caught.value} {caught.value.data['why_zh']}"
    with pytest.raises(ShopUnknown):
        issued("nowhere")


def test_what_is_found_later_or_revoked_makes_it_worth_nothing_until_it_is_given_back() -> None:
    badge = issued()
    filed(shop(1, url=URL, name="别处某商行"), at=later(hours=3))
    assert badge_shown(badge, known_at=later(hours=4))["state"] == "lapsed"
    assert codes(badge.note, at=later(hours=4)) == {"lapsed"} and codes(badge.note) == set()
    filed(shop(1, url=URL), at=later(hours=5))
    assert badge_shown(badge, known_at=later(hours=6))["state"] == "valid"
    with pytest.raises(rules.NotYourBadge):
        badge_revoke(badge=badge, words="x", asker=Asker("other", "platform"), at=later(hours=7))
    with pytest.raises(StatementUnfit):  # the reasons are public, and name nobody
        badge_revoke(badge=badge, words="联系店主 13812345678", asker=MARKET, at=later(hours=7))
    badge_revoke(badge=badge, words="冒用他人证照，已立案", asker=MARKET, at=later(hours=7))
    assert codes(badge.note, at=later(hours=8)) == {"revoked"} and badges_revoked(known_at=later(hours=8)) == [
        badge.number
    ]
    for asker, wrong in ((MARKET, rules.BadgeOver), (ITSELF, rules.NotTheRevoker)):
        with pytest.raises(wrong):
            (badge_revoke if asker is MARKET else badge_restore)(badge=badge, words="x", asker=asker, at=later(hours=8))
    assert issued(at=later(hours=8)) != badge, "what is revoked is not handed out again"
    badge_restore(badge=badge, words="查明无误", asker=MARKET, at=later(hours=9))
    assert codes(badge.note, at=later(hours=10)) == set() and badges_revoked(known_at=later(hours=10)) == []
    assert [s["words"] for s in badge_shown(badge, known_at=later(hours=10))["steps"]] == [
        "冒用他人证照，已立案",
        "查明无误",
    ]
    with pytest.raises(rules.BadgeOver):
        badge_revoke(badge=badge, words="x", asker=MARKET, at=later(days=100))
    assert set(Entry.objects.filter(event__startswith="badges.").values_list("event", flat=True)) == {
        "badges.badge.issued", "badges.badge.revoked", "badges.badge.restored",
    }  # fmt: skip
    assert BadgeStep.objects.count() == 2


# --- forged ---------------------------------------------------------------------------------------------------------------------

Forged = Callable[[Badge], str]


def altered(**changes: Any) -> Forged:
    return lambda badge: badge.note.replace(report_text(badge.said), report_text({**badge.said, **changes}))


def own_key(name: str) -> tuple[Key, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.generate()
    return Key(name, private.public_key().public_bytes_raw()), private


def signed_by_another(badge: Badge) -> str:
    return note_write(badge_text(log_key().origin, badge.said), [own_key(log_key().origin)])


def of_another_register(badge: Badge) -> str:
    return note_write(badge_text("credit.example", badge.said), [own_key("credit.example")])


def signature_of(text: str) -> Forged:
    """The words of the badge under a good signature of something else."""
    return lambda badge: badge.note.rpartition("\n\n")[0] + "\n\n" + log_key().sign_once(text).rpartition("\n\n")[2]


def signed_anew(words: Callable[[dict[str, Any]], str]) -> Forged:
    """What the register itself would never sign, under its own key: only the form refuses it."""
    return lambda badge: log_key().sign_once(f"chengxin badge 1\n{log_key().origin}\n{words(badge.said)}\n")


FORGED: dict[str, tuple[Forged, str]] = {
    "another title": (altered(title="甲1号官方旗舰店"), "signature-invalid"),
    "a look-alike title": (altered(title="甲l号旗舰店"), "signature-invalid"),
    "another's code": (altered(code=code(2)), "signature-invalid"),
    "another address": (altered(address="https://phish.example/s1"), "signature-invalid"),
    "a longer time": (altered(expires_at="2099-01-01T00:00:00+08:00"), "signature-invalid"),
    "another number": (altered(number="AAAA-BBBB-CCCC-DDDD"), "signature-invalid"),
    "a licence more": (altered(licences=[{"licence": "drug-business-licence", "number": "1"}]), "signature-invalid"),
    "a key of one's own under the register's name": (signed_by_another, "signature-invalid"),
    "another register": (of_another_register, "signature-invalid"),
    "the signature of a receipt": (signature_of(receipt_text("x", 1, bytes(32))), "signature-invalid"),
    "the signature of another text": (signature_of("甲1号旗舰店\n"), "signature-invalid"),
    "no signature": (lambda badge: badge.note.rpartition("\n\n")[0] + "\n", "no-badge"),
    "half a signature": (lambda badge: badge.note[:-20] + "\n", "no-badge"),
    "a receipt": (lambda badge: log_key().sign_once(receipt_text(log_key().origin, 1, bytes(32))), "no-badge"),
    "a list of those revoked": (lambda badge: revoked_signed(at=NOW), "no-badge"),
    "a word more": (signed_anew(lambda said: report_text({**said, "grade": "AAA"})), "no-badge"),
    "a word fewer": (signed_anew(lambda said: report_text({k: v for k, v in said.items() if k != "address"})), "no-badge"),
    "blanks between": (signed_anew(lambda said: json.dumps(said, ensure_ascii=False, sort_keys=True)), "no-badge"),
    "a word twice": (signed_anew(lambda said: '{"title":"别的店",' + report_text(said)[1:]), "no-badge"),
    "a line more": (signed_anew(lambda said: report_text(said) + "\n平台推荐"), "no-badge"),
    "no instant for its end": (signed_anew(lambda said: report_text({**said, "expires_at": "永久"})), "no-badge"),
    "a number that nobody issued, under the register's key": (signed_anew(lambda said: report_text({**said, "number": "AAAA"})), "unknown"),
    "the text of nothing": (lambda badge: "诚信商家", "no-badge"),
}  # fmt: skip


@pytest.mark.parametrize("way", FORGED)
def test_no_forged_badge_goes_through_and_each_says_why(way: str, tmp_path: Path, client: Browser) -> None:
    forge, wanted = FORGED[way]
    badge = issued()
    forged = forge(badge)
    found = badge_verify(forged, address=URL, known_at=later(hours=2))
    assert not found["holds"] and wanted in {each["code"] for each in found["findings"]}
    assert all(each["zh"] and each["en"] for each in found["findings"]), "a reason that a shopper can read"
    if wanted != "unknown":  # off line nobody knows which numbers were issued: that is why the key is kept
        path = tmp_path / "badge.txt"
        path.write_text(forged, encoding="utf-8", newline="")
        assert cli.run(
            ["badge", str(path), "--key", log_key().keys[-1].written, "--at", later(hours=2).isoformat()]
        ) in (1, 2)
    page = client.post("/badges", {"badge": forged.replace("\n", "\r\n"), "address": URL})
    assert page.status_code in (404, 422) and "标识是真的" not in page.text


def test_copied_ended_revoked_and_not_yet_begun_ones_fail_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    badge, key = issued(), log_key().keys[-1].written
    assert codes(badge.note, address="https://phish.example/shops/s1") == {"elsewhere"}
    assert codes(badge.note, at=later(days=91)) == {"ended"}
    assert "not-yet" in codes(badge.note, at=later(minutes=1))
    path, listed = tmp_path / "badge.txt", tmp_path / "revoked.txt"
    path.write_text(badge.note, encoding="utf-8", newline="")

    def off_line(*words: str, at: datetime | None = None) -> tuple[int, set[str]]:
        when = (at or later(hours=2)).isoformat()
        status = cli.run(["badge", str(path), "--key", key, "--at", when, "--json", *words])
        return status, {each["code"] for each in json.loads(capsys.readouterr().out)["findings"]}

    assert off_line("--address", URL) == (0, set())
    assert off_line("--address", "https://phish.example") == (1, {"elsewhere"})
    listed.write_text(revoked_signed(at=later(hours=2)), encoding="utf-8", newline="")
    assert off_line("--revoked", str(listed)) == (0, set())
    badge_revoke(badge=badge, words="证照系伪造", asker=MARKET, at=later(hours=3))
    listed.write_text(revoked_signed(at=later(hours=4)), encoding="utf-8", newline="")
    assert off_line("--revoked", str(listed), at=later(hours=5)) == (1, {"revoked"})
    assert off_line("--revoked", str(listed), at=later(hours=29)) == (1, {"list-old", "revoked"})
    empty = revoked_text(log_key().origin, later(hours=4).isoformat(), later(hours=28).isoformat(), ())
    listed.write_text(note_write(empty, [own_key(log_key().origin)]), encoding="utf-8", newline="")
    assert off_line("--revoked", str(listed), at=later(hours=5)) == (1, {"list-invalid"})


# --- doors -----------------------------------------------------------------------------------------------------------------------


def test_through_the_api_the_page_the_picture_and_the_command(client: Browser, tmp_path: Path, capsys: Any) -> None:
    keys = {
        each: client_add(actor=each, title="程序", scopes=["merchants"], by="operator", at=timezone.now())[1] for each in (PLATFORM, "market")
    }  # fmt: skip

    def call(path: str, by: str = "", body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {keys[by]}"} if by else {}
        return client.post(
            f"/api/v1/badges{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )

    assert call(f"/{PLATFORM}/s1").status_code == 401 and call(f"/{PLATFORM}/s1", "market").status_code == 403
    made = call(f"/{PLATFORM}/s1", PLATFORM).json()
    number = made["number"]
    assert made["snippet"].count("<") == 3 and "script" not in made["snippet"] and made["state"] == "valid"
    assert client.get(f"/api/v1/badges/{number}").json()["note"] == made["note"]
    assert call("/check", body={"badge": made["note"], "address": URL}).json()["holds"]
    page = client.get(f"/badges/{number}", headers={"referer": "https://mall.example/shops/s1"}).text
    assert "甲1号旗舰店" in page and URL in page and "小心" not in page
    copied = client.get(f"/badges/{number}", headers={"referer": "https://phish.example/"}).text
    assert "小心：您是从 phish.example 过来的" in copied
    svg = client.get(f"/badges/{number}.svg")
    assert (
        svg["content-type"] == "image/svg+xml"
        and "身份已核验" in svg.text
        and svg["cross-origin-resource-policy"] == "cross-origin"
    )
    assert client.post("/badges", {"badge": f" {number.lower()} ", "address": ""}).status_code == 200
    assert call(f"/{number}/steps/revocation", "market", {"words": "已立案"}).json()["state"] == "revoked"
    assert "标识无效" in client.get(f"/badges/{number}.svg").text and "已被撤销" in client.get(f"/badges/{number}").text
    assert number in client.get("/api/v1/badges/revoked").text
    assert call(f"/{number}/steps/restoration", "market", {"words": "无误"}).json()["state"] == "valid"
    assert "没有签发过" in client.get("/badges/AAAA.svg").text and client.get("/badges/AAAA").status_code == 404
    out = tmp_path / "badge.txt"
    assert run(["badges", "issue", PLATFORM, "p1", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "valid" and out.read_text(encoding="utf-8").startswith(
        "chengxin badge 1\n"
    )
    assert run(["badges", "revoked", "--json"]) == 0 and run(["badges", "issue", PLATFORM]) == 2
    assert timedelta(days=89) < Badge.objects.latest("pk").expires_at - timezone.now() < timedelta(days=91)
