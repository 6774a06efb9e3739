"""The rings of keys, and everything that lies under them."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string
from psycopg import sql

from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import Blind, Key, Keys, Seal, suite_named
from chengxin.vault.models import SealedField

INDEX = "index"  # the ring of the blind index; every other ring seals


class RingUnknown(Refusal):
    """There is no ring of keys "{ring}". The rings are: {known}."""

    code = "ring-unknown"
    status = 404
    zh = "没有名为“{ring}”的密钥组。现有：{known}。"


class Store(Protocol):
    """Values that lie under a ring: a table's column, files, a blind index."""

    ring: str
    label: str

    def left(self, key: Key) -> int:
        """How many values do not lie under this key."""

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Put them under it, at most so many at a time, each lot whole or not at all; how many a lot were."""

    def forget(self, key: Key) -> None:
        """Drop what lies beside this key under others; called once nothing needs it."""


def keys_of(ring: str) -> Keys:
    """Where the ring's keys are kept, by the key plug (CHENGXIN_KEYS)."""
    plug = import_string(settings.CHENGXIN_KEYS)
    found: Keys = plug(ring, settings.CHENGXIN_HOME / "keys", suite_named(settings.CHENGXIN_SUITE))
    return found


@cache
def seal_of(ring: str) -> Seal:
    """The seal of a ring."""
    return Seal(keys_of(ring))


@cache
def blind_of() -> Blind:
    """The blind index."""
    return Blind(keys_of(INDEX))


def rings() -> dict[str, list[Store]]:
    """Every ring and what lies under it."""
    found: dict[str, list[Store]] = {}
    stores: list[Store] = [
        SealedColumn(model, field)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]
    stores += [import_string(path)() for path in settings.SEALED_ELSEWHERE]
    for store in stores:
        found.setdefault(store.ring, []).append(store)
    return dict(sorted(found.items()))


def stores_of(ring: str) -> list[Store]:
    """What lies under the ring."""
    known = rings()
    if ring not in known:
        raise RingUnknown(ring=ring, known=", ".join(known))
    return known[ring]


class SealedColumn:
    """A table's sealed column, gone through by its primary key."""

    def __init__(self, model: type[models.Model], field: SealedField) -> None:
        self.ring, self.label = field.ring, f"{model._meta.db_table}.{field.column}"
        self._field, self._table = field, sql.Identifier(model._meta.db_table)
        self._column = sql.Identifier(field.column or field.name)
        self._keys: list[Any] = list(model._meta.pk_fields)
        self._needs = [column for column in field.needs if column not in {each.column for each in self._keys}]

    def left(self, key: Key) -> int:
        """How many values another key sealed."""
        query = sql.SQL("select count(*) from {} where substring({} from 1 for 8) <> %s").format(
            self._table, self._column
        )
        with connection.cursor() as cursor:
            cursor.cursor.execute(query, [key.header])
            return int(cursor.fetchone()[0])

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Seal them anew, lot by lot, each in a transaction of its own."""
        after: list[Any] = []
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                rows = self._rows(cursor.cursor, key, after, most)
                if not rows:
                    return
                self._write(cursor.cursor, rows)
            after = list(rows[-1][: len(self._keys)])
            yield len(rows)

    def forget(self, key: Key) -> None:
        """Nothing lies beside the values themselves."""

    def _names(self, columns: Sequence[str], of: str = "") -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(of, name) if of else sql.Identifier(name) for name in columns)

    def _rows(self, cursor: Any, key: Key, after: Sequence[Any], most: int) -> list[tuple[Any, ...]]:
        keys = self._names([each.column for each in self._keys])
        columns = self._names([each.column for each in self._keys] + [self._field.column, *self._needs])
        beyond = sql.SQL("and ({}) > ({})").format(keys, sql.SQL(", ").join(sql.Placeholder() * len(self._keys)))
        query = sql.SQL(
            "select {} from {} where substring({} from 1 for 8) <> %s {} order by {} limit %s for update"
        ).format(columns, self._table, self._column, beyond if after else sql.SQL(""), keys)
        cursor.execute(query, [key.header, *after, most])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _write(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
        seal, at = seal_of(self.ring), len(self._keys)
        names = [each.column for each in self._keys]
        fresh = []
        for row in rows:
            about = self._field.bound(dict(zip([*names, "", *self._needs], row, strict=True)))
            fresh.append(seal.seal(seal.unseal(bytes(row[at]), about), about))
        kinds = [each.cast_db_type(connection) for each in self._keys]
        same = sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("v", name)) for name in names
        )
        lists = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for kind in [*kinds, "bytea"])
        query = sql.SQL("update {} t set {} = v.fresh from unnest({}) v({}, fresh) where {}").format(
            self._table, self._column, lists, self._names(names), same
        )
        cursor.execute("select set_config('chengxin.resealing', 'on', true)")
        cursor.execute(query, [*map(list, list(zip(*rows, strict=True))[:at]), fresh])
        cursor.execute("select set_config('chengxin.resealing', 'off', true)")


class Marks:
    """The marks of a blind index, gone through by whose they are: a table keeps one for each owner and version of the index key."""

    ring = INDEX
    table: ClassVar[str]
    owner: ClassVar[str]  # the table's column that says whose a mark is
    owners: ClassVar[str]  # a query for the ids of all that have marks
    of: ClassVar[tuple[str, str]]  # the scheme and the field of what is marked

    def written(self, owners: Sequence[int]) -> Iterator[tuple[int, str]]:
        """What is marked of these, unsealed."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What a person is told of."""
        return f"{self.table}.mark"

    def left(self, key: Key) -> int:
        """How many owners have no mark under this key."""
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) {self._unmarked()}", [key.version])
            return int(cursor.fetchone()[0])

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Give them one, lot by lot; the marks under the older keys are still found meanwhile."""
        after = 0
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"select o.id {self._unmarked()} and o.id > %s order by o.id limit %s", [key.version, after, most]
                )
                owners = [owner for (owner,) in cursor.fetchall()]
                if not owners:
                    return
                marks = [(owner, Blind.mark(key, *self.of, written)) for owner, written in self.written(owners)]
                cursor.execute(
                    f"""
                    insert into {self.table} ({self.owner}, version, mark)
                    select o, %s, m from unnest(%s::bigint[], %s::bytea[]) f(o, m) on conflict ({self.owner}, version) do nothing
                    """,
                    [key.version, [owner for owner, _ in marks], [mark for _, mark in marks]],
                )
            after = owners[-1]
            yield len(owners)

    def forget(self, key: Key) -> None:
        """Drop the marks of every other key: they are gone."""
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {self.table} where version <> %s", [key.version])

    def _unmarked(self) -> str:
        return f"""
            from ({self.owners}) o
            where not exists (select from {self.table} m where m.{self.owner} = o.id and m.version = %s)
        """
