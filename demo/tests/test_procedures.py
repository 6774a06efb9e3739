"""What the demo plays: by valid codes of nobody's, each step on its day, and the register says so."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from chengxin.accounts.rules import PERIOD, totp_code
from chengxin.actors.services import actor_add
from chengxin.cases.models import Case
from chengxin.kernel.identifiers import identifier_read
from chengxin.records.models import Record
from demo.cast import CAST
from demo.procedures import CENTRE, FINANCE, LAND, MARKET, MARKS, code, name, play, staff_opened
from tests.world import NOW, TODAY


def test_the_firms_bear_valid_codes_that_nobody_else_in_the_city_has() -> None:
    codes = [code(n) for n in range(len(MARKS))]
    assert all(identifier_read(each).scheme == "uscc" for each in codes) and len(set(codes)) == len(MARKS)
    assert not set(codes) & {firm.code for firm in CAST.values()}
    assert not {name(n) for n in range(len(MARKS))} & {firm.name for firm in CAST.values()}


@pytest.mark.django_db
def test_a_listing_an_objection_and_a_repair_run_their_whole_way(tmp_path: Path) -> None:
    actor_add(key=CENTRE, kind="credit-centre", title="信用中心", by="operator", at=NOW)
    made = play(tmp_path, TODAY)
    told = "\n".join(zh for zh, _ in made["told"])
    for words in (
        "送达之前核查土地出让：没有适用的措施",
        "核查土地出让：有适用的措施",
        "核查：因异议暂停适用",
        "更正重发2件答复",
        "停止公示和使用；核查：没有适用的措施",
    ):
        assert words in told, words
    assert "列入事先告知书" in made["notice"] and code(0) in made["notice"]
    assert {case.number for case in Case.objects.all()} == set(made["cases"].values())
    assert Record.objects.filter(record_type="serious-dishonesty").count() == 1


@pytest.mark.django_db
def test_the_demo_s_staff_sign_in_with_what_it_prints(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for actor, kind in (
        (CENTRE, "credit-centre"),
        (MARKET, "department"),
        (LAND, "department"),
        (FINANCE, "department"),
    ):
        actor_add(key=actor, kind=kind, title=actor, by="operator", at=timezone.now())
    made = staff_opened()
    assert made and staff_opened() is None
    for login in (CENTRE, LAND):
        browser = Client()
        browser.post("/desk/sign-in", {"login": login, "password": made["password"]})
        code_now = totp_code(made["secret"], int(timezone.now().timestamp()) // PERIOD)
        assert browser.post("/desk/second", {"code": code_now}).status_code == 302
        assert browser.get("/desk/tasks").status_code == 200
