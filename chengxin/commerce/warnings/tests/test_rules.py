"""How a warning stands, by table: every state at every side of each edge."""

from datetime import date, datetime, timedelta

import pytest

from chengxin.commerce.warnings import rules
from chengxin.commerce.warnings.rules import Ground, Life, fallen_since, push_wanted, state_of
from chengxin.commerce.warnings.tests.grounds import WORDS
from chengxin.kernel.days import CHINA_TIME
from tests.people import number as citizen


def on(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=CHINA_TIME)


HOLDS, SUSPENDED = Ground("holds"), Ground("suspended")
END = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("published", "withdrawn", "ground", "at", "state"),
    [
        (None, None, HOLDS, on(5), "unpublished"),
        (on(6), None, HOLDS, on(5), "unpublished"),
        (on(5), None, HOLDS, on(5), "published"),
        (on(5), None, SUSPENDED, on(6), "suspended"),
        (on(5), None, HOLDS, on(19, 23), "published"),
        (on(5), None, HOLDS, on(20, 0), "ended"),
        (on(5), None, SUSPENDED, on(20, 0), "ended"),
        (on(5), on(8), HOLDS, on(8), "withdrawn"),
        (on(5), on(8), HOLDS, on(11, 9), "withdrawn"),
        (on(5), on(8), HOLDS, on(11), "ended"),  # three days it had been published, three days the withdrawal stands
        (on(5), on(18), HOLDS, on(25), "withdrawn"),  # past its own end too
        (on(5), on(18), HOLDS, on(28), "withdrawn"),
        (on(5), on(5, 11), HOLDS, on(6, 10), "withdrawn"),  # a day at least
        (on(5), on(5, 11), HOLDS, on(6, 11), "ended"),
        (on(5), None, Ground("fallen", on(7)), on(8), "fallen"),
        (on(5), None, Ground("fallen", on(7)), on(9), "ended"),
        (on(5), None, Ground("fallen", on(21)), on(22), "ended"),  # it was over before
        (on(5), on(9), Ground("fallen", on(7)), on(8), "fallen"),
        (on(5), on(6), Ground("fallen", on(8)), on(6, 12), "withdrawn"),
    ],
)
def test_a_warning_stands_as_the_table_says(
    published: datetime | None, withdrawn: datetime | None, ground: Ground, at: datetime, state: str
) -> None:
    assert state_of(Life(published, withdrawn, ground, END), at=at) == state


@pytest.mark.parametrize(
    ("states", "since"),
    [
        ([], None),
        ([(on(1), "holds")], None),
        ([(on(1), "holds"), (on(2), "fallen"), (on(3), "fallen")], on(2)),
        ([(on(1), "fallen"), (on(2), "holds"), (on(3), "fallen")], on(3)),
        ([(on(1), "suspended"), (on(2), "suspended")], None),
    ],
)
def test_a_ground_has_fallen_since_it_last_came_to(states: list[tuple[datetime, str]], since: datetime | None) -> None:
    assert fallen_since(states) == since


@pytest.mark.parametrize(
    ("state", "last", "wanted"),
    [
        ("unpublished", None, None), ("published", None, "published"), ("published", "published", None), ("published", "suspended", "published"),
        ("published", "fallen", "published"), ("suspended", None, None), ("suspended", "published", "suspended"), ("withdrawn", None, None),
        ("withdrawn", "published", "withdrawn"), ("withdrawn", "suspended", "withdrawn"), ("withdrawn", "withdrawn", None), ("fallen", "published", "fallen"),
        ("fallen", "withdrawn", None), ("ended", "published", None), ("ended", None, None),
    ],
)  # fmt: skip
def test_a_platform_is_told_what_it_does_not_know(state: str, last: str | None, wanted: str | None) -> None:
    assert push_wanted(state, last) == wanted


@pytest.mark.parametrize("name", [name for name in rules.TEXTS if name not in rules.OPTIONAL])
def test_every_text_is_wanted_in_both_languages(name: str) -> None:
    with pytest.raises(rules.WarningWordsUnfit):
        rules.texts_fit({**WORDS, name: " "})
    with pytest.raises(rules.WarningWordsUnfit):
        rules.texts_fit({**WORDS, name: "长" * (rules.TEXTS[name][0] + 1)})


@pytest.mark.parametrize("name", rules.TEXTS)
@pytest.mark.parametrize("person", [citizen(7), "13912345678", "王小明"])
def test_no_text_names_a_person(name: str, person: str) -> None:
    with pytest.raises(rules.WarningNamesPerson):
        rules.texts_fit({**WORDS, name: f"联系{person}"}, ["王小明", ""])


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (180, True), (181, False), (-1, False)])
def test_a_warning_ends_within_the_longest_term(days: int, fits: bool) -> None:
    today = date(2026, 11, 22)
    if fits:
        assert rules.term_fit(today + timedelta(days=days), most=180, on=today) > today
    else:
        with pytest.raises(rules.WarningTermUnfit):
            rules.term_fit(today + timedelta(days=days), most=180, on=today)


@pytest.mark.parametrize(
    ("kind", "closed", "same", "ground", "fits"),
    [
        ("unit", False, True, "list-entry", True), ("unit", False, False, "list-entry", False), ("unit", False, False, "recall", False),
        ("unit", True, True, "sampling", False), ("individual", False, False, "list-entry", False), ("individual", False, False, "recall", True),
        ("individual", False, False, "sampling", True), ("individual", True, False, "recall", False),
    ],
)  # fmt: skip
def test_a_shop_is_named_as_the_table_says(kind: str, closed: bool, same: bool, ground: str, fits: bool) -> None:
    if fits:
        rules.shop_named("s1", kind, closed, same_unit=same, ground=ground)
    else:
        with pytest.raises(rules.WarningShopUnfit):
            rules.shop_named("s1", kind, closed, same_unit=same, ground=ground)


@pytest.mark.parametrize(
    ("first", "second", "duties", "at", "fits"),
    [
        (1, 2, {"confirm"}, on(5), True), (0, 2, {"confirm"}, on(5), True), (1, 1, {"confirm"}, on(5), False), (1, None, {"confirm"}, on(5), False),
        (1, 2, {"lists"}, on(5), False), (1, 2, {"confirm"}, on(7), False), (0, 0, {"confirm"}, on(5), False),
    ],
)  # fmt: skip
def test_danger_to_life_is_stated_by_a_second_officer_in_time(
    first: int, second: int | None, duties: set[str], at: datetime, fits: bool
) -> None:
    words = {"first": first, "second": second, "duty": "confirm", "duties": duties, "until": on(6), "at": at}
    if fits:
        assert rules.second_fit(**words) == second  # type: ignore[arg-type]
    else:
        with pytest.raises(rules.WarningSecondWanted):
            rules.second_fit(**words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written", ["", "1", "20261122", "20261122-1", "2026112a-000001", "20261122-" + "9" * 16, "٢٠٢٦١١٢٢-000001"]
)
def test_what_is_no_number_names_no_warning(written: str) -> None:
    assert rules.number_parts(written) is None
    assert rules.number_parts("20261122-000001") == ("20261122", 1)
