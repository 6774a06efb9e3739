"""Judging pairs: what is sure is matched, what is not is proposed, and siblings, branches and groups never by a machine."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.subjects.rules.judging import Judgement, Side, decide, judge, levels, model, model_read
from chengxin.subjects.rules.namebook import book_data


def outcome(asked: str, *held: str, **hints: str) -> list[str]:
    """The outcome of each held name, in the order given."""
    judged = sorted(
        ((judge(Side(asked, **hints), Side(name)), n) for n, name in enumerate(held)), key=lambda p: -p[0].score
    )
    _, decisions = decide([j for j, _ in judged])
    return [decision for _, decision in sorted(zip((n for _, n in judged), decisions, strict=True))]


NAME = "贵州云鼎商贸有限公司"

SURE = {
    "as written": "贵州云鼎商贸有限公司",
    "form in full": "贵州云鼎商贸有限责任公司",
    "no form": "贵州云鼎商贸",
    "no region": "云鼎商贸有限公司",
    "region in brackets": "云鼎商贸(贵州)有限公司",
    "two swapped": "贵州鼎云商贸有限公司",
    "one doubled": "贵州云鼎商商贸有限公司",
}


@pytest.mark.parametrize("asked", SURE.values(), ids=SURE)
def test_what_is_sure_is_matched(asked: str) -> None:
    assert outcome(asked, NAME) == ["match"]


NEVER = {
    "a branch": ("贵州云鼎商贸有限公司", "贵州云鼎商贸有限公司遵义分公司"),
    "its parent": ("贵州云鼎商贸有限公司遵义分公司", "贵州云鼎商贸有限公司"),
    "another branch": ("贵州云鼎商贸有限公司第一分公司", "贵州云鼎商贸有限公司第二分公司"),
    "a room behind the name": ("贵州云鼎商贸有限公司加工车间", "贵州云鼎商贸有限公司"),
    "the group": ("贵州云鼎商贸集团有限公司", "贵州云鼎商贸有限公司"),
    "another of a row": ("贵州云鼎一商贸有限公司", "贵州云鼎二商贸有限公司"),
    "another direction": ("贵州云东商贸有限公司", "贵州云西商贸有限公司"),
    "another place": ("遵义云鼎商贸有限公司", "贵阳云鼎商贸有限公司"),
    "another mark": ("贵州冠银商贸有限公司", "贵州云鼎商贸有限公司"),
    "another trade": ("贵州云鼎食品有限公司", "贵州云鼎矿业有限公司"),
    "more trade": ("贵州云鼎商贸物流有限公司", "贵州云鼎商贸有限公司"),
    "a mark of one's own": ("贵州商贸有限公司", "贵州云鼎商贸有限公司"),
}


@pytest.mark.parametrize(("asked", "held"), NEVER.values(), ids=NEVER)
def test_no_machine_lays_one_firm_s_penalty_on_another(asked: str, held: str) -> None:
    assert outcome(asked, held) != ["match"]


def test_two_that_fit_alike_are_both_proposed() -> None:
    held = ["贵阳云鼎商贸有限公司", "遵义云鼎商贸有限公司", "贵阳冠银商贸有限公司"]
    assert outcome("云鼎商贸有限公司", *held) == ["propose", "propose", "none"]


def test_a_hint_narrows_and_refuses_but_never_decides_alone() -> None:
    held = ["贵阳云鼎商贸有限公司", "遵义云鼎商贸有限公司"]
    assert outcome("云鼎商贸有限公司", *held, province="贵州省", city="贵阳市") == ["match", "none"]
    assert outcome("贵州云鼎商贸有限公司", NAME, province="江苏省", city="南通市") != ["match"]
    assert outcome("冠银", "贵阳云鼎商贸有限公司", province="贵州省", city="贵阳市") == ["none"]


def test_a_number_that_differs_refuses_whatever_the_name() -> None:
    code, other = "91520000MA6AAAA11X", "91520000MA6BBBB22Y"
    judged = judge(Side(NAME, number=code), Side(NAME, number=other))
    assert judged.never
    assert judge(Side(NAME, number=code[8:17]), Side(NAME, number=code)).reasons[-1].level == "same"


def test_every_score_is_the_sum_of_its_reasons() -> None:
    chance = random.Random(3)
    names = [asked for asked, _ in NEVER.values()] + [held for _, held in NEVER.values()] + list(SURE.values())
    for _ in range(200):
        judged = sorted(
            (judge(Side(chance.choice(names)), Side(chance.choice(names))) for _ in range(3)), key=lambda j: -j.score
        )
        final, decisions = decide(judged)
        for judgement in final:
            assert judgement.score == pytest.approx(sum(reason.points for reason in judgement.reasons), abs=0.011)
        assert decisions.count("match") <= 1


some_name = st.text(alphabet="贵州阳云鼎一二东西商贸科技(集团)有限公司分第", min_size=1, max_size=16)


@given(some_name, some_name)
@settings(max_examples=400, deadline=None)
def test_whatever_the_names_each_level_has_its_points(one: str, other: str) -> None:
    points = model().points
    for feature, level, _, _ in levels(Side(one, province="贵州"), Side(other, city="贵阳")):
        assert level in points[feature], (feature, level)


def test_the_model_s_never_levels_are_levels() -> None:
    read = model_read(book_data("model.yaml"))
    assert all(level in read.points[feature] for feature, level in read.never)
    assert {"alone", "close", "equal", "behind"} == set(read.points["rival"])
    assert decide([]) == ([], [])
    assert decide([Judgement(0.0, (), False)])[1] == ["none"]
