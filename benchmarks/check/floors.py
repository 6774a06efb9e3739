"""The floors inside the database: pgbench doing a check's read and insert, and the one bare join over a file of codes."""

import json
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.check import CASE, MATTER
from benchmarks.place import CommandFailed, Place, server_program, table_copy

ANSWERED = "checks.check.answered"


def pgbench_run(
    place: Place, database: str, told: Mapping[str, Any], *, subjects: int, clients: int, seconds: int
) -> tuple[float, float]:
    """Transactions a second and their mean latency in ms: the read of a random code and the ledger insert, prepared."""
    with place.connected(database) as connection:
        connection.execute(
            'create unlogged table if not exists asked_code (n bigint primary key, code text collate "C")'
        )
        connection.execute(
            "insert into asked_code select subject_id, value from subjects_identifier where scheme = 'uscc'"
            " on conflict do nothing"
        )
    with place.connected(database, autocommit=True) as connection:
        connection.execute("vacuum analyze asked_code")
    script = place.folder / "check.pgbench"
    script.write_text(_script(told, subjects), encoding="utf-8")
    place.settle()
    words = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=1", f"--time={seconds}"]
    words = [server_program("pgbench"), *words, f"--file={script}", place.address(database)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(done.stdout + done.stderr)
    script.unlink()
    found = [re.search(pattern, done.stdout) for pattern in (r"tps = ([\d.]+)", r"latency average = ([\d.]+) ms")]
    per_second, latency = (float(each[1]) if each else 0.0 for each in found)
    return per_second, latency


def _script(told: Mapping[str, Any], subjects: int) -> str:
    """The program's own SQL with the values in place; the code comes from a table, since pgbench can only count."""
    kinds = ", ".join(f"'{kind}'" for kind in told["types"])
    values = {
        "value": "(select code from asked_code where n = :n)",
        "scheme": "'uscc'",
        "types": f"array[{kinds}]",
        "on": "current_date",
        "known_at": "now()",
    }
    detail = json.dumps({"matter": MATTER, "outcome": "none_applies", "measures": [], "case_number": CASE})
    row = [
        "now()",
        "'pgbench'",
        f"'{ANSWERED}'",
        f"'{MATTER}'",
        ":n",
        "'number:' || :n",
        f"'{detail}'",
        "gen_random_uuid()",
    ]
    read, insert = told["facts"] % values, told["insert"] % tuple(row)
    return f"\\set n random(1, {subjects})\n{_one_line(read)};\n{_one_line(insert)};\n"


def _one_line(statement: str) -> str:
    return " ".join(" ".join(line.split("--")[0] for line in statement.splitlines()).split())


def join_floor(place: Place, database: str, codes: Path, out: Path, kinds: list[str]) -> float:
    """Seconds to COPY the codes in, join them once to what is in term against them, and COPY the lines out."""
    place.settle()
    began = time.monotonic()
    with place.connected(database) as connection:
        connection.execute('create temp table asked (code text collate "C") on commit drop')
        table_copy(connection, "asked", codes, ", header")
        connection.execute("analyze asked")
        types = ", ".join(f"'{kind}'" for kind in kinds)
        query = f"""
            copy (
                select a.code, i.subject_id, r.id, r.authority, r.document, r.effect_from, r.effect_until
                from asked a left join subjects_identifier i on i.value = a.code and i.scheme = 'uscc'
                left join records_record r on r.subject_id = i.subject_id and r.record_type in ({types})
                    and r.effect_from <= current_date and (r.effect_until is null or r.effect_until > current_date)
            ) to stdout (format csv, header)
        """
        with out.open("wb") as file, connection.cursor().copy(query) as copy:
            for data in copy:
                file.write(data)
    return time.monotonic() - began


def ledger_floor(place: Place, database: str, rows: Path) -> float:
    """Seconds to COPY ready-made ledger rows into a table like the ledger, its constraints and indexes with it."""
    with place.connected(database) as connection:
        connection.execute("drop table if exists ledger_floor")
        connection.execute("create table ledger_floor (like ledger_entry including all)")
    place.settle()
    began = time.monotonic()
    with place.connected(database) as connection:
        table_copy(connection, "ledger_floor", rows)
    seconds = time.monotonic() - began
    with place.connected(database) as connection:
        connection.execute("drop table ledger_floor")
    return seconds
