"""On Spark as on one machine: the very same files, in local mode and on a cluster that loses a worker midway."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyspark
import pytest

from chengxin.subjects.bulk.spreading import SparkMissing, SparkReadsParquet, spark_match
from chengxin.subjects.bulk.writing import OutputUnwritable
from chengxin.subjects.services.matching import table_match
from chengxin.subjects.tests.test_linking import PAIRS, REGISTER, ROOT

SPARK = Path(pyspark.__file__).parent
# Short lives: what the machine compiles least, and no waiting for what has been killed.
QUICK = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "SPARK_LOCAL_IP": "127.0.0.1"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Firms of the benchmark's register in two files of a folder, and a file of queries, one without a name."""
    folder = tmp_path_factory.mktemp("tables")
    firms, asked = (pl.read_csv(path, infer_schema=False) for path in (REGISTER, PAIRS))
    (folder / "register").mkdir()
    firms.head(2000).write_parquet(folder / "register" / "a.parquet", row_group_size=700)
    firms.slice(2000, 1000).write_parquet(folder / "register" / "b.parquet")
    nameless = pl.DataFrame({"qid": ["nameless"], "name": [None]}, schema_overrides={"name": pl.String})
    pl.concat([asked.head(600), nameless], how="diagonal").write_parquet(folder / "asked.parquet", row_group_size=250)
    return folder


@pytest.fixture(scope="module")
def alone(tables: Path) -> dict[str, Any]:
    """What one machine answers."""
    return table_match(
        file=tables / "asked.parquet", register=tables / "register", out=tables / "out.csv", links=tables / "links.csv"
    )


def words_of(tables: Path, folder: Path, out: str, master: str) -> list[str]:
    """The command, as a person types it."""
    files = "--out", str(folder / out), "--links", str(folder / "links.csv")
    words = "match", str(tables / "asked.parquet"), "--register", str(tables / "register"), *files, "--spark", master
    return [sys.executable, "-m", "chengxin.site.cli", *words, "--json"]


@pytest.fixture
def conf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Spark's settings: small shards, so that even this register has several; no patience with what has been killed."""
    folder = tmp_path_factory.mktemp("conf")
    (folder / "spark-defaults.conf").write_text(
        "spark.chengxin.shard 1100\nspark.executor.memory 512m\n"
        "spark.shuffle.io.retryWait 200ms\nspark.shuffle.io.maxRetries 1\n"
    )
    return QUICK | {"SPARK_CONF_DIR": str(folder)}


def run(words: list[str], env: dict[str, str]) -> dict[str, Any]:
    """Run it to its end; it must succeed."""
    done = subprocess.run(words, cwd=ROOT, env=os.environ | env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {key: value for key, value in found.items() if key not in ("out", "links", "seconds", "peak_memory_bytes")}


def test_in_local_mode_the_answers_are_those_of_one_machine(
    tmp_path: Path, tables: Path, alone: dict[str, Any], conf: dict[str, str]
) -> None:
    told = run(words_of(tables, tmp_path, "out", "local[2]"), conf)
    assert told == alone
    assert (tmp_path / "links.csv").read_bytes() == (tables / "links.csv").read_bytes()
    rows = pl.read_parquet(tmp_path / "out" / "*.parquet")
    assert rows.equals(pl.read_csv(tables / "out.csv", schema=rows.schema))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv", "out"]


def test_a_cluster_that_loses_a_worker_midway_gives_the_whole_answer(
    tmp_path: Path, tables: Path, alone: dict[str, Any], conf: dict[str, str]
) -> None:
    with cluster(tmp_path) as (master, workers):
        words = words_of(tables, tmp_path, "out.csv", master)
        env = os.environ | conf
        with subprocess.Popen(
            words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as job:
            wait_for(lambda: list((tmp_path / "worker1").rglob("shuffle_*.data")), job)
            assert job.poll() is None
            os.killpg(workers[1].pid, signal.SIGKILL)  # and its executor with all that it had written
            out, err = job.communicate()
    assert job.returncode == 0, out + err
    assert json.loads(out)["queries"] == alone["queries"]
    for name in ("out.csv", "links.csv"):
        assert (tmp_path / name).read_bytes() == (tables / name).read_bytes()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A master and two workers on this machine, each with a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    processes = [started(folder / "master", "master.Master", "--port", str(port))]
    try:
        for number in (0, 1):
            own = folder / f"worker{number}"
            processes.append(
                started(own, "worker.Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(own), master)
            )
        for number in (0, 1):
            log = folder / f"worker{number}" / "log"
            wait_for(lambda log=log: "Successfully registered" in log.read_text(), processes[0])
        yield master, processes[1:]
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def started(folder: Path, role: str, *words: str) -> subprocess.Popen[bytes]:
    """A master or a worker, with all that it starts itself, in a process group of its own."""
    folder.mkdir()
    env = os.environ | QUICK | {"SPARK_LOCAL_DIRS": str(folder), "SPARK_HOME": str(SPARK)}
    words = (f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1", "--webui-port", "0", *words)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(SPARK / "bin" / "spark-class"), *words], env=env, stdout=log, stderr=log, start_new_session=True
        )


def wait_for(there: Any, process: subprocess.Popen[Any]) -> None:
    """Wait until it is there, as long as the process lives."""
    until = time.monotonic() + 120
    while not there():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(("file", "out", "refusal"), [
    ("asked.csv", "out.csv", SparkReadsParquet), ("asked.parquet", "out.xlsx", OutputUnwritable),
    ("asked.parquet", "there", OutputUnwritable),
])  # fmt: skip
def test_what_spark_could_not_do_is_refused_before_it_is_started(
    tmp_path: Path, file: str, out: str, refusal: type[Exception]
) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(refusal):
        spark_match(tmp_path / file, tmp_path / "r.parquet", master="local[1]", out=tmp_path / out)


def test_without_java_it_is_refused_and_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkMissing, match="default-jre-headless"):
        spark_match(tmp_path / "a.parquet", tmp_path / "r.parquet", master="local[1]", out=tmp_path / "o.csv")


def test_without_the_package_it_is_refused_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkMissing, match=r"chengxin\[spark\]"):
        spark_match(tmp_path / "a.parquet", tmp_path / "r.parquet", master="local[1]", out=tmp_path / "o.csv")
