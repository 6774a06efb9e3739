"""Persons set-wise: numbers read, each found by its mark or filed once, sealed before anything is written."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import polars as pl
from django.conf import settings
from django.db import connection
from psycopg import Cursor

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import adult_from, citizen_number_read
from chengxin.kernel.names import name_normal
from chengxin.ledger.turns import turn_taken
from chengxin.subjects.models import Person, person_bound
from chengxin.subjects.rules.persons import SCHEME, names_agree
from chengxin.vault.selectors import Marks, blind_of, seal_of

RING, FIELD, SALT = "vault", "number", 16


class Held(NamedTuple):
    """A person as unsealed: never printed, logged, or put into a message."""

    number: str
    name: str
    salt: bytes

    def __repr__(self) -> str:
        return "Held(…)"


@dataclass(frozen=True, repr=False)
class Met:
    """Whom a row is about: the subject, the salt of what is said about them, and whether the row's name is theirs."""

    subject: int
    salt: bytes
    agrees: bool


def citizen_numbers_read(values: pl.Series) -> pl.DataFrame:
    """Each text as (value, adult_from, reason), by the kernel's own rule, once a distinct text."""
    read = {text: _number_read(text) for text in values.unique().to_list()}
    lookup = pl.DataFrame(
        {
            "text": pl.Series(list(read), dtype=pl.String),
            "value": pl.Series([r[0] for r in read.values()], dtype=pl.String),
            "adult_from": pl.Series([adult_from(r[0]) if r[0] else None for r in read.values()], dtype=pl.Date),
            "reason": pl.Series([r[1] for r in read.values()], dtype=pl.String),
        }
    )
    frame = pl.DataFrame({"text": values})
    return frame.join(lookup, on="text", how="left", nulls_equal=True, maintain_order="left").drop("text")


def _number_read(text: str | None) -> tuple[str | None, str | None]:
    if text is None:
        return None, None
    try:
        return citizen_number_read(text, invented=settings.CHENGXIN_INVENTED_DIVISION), None
    except Refusal as refusal:
        return None, refusal.code


def names_of_persons(names: pl.Series) -> pl.Series:
    """The normal form of each name, once a distinct name."""
    plain = {name: name_normal(name) for name in names.drop_nulls().unique().to_list()}
    return names.replace_strict(list(plain), list(plain.values()), default=None, return_dtype=pl.String)


class Vault:
    """Finds or files the persons of one delivery, in the caller's transaction."""

    def __init__(self, cursor: Cursor, batch: int | None, at: datetime) -> None:
        self._cursor, self._batch, self._at = cursor, batch, at
        self._alone = False

    def persons_resolve(self, rows: Sequence[tuple[str, str]]) -> tuple[list[Met], int]:
        """Whom each (number, name) is about, and how many persons were filed for it. What is held is never overwritten: the first
        name of a number stands, and a row with another does not agree.
        """
        names: dict[str, str] = {}
        for number, name in rows:
            names.setdefault(number, name)
        held = self._held(list(names))
        created = 0
        if len(held) < len(names):
            if not self._alone:
                # Whoever files persons does so alone until it commits, so that no number ever gets two.
                turn_taken("persons", of=self._cursor)
                self._alone = True
                held |= self._held([number for number in names if number not in held])
            fresh = {number: name for number, name in names.items() if number not in held}
            held |= self._file(fresh)
            created = len(fresh)
        met = []
        for number, name in rows:
            subject, person = held[number]
            met.append(Met(subject, person.salt, names_agree(person.name, name)))
        return met, created

    def _held(self, numbers: Sequence[str]) -> dict[str, tuple[int, Held]]:
        found: dict[str, tuple[int, Held]] = {}
        for subject, number, sealed in persons_marked(self._cursor, numbers):
            found[number] = (subject, _opened(subject, sealed))
        return found

    def _file(self, fresh: dict[str, str]) -> dict[str, tuple[int, Held]]:
        if not fresh:
            return {}
        self._cursor.execute("select nextval('subjects_subject_id_seq') from generate_series(1, %s)", [len(fresh)])
        ids = [int(i) for (i,) in self._cursor.fetchall()]
        seal, blind = seal_of(RING), blind_of()
        filed: dict[str, tuple[int, Held]] = {}
        with self._cursor.copy("copy subjects_subject (id, kind, created_at) from stdin") as copy:
            for subject in ids:
                copy.write_row((subject, "person", self._at))
        with self._cursor.copy("copy subjects_person (subject_id, sealed, known_at, batch) from stdin") as copy:
            for subject, (number, name) in zip(ids, fresh.items(), strict=True):
                person = Held(number, name, secrets.token_bytes(SALT))
                filed[number] = (subject, person)
                sealed = seal.seal_json([number, name, person.salt.hex()], person_bound({"subject_id": subject}))
                copy.write_row((subject, sealed, self._at, self._batch))
        with self._cursor.copy("copy subjects_personmark (person_id, version, mark) from stdin") as copy:
            for number, (subject, _) in filed.items():
                for version, mark in blind.marks(SCHEME, FIELD, number).items():
                    copy.write_row((subject, version, mark))
        return filed


def persons_marked(cursor: Cursor, numbers: Sequence[str]) -> list[tuple[int, str, bytes]]:
    """(subject, number, sealed) of each number that is held, found by its marks under every version of the index key."""
    blind = blind_of()
    of: dict[bytes, str] = {mark: number for number in numbers for mark in blind.marks(SCHEME, FIELD, number).values()}
    cursor.execute(
        """
        select f.subject_id, a.mark, f.sealed from unnest(%s::bytea[]) a(mark)
        cross join lateral (select p.subject_id, p.sealed from subjects_personmark m
            join subjects_person p on p.subject_id = m.person_id where m.mark = a.mark offset 0) f
        """,
        [list(of)],
    )
    return [(subject, of[bytes(mark)], bytes(sealed)) for subject, mark, sealed in cursor.fetchall()]


def person_met(number: str, name: str) -> int | None:
    """Whom a number and a name together name; nobody where the number is not held or its name is another. Nothing is opened."""
    with connection.cursor() as cursor:
        found = persons_marked(cursor.cursor, [number])
    return next((subject for subject, _, sealed in found if names_agree(_opened(subject, sealed).name, name)), None)


def persons_named(subjects: Collection[int], name: str) -> set[int]:
    """Which of these persons bear the name. Nothing is opened, and nobody is found by a name alone."""
    held = Person.objects.filter(pk__in=list(subjects)).values_list("pk", "sealed")
    return {subject for subject, sealed in held if names_agree(_opened(subject, bytes(sealed)).name, name)}


def person_opened(subject: int, sealed: bytes) -> Held:
    """A person, unsealed. No door calls this: what may be opened is decided by a `Grant` (services/persons.py)."""
    return _opened(subject, sealed)


def _opened(subject: int, sealed: bytes) -> Held:
    number, name, salt = seal_of(RING).unseal_json(sealed, person_bound({"subject_id": subject}))
    return Held(number, name, bytes.fromhex(salt))


class PersonMarks(Marks):
    """The marks of persons' numbers as something that lies under a ring of keys."""

    table, owner, of = "subjects_personmark", "person_id", (SCHEME, FIELD)
    owners = "select subject_id as id from subjects_person"

    def written(self, owners: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Their numbers."""
        for subject, sealed in Person.objects.filter(pk__in=owners).values_list("pk", "sealed"):
            yield subject, _opened(subject, bytes(sealed)).number
