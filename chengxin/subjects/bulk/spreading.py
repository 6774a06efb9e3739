"""Matching spread over a Spark cluster: for registers and files that one machine does not hold. The answers are the same.

The register is cut into shards, the file into parts; each part meets each shard in a task of its own, which builds the shard's
index and finds candidates as one machine does. The candidates of a row are brought together, the best kept, and judged by the
very same judge. Rows travel as Arrow; both inputs are Parquet, in folders that every machine sees under the same name.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from chengxin.kernel.errors import Refusal
from chengxin.subjects.bulk.crew import THREADS, import_path
from chengxin.subjects.bulk.linking import links_write
from chengxin.subjects.bulk.matching import (
    ASKED,
    BESIDE,
    NEAR,
    REGISTER,
    SCHEMA,
    Register,
    TableColumnsMissing,
    asked_prepared,
    batch_judge,
    candidates_frame,
    firms_prepared,
    parquet_scan,
)
from chengxin.subjects.bulk.searching import BEST, LEAST_LIKE, PART, SAME_NAME, SAME_NUMBER, NameIndex
from chengxin.subjects.bulk.writing import OutputUnwritable, frame_write, outputs_known, terminated_cleanly
from chengxin.subjects.rules.nearing import ALL_HELD, NEAR_PART, NEAREST

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Firms of a shard and names of a part: about 1 GB for a task. Spark's setting `spark.chengxin.shard` makes shards smaller.
SHARD, PART_OF = 1_000_000, 100_000
_BATCH = 1024
_TASK = 2_000_000  # rows that one task of a shuffle should have at most
_KEPT = {"like": BEST, "name": SAME_NAME, "number": SAME_NUMBER}
_SAID = ("province", "city", "address")

Types = Mapping[str, pa.DataType]
_TEXTS = {pl.String: pa.string(), pl.Int64: pa.int64(), pl.Float64: pa.float64()}
_ASKED: Types = {"place": pa.int64(), **dict.fromkeys((*ASKED, "normal", "number"), pa.string())}
_FIRMS: Types = {"row": pa.int64(), **dict.fromkeys((*REGISTER, "normal", "number", "firm"), pa.string())}
_FOUND: Types = {
    "place": pa.int64(), "row": pa.int64(), "by": pa.string(), "likeness": pa.float32(), "near": pa.float64(),
    "holds_all": pa.bool_(),
}  # fmt: skip
_ANSWERS: Types = {name: _TEXTS[kind] for name, kind in {**SCHEMA, **BESIDE}.items()}


class SparkMissing(Refusal):
    """Spark cannot be started here: {why}. It needs pip install "chengxin[spark]" and Java 17 or 21 (default-jre-headless)."""

    code = "spark-missing"
    status = 501
    zh = '这里无法启动 Spark：{why}。需要 pip install "chengxin[spark]" 和 Java 17 或 21（default-jre-headless）。'


class SparkFailed(Refusal):
    """Spark at {master} gave up: {why}. Nothing was written."""

    code = "spark-failed"
    status = 503
    zh = "{master} 上的 Spark 未能完成：{why}。没有写出任何结果。"


class SparkReadsParquet(Refusal):
    """Spark reads Parquet, a file or a folder of them, and {file} is neither."""

    code = "spark-reads-parquet"
    zh = "Spark 只读 Parquet 文件或其文件夹，{file}不是。"


@dataclass(frozen=True)
class Table:
    """Rows numbered from 0 in the order of their files, and how many there are."""

    frame: "DataFrame"
    rows: int


def spark_match(
    file: Path,
    register: Path,
    *,
    master: str,
    out: Path | None = None,
    links: Path | None = None,
    top: int = 5,
    most: int = 20,
) -> dict[str, Any]:
    """Match every row of a file, as `linking.file_match` does, on the cluster of that master. A result is one file where its
    name ends so, else a folder of Parquet files in the order of the input; either stands there only when it is whole.
    """
    for path in (file, register):
        if not (path.suffix.lower() == ".parquet" or path.is_dir()):
            raise SparkReadsParquet(file=path.name)
    _outputs_known(out, links)
    spark_needed()
    with terminated_cleanly(), _aside(out or links) as folder, _told_failed(master), _session(master) as spark:
        asked = _read(spark, file, ASKED, ("qid", "name"), "place")
        firms = _read(spark, register, REGISTER, ("name", "uscc"), "row")
        answers = _answers(spark, asked, firms, top if out else 1)
        counts = _written(answers, folder, out, links) | {"register": firms.rows}
        if not out:
            del counts["rows"]
        if links:
            counts |= links_write(parquet_scan(folder / "links"), links, most)
        if out:
            _put(folder / "out", out)
    return counts


def spark_needed() -> None:
    """Refuse at once where Spark or Java is missing."""
    try:
        import pyspark.sql  # noqa: F401  # optional, and heavy
    except ImportError as failure:
        raise SparkMissing(why=failure) from failure
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{home}/bin" if home else None):
        raise SparkMissing(why="java")


def _outputs_known(out: Path | None, links: Path | None) -> None:
    outputs_known(*(path for path in (out, links) if path and path.suffix))
    for path in (out, links):
        if path and not path.suffix and (path.exists() or not path.parent.is_dir()):
            raise OutputUnwritable(file=path.name, why=str(path))


@contextlib.contextmanager
def _aside(path: Path | None) -> Iterator[Path]:
    """A hidden folder beside the result, where every machine of the cluster writes."""
    assert path
    folder = path.with_name(f".{path.name}.spark")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _told_failed(master: str) -> Iterator[None]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as failure:
        lines = str(failure).strip().split("\n")
        # Java's own words stand behind what Python was about to call.
        why = next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])
        raise SparkFailed(master=master, why=why) from failure


@contextlib.contextmanager
def _session(master: str) -> Iterator["SparkSession"]:
    """A session of its own; its Python workers run this very program."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("chengxin match").master(master).config("spark.ui.enabled", "false")
    for name, value in {**THREADS, "PYTHONPATH": import_path()}.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    if master.startswith("local"):
        for each in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(each, "127.0.0.1")
    builder = builder.config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = builder.getOrCreate()
    try:
        spark.sparkContext.setLogLevel("ERROR")
        yield spark
    finally:
        spark.stop()


# ---- the plan


def _read(spark: "SparkSession", path: Path, columns: tuple[str, ...], needed: tuple[str, ...], number: str) -> Table:
    """The columns as text, empty where they are lacking, and each row's number in the order of the files and their rows."""
    from pyspark.sql import functions as f

    whole = spark.read.parquet(str(path.resolve()))
    if missing := [name for name in needed if name not in whole.columns]:
        raise TableColumnsMissing(file=path.name, missing=", ".join(missing), found=", ".join(whole.columns))
    texts = [(f.col(name) if name in whole.columns else f.lit(None)).cast("string").alias(name) for name in columns]
    lines = whole.select(*texts, f.col("_metadata.file_path").alias("file"), f.col("_metadata.row_index").alias("line"))
    firsts, rows = [], 0
    for file, count in sorted(map(tuple, lines.groupBy("file").count().collect())):
        firsts.append((file, rows))
        rows += count
    before = f.broadcast(spark.createDataFrame(firsts, "file string, before long"))
    return Table(lines.join(before, "file").select((f.col("before") + f.col("line")).alias(number), *columns), rows)


def _answers(spark: "SparkSession", asked: Table, firms: Table, top: int) -> "DataFrame":
    """Every answer with its query's place."""
    from pyspark.sql import functions as f

    cores, size = spark.sparkContext.defaultParallelism, int(str(spark.conf.get("spark.chengxin.shard", str(SHARD))))
    shards = max(1, -(-firms.rows // size))
    parts = max(1, -(-asked.rows // PART_OF), -(-cores // shards))
    tasks = max(2 * cores, 4 * shards * parts, asked.rows * shards * BEST // _TASK)
    spark.conf.set("spark.sql.shuffle.partitions", str(tasks))
    names = asked.frame.mapInArrow(_asked_prepared, _spark(_ASKED))
    held = firms.frame.mapInArrow(_firms_prepared, _spark(_FIRMS))
    part = f.floor(f.col("place") * parts / max(1, asked.rows)).cast("int").alias("part")
    shard = f.floor(f.col("row") / size).cast("int").alias("shard")
    left = names.select(
        part, f.explode(f.sequence(f.lit(0), f.lit(shards - 1))).alias("shard"), "place", "normal", "number", *_SAID
    )
    right = held.select(
        f.explode(f.sequence(f.lit(0), f.lit(parts - 1))).alias("part"), shard, "row", "normal", "number", *_SAID
    )
    cells = left.groupBy("part", "shard").cogroup(right.groupBy("part", "shard"))
    pairs = _best(cells.applyInArrow(_cell, _spark(_FOUND)))
    firm = f.collect_list(f.struct(*(name for name in _FIRMS))).alias("held")
    judged = names.join(pairs.join(held, "row").groupBy("place").agg(firm), "place", "left")
    return judged.mapInArrow(partial(_judged, top=top), _spark(_ANSWERS))


def _best(found: "DataFrame") -> "DataFrame":
    """Of all that the shards found for a name, what one index over the whole register would have found."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    like = f.max(f.when(f.col("by") == "like", f.col("likeness"))).over(Window.partitionBy("place"))
    number = f.row_number().over(Window.partitionBy("place", "by").orderBy(f.col("likeness").desc(), f.col("row")))
    # In the same single precision as `searching` has it.
    least = f.greatest(f.col("top") * f.lit(PART).cast("float"), f.lit(LEAST_LIKE).cast("float"))
    kept = f.lit(False)
    for way, most in _KEPT.items():
        kept = kept | ((f.col("by") == way) & (f.col("number") <= most))
    # However unlike, so many that hold all that is asked.
    fits = f.row_number().over(Window.partitionBy("place", "holds_all").orderBy(f.col("likeness").desc(), f.col("row")))
    kept = kept | ((f.col("by") == "like") & f.col("holds_all") & (f.col("fits") <= ALL_HELD))
    told = found.withColumn("top", like).where((f.col("by") != "like") | (f.col("likeness") >= least))
    pool = told.withColumn("number", number).withColumn("fits", fits).where(kept)
    # Of the pool the nearest, as `nearing.nearest` has it.
    order = Window.partitionBy("place").orderBy(f.col("near").desc_nulls_last(), f.col("likeness").desc(), f.col("row"))
    nearest = f.max("near").over(Window.partitionBy("place"))
    worth = (f.col("near") >= f.col("nearest") * f.lit(NEAR_PART)) & (
        (f.col("number") <= NEAREST) | (f.col("holds_all") & (f.col("number") <= ALL_HELD))
    )
    ranked = pool.withColumn("nearest", nearest).withColumn("number", f.row_number().over(order))
    return ranked.where((f.col("by") != "like") | worth).select("place", "row").distinct()


def _spark(types: Types) -> str:
    names = {
        pa.string(): "string", pa.int64(): "long", pa.float32(): "float", pa.float64(): "double", pa.bool_(): "boolean",
    }  # fmt: skip
    return ", ".join(f"{name} {names[kind]}" for name, kind in types.items())


# ---- what a task does


def _asked_prepared(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return _each(batches, lambda frame: asked_prepared(frame).with_columns(frame["place"]), _ASKED)


def _firms_prepared(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return _each(batches, firms_prepared, _FIRMS)


def _cell(asked: pa.Table, held: pa.Table) -> pa.Table:
    """The candidates of a part's names among a shard's firms."""
    names, firms = _frame(asked).sort("place"), _frame(held).sort("row")
    register = Register(firms, NameIndex.of(firms["normal"]))
    found = [pl.DataFrame(schema={"place": pl.Int64, "row": pl.Int64, "by": pl.String, **NEAR})]
    for start in range(0, len(names) if len(firms) else 0, _BATCH):
        batch = names.slice(start, _BATCH)
        own = candidates_frame(batch, register)
        found.append(own.select(batch["place"].gather(own["query"]), firms["row"].gather(own["row"]), "by", *NEAR))
    return _table(pl.concat(found), _FOUND)


def _judged(batches: Iterable[pa.RecordBatch], top: int) -> Iterator[pa.RecordBatch]:
    return _each(batches, partial(_judge, top=top), _ANSWERS)


def _judge(batch: pl.DataFrame, top: int) -> pl.DataFrame:
    candidates = [many or [] for many in batch["held"].to_list()]
    held = {firm["row"]: firm for many in candidates for firm in many}
    rows = [[firm["row"] for firm in many] for many in candidates]
    answers = batch_judge(batch.drop("held"), rows, held, top, None).answers
    return answers.with_columns(batch["place"].gather(answers["place"]))


def _each(
    batches: Iterable[pa.RecordBatch], change: Callable[[pl.DataFrame], pl.DataFrame], types: Types
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        frame = _frame(pa.Table.from_batches([batch]))
        for start in range(0, len(frame), _BATCH):
            yield from _table(change(frame.slice(start, _BATCH)), types).to_batches()


def _frame(table: pa.Table) -> pl.DataFrame:
    found = pl.from_arrow(table)
    assert isinstance(found, pl.DataFrame)
    return found


def _table(frame: pl.DataFrame, types: Types) -> pa.Table:
    return frame.select(list(types)).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.schema(dict(types)))


# ---- what is written


def _written(answers: "DataFrame", folder: Path, out: Path | None, links: Path | None) -> dict[str, int]:
    """Has the cluster write the answers and the links aside; returns how the names ended."""
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    # A sort looks at its rows beforehand, to cut them into parts: they should not be judged twice for that.
    kept = answers.persist(StorageLevel.DISK_ONLY)
    first = f.coalesce(f.col("rank"), f.lit(1)) == 1
    told = {name: f.count(f.when(first & (f.col("decision") == name), 1)) for name in ("match", "propose", "none")}
    columns = [f.count(f.when(first, 1)).alias("queries"), *(each.alias(name) for name, each in told.items())]
    counts = kept.agg(*columns, f.count("*").alias("rows")).first()
    assert counts
    ordered = kept.orderBy("place", f.col("rank").asc_nulls_first())
    if out:
        ordered.select(list(SCHEMA)).write.parquet(str((folder / "out").resolve()))
    if links:
        ordered.where(f.col("decision") != "none").write.parquet(str((folder / "links").resolve()))
    return dict(counts.asDict())


def _put(folder: Path, out: Path) -> None:
    """Put the answers where they are wanted: as the folder that they are, or as one file."""
    if out.suffix:
        frame_write(parquet_scan(folder), out)
    else:
        folder.replace(out)
