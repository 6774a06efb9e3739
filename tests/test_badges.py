"""Shops' badges: signed for whoever is fit, checked by anybody on line and off, revoked and given back; no way to forge one goes through."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.badges import rules
from chengxin.commerce.badges.models import Badge, BadgeStep
from chengxin.commerce.badges.selectors import (
    badge_shown,
    badge_verify,
    badges_outdated,
    badges_revoked,
    revoked_signed,
)
from chengxin.commerce.badges.services import badge_issue, badge_restore, badge_revoke
from chengxin.commerce.merchants.rules import ShopUnknown, StatementUnfit
from chengxin.commerce.merchants.tests.stalls import PLATFORM, SELLER, filed, licence, platform_add, shop, stall
from chengxin.commerce.ratings.services import ratings_publish
from chengxin.commerce.ratings.tests.shops import month_filed, trade
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import log_key
from chengxin.site.cli import run
from chengxin_verify import cli
from chengxin_verify.badges import badge_text, rating_told, revoked_text
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
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    sent(tmp_path, penalty(1), penalty(2))
    filed(shop(1, url=URL), shop(2, url="https://mall.example/shops/s2"), stall(1, url="https://mall.example/shops/p1"))


def issued(n: str = "s1", at: datetime | None = None) -> Badge:
    return badge_issue(platform=PLATFORM, shop=n, by=PLATFORM, at=at or later(hours=1))


def rated(folder: Path, *, stars: int, at: datetime, count: int = 200) -> None:
    """October as the platform files it at the instant, and rated: the first shop's by its stars, the second's with too few trades, a person's."""
    folder.mkdir(parents=True)
    trades = [trade(n, stars=stars) for n in range(count)] + [trade(n, "s2") for n in range(900, 905)]
    month_filed(folder, [*trades, *(trade(n, "p1") for n in range(1000, 1040))], at=at)
    ratings_publish(platform=PLATFORM, period="2026-10", by="operator", at=at)


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


# --- graded ----------------------------------------------------------------------------------------------------------------------


def test_a_firm_s_badge_bears_its_published_grade_with_its_bounds_period_and_method_and_a_person_s_none(
    tmp_path: Path, client: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    before = issued()
    assert before.said["rating"] is None and badge_shown(before, known_at=later(hours=2))["rating_now"] is None
    rated(tmp_path / "files", stars=5, at=later(hours=3))
    badge, few, own = (issued(n, later(hours=4)) for n in ("s1", "s2", "p1"))
    assert badge != before and badge.note.startswith("chengxin badge 2\n"), "with the grade it says something else"
    grade = badge.said["rating"]
    assert (grade["grade"], grade["title"], grade["period"], grade["version"]) == ("excellent", "优", "2026-10", 1)
    assert (grade["method"], grade["method_from"], grade["level"]) == ("shop-rating", "2026-01-01", 95)
    assert 900_000 <= grade["low"] <= grade["high"] <= 1_000_000
    told = few.said["rating"]
    assert (told["grade"], told["title"], told["low"], told["high"]) == ("not-enough", "尚不足以评价", None, None)
    assert own.said["rating"] is None
    with time_machine.travel(later(hours=5)):
        # The one without a grade says nothing wrong, and shows what stands.
        shown = badge_shown(before, known_at=later(hours=5))
        assert (shown["state"], shown["rating_now"]["grade"]) == ("valid", "excellent")
        page, svg = (client.get(f"/badges/{badge.number}{end}").text for end in ("", ".svg"))
        bounds = f"{grade['low'] / 10_000:.1f}–{grade['high'] / 10_000:.1f}"
        assert (
            bounds in page
            and bounds in svg
            and "交易评价" in svg
            and "2026-10" in svg
            and "/methods/shop-rating" in page
        )
        assert "现在公布的等级" not in page and "现在公布的等级" in client.get(f"/badges/{before.number}").text
        assert "尚不足以评价" in client.get(f"/badges/{few.number}.svg").text
        assert "交易评价" not in client.get(f"/badges/{own.number}.svg").text
        assert "对自然人不作评价" in client.get(f"/badges/{own.number}").text
        assert bounds in client.post("/badges", {"badge": badge.note, "address": URL}).text
    path = tmp_path / "badge.txt"
    path.write_text(badge.note, encoding="utf-8", newline="")
    off_line = ["badge", str(path), "--key", log_key().keys[-1].written, "--at", later(hours=5).isoformat()]
    assert cli.run(off_line) == 0 and f"优（区间{bounds}（95%），2026-10，第1版" in capsys.readouterr().out
    for kind, number in (("individual", code(1)), ("unit", ""), ("unit", "92" + code(1)[2:])):
        with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
            said = {**badge.said, "kind": kind, "code": number}
            times = {"issued_at": NOW, "expires_at": later(days=1)}
            Badge.objects.create(number="X", platform=PLATFORM, shop="s1", said=said, note="", by=PLATFORM, **times)


def test_an_older_better_grade_is_worth_nothing_once_another_is_published(
    tmp_path: Path, client: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    rated(tmp_path / "one", stars=5, at=later(hours=1))
    badge = issued(at=later(hours=2))
    rated(tmp_path / "two", stars=5, count=201, at=later(hours=3))  # a further version with the same word
    shown = badge_shown(badge, known_at=later(hours=4))
    assert (shown["state"], shown["rating"]["version"], shown["rating_now"]["version"]) == ("valid", 1, 2)
    rated(tmp_path / "three", stars=2, at=later(hours=5))
    assert codes(badge.note, at=later(hours=6)) == {"outdated"} and codes(badge.note, at=later(hours=4)) == set()
    found = badge_verify(badge.note, address=URL, known_at=later(hours=6))["findings"][0]
    assert "标识上的等级是“优”（2026-10），现在公布的是“中”（2026-10）" in found["zh"] and "“Fair”" in found["en"]
    shown = badge_shown(badge, known_at=later(hours=6))
    assert (shown["state"], shown["because"]) == ("lapsed", "outdated")
    with time_machine.travel(later(hours=6)):
        svg, page = client.get(f"/badges/{badge.number}.svg").text, client.get(f"/badges/{badge.number}").text
    assert "标识上的等级已过时" in svg and "中</tspan>" in svg and "现在公布的等级" in page
    path, listed = tmp_path / "badge.txt", tmp_path / "revoked.txt"
    path.write_text(badge.note, encoding="utf-8", newline="")
    listed.write_text(revoked_signed(at=later(hours=6)), encoding="utf-8", newline="")
    key, when = log_key().keys[-1].written, later(hours=7).isoformat()
    assert cli.run(["badge", str(path), "--key", key, "--at", when, "--revoked", str(listed)]) == 1
    assert "[outdated]" in capsys.readouterr().out
    anew = issued(at=later(hours=7))
    assert anew.said["rating"]["grade"] == "fair" and codes(anew.note, at=later(hours=8)) == set()
    path.write_text(anew.note, encoding="utf-8", newline="")
    assert cli.run(["badge", str(path), "--key", key, "--at", when, "--revoked", str(listed)]) == 0
    # Kept by a person since: no grade stands, and what bears one says so.
    filed(stall(1, shop="s1", url=URL), at=later(hours=9))
    assert badges_outdated(known_at=later(hours=10)) == sorted([badge.number, anew.number])


def test_a_badge_of_the_first_version_still_holds(tmp_path: Path) -> None:
    badge = issued()
    said = {name: value for name, value in badge.said.items() if name != "rating"} | {"number": "AAAA-BBBB-CCCC-DDDD"}
    old = Badge.objects.create(
        number="AAAA-BBBB-CCCC-DDDD", platform=PLATFORM, shop="s1", said=said, note=log_key().sign_once(badge_text(log_key().origin, said)),
        issued_at=badge.issued_at, expires_at=badge.expires_at, by=PLATFORM,
    )  # fmt: skip
    assert old.note.startswith("chengxin badge 1\n") and codes(old.note, address=URL) == set()
    assert (
        badge_shown(old, known_at=later(hours=2))["rating"] is None and badges_outdated(known_at=later(hours=2)) == []
    )
    assert rating_told(None) == ("没有等级", "no grade")
    path, listed = tmp_path / "badge.txt", tmp_path / "revoked.txt"
    path.write_text(old.note, encoding="utf-8", newline="")
    text = f"chengxin badges revoked 1\n{log_key().origin}\n{later(hours=1).isoformat()}\n{later(hours=9).isoformat()}\n{old.number}\n"
    listed.write_text(log_key().sign_once(text), encoding="utf-8", newline="")
    off_line = ["badge", str(path), "--key", log_key().keys[-1].written, "--at", later(hours=2).isoformat()]
    assert cli.run(off_line) == 0 and cli.run([*off_line, "--revoked", str(listed)]) == 1


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
    return lambda badge: log_key().sign_once(f"chengxin badge 2\n{log_key().origin}\n{words(badge.said)}\n")


def regraded(**changes: Any) -> Forged:
    """Another grade than was signed, in the badge's own words."""
    return lambda badge: altered(rating={**badge.said["rating"], **changes})(badge)


def graded_anew(**changes: Any) -> Forged:
    """A grade of a form that the register never signs, under its own key; what is named `badge` changes the badge around it."""
    around = changes.pop("badge", {})
    return signed_anew(lambda said: report_text({**said, **around, "rating": {**said["rating"], **changes}}))


def of_before(badge: Badge) -> str:
    """The grade taken out, and passed off as a badge of the first version."""
    said = {name: value for name, value in badge.said.items() if name != "rating"}
    return badge_text(log_key().origin, said) + "\n" + badge.note.rpartition("\n\n")[2]


def of_the_other(badge: Badge) -> str:
    """The grade of another shop's badge set into this one."""
    return altered(rating=issued("s2", later(hours=2)).said["rating"])(badge)


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
    "another word of grade": (regraded(grade="excellent", title="优", title_en="Excellent"), "signature-invalid"),
    "another title of the same grade": (regraded(title="优"), "signature-invalid"),
    "a lower bound that is higher": (regraded(low=900_000), "signature-invalid"),
    "another period": (regraded(period="2026-11"), "signature-invalid"),
    "another method": (regraded(method="own-rating"), "signature-invalid"),
    "the grade of another shop": (of_the_other, "signature-invalid"),
    "the grade taken out": (altered(rating=None), "signature-invalid"),
    "the grade taken out, as if of the first version": (of_before, "signature-invalid"),
    "another grade under the register's key": (graded_anew(grade="excellent", title="优"), "unlike"),
    "a person's shop graded": (graded_anew(badge={"kind": "individual", "code": "", "name": ""}), "no-badge"),
    "an individual business graded": (graded_anew(badge={"code": "92" + code(1)[2:]}), "no-badge"),
    "a grade without bounds": (graded_anew(low=None, high=None), "no-badge"),
    "bounds of not enough": (graded_anew(grade="not-enough"), "no-badge"),
    "bounds the wrong way round": (graded_anew(low=900_000, high=100_000), "no-badge"),
    "a bound beyond a hundred": (graded_anew(high=1_000_001), "no-badge"),
    "a bound in words": (graded_anew(low="高"), "no-badge"),
    "a word more in the grade": (graded_anew(stars=5), "no-badge"),
    "a grade as a word": (signed_anew(lambda said: report_text({**said, "rating": "AAA"})), "no-badge"),
    "a word fewer": (signed_anew(lambda said: report_text({k: v for k, v in said.items() if k != "address"})), "no-badge"),
    "blanks between": (signed_anew(lambda said: json.dumps(said, ensure_ascii=False, sort_keys=True)), "no-badge"),
    "a word twice": (signed_anew(lambda said: '{"title":"别的店",' + report_text(said)[1:]), "no-badge"),
    "a line more": (signed_anew(lambda said: report_text(said) + "\n平台推荐"), "no-badge"),
    "no instant for its end": (signed_anew(lambda said: report_text({**said, "expires_at": "永久"})), "no-badge"),
    "a number that nobody issued, under the register's key": (signed_anew(lambda said: report_text({**said, "number": "AAAA"})), "unknown"),
    "the text of nothing": (lambda badge: "诚信商家", "no-badge"),
}  # fmt: skip


def test_no_forged_badge_goes_through_and_each_says_why(tmp_path: Path, client: Browser) -> None:
    rated(tmp_path / "files", stars=4, at=later(minutes=30))
    badge, path, key = issued(), tmp_path / "badge.txt", log_key().keys[-1].written
    assert badge.said["rating"]["grade"] == "good" and codes(badge.note) == set()
    for way, (forge, wanted) in FORGED.items():
        forged = forge(badge)
        assert forged != badge.note, way
        found = badge_verify(forged, address=URL, known_at=later(hours=2))
        assert not found["holds"] and wanted in {each["code"] for each in found["findings"]}, (way, found)
        assert all(each["zh"] and each["en"] for each in found["findings"]), "a reason that a shopper can read"
        if wanted not in ("unknown", "unlike"):  # off line nobody knows what was issued: that is why the key is kept
            path.write_text(forged, encoding="utf-8", newline="")
            assert cli.run(["badge", str(path), "--key", key, "--at", later(hours=2).isoformat()]) in (1, 2), way
        page = client.post("/badges", {"badge": forged.replace("\n", "\r\n"), "address": URL})
        assert page.status_code in (404, 422) and "标识是真的" not in page.text, way


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
        "chengxin badge 2\n"
    )
    assert run(["badges", "revoked", "--json"]) == 0 and run(["badges", "issue", PLATFORM]) == 2
    assert timedelta(days=89) < Badge.objects.latest("pk").expires_at - timezone.now() < timedelta(days=91)
