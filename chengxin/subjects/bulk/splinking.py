"""Splink's view of pairs of names: a model learnt from this very data without labels, which knows nothing of how a name is
taken apart. It sees how many of two names' pairs of neighbours are in both, how many of the seldom ones, and whether places
and numbers agree.
"""

import logging
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from chengxin.kernel.errors import Refusal
from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.naming import places_of

if TYPE_CHECKING:
    from splink import Linker
    from splink.comparison_library import CustomComparison

# Two are linked where Splink holds it for likelier than not.
LINKED = 0.5
# Pairs of neighbours are kept as bits of so many words: DuckDB takes a hundred times as long to compare lists of them.
_WORDS, _SELDOM_WORDS = 4, 2
_BITS = 20  # to which a pair is hashed where it is counted
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# A pair of neighbours that no more than one name in so many has is seldom; of few names, one that few have.
_SELDOM, _FEW = 500, 3
_LEAST, _LEARNT_FROM = 100, 3e6  # pairs to learn from: at the least, at the most
_SLICE = 250_000
_ASKED, _FIRMS = "a_asked", "b_firms"

Words = Any  # numpy: uint64, a row a name


class SplinkMissing(Refusal):
    """A cross-check needs Splink and DuckDB, and they are not installed ({why}): pip install "chengxin[link]"."""

    code = "splink-missing"
    status = 501
    zh = '交叉核对需要 Splink 和 DuckDB，尚未安装（{why}）：pip install "chengxin[link]"。'


class CrossCheckUnlearnable(Refusal):
    """There is too little here for Splink to learn from: {why}. The answers and the links were written, only the cross-check was
    not.
    """

    code = "cross-check-unlearnable"
    zh = "数据太少，Splink 无从学习：{why}。匹配结果和对应关系已经写出，只缺交叉核对。"


def splink_needed() -> None:
    """Refuse at once where the packages are missing."""
    try:
        import splink.backends.duckdb  # noqa: F401  # optional, and heavy
    except ImportError as failure:
        raise SplinkMissing(why=failure) from failure


def splink_weighed(pairs: pl.DataFrame, asked: pl.DataFrame, firms: pl.DataFrame) -> pl.DataFrame:
    """The pairs (`place` of a name asked, `row` of a firm) with Splink's `weight` and `probability` and the clusters that the
    two are in.
    """
    from splink.internals.exceptions import SplinkException  # optional, and heavy

    if len(pairs) < _LEAST:
        raise CrossCheckUnlearnable(why=f"{len(pairs)} < {_LEAST}")

    with tempfile.TemporaryDirectory(prefix="chengxin-splink-") as folder:
        try:
            return _weighed(pairs, asked, firms, folder)
        except SplinkException as failure:
            raise CrossCheckUnlearnable(why=" ".join(str(failure).split())) from failure


def _weighed(pairs: pl.DataFrame, asked: pl.DataFrame, firms: pl.DataFrame, folder: str) -> pl.DataFrame:
    import duckdb  # optional, and heavy
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    seldom = _seldom(firms["normal"])
    places, rows = pairs["place"].unique().sort(), pairs["row"].unique().sort()
    # On one thread, since several add up, and draw a sample, now in this order and now in that: the same data would yield
    # another opinion the next time.
    with duckdb.connect(config={"temp_directory": folder, "threads": 1}) as connection:
        api = DuckDBAPI(connection=connection)
        linker = _linker(
            api.register(_shown(places, asked, seldom), dataset_display_name=_ASKED),
            api.register(_shown(rows, firms, seldom), dataset_display_name=_FIRMS),
            len(firms),
        )
        _learn(linker)
        linker.table_management.register_blocked_pairs_for_predict(api.register(_blocked(pairs)))
        predicted = linker.inference.predict()
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, LINKED)
        return _with_clusters(pairs, _frame(predicted), _frame(clusters))


# ---- the model


def _linker(asked: Any, firms: Any, number: int) -> "Linker":
    from splink import Linker, SettingsCreator, block_on
    from splink.comparison_library import ExactMatch

    settings = SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=1 / max(2, number),
        comparisons=[
            _overlap("grams", _WORDS, (0.99, 0.8, 0.6, 0.45, 0.3)),
            _overlap("seldom", _SELDOM_WORDS, (0.99, 0.6, 0.3, 0.01)),
            *(ExactMatch(column) for column in ("province", "city", "number")),
        ],
        blocking_rules_to_generate_predictions=[block_on("head")],  # never used: the pairs are given
        retain_matching_columns=False,
    )
    return Linker([asked, firms], settings, log_level=logging.ERROR)


def _overlap(column: str, words: int, parts: tuple[float, ...]) -> "CustomComparison":
    """How large a part of two names' pairs of neighbours is in both."""
    from splink.comparison_level_library import CustomLevel, ElseLevel
    from splink.comparison_library import CustomComparison

    def each(text: str, between: str) -> str:
        return between.join(text.format(f"{column}{word}") for word in range(words))

    both, either = each("bit_count({0}_l & {0}_r)", " + "), each("bit_count({0}_l | {0}_r)", " + ")
    neither = f"({each('{0}_l = 0', ' and ')}) or ({each('{0}_r = 0', ' and ')})"
    levels = [CustomLevel(f"({both}) >= {part} * ({either})", f"{part}") for part in parts]
    null = CustomLevel(neither, "none").configure(is_null_level=True)
    return CustomComparison(output_column_name=column, comparison_levels=[null, *levels, ElseLevel()])


def _learn(linker: "Linker") -> None:
    from splink import block_on

    linker.training.estimate_u_using_random_sampling(max_pairs=_LEARNT_FROM, seed=1)
    for rule in ("head", "tail"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(rule), max_pairs=_LEARNT_FROM)


# ---- what it is shown, and what it says


def _shown(places: pl.Series, frame: pl.DataFrame, seldom: Any) -> pa.Table:
    rows = frame[places]
    names = rows["normal"]
    grams, rare = (_bits(names, words, kept) for words, kept in ((_WORDS, None), (_SELDOM_WORDS, seldom)))
    return pa.table(
        {
            "unique_id": places.to_arrow(),
            **{f"grams{word}": pa.array(grams[:, word].view(np.int64)) for word in range(_WORDS)},
            **{f"seldom{word}": pa.array(rare[:, word].view(np.int64)) for word in range(_SELDOM_WORDS)},
            **{name: _text(names.str.slice(start, long)) for name, start, long in (("head", 0, 5), ("tail", 2, 7))},
            **{name: _text(_division(rows[name], digits)) for name, digits in (("province", 2), ("city", 4))},
            "number": _text(rows["number"].replace("", None)),
        }
    )


def _text(values: pl.Series) -> pa.Array:
    return pa.array(values.to_list(), pa.string())


def _division(told: pl.Series, digits: int) -> pl.Series:
    """The code of the place that is told, however it is spelt."""
    codes = {text: places_of([name_normal(text)]) for text in told.drop_nulls().unique().to_list()}
    first = {text: min(found)[:digits] for text, found in codes.items() if found}
    return told.replace_strict(first, default=None, return_dtype=pl.String)


def _keys(names: list[str]) -> tuple[Any, Any]:
    """(name, hash) of each pair of neighbours."""
    lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
    codes = np.frombuffer("".join(names).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    rows = np.repeat(np.arange(len(names)), lengths)
    together = rows[1:] == rows[:-1]
    keys = (codes[:-1][together] << np.uint64(21) | codes[1:][together]) * _MULTIPLIER >> np.uint64(64 - _BITS)
    return rows[1:][together], keys


def _seldom(names: pl.Series) -> Any:
    """For each hash whether few names have a pair of neighbours of it."""
    counts = np.zeros(1 << _BITS, dtype=np.int64)
    for start in range(0, len(names), _SLICE):
        rows, keys = _keys(names.slice(start, _SLICE).to_list())
        once = np.unique(rows.astype(np.uint64) << np.uint64(_BITS) | keys) & np.uint64((1 << _BITS) - 1)
        counts += np.bincount(once.astype(np.int64), minlength=len(counts))
    return counts <= max(_FEW, len(names) // _SELDOM)


def _bits(names: pl.Series, words: int, kept: Any) -> Words:
    """Each name's pairs of neighbours as bits, only those that are kept."""
    found = np.zeros((len(names), words), dtype=np.uint64)
    for start in range(0, len(names), _SLICE):
        rows, keys = _keys(names.slice(start, _SLICE).to_list())
        if kept is not None:
            rows, keys = rows[kept[keys]], keys[kept[keys]]
        bit = keys % np.uint64(64 * words)
        np.bitwise_or.at(found, (rows + start, bit >> np.uint64(6)), np.uint64(1) << (bit & np.uint64(63)))
    return found


def _blocked(pairs: pl.DataFrame) -> pa.Table:
    """The pairs in the form in which Splink takes them from others."""
    return pairs.select(
        match_key=pl.lit("0"),
        join_key_l=pl.lit(f"{_ASKED}-__-") + pl.col("place").cast(pl.String),
        join_key_r=pl.lit(f"{_FIRMS}-__-") + pl.col("row").cast(pl.String),
    ).to_arrow(compat_level=pl.CompatLevel.oldest())


def _frame(told: Any) -> pl.DataFrame:
    found = pl.from_arrow(told.as_pyarrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def _with_clusters(pairs: pl.DataFrame, predicted: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    # Which side Splink calls left is by the tables' names: the asked come first.
    weights = predicted.select(
        place="unique_id_l", row="unique_id_r", weight="match_weight", probability="match_probability"
    )
    found = pairs.join(weights, on=["place", "row"], how="left", maintain_order="left")
    for table, column, name in ((_ASKED, "place", "cluster_asked"), (_FIRMS, "row", "cluster")):
        own = clusters.filter(pl.col("source_dataset") == table).select(
            pl.col("unique_id").alias(column), pl.col("cluster_id").alias(name)
        )
        found = found.join(own, on=column, how="left", maintain_order="left")
    return found
