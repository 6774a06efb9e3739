"""Platforms file shops and licences; what does not hold is found as of a day and becomes a ticket; no person is ever listed."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, connection, transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import shops_filed
from chengxin.commerce.merchants.models import Filing, Refused, Registration, Ticket, TicketStep, registration_bound
from chengxin.commerce.merchants.selectors import (
    findings_known,
    products_known,
    promises_known,
    shop_shown,
    shops_coded_alike,
    subjects_coded,
    suppliers_accessible,
    suppliers_known,
    ticket_shown,
    tickets_accessible,
    tickets_open,
)
from chengxin.commerce.merchants.services.filing import merchants_file, refused_export, refused_resend
from chengxin.commerce.merchants.services.ticketing import merchants_review, ticket_answer, ticket_dismiss
from chengxin.commerce.merchants.tests.stalls import (
    PLATFORM,
    SELLER,
    SELLER_NUMBER,
    csv_write,
    digest,
    filed,
    licence,
    platform_add,
    shop,
    stall,
)
from chengxin.kernel.identifiers import citizen_number_check
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from chengxin.vault.selectors import seal_of
from tests.people import DIVISION, number
from tests.people import name as person
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db
ITSELF, MARKET = Asker(PLATFORM, "platform"), Asker("market", "department")


@pytest.fixture(autouse=True)
def platform(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()


def found(on: date = TODAY, at: Any = NOW) -> set[tuple[str, str, str]]:
    return {(f.shop, f.finding, f.item) for f in findings_known(PLATFORM, on=on, known_at=at)}


def shown(n: str, on: date = TODAY, at: Any = NOW) -> Any:
    return shop_shown(PLATFORM, n, on=on, known_at=at)


def test_a_shop_is_verified_by_what_is_held_of_its_code_and_name(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2), penalty(3, kind="吊销营业执照"))
    done = filed(
        shop(1), shop(2, name="别处某商行"), shop(3), shop(4), shop(5, shop="s5b", number=code(1), name="甲 1 号")
    )
    assert (done.accepted, done.refused) == (5, 0)
    assert [shown(f"s{n}").state for n in (1, 2, 3, 4)] == ["verified", "name-unlike", "ended", "not-held"]
    # One code under two unlike names is borrowed by one of them: both are asked.
    assert found() == {
        ("s2", "name-unlike", ""), ("s3", "ended", ""), ("s5b", "name-unlike", ""), ("s1", "code-borrowed", ""), ("s5b", "code-borrowed", ""),
    }  # fmt: skip
    assert done.opened == 5
    # As it was known the day before, there was no shop at all.
    assert found(at=NOW - timedelta(days=1)) == set()


def test_a_code_borrowed_later_asks_the_shop_that_was_there_before_at_the_filing_itself() -> None:
    assert filed(shop(1), shop(2)).opened == 0
    borrowed = shop(5, shop="s5b", number=code(1), name="甲 1 号")
    assert filed(borrowed, at=later(hours=1)).opened == 2
    stand = tickets_open(tickets_accessible(ITSELF), known_at=later(hours=1))
    assert sorted((t.shop, t.finding) for t in stand) == [("s1", "code-borrowed"), ("s5b", "code-borrowed")]
    # Filed with a code of its own, both are mended, without a review.
    mended = filed(shop(5, shop="s5b"), at=later(hours=2))
    assert (mended.opened, mended.mended) == (0, 2)
    assert not tickets_open(tickets_accessible(ITSELF), known_at=later(hours=2))


def test_the_same_again_changes_nothing_and_a_change_is_a_new_version(tmp_path: Path) -> None:
    rows = [shop(1), stall(1), shop(2, kind="firm")]
    path = csv_write(tmp_path / "shops.csv", rows)
    first = merchants_file(platform=PLATFORM, kind="shops", path=path, by=PLATFORM, at=NOW)
    again = merchants_file(platform=PLATFORM, kind="shops", path=path, by=PLATFORM, at=later(hours=1))
    assert (first.accepted, first.refused, again.repeated, again.filing) == (2, 1, True, first.filing)
    assert Registration.objects.count() == 2 and Filing.objects.count() == 1
    parquet = tmp_path / "shops.parquet"
    pl.DataFrame([shop(1, title="甲1号新店"), stall(1)]).write_parquet(parquet)
    changed = merchants_file(platform=PLATFORM, kind="shops", path=parquet, by="operator", at=later(hours=2))
    assert (changed.accepted, changed.unchanged) == (1, 1)
    assert shown("s1", at=later(hours=2)).title == "甲1号新店" and shown("s1").title == "甲1号旗舰店"
    # Whom only the seal holds may change too.
    assert filed(stall(1, name=person(8), number=number(8)), at=later(hours=3)).accepted == 1


def test_a_row_that_does_not_hold_is_refused_with_its_reason_and_kept_sealed() -> None:
    minor = DIVISION.ljust(6, "0") + "20120307001"
    filed(shop(1))
    wrong = {
        "missing": shop(11, title=""), "id-shape": shop(12, shop="店 一"), "code-wrong": shop(13, number="91390102000000018X"),
        "representative-missing": shop(14, principal=None), "exemption-missing": stall(15, exemption=None), "seller-minor": stall(16, number=minor + citizen_number_check(minor)),
        "person-number-wrong": stall(17, number="1234"), "person-in-public": shop(18, title="电话13800138000"), "not-a-day": shop(19, verified_on="2026/11/01"),
        "in-the-future": shop(20, verified_on="2026-11-23"), "not-a-value": shop(21, categories="food;guns"), "digest-shape": shop(22, digest="x"),
        "twice-in-file": shop(23), "exemption-of-unit": shop(24, exemption="handicraft"), "url-shape": shop(25, url="javascript:x"), "too-long": shop(26, title="甲" * 201),
    }  # fmt: skip
    done = filed(shop(23), *wrong.values())
    assert done.refused_by_reason == dict.fromkeys(wrong, 1) and done.accepted == 1
    assert {p.shop for p in Refused.objects.all()} >= {"s11", "p16"}
    kept = Refused.objects.get(reason="seller-minor")
    assert seal_of("intake").unseal_json(bytes(kept.sealed))["shop"] == "p16"
    lines = "".join(refused_export(filing=Filing.objects.get(pk=done.filing), by=PLATFORM, at=NOW))
    assert "seller-minor" in lines and SELLER not in lines and minor not in lines
    # Mended, it is sent again.
    assert filed(stall(16), at=later(hours=1)).accepted == 1
    known = {"shop-unknown": licence(99), "days-disordered": licence(1, valid_to="2023-01-01")}
    assert filed(*known.values(), kind="licences").refused_by_reason == dict.fromkeys(known, 1)


def test_a_refused_row_is_sent_again_with_what_is_changed_and_the_rest_as_it_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = filed(shop(1), stall(2, exemption=None), shop(3, title=""), shop(4, url="x"))
    filing = Filing.objects.get(pk=done.filing)
    lines = dict(Refused.objects.values_list("shop", "line"))
    again: dict[str, Any] = {"filing": filing, "by": PLATFORM, "at": later(hours=1)}
    with pytest.raises(rules.RefusedUnknown):
        refused_resend(changes={99: {}}, **again)
    with pytest.raises(rules.ColumnsUnfit):
        refused_resend(changes={lines["s3"]: {"telephone": "1"}}, **again)
    platform_add("other")
    with pytest.raises(rules.FiledForAnother):
        refused_resend(changes={lines["s3"]: {"title": "新店"}}, **{**again, "by": "other"})
    assert Filing.objects.count() == 1
    sent_again = refused_resend(changes={lines["p2"]: {"exemption": "own-farm-produce"}, lines["s3"]: {}}, **again)
    assert (sent_again.rows, sent_again.accepted, sent_again.refused_by_reason) == (2, 1, {"missing": 1})
    # Who it is came from where the row lay sealed; whoever mended the column never had it.
    row = Registration.objects.get(shop="p2")
    about = registration_bound({"platform": PLATFORM, "shop": "p2", "version": 1})
    assert seal_of("vault").unseal_json(bytes(row.sealed), about) == {"name": SELLER, "number": SELLER_NUMBER}
    assert Entry.objects.filter(event="merchants.refused.resent").count() == 1
    # By a file: an empty cell stays as it came.
    mends = csv_write(tmp_path / "mends.csv", [{"line": str(lines["s4"]), "url": "https://s4.example", "title": None}])
    assert run(["merchants", "resend", str(filing.pk), str(mends), "--by", PLATFORM, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 1
    assert (shown("s4", at=later(days=999)).url, shown("s4", at=later(days=999)).title) == (
        "https://s4.example",
        "甲4号旗舰店",
    )
    assert run(["merchants", "resend", str(filing.pk), str(mends), "--by", "other", "--json"]) != 0
    (tmp_path / "bare.csv").write_text("title\n甲\n", encoding="utf-8")
    assert run(["merchants", "resend", str(filing.pk), str(tmp_path / "bare.csv"), "--by", PLATFORM, "--json"]) != 0


def test_only_the_platform_itself_or_the_operator_for_it_files() -> None:
    platform_add("other")
    with pytest.raises(rules.FiledForAnother):
        filed(shop(1), by="other")
    with pytest.raises(rules.NotAPlatform):
        filed(shop(1), platform="operator", by="operator")
    with pytest.raises(rules.ColumnsUnfit):
        filed({"shop": "s1", "telephone": "1"})
    with pytest.raises(rules.KindUnknown):
        filed(shop(1), kind="buyers")
    assert not Filing.objects.exists()


def test_what_goods_need_is_found_missing_held_or_expired_as_of_the_day() -> None:
    filed(shop(1, categories="food;health-food"), shop(2, categories="food"), stall(3, categories="food;farm-produce"))
    assert {(n["category"], n["need"]) for n in shown("s1").needs if n["state"] == "missing"} == {
        ("food", "food-licence"), ("health-food", "food-licence"), ("health-food", "registration"),
    }  # fmt: skip
    assert shown("p3").needs == []  # a person selling their own produce needs no licence for it
    done = filed(licence(1), licence(2, holder=code(1), valid_to="2026-11-20"), kind="licences", at=later(hours=1))
    assert (done.opened, done.mended) == (2, 3)
    at = later(hours=1)
    assert found(at=at) == {
        ("s1", "licence-missing", "health-food/registration"), ("s2", "licence-of-another", "JY13901020000002"), ("s2", "licence-expired", "JY13901020000002"),
    }  # fmt: skip
    # No job has run: a licence holds through its last day, and not on the next.
    assert ("s2", "licence-expired", "JY13901020000002") not in found(on=date(2026, 11, 20), at=at)
    assert [n["state"] for n in shown("s2", on=date(2026, 11, 20), at=at).needs] == ["held"]
    assert [n["state"] for n in shown("s2", at=at).needs] == ["expired"]
    renewed = licence(2, number="JY13901020099999", valid_from="2026-11-20")
    assert filed(renewed, kind="licences", at=later(hours=2)).mended == 1
    assert {f for f in found(at=later(hours=2)) if f[0] == "s2"} == {("s2", "licence-of-another", "JY13901020000002")}


def test_verification_is_overdue_after_the_place_s_period(settings: Any) -> None:
    filed(shop(1), stall(1))
    assert found(on=date(2027, 5, 1)) == set()
    assert found(on=date(2027, 5, 2)) == {("s1", "identity-overdue", ""), ("p1", "identity-overdue", "")}
    settings.CHENGXIN_PLACE = "cn-33"
    assert shown("s1").verify_by == date(2027, 5, 1)


def test_a_change_is_filed_within_the_place_s_days(settings: Any) -> None:
    filed(shop(1, changed_on="2026-11-13"), shop(2))
    assert not shown("s1").changed_late and not shown("s2").changed_late
    settings.CHENGXIN_PLACE = "cn-33"  # three working days there, ten elsewhere
    assert shown("s1").changed_late


def test_a_ticket_has_its_day_its_reply_and_its_end(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2))
    filed(shop(1, name="别处某商行"), shop(2, name="另一商行"))
    first, second = tickets_open(tickets_accessible(ITSELF), known_at=NOW)
    assert ticket_shown(first, on=TODAY)["due_on"] == date(2026, 12, 4)
    assert not ticket_shown(first, on=date(2026, 12, 4))["late"] and ticket_shown(first, on=date(2026, 12, 5))["late"]
    ticket_answer(ticket=first.pk, words="已通知商家更正名称", asker=ITSELF, at=later(hours=1))
    assert filed(shop(1), at=later(hours=2)).mended == 1
    assert [s["kind"] for s in ticket_shown(first, on=TODAY)["steps"]] == ["reply", "mended"]
    with pytest.raises(rules.TicketClosed):
        ticket_answer(ticket=first.pk, words="又及", asker=ITSELF, at=later(hours=3))
    with pytest.raises(rules.NotTheRegulator):
        ticket_dismiss(ticket=second.pk, words="无误", asker=ITSELF, at=later(hours=3))
    ticket_dismiss(ticket=second.pk, words="更名正在办理", asker=MARKET, at=later(hours=3))
    assert merchants_review(platform=PLATFORM, by="operator", at=later(hours=4)) == {"opened": 0, "mended": 0}
    # The same fault again is a further ticket.
    assert filed(shop(1, name="别处某商行"), at=later(hours=5)).opened == 1
    assert Ticket.objects.filter(shop="s1").count() == 2
    for stranger in (Asker("roads", "service-firm"), Asker("other", "platform")):
        assert not tickets_accessible(stranger).exists()


def test_a_supplier_s_code_name_and_licence_are_looked_at_strictly(tmp_path: Path) -> None:
    sent(tmp_path, penalty(8))
    filed(shop(1))
    supplier = {
        "shop": "s1", "supplier": code(8), "name": "云川市甲8号商贸有限公司", "category": "food", "licence": "food-production-licence", "number": "SC1",
        "valid_to": "2026-11-21", "evidence": "official-register", "digest": digest(8), "verified_on": "2026-11-01",
    }  # fmt: skip
    filed(
        supplier,
        supplier | {"supplier": code(9)},
        supplier | {"category": "cosmetics", "name": "冒名商行"},
        kind="suppliers",
    )
    files = suppliers_known(PLATFORM, "s1", on=TODAY, known_at=NOW)
    assert sorted((each["state"], each["licence_expired"]) for each in files) == [
        ("name-unlike", True), ("not-held", True), ("verified", True),
    ]  # fmt: skip
    assert not suppliers_known(PLATFORM, "s1", on=date(2026, 11, 21), known_at=NOW)[0]["licence_expired"]
    found = {(f.finding, f.item) for f in findings_known(PLATFORM, on=TODAY, known_at=NOW)}
    assert found == {
        *(("supplier-licence-expired", f"{code(n)}/{category}") for n, category in ((8, "food"), (9, "food"), (8, "cosmetics"))),
        ("supplier-name-unlike", f"{code(8)}/cosmetics"),
    }  # fmt: skip
    assert {t.finding for t in tickets_open(tickets_accessible(ITSELF), known_at=NOW)} == {f for f, _ in found}
    mended = {"valid_to": "2028-01-01", "licence": "", "number": ""}
    filed(
        supplier | mended,
        supplier | {"supplier": code(9), "removed_on": "2026-11-20"},
        kind="suppliers",
        at=later(hours=1),
    )
    found = {(f.finding, f.item) for f in findings_known(PLATFORM, on=TODAY, known_at=later(hours=1))}
    assert ("supplier-licence-missing", f"{code(8)}/food") in found and (
        "supplier-licence-expired",
        f"{code(8)}/food",
    ) not in found
    late = {f.finding for f in findings_known(PLATFORM, on=date(2027, 6, 1), known_at=later(hours=1))}
    assert {"supplier-overdue", "supplier-licence-expired"} <= late
    assert suppliers_accessible(MARKET, PLATFORM, "s1", on=TODAY, known_at=NOW)
    with pytest.raises(rules.ShopUnknown):
        suppliers_accessible(Asker("other", "platform"), PLATFORM, "s1", on=TODAY, known_at=NOW)


def test_an_older_row_sent_again_never_stands_over_a_later_filing() -> None:
    first = filed(shop(1, verified_on="2027-01-01"), shop(2, verified_on="2027-01-01")).filing
    refused = Filing.objects.get(pk=first)
    filed(shop(1, title="后来的名字"), at=later(hours=1))
    changes = {1: {"verified_on": "2026-10-01"}, 2: {"verified_on": "2026-10-01"}}
    with pytest.raises(rules.ResendOvertaken) as told:
        refused_resend(filing=refused, changes=changes, by=PLATFORM, at=later(hours=2))
    assert "s1" in str(told.value) and "s2" not in str(told.value)
    assert shop_shown(PLATFORM, "s1", on=TODAY, known_at=later(hours=3)).title == "后来的名字"
    done = refused_resend(filing=refused, changes={2: changes[2]}, by=PLATFORM, at=later(hours=2))
    assert done.accepted == 1
    again = refused_resend(filing=refused, changes={2: changes[2]}, by=PLATFORM, at=later(hours=4))
    assert (again.accepted, again.unchanged) == (0, 1), "the same again changes nothing, and is no fault"


def test_no_natural_person_is_listed_shown_exported_or_readable_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    units = [shop(n) for n in range(1, 4)]
    filed(*units, *(stall(n) for n in range(1, 6)), stall(9, title=f"{SELLER}的小店"), stall(10, exemption=None))
    persons = {SELLER, SELLER_NUMBER, units[0]["legal_representative"], units[0]["principal"]}
    # The whole of what the database holds in the clear: every table of the room and the ledger, as a dump would give it.
    with connection.cursor() as cursor:
        dump = ""
        for model in (Filing, Refused, Registration, Ticket, TicketStep, Entry):
            cursor.execute(f"select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from {model._meta.db_table} t")
            dump += cursor.fetchone()[0]
    assert not [who for who in persons if who in dump]
    doors = json.dumps([shown(s).as_dict() for s in ("s1", "p1", "p9")], default=str, ensure_ascii=False)
    assert run(["merchants", "shop", PLATFORM, "p9", "--json"]) == 0
    assert run(["merchants", "findings", PLATFORM, "--json"]) == 0
    assert run(["merchants", "tickets", "--json"]) == 0
    doors += capsys.readouterr().out
    assert not [who for who in persons if who in doors]
    assert shown("p9").title == "" and (shown("p1").name, shown("p1").code) == ("", "")
    row = Registration.objects.get(shop="p1")
    about = registration_bound({"platform": PLATFORM, "shop": "p1", "version": 1})
    assert seal_of("vault").unseal_json(bytes(row.sealed), about) == {"name": SELLER, "number": SELLER_NUMBER}
    # Whoever writes, the database refuses a person in the clear.
    for body in ({"kind": "individual", "name": SELLER}, {"kind": "unit", "principal": SELLER}, {"kind": "individual"}):
        sealed = None if body == {"kind": "individual"} else row.sealed
        words: dict[str, Any] = {
            "platform": PLATFORM,
            "kind": "shops",
            "shop": "x",
            "version": 1,
            "filing": row.filing,
            "at": NOW,
        }
        with pytest.raises(IntegrityError, match="persons_sealed"), transaction.atomic():
            Registration.objects.create(body=body, sealed=sealed, **words)


def test_the_command_files_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(csv_write(tmp_path / f"{n}.csv", [shop(n), shop(n + 10)])) for n in (1, 2)]
    assert run(["merchants", "file", PLATFORM, *files, "--by", PLATFORM, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["accepted"], len(told["files"])) == (4, 4, 2)
    path = csv_write(tmp_path / "l.csv", [licence(1)])
    assert run(["merchants", "file", PLATFORM, str(path), "--kind", "licences", "--json"]) == 0
    assert run(["merchants", "review", PLATFORM, "--json"]) == 0
    (tmp_path / "x.parquet").write_bytes(b"PAR1x")
    assert run(["merchants", "file", PLATFORM, str(tmp_path / "x.parquet"), "--json"]) != 0


def test_products_and_promises_are_filed_like_all_else_and_shown_on_the_day() -> None:
    filed(shop(1), stall(2))
    product = {
        "shop": "s1", "product": "k1", "title": "保温杯", "category": "other", "maker": "云川市杯业有限公司", "maker_code": code(8), "origin": "云川",
        "price": "59.00元", "digest": digest(1),
    }  # fmt: skip
    done = filed(
        product,
        product | {"product": "k2", "title": "电话13800138000"},
        product | {"product": "k3", "category": "guns"},
        kind="products",
    )
    assert (done.accepted, done.refused_by_reason) == (1, {"person-in-public": 1, "not-a-value": 1})
    promise = {
        "shop": "s1",
        "promise": "delivery-time",
        "words": "四十八小时内发货",
        "from_on": "2026-11-01",
        "digest": digest(2),
    }
    done = filed(
        promise, promise | {"shop": "p2"}, promise | {"promise": "happiness"}, promise | {"shop": "s9"}, kind="promises"
    )
    assert (done.accepted, done.refused_by_reason) == (2, {"not-a-value": 1, "shop-unknown": 1})
    words: dict[str, Any] = {"on": TODAY, "known_at": NOW}
    (sold,) = products_known(PLATFORM, "s1", **words)
    assert (sold["title"], sold["code"], sold["origin"]) == ("保温杯", code(8), "云川")
    (kept,) = promises_known(PLATFORM, "s1", **words)
    assert (kept["words"], kept["breaches_decided"], kept["complaints"]) == (
        "四十八小时内发货",
        0,
        ["delivery", "courier"],
    )
    assert promises_known(PLATFORM, "s1", on=date(2026, 10, 31), known_at=NOW) == []
    filed(promise | {"removed_on": TODAY.isoformat()}, kind="promises", at=later(hours=1))
    assert promises_known(PLATFORM, "s1", on=TODAY, known_at=later(hours=1)) == [] and promises_known(
        PLATFORM, "s1", **words
    )


def test_more_shops_than_one_statement_may_name_are_asked_for_at_once() -> None:
    filed(shop(1, verified_on="2020-01-01"))
    many = [f"s{n}" for n in range(1, 70_001)]
    assert [f.shop for f in findings_known(PLATFORM, on=TODAY, known_at=NOW, shops=many)] == ["s1"]
    assert shops_filed(PLATFORM, many) == {"s1"} == shops_coded_alike(PLATFORM, many, known_at=NOW)
    assert subjects_coded([code(n) for n in range(1, 70_001)], known_at=NOW) == {}
