"""The words that every benchmark takes."""

import csv
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path


def parser_make(name: str, about: str, parts: Sequence[str], folder: Path) -> ArgumentParser:
    """A parser for the benchmark in `folder`, which measures these parts."""
    parser = ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=int,
        metavar="N",
        help="规模，默认 cases.csv 全部 / sizes, by default all of cases.csv",
    )
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts), help="只测这些 / measure these only")
    parser.add_argument(
        "--runs", type=int, metavar="N", help="每项测几次，默认依 cases.csv / runs of each, by default as in cases.csv"
    )
    parser.add_argument("--freeze", action="store_true", help="写入冻结结果 / put the results in place of the frozen")
    parser.add_argument(
        "--frozen", type=Path, default=folder / "frozen", metavar="FOLDER", help="冻结结果所在 / where the frozen are"
    )
    parser.add_argument(
        "--work", type=Path, default=folder / "work", metavar="FOLDER", help="临时状态与文件所在 / for state and files"
    )
    parser.add_argument("--keep", action="store_true", help="保留数据库供下次使用 / keep the database for the next run")
    return parser


def cases_read(folder: Path, size: str, sizes: Sequence[int] | None) -> list[dict[str, str]]:
    """The chosen cases of `cases.csv`; a size that it lacks is made like the nearest one, with `size` put in its place."""
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    if not sizes:
        return cases
    return [min(cases, key=lambda case, n=n: abs(int(case[size]) - n)) | {size: str(n)} for n in sizes]  # type: ignore[misc]
