"""splink's model of the task: how much of two names' characters agree, whether the places agree, learnt without labels.

DuckDB's string distances count bytes, wrong for Chinese, so names are compared as lists of their character 2-grams. Pairs
are blocked on the rarer of these.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from benchmarks.match.rivals import SHOWN, Regions, Row, Work, needed

_SHARED = "len(list_intersect(grams_l, grams_r))"
_WHOLE = "(len(grams_l) + len(grams_r) - len(list_intersect(grams_l, grams_r)))"
_LEAST = (0.9, 0.75, 0.6, 0.45, 0.3)
_RARE = 1_000  # one name in so many bears a gram that two are blocked on; and at least _FEW of them
_FEW = 60


def splink_search(work: Work) -> Iterator[Row]:
    """The most probable firms of each query."""
    splink, levels = needed("splink"), needed("splink.comparison_level_library")
    library, backend = needed("splink.comparison_library"), needed("splink.backends.duckdb")
    logging.getLogger("splink").setLevel(logging.ERROR)
    counts = Counter(gram for name in work.names for gram in _grams(name))
    most = max(_FEW, len(work.names) // _RARE)
    api = backend.DuckDBAPI(connection=":memory:")
    asked = api.register(_table(work.texts, work.asked, counts, most), dataset_display_name="a_asked")
    firms = api.register(_table(work.names, work.firms, counts, most), dataset_display_name="b_firms")
    settings = splink.SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=1 / max(2, len(work.names)),
        comparisons=[_names(levels, library), library.ExactMatch("province"), library.ExactMatch("city")],
        blocking_rules_to_generate_predictions=[splink.block_on("keys", arrays_to_explode=["keys"])],
        retain_matching_columns=False,
    )
    linker = splink.Linker([asked, firms], settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in ("head", "tail"):
        linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(rule))
    work.ready()
    yield from _best(linker.inference.predict(threshold_match_probability=1e-4))


def _names(levels: Any, library: Any) -> Any:
    return library.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            levels.NullLevel("name"),
            levels.ExactMatchLevel("name"),
            *(levels.CustomLevel(f"{_SHARED} >= {least} * {_WHOLE}", f"{least}") for least in _LEAST),
            levels.ElseLevel(),
        ],
    )


def _grams(name: str) -> list[str]:
    return sorted({name[at : at + 2] for at in range(len(name) - 1)})


def _table(names: Sequence[str], regions: Regions, counts: Counter[str], most: int) -> pa.Table:
    return pa.table(
        {
            "unique_id": pa.array(range(len(names)), pa.int64()),
            "name": list(names),
            "grams": pa.array([_grams(name) for name in names], pa.list_(pa.string())),
            "keys": pa.array([[g for g in _grams(name) if counts[g] <= most] for name in names], pa.list_(pa.string())),
            "head": [name[:5] for name in names],
            "tail": [name[2:9] for name in names],
            "province": pa.array(regions.all("province"), pa.string()),
            "city": pa.array(regions.all("city"), pa.string()),
        }
    )


def _best(predicted: Any) -> Iterator[Row]:
    rows = predicted.as_pyarrow_table().select(["unique_id_l", "unique_id_r", "match_probability", "match_weight"])
    found: dict[int, list[tuple[float, int]]] = {}
    for query, firm, _, weight in zip(*(rows.column(name).to_pylist() for name in rows.column_names), strict=True):
        found.setdefault(query, []).append((-weight, firm))
    for query, own in sorted(found.items()):
        yield from ((query, firm, 1 - 1 / (1 + 2.0**-score)) for score, firm in sorted(own)[:SHOWN])
