"""`python -m benchmarks.ledger.inside PART [NUMBER]`: what is measured by calling the program itself, in a process of its own.

Prints one JSON object. `DATABASE_URL` says where.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import django
from django.db import connection, transaction

from chengxin_verify.entries import Receipt

MATTER, ACTOR = "tender", "benchmark"
DETAIL = {"matter": MATTER, "on": "2026-11-27", "outcome": "none_applies", "measures": []}


def bulk(rows: int) -> dict[str, Any]:
    """So many entries by the statement that a file of checks writes them with; what it reads was staged before."""
    from chengxin.checks.bulk import traces_write

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            create temp table answer on commit drop as select n, '91330100' || lpad(n::text, 10, '0') as code, n as root,
                null::text as reason, null::text as case_number, 'none_applies' as outcome from generate_series(1, {rows}) n;
            create temp table found (n bigint, no int) on commit drop;
            create temp table rule (no int, measure text) on commit drop;
            analyze answer
            """
        )
        began = time.monotonic()
        told = {name: DETAIL[name] for name in ("matter", "on")}
        traces_write(cursor.cursor, by=ACTOR, at=datetime.now(UTC), purpose=MATTER, told=told)
    return {"seconds": time.monotonic() - began}


def sequence(_: int) -> dict[str, Any]:
    """Every entry that waits, placed and signed."""
    from chengxin.ledger.services import MOST, Sequencer, log_key_publish

    sequencer = Sequencer(log_key_publish(by=ACTOR, at=datetime.now(UTC)))
    began, entries, rounds = time.monotonic(), 0, 0
    while True:
        placed = sequencer.entries_place(at=datetime.now(UTC))
        entries, rounds = entries + placed.entries, rounds + 1
        if placed.entries < MOST:
            return {"seconds": time.monotonic() - began, "entries": entries, "rounds": rounds, "size": placed.size}


def proofs(count: int) -> dict[str, Any]:
    """So many proofs of either kind out of the database, of entries and sizes drawn at random; each is verified, untimed."""
    from chengxin.ledger.models import Checkpoint, Leaf
    from chengxin.ledger.selectors import checkpoint_latest, consistency_of, inclusion_of
    from chengxin_verify.tree import consistency_holds, inclusion_holds, leaf_hash

    latest = checkpoint_latest()
    assert latest is not None
    chance = random.Random(7)
    places = [chance.randrange(latest.size) for _ in range(count)]
    leaves = {leaf.position: leaf for leaf in Leaf.objects.filter(position__in=places)}
    roots = {
        each.size: bytes(each.root) for each in Checkpoint.objects.filter(size__lte=latest.size).order_by("-pk")[:2000]
    }
    sizes = list(roots)
    root = bytes(latest.root)
    asked = iter(places * 2)
    included, once = _timed(count, lambda: inclusion_of(leaves[at := next(asked)].entry, bytes(leaves[at].commitment)))
    for found in included:
        assert inclusion_holds(leaf_hash(found.commitment), found.index, latest.size, found.proof, root)
    consistent, between = _timed(count, lambda: consistency_of(chance.choice(sizes), latest.size))
    for told in consistent[:50]:
        first = int(told.first.split("\n")[1])
        assert consistency_holds(first, latest.size, told.proof, roots[first], root)
    return {
        "inclusion": once | {"bytes": max(len(json.dumps(each.as_dict())) for each in included)},
        "consistency": between | {"bytes": max(len(json.dumps(each.as_dict())) for each in consistent)},
    }


def checks(count: int) -> dict[str, Any]:
    """What a check costs that leaves nothing in the ledger, one that leaves an entry, and one that gives its receipt too: in turn."""
    from chengxin.actors.selectors import Asker
    from chengxin.checks.services import asking
    from chengxin.ledger.services import trace, trace_receipted

    asker = Asker(ACTOR, "operator")

    def nothing(**_: Any) -> Receipt:
        return Receipt(0, b"", b"", "")

    def entry(**words: Any) -> Receipt:
        return Receipt(trace(**words), b"", b"", "")

    ways: dict[str, Callable[..., Receipt]] = {"bare": nothing, "traced": entry, "receipted": trace_receipted}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(count + 20):
        for name, way in ways.items():
            vars(asking)["trace_receipted"] = way
            at = datetime.now(UTC)
            began = time.perf_counter()
            json.dumps(
                asking.check_perform(
                    asker=asker,
                    matter=MATTER,
                    number="91330100MA2GN1CH09",
                    on=at.date(),
                    at=at,
                    purpose=MATTER,
                    case_number="1",
                ).as_dict(),
                default=str,
            )
            if turn >= 20:
                spent[name].append(time.perf_counter() - began)
    return {name: _told(each) for name, each in spent.items()}


def memory(leaves: int) -> dict[str, Any]:
    """The tree in memory beside pymerkle's, over the same leaves: grown, and the same proofs of both."""
    import pymerkle

    from chengxin.ledger.rules import Tree
    from chengxin_verify.tree import leaf_hash

    data = [b"%032d" % n for n in range(leaves)]
    chance = random.Random(7)
    asked = [(n := chance.randint(2, leaves), chance.randrange(n)) for _ in range(2000)]
    ours, theirs = Tree(), pymerkle.InmemoryTree(algorithm="sha256")
    told = {
        "grown": (
            _once(lambda: ours.leaves_add(map(leaf_hash, data))),
            _once(lambda: [theirs.append_entry(d) for d in data]),
        )
    }
    assert ours.root() == theirs.get_root()
    both: list[list[Any]] = [[], []]
    told["inclusion"] = (
        _once(lambda: both[0].extend(ours.inclusion(index, size) for size, index in asked)),
        _once(lambda: both[1].extend(theirs.prove_inclusion(index + 1, size) for size, index in asked)),
    )
    assert all(mine == other.path[1:] for mine, other in zip(*both, strict=True))
    told["consistency"] = (
        _once(lambda: [ours.consistency(index + 1, size) for size, index in asked]),
        _once(lambda: [theirs.prove_consistency(index + 1, size) for size, index in asked]),
    )
    return {name: {"ours": ours_, "theirs": theirs_} for name, (ours_, theirs_) in told.items()} | {"asked": len(asked)}


def stored(leaves: int) -> dict[str, Any]:
    """pymerkle's tree in SQLite over as many leaves: inclusion proofs a second."""
    import tempfile
    from pathlib import Path

    import pymerkle

    with tempfile.TemporaryDirectory() as folder, pymerkle.SqliteTree(str(Path(folder) / "tree.db")) as tree:
        tree.append_entries([b"%032d" % n for n in range(leaves)])
        chance = random.Random(7)
        return _timed(100, lambda: tree.prove_inclusion(chance.randint(1, leaves), leaves))[1]


def _once(do: Callable[[], Any]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _timed(count: int, do: Callable[[], Any]) -> tuple[list[Any], dict[str, float]]:
    for _ in range(10):
        do()
    found, spent = [], []
    for _ in range(count):
        began = time.perf_counter()
        found.append(do())
        spent.append(time.perf_counter() - began)
    return found, _told(spent)


def _told(spent: list[float]) -> dict[str, float]:
    return {"mean": sum(spent) / len(spent), "p50": quantiles(spent, n=2)[0], "p99": quantiles(spent, n=100)[98]}


PARTS = {"bulk": bulk, "sequence": sequence, "proofs": proofs, "checks": checks, "memory": memory, "stored": stored}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()
    sys.stdout.write(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]))))
