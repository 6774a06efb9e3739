"""Drawing inspections: commit to a seed, freeze the population, reveal the seed; then each inspection is answered."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.inspections import rules
from chengxin.inspections.bulk import classes_fallen, inspections_store, population_freeze
from chengxin.inspections.models import Answer, Draw, Freezing, Inspection, Result
from chengxin.inspections.selectors import document_of as _document_of
from chengxin.inspections.selectors import (
    draw_accessible,
    draw_in,
    draw_open,
    freezing_of,
    inspection_accessible,
    population_of,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.lists.rules import answer_fit

EACH, WITHIN = "inspectors-each", "inspections-within"


@dataclass(frozen=True)
class Committed:
    """A draw just begun: its number, the hash that is public from now on, and the seed where the register made it; it is shown once."""

    draw: int
    seed_hash: str
    seed: str

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Frozen:
    """A population just frozen: how many, its digest, and the salt that the register added."""

    draw: int
    population: int
    population_digest: str
    salt: str

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Revealed:
    """What was drawn: how many of each group, and by when they are to be inspected."""

    draw: int
    drawn: int
    groups: dict[str, dict[str, Any]]
    due_on: date

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def draw_commit(*, domain: str, seed_hash: str = "", asker: Asker, at: datetime, jurisdiction: str = "cn") -> Committed:
    """Commit to a seed for a draw in the domain. With the hash of a seed of the agency's own the register never sees the seed
    before the draw; without it the register makes one, tells it once and keeps only its hash.

    Refuses while an earlier draw of the agency in the domain is not over: else one could draw until the outcome pleases.
    """
    rules.drawing_permitted(asker.kind, asker.key)
    domain = words_fit(domain, rules.DOMAIN, most=rules.MOST_DOMAIN, needed=True)
    lawroom.load().on(day_of(at), jurisdiction)
    seed = "" if seed_hash else secrets.token_urlsafe(24)
    hashed = rules.hash_fit(seed_hash) if seed_hash else rules.seed_hash(seed)
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Draw.objects.create(
                    agency=asker.key, domain=domain, jurisdiction=jurisdiction, seed_hash=hashed, at=at, by=asker.key
                )
        except IntegrityError:  # the database decides, also between two commitments at once; here is what this one met
            if (running := draw_open(asker.key, domain)) is not None:
                raise rules.DrawOpen(draw=running.pk) from None
            raise rules.SeedUsed(value=hashed) from None
        trace(
            event="inspections.draw.committed", by=asker.key, at=at, about=f"draw:{made.pk}",
            detail={"domain": domain, "seed_hash": hashed},
        )  # fmt: skip
    return Committed(made.pk, hashed, seed)


def draw_freeze(*, draw: int, inspectors: Iterable[str] = (), asker: Asker, at: datetime) -> Frozen:
    """Fix who may be drawn and in which share, by the law and the classes in effect today, and who may inspect; the register adds
    its own salt, which nobody knew when the seed was committed.
    """
    with transaction.atomic():
        found = _locked(draw, asker)
        draw_in(found, "committed")
        rules.step_after(found.pk, found.at, at)
        on, book = day_of(at), lawroom.load()
        law = book.on(on, found.jurisdiction)
        each = law.parameter(EACH)
        numbers = rules.inspectors_fit(inspectors, each)
        with connection.cursor() as cursor:
            size = population_freeze(
                cursor.cursor, rules.groups_of(law), draw=found.pk, agency=found.agency, domain=found.domain, on=on, known_at=at
            )  # fmt: skip
        if not size:
            raise rules.PopulationEmpty(domain=found.domain)
        shares, salt = rules.shares_of(law), secrets.token_hex(16)
        made = Freezing.objects.create(
            draw=found, salt=salt, shares=shares, size=size,
            population_digest=rules.population_digest(population_of(found), shares, salt),
            inspectors=numbers, inspectors_each=each, inspectors_digest=rules.inspectors_digest(numbers, each),
            lawbook_digest=book.digest, at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="inspections.population.frozen", by=asker.key, at=at, about=f"draw:{found.pk}",
            detail={"size": size, "digest": made.population_digest, "salt": salt, "shares": shares},
        )  # fmt: skip
    return Frozen(found.pk, size, made.population_digest, salt)


def draw_reveal(*, draw: int, seed: str, asker: Asker, at: datetime) -> Revealed:
    """Reveal the seed and draw: of each group as many as its share says, by the rank of seed, salt and code. Whose class has fallen since
    the freezing, as by an objection, is inspected no more often than those without one. Refuses a seed whose hash is not the committed one.
    """
    with transaction.atomic():
        found = _locked(draw, asker)
        draw_in(found, "frozen")
        if rules.seed_hash(seed) != found.seed_hash:
            raise rules.SeedNotThatOne(committed=found.seed_hash)
        frozen = freezing_of(found)
        assert frozen is not None  # it is frozen
        rules.step_after(found.pk, frozen.at, at)
        population = population_of(found)
        drawn = rules.draw(
            population, frozen.shares, seed=seed, salt=frozen.salt, inspectors=frozen.inspectors, each=frozen.inspectors_each
        )  # fmt: skip
        book = lawroom.load()
        groups_then = rules.groups_of(book.on(day_of(frozen.at), found.jurisdiction))
        with connection.cursor() as cursor:
            fallen = classes_fallen(
                cursor.cursor, groups_then, draw=found.pk, codes=rules.raised(drawn, frozen.shares), agency=found.agency,
                domain=found.domain, on=day_of(at), known_at=at, frozen_at=frozen.at,
            )  # fmt: skip
        groups = {
            key: asdict(group) for key, group in rules.groups_drawn(population, frozen.shares, drawn, fallen).items()
        }
        inspected = rules.fallen_released(drawn, fallen, frozen.shares)
        law = book.on(day_of(at), found.jurisdiction)
        due_on = day_due(day_of(at), law.parameter(WITHIN), law.parameters[WITHIN].unit)
        Result.objects.create(draw=found, seed=seed, groups=groups, fallen=fallen, due_on=due_on, at=at, by=asker.key)
        with connection.cursor() as cursor:
            inspections_store(cursor.cursor, inspected, draw=found.pk)
        trace(
            event="inspections.draw.revealed", by=asker.key, at=at, about=f"draw:{found.pk}",
            detail={"seed": seed, "drawn": len(inspected), "fallen": len(fallen), "due_on": due_on},
        )  # fmt: skip
    return Revealed(found.pk, len(inspected), groups, due_on)


def draw_abandon(*, draw: int, reason: str, asker: Asker, at: datetime) -> Result:
    """End a draw without drawing, with the reason, which is public: where a seed was lost or the population was wrong."""
    with transaction.atomic():
        found = _locked(draw, asker)
        draw_in(found, "committed", "frozen")
        reason = words_fit(reason, rules.REASON, most=rules.MOST_REASON)
        if not reason:
            raise rules.ReasonMissing
        made = Result.objects.create(draw=found, reason=reason, at=at, by=asker.key)
        trace(
            event="inspections.draw.abandoned", by=asker.key, at=at, about=f"draw:{found.pk}", detail={"reason": reason}
        )
    return made


def draw_export(*, draw: int, asker: Asker, at: datetime) -> dict[str, Any]:
    """The whole draw as a file from which anybody can repeat it; the reading is written down, for it names every group's members."""
    found = draw_accessible(asker, draw)
    document = _document_of(found)
    trace(event="inspections.draw.exported", by=asker.key, at=at, about=f"draw:{found.pk}")
    return document


def inspection_answer(
    *, inspection: int, outcome: str, reason: str = "", document: str = "", asker: Asker, at: datetime
) -> Answer:
    """What came of an inspection: done and what was found, or not done and why. It may be said anew; the latest counts."""
    with transaction.atomic():
        found = inspection_accessible(asker, inspection)
        Inspection.objects.select_for_update().get(pk=found.pk)
        reason = words_fit(reason, rules.REASON, most=rules.MOST_REASON)
        document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT)
        answer_fit("inspection", outcome, Answer.Outcome.values, reason)
        latest = found.answers.order_by("-number").first()
        made = Answer.objects.create(
            inspection=found, number=latest.number + 1 if latest else 0, outcome=outcome, reason=reason,
            document=document, at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="inspections.inspection.answered", by=asker.key, at=at, subject=found.subject_id,
            about=f"inspection:{found.pk}", detail={"outcome": outcome},
        )  # fmt: skip
    return made


def _locked(draw: int, asker: Asker) -> Draw:
    """The asker's own draw, its row locked: its steps are taken one after the other."""
    found = Draw.objects.select_for_update().filter(pk=draw, agency=asker.key).first()
    if found is None:
        raise rules.DrawUnknown(draw=draw)
    return found
