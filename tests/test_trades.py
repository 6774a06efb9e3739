"""Trades by API: a platform files and reads its own, an agency reads in a case, nobody else anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.trades.tests.goods import PLATFORM, csv_write, order, parquet_write, platform_add, review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Call = Callable[..., Any]
OCTOBER = {"first": "2026-10-01", "last": "2026-10-31"}


@pytest.fixture
def call(client: Browser, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    """call(method, path, body or file, by=…): an answer of the trades’ API to that actor’s program."""
    settings.CHENGXIN_LAKE = str(tmp_path_factory.mktemp("lake"))
    platform_add()
    keys = {}
    for key, kind in ((PLATFORM, ""), ("other", "platform"), ("market", "department"), ("roads", "service-firm")):
        if kind:
            actor_add(key=key, kind=kind, title=key, by="operator", at=timezone.now())
        keys[key] = client_add(actor=key, title=key, scopes=["trades"], by="operator", at=timezone.now())[1]

    def asked(method: str, path: str, body: Any = None, *, by: str = PLATFORM, **form: Any) -> Any:
        headers = {"authorization": f"Bearer {keys[by]}"}
        if isinstance(body, Path):
            with body.open("rb") as file:
                return client.post(f"/api/v1/trades{path}", {"file": file, **form}, headers=headers)
        words = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/trades{path}", headers=headers, **words)

    yield asked


def test_a_platform_files_and_everybody_reads_what_is_theirs_to_read(call: Call, tmp_path: Path) -> None:
    path = parquet_write(tmp_path / "o.parquet", "orders", [order(n) for n in range(9)] + [order(99, quantity=0)])
    filed = call("post", f"/{PLATFORM}/orders", path).json()
    assert (filed["accepted"], filed["refused"], filed["refused_by_reason"]) == (9, 1, {"below-least": 1})
    assert call("post", f"/{PLATFORM}/orders", path).json()["repeated"]
    refused = call("get", f"/filings/{filed['filing']}/refused.csv")
    assert "below-least" in b"".join(refused.streaming_content).decode()

    shop = {"shop": "s1", **OCTOBER}
    assert [row["order"] for row in call("post", f"/{PLATFORM}/orders/shop", shop).json()["rows"]] == [
        "o000001", "o000004", "o000007",
    ]  # fmt: skip
    unnamed = call("post", f"/{PLATFORM}/orders/shop", shop, by="market")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "trades-case-unnamed")
    in_case = {**shop, "case_number": "2026-1"}
    assert call("post", f"/{PLATFORM}/orders/shop", in_case, by="market").json()["count"] == 3
    assert call("post", f"/{PLATFORM}/reconciliation", {**OCTOBER, "case_number": "1"}, by="market").status_code == 200

    for other in ("other", "roads"):
        assert call("post", f"/{PLATFORM}/orders", path, by=other).json()["code"] in (
            "trades-filed-for-another", "trades-not-a-sender",
        )  # fmt: skip
        assert call("post", f"/{PLATFORM}/orders/shop", in_case, by=other).json()["code"] == "trades-closed"
        assert call("get", "/filings", by=other).json() == []
        assert call("get", f"/filings/{filed['filing']}", by=other).status_code == 404
    assert [each["filing"] for each in call("get", "/filings", by="market").json()] == [filed["filing"]]
    orders = next(kind for kind in call("get", "/kinds").json() if kind["kind"] == "orders")
    assert orders["readers"] == ["department", "operator"] and orders["with_case"] == ["department"]


def test_a_review_left_out_of_a_whole_filing_is_told_to_the_agency(call: Call, tmp_path: Path) -> None:
    rows = [review(n) for n in range(9)]
    month = {"whole_from": "2026-10-01", "whole_to": "2026-10-31"}
    for n, kept in enumerate((rows, rows[1:])):
        path = csv_write(tmp_path / f"{n}.csv", kept)
        filed = call("post", f"/{PLATFORM}/reviews", path, **month).json()
    assert (filed["missing"], filed["emptied"]) == (1, 0)
    counts = call("post", f"/{PLATFORM}/vanished", {}, by="market").json()
    assert (counts["missing"], counts["rows"]) == (1, [])
    rows = call("post", f"/{PLATFORM}/vanished", {"case_number": "2026-1"}, by="market").json()["rows"]
    assert [row["review"] for row in rows] == ["r000000"]
    half = call("post", f"/{PLATFORM}/reviews", path, whole_from="2026-10-01")
    assert half.json()["code"] == "trades-days-disordered"
