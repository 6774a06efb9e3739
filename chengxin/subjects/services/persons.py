"""Opening what the vault holds of a person, and asking the population register: each written down, neither with a number or a name."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
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


def population_load(*, path: Path, by: str, at: datetime) -> int:
    """Seal a file of numbers and names as the population register; how many it holds."""
    with transaction.atomic():
        many = register_seal(path)
        trace(event="subjects.population.loaded", by=by, at=at, detail={"lines": many})
    return many
