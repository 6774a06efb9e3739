"""What is worth judging: a mistyped rare character does not hide the firm that is meant, and nothing that fits is left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.nearing import ALL_HELD, NEAR_PART, NEAREST, Nearness, nearest


@pytest.mark.parametrize(
    ("asked", "meant", "other"),
    [
        ("贵州云鼎商贸有限公司", "贵州芸鼎商贸有限公司", "贵州金鼎商贸有限公司"),
        ("贵州鼎云商贸有限公司", "贵州云鼎商贸有限公司", "贵州鼎盛商贸有限公司"),
        ("贵州千鼎商贸有限公司", "贵州干鼎商贸有限公司", "贵州银鼎商贸有限公司"),
        ("云鼎", "贵阳云鼎商贸有限公司", "贵阳云金商贸有限公司"),
    ],
)
def test_a_slip_counts_nearly_as_what_was_meant(asked: str, meant: str, other: str) -> None:
    near = Nearness(Side(asked))
    assert near.of(meant, "", "", 0.5)[0] > near.of(other, "", "", 0.5)[0]


def test_the_place_that_is_told_decides_between_equals() -> None:
    near = Nearness(Side("云鼎", "", "贵州省", "贵阳市"))
    here, there = near.of("贵阳云鼎商贸有限公司", "", "", 0.5), near.of("遵义云鼎商贸有限公司", "", "", 0.5)
    assert here[0] > there[0] and here[1] and not there[1]
    assert near.of("云鼎商贸有限公司", "贵州省", "贵阳市", 0.5) == here
    assert near.of("云鼎商贸有限公司", "", "", 0.5)[1]  # nothing tells where it lies


def test_nothing_asked_is_near_nothing() -> None:
    assert Nearness(Side("")).of("云鼎商贸有限公司", "", "", 0.0) == (0.0, False)
    assert nearest([]) == []


@given(st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=120))
def test_the_nearest_are_kept_and_of_those_that_hold_all_more(found: list[tuple[float, bool]]) -> None:
    kept = nearest((name, *each) for name, each in enumerate(found))
    nears = [found[name][0] for name in kept]
    assert nears == sorted(nears, reverse=True) and len(set(kept)) == len(kept) <= ALL_HELD
    assert all(near >= NEAR_PART * nears[0] for near in nears)
    assert all(found[name][1] for name in kept[NEAREST:])
    if found:
        assert found[kept[0]][0] == max(near for near, _ in found)
