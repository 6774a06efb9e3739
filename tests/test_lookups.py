"""Public pages that answer yes or no are looked up so often from one address and no more, found or not; then they open again by themselves."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client as Browser

from chengxin.accounts.models import Attempt
from chengxin.accounts.rules import OF_LOOKUPS
from chengxin.actors.rules import network_of
from chengxin.disclosure.models import Call
from tests.world import NOW, code, later

pytestmark = pytest.mark.django_db

PAGES = {
    "/confirm": {"name": "某人", "certificate": "云川证字第1号"},
    "/verify": {"number": "CX-1", "code": "0000"},
    "/reports/again": {"number": "CX-1", "code": "0000"},
    "/case": {"number": "YY-1", "key": "0000"},
    "/reports": {"number": code(1), "key": "0000"},
    "/api/v1/rights/follow": {"number": "YY-1", "key": "0000"},
}
SAME = {"/reports/again": "/verify", "/api/v1/rights/follow": "/case"}  # counted with the page that answers the same


def looked(path: str, sender: str = "203.0.113.7", told: str = "") -> Any:
    headers = {"X-Forwarded-For": told} if told else {}
    if path.startswith("/api/"):
        return Browser().post(path, json.dumps(PAGES[path]), "application/json", headers=headers, REMOTE_ADDR=sender)
    return Browser().post(path, PAGES[path], headers=headers, REMOTE_ADDR=sender)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit's rule is the same for a few as for many, which are slow."""
    monkeypatch.setattr("chengxin.accounts.rules.OF_LOOKUPS", type(OF_LOOKUPS)(3, OF_LOOKUPS.within))


@pytest.mark.parametrize("path", PAGES)
def test_whoever_looks_up_too_often_is_told_when_to_come_back_and_nobody_else_waits(path: str) -> None:
    with time_machine.travel(NOW, tick=False):
        first = [looked(path).status_code for _ in range(3)]
        assert 429 not in first
        refused = looked(path)
        assert refused.status_code == 429 and refused["Retry-After"] == str(15 * 60)
        assert "15分钟" in refused.content.decode()
        assert looked(path, "203.0.113.8").status_code != 429
        if path in SAME:
            assert looked(SAME[path]).status_code == 429
    with time_machine.travel(later(minutes=15, seconds=1), tick=False):
        assert looked(path).status_code != 429


def test_what_is_beyond_the_limit_asks_nothing_and_uses_up_nobody_s_day(clock: None) -> None:
    for _ in range(6):
        looked("/confirm")
    assert Call.objects.count() == 3


def test_another_address_in_a_header_and_others_of_the_same_network_are_no_way_around(
    clock: None, settings: LazySettings
) -> None:
    answers = [looked("/confirm", "2001:db8::1", f"198.51.100.{n}").status_code for n in range(3)]
    assert answers == [200, 200, 200]
    assert looked("/confirm", "2001:db8::ffff:2").status_code == 429
    assert looked("/confirm", "2001:db8:0:1::1").status_code == 200
    settings.CHENGXIN_PROXIES = ["10.0.0.1"]
    assert [looked("/confirm", "10.0.0.1", f"198.51.100.{n}").status_code for n in range(5)] == [200] * 5


def test_no_address_is_kept_and_what_is_over_is_forgotten() -> None:
    with time_machine.travel(NOW, tick=False):
        looked("/confirm")
        assert Attempt.objects.count() == 1 and b"203" not in bytes(Attempt.objects.get().about)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        looked("/case", "203.0.113.9")
        assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_of_ipv6_the_network_is_counted(address: str, network: str) -> None:
    assert network_of(address) == network
