"""Parcels and the firms that carry them, through HTTP: what anybody sees, and that no person is seen."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from chengxin.accounts.rules import OF_LOOKUPS
from chengxin.commerce.logistics.tests.boxes import parcel, scan, scans
from chengxin.commerce.trades.tests.goods import filed, platform_add
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Path]:
    """A platform with a lake of its own."""
    folder = tmp_path_factory.mktemp("lake")
    settings.CHENGXIN_LAKE = str(folder)
    platform_add()
    yield folder


def text_of(answer: Any) -> str:
    """The page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_whoever_holds_the_number_sees_the_steps_and_nothing_of_whom_they_concern(
    client: Browser, tmp_path: Path
) -> None:
    filed(tmp_path, "parcels", [parcel(1), parcel(2, state="sent"), parcel(3)])
    filed(tmp_path, "scans", scans(1) + [scan(2, 0, "accepted", "A1"), scan(2, 30, "arrived", "B2")])
    page = client.post("/parcels", {"waybill": "w0001"})
    words = text_of(page)
    assert page.status_code == 200 and [words.index(w) for w in ("收寄", "发出", "到达", "派送", "签收 ")]
    assert "2026-10-01" in page.content.decode() and "B2" in words and "没有报送扫描" not in words
    for hidden in ("o000001", "s1", "c1"):
        assert not re.search(rf"\b{hidden}\b", words), f"{hidden} says whose it is"
    assert page["Cache-Control"] == "no-store" and "w0001" not in page.content.decode()
    gaps = text_of(client.post("/parcels", {"waybill": "w0002"}))
    assert "有2处不详" in gaps and "其间有环节没有报送" in gaps and "此后没有报送扫描" in gaps
    assert "没有报送任何扫描" in text_of(client.post("/parcels", {"waybill": "w0003"}))
    answer = client.post("/api/v1/logistics/parcels", {"waybill": "w0002"}, "application/json").json()
    assert [(line["known"], line["station"]) for line in answer[0]["lines"]] == [
        (True, "A1"), (False, ""), (True, "B2"), (False, ""),
    ]  # fmt: skip
    assert set(answer[0]) == {"handed_over", "state", "state_en", "gaps", "lines"}


def test_a_number_that_nobody_filed_is_not_known_and_is_nowhere_written_down(client: Browser, tmp_path: Path) -> None:
    filed(tmp_path, "parcels", [parcel(1)])
    page = client.post("/parcels", {"waybill": "w9999"})
    assert page.status_code == 404 and "不详" in text_of(page)
    assert client.get("/parcels?waybill=w0001").content == client.get("/parcels").content, "no address bears a number"
    assert client.post("/parcels", {"waybill": "收件人"}).status_code == 422
    assert client.post("/api/v1/logistics/parcels", {"waybill": "w9999"}, "application/json").json() == []
    client.post("/parcels", {"waybill": "w0001"})
    entries = Entry.objects.filter(event="logistics.parcel.traced")
    assert [e.detail for e in entries.order_by("pk")] == [{"found": 0}, {"found": 0}, {"found": 1}]
    assert not Entry.objects.filter(detail__icontains="w0001").exists()


def test_numbers_are_not_tried_out_one_after_the_other(client: Browser) -> None:
    for _ in range(OF_LOOKUPS.most):
        assert client.post("/parcels", {"waybill": "w9999"}).status_code == 404
    refused = client.post("/parcels", {"waybill": "w9999"})
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert client.post("/api/v1/logistics/parcels", {"waybill": "w1"}, "application/json").status_code == 429


def test_what_was_filed_later_is_told_as_it_then_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filed(tmp_path, "parcels", [parcel(1)])
    filed(tmp_path, "scans", scans(1)[:2])
    filed(tmp_path, "scans", scans(1)[2:], at=later(seconds=-1))
    assert run(["logistics", "trace", "w0001", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["parcels"][0]["lines"]
    assert [line["step_en"] for line in lines] == ["accepted", "departed", "arrived", "out for delivery", "delivered"]
    assert run(["logistics", "trace", "--json"]) == 2
