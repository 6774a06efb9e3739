"""The published files are whole, honest and what the maker makes."""

import csv
from collections import Counter

from benchmarks.match.pairs import PAIRS, REGISTER, made, pairs_read, register_read
from benchmarks.match.slips import KINDS, NOT_REGISTERED, code_valid


def test_the_makers_rows_are_what_the_maker_makes() -> None:
    register, queries = made()
    assert [firm for firm in register_read() if firm.id.startswith("f")] == register
    assert [query for query in pairs_read() if query.qid.startswith("q")] == queries


def test_there_are_enough_queries_of_every_kind_and_enough_by_hand() -> None:
    queries = pairs_read()
    assert len(queries) >= 2_000
    assert {query.kind for query in queries} == set(KINDS)
    assert sum(query.qid.startswith("h") for query in queries) >= 120
    assert len({query.qid for query in queries}) == len(queries)


def test_every_truth_is_one_row_of_the_register() -> None:
    codes = Counter(firm.uscc for firm in register_read())
    assert set(codes.values()) == {1}
    for query in pairs_read():
        assert all(codes[code] == 1 for code in query.truth), query
        assert bool(query.truth) == (query.kind not in NOT_REGISTERED), query


def test_no_code_is_a_real_firms() -> None:
    for firm in register_read():
        assert code_valid(firm.uscc), firm
        assert firm.uscc[2:4] == "39", firm


def test_the_files_are_small_and_have_the_columns_that_the_readme_names() -> None:
    assert PAIRS.stat().st_size + REGISTER.stat().st_size < 1_500_000
    with PAIRS.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == "qid name province city address uscc truth kind note".split()
