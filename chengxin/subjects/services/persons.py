"""Opening what the vault holds of a person, and asking the population register: each written down, neither with a number or a name."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.module_loading import import_string

from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.ledger.services import trace
from chengxin.subjects.bulk.population import register_seal
from chengxin.subjects.bulk.vaulting import Vault, person_opened
from chengxin.subjects.models import Person
from chengxin.subjects.rules.persons import (
    Field,
    Grant,
    PersonNameDisagrees,
    PersonUnknown,
    person_recordable,
)
from chengxin.subjects.selectors import person_held


def person_open(
    *, subject: int, fields: Collection[Field], grant: Grant, purpose: str, by: str, at: datetime
) -> dict[Field, str]:
    """What the grant lets be opened of a person; the reading is written down before it is given. The one way out of the vault."""
    for field in fields:
        grant.allows(field)
    with transaction.atomic():
        person = Person.objects.filter(pk=subject, known_at__lte=at).first()
        if person is None:
            raise PersonUnknown
        trace(
            event="subjects.person.opened", by=by, at=at, purpose=purpose, subject=subject,
            detail={"fields": sorted(fields), "basis": grant.basis},
        )  # fmt: skip
        held = person_opened(subject, bytes(person.sealed))
    opened: dict[Field, str] = {"number": held.number, "name": held.name}
    return {field: opened[field] for field in fields}


def identity_confirm(*, number: str, name: str, purpose: str, by: str, at: datetime) -> bool:
    """Whether the population register holds this name under this number: yes or no, and nothing of what it holds."""
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    agrees = bool(import_string(settings.CHENGXIN_POPULATION)(value, name))
    trace(event="subjects.identity.confirmed", by=by, at=at, purpose=purpose, detail={"agrees": agrees})
    return agrees


def person_enter(*, number: str, name: str, ground: str, by: str, at: datetime) -> int:
    """The subject of the person whose identity was confirmed, filed here where nothing was held; `ground` is why they may be. Refuses whoever
    is under 18 today, and a name that is not the one held.
    """
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    person_recordable(value, event_on=day_of(at))
    with transaction.atomic(), connection.cursor() as cursor:
        (met,), created = Vault(cursor.cursor, None, at).persons_resolve([(value, name)])
        if not met.agrees:
            raise PersonNameDisagrees
        if created:
            trace(event="subjects.person.entered", by=by, at=at, purpose=ground, subject=met.subject)
    return met.subject


def person_forget(*, subject: int, by: str, at: datetime) -> bool:
    """Erase name and number of a person of whom nothing else is held, with the marks by which they are found; whether it was done. It is not while
    anything refers to them, nor while somebody files persons at this moment. The subject's number stays, and whom it was nobody can tell.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '2s'")
            # Whoever finds a person by a mark holds the table until the end of what they do: none is under way, and none begins.
            cursor.execute("lock table subjects_personmark in access exclusive mode")
            cursor.execute("set local lock_timeout = default")
            if person_held(subject) or not Person.objects.filter(pk=subject).exists():
                return False
            cursor.execute("select set_config('chengxin.forgetting', %s, true)", [str(subject)])
            cursor.execute("delete from subjects_personmark where person_id = %s", [subject])
            cursor.execute("delete from subjects_person where subject_id = %s", [subject])
            cursor.execute("select set_config('chengxin.forgetting', '', true)")
            trace(event="subjects.person.forgotten", by=by, at=at, subject=subject)
    except OperationalError:  # somebody files persons: it stays, sealed
        return False
    return True


def population_load(*, path: Path, by: str, at: datetime) -> int:
    """Seal a file of numbers and names as the population register; how many it holds."""
    with transaction.atomic():
        many = register_seal(path)
        trace(event="subjects.population.loaded", by=by, at=at, detail={"lines": many})
    return many
