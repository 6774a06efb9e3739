"""The learning script learns, and draws what the table of glyphs says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.match.firms import firms
from benchmarks.match.glyphs import drawings
from benchmarks.match.learn import Evidence, evidence, points_learned, reached, thresholds_chosen
from benchmarks.match.slips import queries_make
from chengxin.subjects.rules.judging import model
from chengxin.subjects.rules.namebook import glyphs_alike


@pytest.fixture(scope="module")
def known() -> Evidence:
    return evidence(*queries_make(firms(1_500, 5), seed=5, most=500, left_out=0.1))


def test_what_is_learned_matches_better_than_points_that_say_nothing(known: Evidence) -> None:
    silent = {feature: dict.fromkeys(levels, 0.0) for feature, levels in model().points.items()}
    start = replace(model(), points=silent)
    learned = thresholds_chosen([known], points_learned([known], start))
    assert reached(known, start).recall == 0
    told = reached(known, learned)
    assert told.recall > 0.7 and told.precision > 0.99
    assert learned.points["rival"] == silent["rival"]
    assert learned.points["mark"]["same"] > 0 > -1 > learned.points["region"]["differs"]


def test_the_shipped_model_keeps_its_promise_on_firms_that_it_never_saw(known: Evidence) -> None:
    told = reached(known, model())
    assert told.precision >= 0.995 and told.false <= 0.005 and told.recall > 0.85


def test_the_table_of_glyphs_says_what_is_drawn() -> None:
    # In a thread of its own: where tests of pages ran before, this one has their event loop.
    with ThreadPoolExecutor(1) as thread:
        faces = thread.submit(drawings, "己已马").result()
    for rows in faces:
        same, other = (float(np.corrcoef(rows[0], rows[each])[0, 1]) for each in (1, 2))
        assert same > 0.9 > 0.6 > other
    table = glyphs_alike()
    assert table[frozenset("己已")] > 0.9 and frozenset("己马") not in table
    assert all(0.5 <= value <= 1 and len(pair) == 2 for pair, value in table.items())
