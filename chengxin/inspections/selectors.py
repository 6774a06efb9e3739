"""Reading draws: whose they are, where each stands, what of it is public, and what is still to be inspected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.inspections.models import Answer, Draw, Freezing, Inspection, Member, Result
from chengxin.inspections.rules import MAY_DRAW, DrawOutOfOrder, DrawUnknown, InspectionUnknown
from chengxin.kernel.days import day_of
from chengxin.law.models import Words

STATES = {
    "committed": ("种子已承诺", "seed committed"),
    "frozen": ("检查对象已冻结", "population frozen"),
    "drawn": ("已抽取", "drawn"),
    "abandoned": ("已作废", "abandoned"),
}


def draws_accessible(asker: Asker) -> QuerySet[Draw]:
    """The draws that the asker may see whole: an agency its own, the supervising department all, anybody else none. Who runs the register
    sees no more than the public: what it could see it could tell whoever is about to be inspected.
    """
    draws = Draw.objects.order_by("-pk")
    if asker.kind == "supervisor":
        return draws
    return draws.filter(agency=asker.key) if asker.kind in MAY_DRAW else draws.none()


def draw_accessible(asker: Asker, draw: int) -> Draw:
    """One draw of those; unknown and forbidden look alike."""
    found = draws_accessible(asker).filter(pk=draw).first()
    if found is None:
        raise DrawUnknown(draw=draw)
    return found


def freezing_of(draw: Draw) -> Freezing | None:
    """The frozen population's facts, once it is frozen."""
    return Freezing.objects.filter(draw=draw).first()


def result_of(draw: Draw) -> Result | None:
    """How the draw ended, once it has."""
    return Result.objects.filter(draw=draw).first()


def state_of(draw: Draw) -> str:
    """Where the draw stands."""
    result = result_of(draw)
    if result is not None:
        return "drawn" if result.seed is not None else "abandoned"
    return "frozen" if freezing_of(draw) else "committed"


def draw_in(draw: Draw, *states: str) -> None:
    """Refuses where the draw stands in none of these states."""
    state = state_of(draw)
    if state not in states:
        zh, en = STATES[state]
        raise DrawOutOfOrder(draw=draw.pk, state=en, state_zh=zh)


def draw_open(agency: str, domain: str) -> Draw | None:
    """The agency's draw in the domain that is not over."""
    return Draw.objects.filter(agency=agency, domain=domain, over=False).first()


def population_of(draw: Draw) -> dict[str, str]:
    """code → group, of the frozen population."""
    return dict(Member.objects.filter(draw=draw).values_list("code", "group"))


def inspections_accessible(asker: Asker) -> QuerySet[Inspection]:
    """The inspections of the draws that the asker may see whole."""
    return Inspection.objects.filter(draw__in=draws_accessible(asker)).select_related("draw__result")


def inspections_open(asker: Asker) -> QuerySet[Inspection]:
    """Of these the ones not yet answered, the first due first."""
    answered = Answer.objects.filter(inspection=OuterRef("pk"))
    found = inspections_accessible(asker).filter(~Exists(answered))
    return found.order_by("draw__result__due_on", "draw_id", "group", "rank")


def inspection_accessible(asker: Asker, inspection: int) -> Inspection:
    """One inspection of the asker's own, which alone answers it; unknown and forbidden look alike."""
    found = inspections_accessible(asker).filter(pk=inspection, draw__agency=asker.key).first()
    if found is None:
        raise InspectionUnknown(inspection=inspection)
    return found


@dataclass(frozen=True)
class ShownDraw:
    """A draw as everybody may see it. Its seed is told when every inspection is answered or its time is over, for whoever has
    the seed and the population knows beforehand whom to expect.
    """

    draw: int
    agency: str
    agency_title: str
    domain: str
    jurisdiction: str
    state: str
    seed_hash: str
    committed_at: datetime
    frozen_at: datetime | None
    population: int | None
    population_digest: str
    salt: str
    revealed_at: datetime | None
    due_on: date | None
    published: bool
    seed: str
    reason: str
    groups: dict[str, dict[str, Any]]
    inspected: int
    not_inspected: int
    open: int

    @property
    def state_words(self) -> Sequence[str]:
        """The state in Chinese and in English."""
        return STATES[self.state]

    def as_dict(self) -> dict[str, Any]:
        """The draw as the command and the API give it."""
        return dict(self.__dict__)


def draw_shown(draw: Draw, *, at: datetime) -> ShownDraw:
    """The draw with what of it is public at the instant."""
    frozen, result = freezing_of(draw), result_of(draw)
    outcomes = _outcomes(draw)
    due_on = result.due_on if result else None
    published = due_on is not None and (not outcomes["open"] or due_on < day_of(at))
    return ShownDraw(
        draw=draw.pk,
        agency=draw.agency,
        agency_title=Actor.objects.filter(key=draw.agency).values_list("title", flat=True).first() or draw.agency,
        domain=draw.domain,
        jurisdiction=draw.jurisdiction,
        state=state_of(draw),
        seed_hash=draw.seed_hash,
        committed_at=draw.at,
        frozen_at=frozen.at if frozen else None,
        population=frozen.size if frozen else None,
        population_digest=frozen.population_digest if frozen else "",
        salt=frozen.salt if frozen else "",
        revealed_at=result.at if result else None,
        due_on=due_on,
        published=published,
        seed=result.seed or "" if result and published else "",
        reason=result.reason if result else "",
        groups=_groups(result, published),
        inspected=outcomes["done"],
        not_inspected=outcomes["not-done"],
        open=outcomes["open"],
    )


def _groups(result: Result | None, published: bool) -> dict[str, dict[str, Any]]:
    """Each group's size, share and how many were drawn; the rank that was just drawn only when the seed is public."""
    found = result.groups.items() if result else ()
    return {key: {**group, "threshold": group["threshold"] if published else ""} for key, group in found}


def _outcomes(draw: Draw) -> dict[str, int]:
    """How many inspections of the draw were made, were not, and are open: counted in the database, for a draw may have many."""
    latest = Answer.objects.filter(inspection=OuterRef("pk")).order_by("-number").values("outcome")[:1]
    found = Inspection.objects.filter(draw=draw).annotate(
        outcome=Coalesce(Subquery(latest), Value("open"), output_field=TextField())
    )
    counts = found.values_list("outcome").annotate(n=Count("pk")).order_by()
    return {"done": 0, "not-done": 0, "open": 0} | dict(counts)


def draws_public(*, most: int, at: datetime, skip: int = 0) -> list[ShownDraw]:
    """The latest draws of every agency, as everybody may see them: also those that were committed to and never revealed."""
    return [draw_shown(draw, at=at) for draw in Draw.objects.order_by("-pk")[skip : skip + most]]


def inspection_shown(inspection: Inspection) -> dict[str, Any]:
    """An inspection as its agency needs it."""
    return {
        "inspection": inspection.pk,
        "draw": inspection.draw_id,
        "domain": inspection.draw.domain,
        "code": inspection.code,
        "group": inspection.group,
        "inspectors": inspection.inspectors,
        "due_on": inspection.draw.result.due_on,
    }


def document_of(draw: Draw) -> dict[str, Any]:
    """The whole draw as a file from which anybody can repeat it."""
    draw_in(draw, "drawn")
    frozen, result = freezing_of(draw), result_of(draw)
    assert frozen is not None and result is not None  # a draw that is drawn has both
    return {
        "draw": draw.pk,
        "agency": draw.agency,
        "domain": draw.domain,
        "jurisdiction": draw.jurisdiction,
        "seed_hash": draw.seed_hash,
        "committed_at": draw.at.isoformat(),
        "frozen_at": frozen.at.isoformat(),
        "revealed_at": result.at.isoformat(),
        "salt": frozen.salt,
        "shares": frozen.shares,
        "population_digest": frozen.population_digest,
        "population": sorted(population_of(draw).items()),
        "inspectors": frozen.inspectors,
        "inspectors_each": frozen.inspectors_each,
        "inspectors_digest": frozen.inspectors_digest,
        "seed": result.seed,
        "fallen": result.fallen,
        "result": list(
            Inspection.objects.filter(draw=draw).order_by("group", "rank").values("code", "group", "rank", "inspectors")
        ),
    }


@dataclass(frozen=True)
class ShownGroup:
    """One group of a draw as a page shows it."""

    title: Words
    size: int
    share: int
    drawn: int
    threshold: str
    fallen: int


def groups_shown(shown: ShownDraw, *, on: date) -> list[ShownGroup]:
    """The groups of a draw with their titles, by the law of the day on which it was drawn."""
    law = lawroom.load().on(day_of(shown.revealed_at) if shown.revealed_at else on, shown.jurisdiction)
    other = law.parameters["inspections-share-other"].title
    titles = {key: law.measures[key].title if key in law.measures else other for key in shown.groups}
    return [ShownGroup(titles[key], **group) for key, group in shown.groups.items()]
