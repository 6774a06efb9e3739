"""The share of complaints in a shop's rating: from the version of the method that has it, by orders, and what was published before stays."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.commerce.complaints.tests.test_complaints import answered, made
from chengxin.commerce.ratings.models import Publication
from chengxin.commerce.ratings.rules import Seen, shop_rated
from chengxin.commerce.ratings.selectors import rating_shown
from chengxin.commerce.ratings.services import ratings_publish
from chengxin.commerce.ratings.tests.shops import PLATFORM, firms_filed, month_filed, trade
from chengxin.commerce.trades.tests.goods import platform_add
from chengxin.law import load
from tests.people import DIVISION

pytestmark = [pytest.mark.django_db]
JANUARY, AT = datetime(2027, 1, 20, 4, tzinfo=UTC), datetime(2027, 2, 15, 4, tzinfo=UTC)
METHOD = load().on(date(2027, 1, 31)).methods["shop-rating"]


@pytest.fixture(autouse=True)
def month(settings: Any, tmp_path: Path) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    platform_add()
    firms_filed()
    folder = tmp_path / "files"
    folder.mkdir()
    days = timedelta(days=92)
    trades = [trade(n) for n in range(100)] + [trade(n, "p1") for n in range(200, 240)]
    moved = [
        {
            kind: [{k: v + days if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
            for kind, rows in each.items()
        }
        for each in trades
    ]
    month_filed(folder, [trade(n) for n in range(300, 340)])
    month_filed(folder, moved, at=AT)


def test_a_total_with_complaints_by_hand() -> None:
    """100 of each, five stars, 5 of 100 complained of. By hand, z² = 3.841459: 100 of 100 gives 100 / 103.841459 = 0.963007 to 1, and 95 of 100 gives 0.888250 to
    0.978456; at 85 and 15 of a hundred.
    """
    seen = {key: Seen(100, 500 if each.computed == "review-stars" else 0) for key, each in METHOD.features.items()}
    found = shop_rated(METHOD, seen | {"complaints": Seen(100, 5)})
    assert found["total"] == pytest.approx(0.85 + 0.15 * 0.95)
    assert found["low"] == pytest.approx(0.85 * 0.963007 + 0.15 * 0.888250, abs=2e-6)
    assert found["high"] == pytest.approx(0.85 + 0.15 * 0.978456, abs=2e-6)
    assert shop_rated(METHOD, seen | {"complaints": Seen(29, 0)})["grade"] == "not-enough"


def test_complaints_count_by_order_from_the_version_that_has_them_and_earlier_ratings_stay() -> None:
    """Of a hundred orders five were complained of: one twice, which is one dispute; what was taken back, names an order of nobody or none, does not count."""
    for n in (0, 1, 2, 3, 4, 0):
        made(at=JANUARY, order=f"o{n:06d}", reach=f"1390000100{n}")
    back = made(at=JANUARY, order="o000005", reach="13900001006")
    answered(back, "withdrawn", at=JANUARY)
    made(at=JANUARY, order="o999999", reach="13900001007")
    made(at=JANUARY, order="", reach="13900001008")
    made(at=JANUARY, shop="p1", order="o000200", reach="13900001009")

    def published(period: str, at: datetime = AT) -> Any:
        ratings_publish(platform=PLATFORM, period=period, by="operator", at=at)
        return rating_shown(PLATFORM, "s1", period, known_at=at + timedelta(hours=1))

    october = published("2026-10")
    assert (october.method_from, len(october.features)) == (date(2026, 1, 1), 4)
    assert "complaints" not in Publication.objects.get(period="2026-10").sources
    found = published("2027-01")
    assert found.method_from == date(2027, 1, 1) and found.features[-1]["feature"] == "complaints"
    share = found.features[-1]
    assert (share["value"], share["count"], share["total"], share["weight"]) == (0.05, 100, 5, 15)
    assert [each["kind"] for each in share["evidence"]] == ["orders", "complaints"]
    assert (found.total, found.grade) == (0.9925, "excellent") and found.low == pytest.approx(0.951793, abs=2e-6)
    assert published("2027-01").versions == [1]
    late = datetime(2027, 3, 1, tzinfo=UTC)
    made(at=late, order="o000006", reach="13900001010")
    assert published("2027-01", late + timedelta(hours=1)).features[-1]["value"] == 0.06
    first = rating_shown(PLATFORM, "s1", "2027-01", 1, known_at=late + timedelta(days=1))
    assert (first.features[-1]["value"], first.versions) == (0.05, [1, 2])
    person = rating_shown(PLATFORM, "p1", "2027-01", known_at=late + timedelta(days=1))
    assert (person.kind, person.features, person.total) == (
        "individual",
        [],
        None,
    ) and "complaints" not in person.counts
    assert published("2026-10", late).versions == [1]
