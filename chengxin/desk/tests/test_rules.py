"""Two names beside each other, with what differs marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.desk.rules import Piece, names_apart

NAMES = st.text(alphabet="云川市甲乙丙商贸有限公司()A1", max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        ("云鼎商贸", "云鼎商贸", [("云鼎商贸", True)], [("云鼎商贸", True)]),
        ("云顶商贸", "云鼎商贸", [("云", True), ("顶", False), ("商贸", True)], [("云", True), ("鼎", False), ("商贸", True)]),
        ("云鼎", "云鼎商贸", [("云鼎", True)], [("云鼎", True), ("商贸", False)]),
        ("", "云鼎", [], [("云鼎", False)]),
    ],
)  # fmt: skip
def test_what_differs_is_marked_where_it_stands(
    one: str, other: str, left: list[tuple[str, bool]], right: list[tuple[str, bool]]
) -> None:
    assert names_apart(one, other) == ([Piece(*p) for p in left], [Piece(*p) for p in right])


@given(NAMES, NAMES)
def test_nothing_of_a_name_is_lost_and_what_is_called_the_same_is(one: str, other: str) -> None:
    left, right = names_apart(one, other)
    assert ("".join(p.text for p in left), "".join(p.text for p in right)) == (one, other)
    assert [p.text for p in left if p.same] == [p.text for p in right if p.same]
