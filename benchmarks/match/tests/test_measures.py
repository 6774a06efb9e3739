"""The measures of a small example are those that a hand counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.match.measures import (
    MANY,
    MATCH,
    NONE,
    PROPOSE,
    Answer,
    Frozen,
    Rule,
    crowd_told,
    decided,
    frozen_quality_read,
    frozen_quality_write,
    measured,
    met,
    tuned,
)
from benchmarks.match.names import Firm
from benchmarks.match.ours import answers_read
from benchmarks.match.slips import Query

REGISTER = {
    code: Firm(code, name, code, "", "", "") for code, name in (("A", "云川禾舟食品有限公司"), ("B", "云川鹭帆建材厂"))
}


def query(qid: str, truth: str, kind: str = "exact", name: str = "云川禾舟食品有限公司") -> Query:
    return Query(qid, name, "", "", "", "", tuple(truth.split()), kind)


QUERIES = [
    query("right", "A"),
    query("wrong", "B"),
    query("left", "A", "sound"),
    query("deep", "B", "sound"),
    query("both", "A B", "ambiguous"),
    query("half", "A B", "ambiguous"),
    query("nobody", "", "left-out"),
    query("branch", "", "branch", "云川禾舟食品有限公司东溪分公司"),
    query("unanswered", "A"),
]
ANSWERS = {
    "right": Answer(MATCH, ("A",)),
    "wrong": Answer(MATCH, ("A", "B")),
    "left": Answer(PROPOSE, ("A", "B"), ("A",)),
    "deep": Answer(NONE, ("A", "B")),
    "both": Answer(PROPOSE, ("A", "B"), ("A", "B")),
    "half": Answer(PROPOSE, ("A", "B"), ("A",)),
    "nobody": Answer(),
    "branch": Answer(MATCH, ("A",)),
}


def test_all_measures_of_an_example() -> None:
    lines = {line.kind: line for line in measured(QUERIES, ANSWERS, REGISTER)}
    told = lines["all"]
    assert told.queries == 9
    assert told.precision == pytest.approx(1 / 3)
    assert told.recall == pytest.approx(1 / 5)
    assert told.false == pytest.approx(1 / 2)
    assert told.false_branches == 1
    assert (told.all_proposed, told.exactly_proposed) == (0.5, 0.5)
    assert told.top1 == pytest.approx(2 / 5)
    assert told.recall5 == pytest.approx(4 / 5)
    assert (lines["sound"].precision, lines["sound"].recall) == (None, 0.0)
    assert (lines["branch"].false, lines["branch"].recall) == (1.0, None)


def test_an_aim_is_met_or_missed_or_absent() -> None:
    assert met("precision", 0.995) is True
    assert met("false_branches", 1) is False
    assert met("recall", None) is None
    assert met("exactly_proposed", 0.1) is None


def test_a_rule_is_tuned_to_the_precision_and_not_beyond() -> None:
    ranked = {
        "a": [("A", 0.9), ("B", 0.5)],
        "b": [("A", 0.8), ("B", 0.2)],
        "c": [("A", 0.7), ("B", 0.1)],
        "d": [("A", 0.95), ("B", 0.94)],
    }
    asked = [query("a", "A"), query("b", "A"), query("c", "B"), query("d", "")]
    rule = tuned(asked, ranked, precision=1.0)
    assert (rule.least, 0.01 < rule.ahead <= 0.4) == (0.8, True)
    assert {qid for qid, answer in decided(ranked, rule).items() if answer.outcome == MATCH} == {"a", "b"}
    assert tuned([query("a", "B")], {"a": [("A", 1.0)]}).least == float("inf")


def test_a_ranking_that_is_not_sure_is_proposed_whole() -> None:
    answer = decided({"a": [("A", 0.5), ("B", 0.4)], "b": []}, Rule(0.6, 0.0))
    assert answer == {"a": Answer(PROPOSE, ("A", "B"), ("A", "B")), "b": Answer()}


def test_ours_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text(
        "qid,rank,uscc,name,score,decision,reasons\n"
        "1,1,A,x,0.99,match,\n1,2,B,y,0.5,none,\n"
        "2,2,B,y,0.7,propose,\n2,1,A,x,0.7,propose,\n"
        "3,1,,,,none,\n"
        '4,1,A,x,0.7,propose,"[{""feature"":""crowd""}]"\n4,2,,y,0.7,propose,"[]"\n',
        encoding="utf-8",
    )
    assert answers_read(path) == {
        "1": Answer(MATCH, ("A", "B")),
        "2": Answer(PROPOSE, ("A", "B"), ("A", "B")),
        "3": Answer(NONE),
        "4": Answer(PROPOSE, ("A",), ("A",), 2),
    }


def test_a_crowd_counts_where_it_is_one_and_what_is_shown_bears_the_text() -> None:
    firms = {f"C{n}": Firm(f"f{n}", f"某{n}广告有限公司", f"C{n}", "贵州省", "贵阳市", "") for n in range(30)}
    firms["X"] = Firm("x", "某商贸有限公司", "X", "贵州省", "贵阳市", "")
    query = Query("1", "广告", "", "", "", "", ("C1", "C29"), "ambiguous")
    shown = tuple(firms)[:MANY]
    told = Answer(PROPOSE, shown, shown, MANY)
    assert crowd_told(query, told, firms)
    assert not crowd_told(query, replace(told, crowd=0), firms), "it did not say so"
    assert not crowd_told(query, replace(told, proposed=(*shown, "X")), firms), "one shown does not bear the text"
    assert not crowd_told(query, told, dict(list(firms.items())[:MANY])), "no more than are shown"
    assert not crowd_told(replace(query, province="江苏省"), told, firms), "none of them lies there"
    assert measured([query], {"1": told}, firms)[0].all_proposed == 1
    # Words may stand between the text and its form, and the form must be there.
    assert crowd_told(replace(query, name="广告公司"), told, firms)
    assert not crowd_told(replace(query, name="广告厂"), told, firms)


def test_frozen_lines_read_back_and_only_the_same_system_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "frozen" / "quality.csv"
    lines = [Frozen("pairs", "ours", line) for line in measured(QUERIES, ANSWERS, REGISTER)]
    other = [replace(line, system="rapidfuzz") for line in lines]
    frozen_quality_write(path, [*lines, *other])
    frozen_quality_write(path, lines[:1])
    kept = frozen_quality_read(path)
    assert len(kept) == 1 + len(other)
    assert kept["pairs", "ours", "all"].quality.recall == pytest.approx(0.2)
