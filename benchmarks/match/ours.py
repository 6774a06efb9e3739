"""Our matcher, through its command line alone, as anybody would run it: files in, file out."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.match.measures import MATCH, NONE, PROPOSE, SHOWN, Answer
from benchmarks.place import ROOT, CommandFailed

# The feature by which an answer says that more firms fit than are shown.
CROWD = "crowd"

# What keeps a process on one core whatever library it brings.
ONE_THREAD = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A process that has ended: how long from its start, the most memory that it had, what it printed."""

    seconds: float
    memory_bytes: int
    told: Mapping[str, Any]


def process_run(words: Sequence[str], *, one_core: bool = True, more: Mapping[str, str] | None = None) -> Run:
    """Runs a program that prints one JSON object, on one core; refuses one that fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*(("taskset", "-c", str(max(os.sched_getaffinity(0)))) if one_core else ()), *words],
            env=os.environ | (ONE_THREAD if one_core else {}) | dict(more or {}),
            cwd=ROOT,
            stdout=out,
            stderr=errors,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        errors.seek(0)
        text = out.read()
        if process.returncode:
            raise CommandFailed(f"{' '.join(words)}: {text}{errors.read()}")
    lines = [line for line in text.splitlines() if line.startswith("{")]
    return Run(seconds, used.ru_maxrss * 1024, json.loads(lines[-1]) if lines else {})


def ours_run(queries: Path, register: Path, out: Path, *, one_core: bool = True) -> Run:
    """`chengxin match`, in a process of its own; its start-up counts."""
    words = ("match", str(queries), "--out", str(out), "--register", str(register), "--top", str(SHOWN), "--json")
    return process_run((sys.executable, "-m", "chengxin.site.cli", *words), one_core=one_core)


def answers_read(path: Path) -> dict[str, Answer]:
    """What the matcher wrote, query by query. A code that is empty is no candidate."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["qid"], []).append(row)
    return {qid: _answer(sorted(own, key=lambda row: int(row["rank"] or 0))) for qid, own in rows.items()}


def _answer(rows: Sequence[Mapping[str, str]]) -> Answer:
    put = [row for row in rows if row["decision"] == PROPOSE]
    crowd = (
        len(put)
        if any(reason["feature"] == CROWD for row in put[:1] for reason in json.loads(row["reasons"] or "[]"))
        else 0
    )
    rows = [row for row in rows if row["uscc"]]
    shown = tuple(row["uscc"] for row in rows)
    proposed = tuple(row["uscc"] for row in rows if row["decision"] == PROPOSE)
    if rows and rows[0]["decision"] == MATCH:
        return Answer(MATCH, shown)
    return Answer(PROPOSE if proposed else NONE, shown, proposed, crowd)
