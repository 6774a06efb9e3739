"""Ours and the rivals on the same queries: who matches how many, and how many wrongly."""

import csv
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.match.measures import MATCH, Answer, Frozen, Ranked, crowd_told, decided, measured, tuned
from benchmarks.match.ours import answers_read, ours_run, process_run
from benchmarks.match.sets import Asked
from benchmarks.match.slips import Firm, Query, code_valid
from benchmarks.match.trigrams import trigrams_index, trigrams_search
from benchmarks.place import CommandFailed, Place

OURS, TRIGRAMS = "ours", "pg_trgm"
RIVALS = (TRIGRAMS, "rapidfuzz", "tfidf", "nomenklatura", "splink")
SYSTEMS = (OURS, *RIVALS)
SLOW = {"nomenklatura": 600, TRIGRAMS: 1_000}  # queries at most on a register of more than SMALL firms
SMALL = 20_000

Told = Callable[[str], None]


@dataclass(frozen=True)
class Runner:
    """Where and with what the systems run."""

    folder: Path
    place: Place
    rivals_python: str
    tell: Told

    def ours(self, asked: Asked) -> dict[str, Answer]:
        """Ours, one set."""
        folder = self.folder / asked.name
        queries, register = asked.written(folder)
        ours_run(queries, register, folder / "ours.csv", one_core=False)
        return answers_read(folder / "ours.csv")

    def ranked(self, system: str, asked: Asked) -> Ranked:
        """A rival's ranking of one set; a full code that the register knows comes before any name."""
        if len(asked.register) > SMALL and system in SLOW:
            asked = replace(asked, queries=asked.queries[: SLOW[system]])
        folder = self.folder / asked.name
        queries, register = asked.written(folder)
        if system == TRIGRAMS:
            trigrams_index(self.place, asked.register, folder)
            found, _ = trigrams_search(self.place, asked.queries)
        else:
            out = folder / f"{system}.csv"
            self.rival(system, queries, register, out)
            found = _ranking_read(out)
        known = {firm.uscc for firm in asked.register}
        coded = {q.qid: [(q.uscc, 1.0)] for q in asked.queries if code_valid(q.uscc) and q.uscc in known}
        return {query.qid: coded.get(query.qid) or found.get(query.qid, []) for query in asked.queries}

    def rival(self, system: str, queries: Path, register: Path, out: Path) -> Mapping[str, float]:
        """Runs one rival in the environment that has it; what it told of its time and memory."""
        words = ("-m", "benchmarks.match.rivals", system, "--queries", str(queries), "--register", str(register))
        return process_run((self.rivals_python, *words, "--out", str(out))).told


def _ranking_read(path: Path) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["qid"], []).append((row["uscc"], float(row["score"])))
    return found


def quality(runner: Runner, sets: Sequence[Asked], systems: Sequence[str], reported: Sequence[str]) -> list[Frozen]:
    """The measures of every system on the sets to be reported; a system that cannot run is told of and left out."""
    lines: list[Frozen] = []
    by_name = {asked.name: asked for asked in sets}
    for system in systems:
        try:
            answers = _answers(runner, system, by_name, reported)
        except CommandFailed as failure:
            sys.stderr.write(f"{system}: {failure}\n")
            continue
        for name, answered in answers.items():
            asked = by_name[name]
            queries = [query for query in asked.queries if system == OURS or query.qid in answered]
            if system == OURS:
                misses_write(runner.folder / f"misses-{name}.csv", asked, answered)
            register = {firm.uscc: firm for firm in asked.register}
            lines += [Frozen(name, system, line) for line in measured(queries, answered, register)]
    for asked in sets:
        shutil.rmtree(runner.folder / asked.name, ignore_errors=True)
    return lines


def _answers(
    runner: Runner, system: str, sets: Mapping[str, Asked], reported: Sequence[str]
) -> dict[str, dict[str, Answer]]:
    if system == OURS:
        answers = {}
        for name in reported:
            runner.tell(f"{system}: {name}")
            answers[name] = runner.ours(sets[name])
        return answers
    ranked = {}
    for name in dict.fromkeys([*reported, *(sets[name].tuned_on for name in reported)]):
        runner.tell(f"{system}: {name}")
        ranked[name] = runner.ranked(system, sets[name])
    found = {}
    for name in reported:
        other = sets[sets[name].tuned_on]
        rule = tuned([query for query in other.queries if query.qid in ranked[other.name]], ranked[other.name])
        found[name] = decided(ranked[name], rule)
    return found


def misses_write(path: Path, asked: Asked, answers: Mapping[str, Answer]) -> None:
    """What ours got wrong or left to a person, beside the truth; for those who mend it. Never to be committed."""
    names = {firm.uscc: firm for firm in asked.register}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("fault", "kind", "qid", "name", "province", "city", "address", "uscc", "truth", "shown"))
        for query in asked.queries:
            answer = answers.get(query.qid, Answer())
            if fault := _fault(query, answer, names):
                place = (query.province, query.city, query.address, query.uscc)
                said = (_named(query.truth, names), _named(answer.shown, names))
                writer.writerow((fault, query.kind, query.qid, query.name, *place, *said))


def _fault(query: Query, answer: Answer, register: Mapping[str, Firm]) -> str:
    if answer.outcome == MATCH:
        return "" if answer.shown[:1] == query.truth else "wrong match"
    if len(query.truth) == 1:
        return "not matched" if query.truth[0] in answer.shown else "not found"
    all_proposed = set(answer.proposed) >= set(query.truth) or crowd_told(query, answer, register)
    return "" if all_proposed else "not all proposed"


def _named(codes: Sequence[str], firms: Mapping[str, Firm]) -> str:
    return " | ".join(firms[code].name if code in firms else code for code in codes)
