"""The rivals, each as its own documents advise, in a process of its own: `python -m benchmarks.match.rivals NAME …`.

They are given what any user of theirs would give: names brought to one width and to simplified characters, candidates of another
province or city than the query tells left out. They rank; `measures.tuned` decides when a ranking is sure. What is missing is
named with the line that installs it, since none of them is needed to run the program.
"""

import csv
import importlib
import json
import resource
import sys
import time
from argparse import ArgumentParser
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import opencc

from benchmarks.match.names import city_short, plain, province_short

SHOWN, DEEP = 5, 200  # kept of a ranking, and looked at before hints narrow it
BLOCK_BYTES = 1 << 28  # of scores held at a time
VERSIONS = {
    "rapidfuzz": "rapidfuzz==3.14.6",
    "sklearn": "scikit-learn==1.9.1",
    "nomenklatura": "nomenklatura",
    "splink": "splink==5.0.0",
}

Row = tuple[int, int, float]  # query, firm, score
Search = Callable[["Work"], Iterator[Row]]


class RivalMissing(Exception):
    """A rival's package is not installed in the environment that was to run it."""


def needed(module: str) -> Any:
    """The module, or a refusal that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as failure:
        package = VERSIONS.get(module.split(".")[0], module)
        raise RivalMissing(f"缺少 / missing: {package} ({failure}). pip install {package}") from None


class Work:
    """Queries and register, tidied and no larger than they need be, with the time from which searching counts."""

    def __init__(self, queries: Path, register: Path) -> None:
        convert = opencc.OpenCC("t2s").convert
        self.qids, self.texts, self.asked = [], [], Regions()
        for row in _rows(queries):
            self.qids.append(row["qid"])
            self.texts.append(str(convert(plain(row["name"]))))
            self.asked.add(row)
        self.names, self.codes, self.firms = [], [], Regions()
        for row in _rows(register):
            self.names.append(plain(row["name"]))
            self.codes.append(row["uscc"])
            self.firms.add(row)
        self.ready_at = time.monotonic()

    def ready(self) -> None:
        """The index stands; from here on only searching counts."""
        self.ready_at = time.monotonic()

    def allowed(self, number: int, firms: np.ndarray) -> np.ndarray:
        """Which of the firms lie where the query says, as far as the register tells."""
        mask = np.ones(len(firms), dtype=bool)
        for name in Regions.LEVELS:
            if told := self.asked.text(name, number):
                mask &= self.firms.among(name, firms, (told, ""))
        return mask

    def best(self, number: int, scores: np.ndarray, firms: np.ndarray | None = None) -> Iterator[Row]:
        """The best allowed firms by scores; of equal ones the first in the register."""
        deep = min(DEEP, len(scores))
        found = np.argpartition(-scores, deep - 1)[:deep] if deep < len(scores) else np.arange(len(scores))
        own = found if firms is None else firms[found]
        keep = self.allowed(number, own)
        order = sorted(zip((-scores[found[keep]]).tolist(), own[keep].tolist(), strict=True))
        yield from ((number, firm, -score) for score, firm in order[:SHOWN])


class Regions:
    """Province and city of many rows, in their short form, each kept as a small number."""

    LEVELS: Mapping[str, Callable[[str], str]] = {"province": province_short, "city": city_short}

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._numbers = {"": 0}
        self._rows = {name: array("i") for name in self.LEVELS}

    def add(self, row: Mapping[str, str]) -> None:
        """One row more."""
        for name, short in self.LEVELS.items():
            text = short(row[name])
            number = self._numbers.setdefault(text, len(self._texts))
            if number == len(self._texts):
                self._texts.append(text)
            self._rows[name].append(number)

    def text(self, name: str, row: int) -> str:
        """What the row says."""
        return self._texts[self._rows[name][row]]

    def all(self, name: str) -> list[str | None]:
        """What every row says; nothing for nothing."""
        return [self._texts[number] or None for number in self._rows[name]]

    def among(self, name: str, rows: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Which of the rows say one of these."""
        values = np.frombuffer(self._rows[name], dtype=np.int32)[rows]
        return np.isin(values, [self._numbers.get(text, -1) for text in texts])


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# ---- the rivals


def rapidfuzz_search(work: Work) -> Iterator[Row]:
    """rapidfuzz: the ratio of every name to the query (insertions and deletions)."""
    process, fuzz = needed("rapidfuzz.process"), needed("rapidfuzz.fuzz")
    work.ready()
    step = max(1, BLOCK_BYTES // (4 * len(work.names)))
    for start in range(0, len(work.texts), step):
        scores = process.cdist(work.texts[start : start + step], work.names, scorer=fuzz.ratio, dtype=np.float32)
        for place in range(len(scores)):
            yield from work.best(start + place, scores[place] / 100)


def tfidf_index(work: Work) -> tuple[Any, Any]:
    """The names' and the queries' character 1- and 2-grams, weighed, as sparse rows of length one."""
    text = needed("sklearn.feature_extraction.text")
    vectorizer = text.TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
    names = vectorizer.fit_transform(work.names).T.tocsr()
    work.ready()
    return names, vectorizer.transform(work.texts)


def tfidf_search(work: Work) -> Iterator[Row]:
    """TF-IDF of character 1- and 2-grams, cosine."""
    names, queries = tfidf_index(work)
    for number in range(queries.shape[0]):
        product = queries[number] @ names
        if product.nnz:
            yield from work.best(number, product.data, product.indices)


def nomenklatura_search(work: Work) -> Iterator[Row]:
    """nomenklatura's logic-v2 over the twenty best of TF-IDF."""
    matching, proxy = needed("nomenklatura.matching"), needed("followthemoney")
    logic = matching.get_algorithm("logic-v2")
    config = logic.default_config()

    def entity(key: str, name: str) -> Any:
        properties = {"name": [name], "country": ["cn"]}
        return proxy.model.get_proxy({"id": key, "schema": "Company", "properties": properties})

    names, queries = tfidf_index(work)
    for number in range(queries.shape[0]):
        product = queries[number] @ names
        if not product.nnz:
            continue
        near = product.indices[np.argsort(-product.data, kind="stable")[:DEEP]]
        near = near[work.allowed(number, near)][:20]
        query = entity(f"q{number}", work.texts[number])  # the algorithm remembers entities by id
        made = [logic.compare(query, entity(f"f{firm}", work.names[firm]), config).score for firm in near]
        behind = 1e-6 * np.arange(len(made))  # of equal scores, the nearer by TF-IDF first
        yield from work.best(number, np.array(made) - behind, near)


def splink_search(work: Work) -> Iterator[Row]:
    """splink 5 on DuckDB, trained on the very data without labels, as its tutorial has it."""
    return needed("benchmarks.match.splink_model").splink_search(work)  # type: ignore[no-any-return]


SEARCHES: Mapping[str, Search] = {
    "rapidfuzz": rapidfuzz_search,
    "tfidf": tfidf_search,
    "nomenklatura": nomenklatura_search,
    "splink": splink_search,
}


def main(words: Sequence[str]) -> int:
    """Searches, writes `qid,uscc,score`, prints the seconds of indexing and of searching."""
    parser = ArgumentParser(prog="python -m benchmarks.match.rivals")
    parser.add_argument("name", choices=list(SEARCHES))
    for word in ("queries", "register", "out"):
        parser.add_argument(f"--{word}", type=Path, required=True)
    asked = parser.parse_args(words)
    began = time.monotonic()
    work = Work(asked.queries, asked.register)
    try:
        rows = list(SEARCHES[asked.name](work))
    except RivalMissing as failure:
        sys.stderr.write(f"{failure}\n")
        return 2
    searched = time.monotonic() - work.ready_at
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("qid", "uscc", "score"))
        writer.writerows((work.qids[query], work.codes[firm], f"{score:.6f}") for query, firm, score in rows)
    told = {
        "index_seconds": work.ready_at - began,
        "search_seconds": searched,
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
