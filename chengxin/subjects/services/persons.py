"""Opening what the vault holds of a person, and asking the population register: each written down, neither with a number or a name."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from chengxin.kernel.identifiers import citizen_number_read
from chengxin.ledger.services import trace
from chengxin.subjects.bulk.population import register_seal
from chengxin.subjects.bulk.vaulting import person_opened
from chengxin.subjects.models import Person
from chengxin.subjects.rules.persons import Field, Grant, PersonUnknown


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


def population_load(*, path: Path, by: str, at: datetime) -> int:
    """Seal a file of numbers and names as the population register; how many it holds."""
    with transaction.atomic():
        many = register_seal(path)
        trace(event="subjects.population.loaded", by=by, at=at, detail={"lines": many})
    return many
