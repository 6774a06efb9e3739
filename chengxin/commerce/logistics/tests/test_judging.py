"""Worked out by hand: what became of a parcel, a firm's figures, the sides' results and their intervals; and the same set by set."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chengxin.commerce.logistics.rules import evaluating, judging
from chengxin.commerce.logistics.rules.judging import Quarter, fate, firm_read, quarter_of, quarter_read
from chengxin.kernel.identifiers import uscc_check
from chengxin.law import load
from tests.world import TODAY, code

START = datetime(2026, 7, 1, 2, tzinfo=UTC)
PLAIN: dict[str, Any] = {"channel": "domestic", "state": "sent", "returned": False, "scanned": True, "delivered": None}

# hours after the handing over at which it was delivered (or none), what else is so, days after at which it is asked, the fate.
FATES: list[tuple[float | None, dict[str, Any], float, str]] = [
    (71, {}, 30, "in-time"),
    (72, {}, 30, "in-time"),
    (72.01, {}, 30, "late"),
    (500, {}, 30, "late"),
    (None, {}, 6.9, "open"),
    (20, {}, 6.9, "open"),
    (None, {}, 7, "lost"),
    (None, {"state": "lost"}, 30, "lost"),
    (20, {"state": "lost"}, 30, "lost"),
    (None, {"state": "lost", "scanned": False}, 30, "lost"),
    (None, {"returned": True}, 30, "returned"),
    (None, {"state": "returned", "scanned": False}, 30, "returned"),
    (20, {"returned": True}, 30, "in-time"),
    (None, {"scanned": False}, 30, "unknown"),
    (None, {"state": "delivered"}, 30, "unknown"),
    (None, {"state": "delivered", "scanned": False}, 30, "unknown"),
    (-1, {}, 30, "unknown"),
    (20, {"channel": "cross-border"}, 30, "abroad"),
]


@pytest.mark.parametrize(("hours", "changes", "days", "found"), FATES)
def test_a_parcel_s_fate_is_the_one_worked_out(
    hours: float | None, changes: dict[str, Any], days: float, found: str
) -> None:
    delivered = None if hours is None else START + timedelta(hours=hours)
    asked = START + timedelta(days=days)
    assert (
        fate(handed_over=START, known_at=asked, promised=3, lost=7, **(PLAIN | {"delivered": delivered} | changes))
        == found
    )


def test_each_figure_has_its_whole() -> None:
    in_time, lost = judging.figures({"in-time": 70, "late": 20, "lost": 10, "returned": 5, "unknown": 99, "abroad": 3})
    assert (in_time.part, in_time.whole, lost.part, lost.whole) == (70, 100, 10, 105)
    assert judging.figures({})[0].whole == 0


def test_a_quarter_is_three_months_and_written_one_way() -> None:
    assert quarter_of(date(2026, 9, 30)) == Quarter(2026, 3) == quarter_read(" 2026q3 ")
    assert (quarter_read("2026Q4").first, quarter_read("2026Q4").end) == (date(2026, 10, 1), date(2027, 1, 1))
    for wrong in ("2026Q5", "2019Q4", "26Q1", "2026", "", "2026Q3x"):
        with pytest.raises(judging.QuarterUnfit):
            quarter_read(wrong)


def test_a_firm_is_named_by_a_company_s_code_and_never_by_a_person_s() -> None:
    assert firm_read(f" {code(7).lower()} ") == code(7)
    body = "92" + code(7)[2:17]
    with pytest.raises(judging.FirmOfOnePerson):
        firm_read(body + uscc_check(body))
    for wrong in ("", "110103209812310010", code(7)[:17] + "?", "9139"):
        with pytest.raises(judging.FirmCodeUnfit) as caught:
            firm_read(wrong)
        assert not wrong or wrong not in str(caught.value)


# Values; mean, and half the width of the t interval as tables give it: t(n-1) · s / √n.
MEANS = [
    ([2.0, 4.0], 3.0, 12.706 * 2**0.5 / 2**0.5),  # s = √2, n = 2: 12.706, beyond the scale on both sides
    ([3.0, 4.0, 5.0], 4.0, 4.303 / 3**0.5),  # s = 1, n = 3: 2.484
    ([1.0, 5.0] * 20, 3.0, 2.0227 * 2.0255 / 40**0.5),  # s = √(40·4/39) = 2.0255; t(39) = 2.0227
]


@pytest.mark.parametrize(("values", "mean", "half"), MEANS)
def test_a_mean_has_its_t_interval_within_the_scale(values: list[float], mean: float, half: float) -> None:
    told = evaluating.mean_told(values, 1, 5)
    assert told["value"] == mean
    assert told["low"] == pytest.approx(max(1, mean - half), abs=0.006)
    assert told["high"] == pytest.approx(min(5, mean + half), abs=0.006)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (30, 2.042), (31, 2.0395), (60, 2.0003), (120, 1.9799)])
def test_student_s_t_is_the_tables(freedom: int, t: float) -> None:
    assert evaluating.t_95(freedom) == pytest.approx(t, abs=0.0006)


# yes, of; the Wilson interval in a hundred, from published tables.
WILSON = [(0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0), (8, 10, 49.02, 94.33), (45, 90, 39.88, 60.12)]


@pytest.mark.parametrize(("yes", "n", "low", "high"), WILSON)
def test_a_share_has_its_wilson_interval(yes: int, n: int, low: float, high: float) -> None:
    told = evaluating.share_told(yes, n)
    assert told["low"] == pytest.approx(low, abs=0.02)
    assert told["high"] == pytest.approx(high, abs=0.02)


def test_an_answer_is_worth_its_questions_by_their_weights_and_a_side_stands_apart() -> None:
    side = load().on(TODAY).evaluations[evaluating.METHOD].sides["merchants"]
    # collection 2 · 3/4, time 3 · 1/2, claims 3 · 0, records 2 · 1: 5 of 10
    answers = {"collection": 4, "time": 3, "claims": 1, "records": 1}
    assert evaluating.worth(side, evaluating.answers_fit(side, answers)) == 50.0
    few = evaluating.side_told(side, [answers] * 4)
    assert few == {"answers": 4, "least": 5, "enough": False}
    told = evaluating.side_told(side, [answers] * 4 + [answers | {"claims": 5, "records": 0}])
    # 50 four times, once 60: mean 52, s = √20 = 4.472, t(4) = 2.776: ± 5.55
    assert told["result"] == {"value": 52.0, "low": 46.45, "high": 57.55}
    assert told["questions"]["records"]["value"] == 80.0 and told["questions"]["claims"]["value"] == 1.8


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"collection": 6}, {"collection": 0}, {"records": 2}, {"records": True}, {"time": "3"}, {"time": None}, {"courier": 5},
        {"time": 3.0},
    ],
)  # fmt: skip
def test_answers_that_the_method_does_not_have_are_refused(wrong: dict[str, Any]) -> None:
    side = load().on(TODAY).evaluations[evaluating.METHOD].sides["merchants"]
    good: dict[str, Any] = {"collection": 4, "time": 3, "claims": 1, "records": 1}
    assert evaluating.answers_fit(side, good) == good
    with pytest.raises(evaluating.AnswersUnfit):
        evaluating.answers_fit(side, good | wrong if wrong else {})


def test_the_method_asks_after_no_person_and_every_side_has_words() -> None:
    method = load().on(TODAY).evaluations[evaluating.METHOD]
    assert set(method.sides) == set(evaluating.SIDES) and method.about == "organisation"
