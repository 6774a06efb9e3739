"""pg_trgm: the names in a table with a GIN index of trigrams, each query a statement that takes the most similar five."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import opencc

from benchmarks.match.names import city_short, plain, province_short
from benchmarks.match.slips import Firm, Query
from benchmarks.place import Place, table_copy

DATABASE = "trigrams"
LIKE = 0.3  # pg_trgm's own default: what is less similar is not looked at

_SEARCH = """
select uscc, similarity(name, %(name)s) as score from firm
 where name %% %(name)s
   and (%(province)s = '' or province in ('', %(province)s)) and (%(city)s = '' or city in ('', %(city)s))
 order by score desc, place limit 5
"""


def trigrams_index(place: Place, firms: Iterable[Firm], folder: Path) -> float:
    """Loads the register and builds the index; how long that took."""
    path = folder / "firms.csv"
    with path.open("w", encoding="utf-8") as file:
        for number, firm in enumerate(firms):
            values = (plain(firm.name), firm.uscc, province_short(firm.province), city_short(firm.city))
            file.write(f"{number}," + ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n")
    with place.connected("postgres", autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        connection.execute(f"create database {DATABASE}")
    began = time.monotonic()
    with place.connected(DATABASE) as connection:
        connection.execute("create extension pg_trgm")
        connection.execute("create table firm (place bigint, name text, uscc text, province text, city text)")
        table_copy(connection, "firm", path)
        connection.execute("create index on firm using gin (name gin_trgm_ops)")
        connection.execute("analyze firm")
    path.unlink()
    return time.monotonic() - began


def trigrams_search(place: Place, queries: Sequence[Query]) -> tuple[dict[str, list[tuple[str, float]]], float]:
    """The five most similar of each query, best first, and the seconds."""
    convert = opencc.OpenCC("t2s").convert
    found: dict[str, list[tuple[str, float]]] = {}
    began = time.monotonic()
    with place.connected(DATABASE) as connection:
        connection.execute(f"set pg_trgm.similarity_threshold = {LIKE}")
        connection.execute("set max_parallel_workers_per_gather = 0")
        for query in queries:
            told = {
                "name": str(convert(plain(query.name))),
                "province": province_short(query.province),
                "city": city_short(query.city),
            }
            rows = connection.execute(_SEARCH, told).fetchall()
            found[query.qid] = [(code, float(score)) for code, score in rows]
    return found, time.monotonic() - began
