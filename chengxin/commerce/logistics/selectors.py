"""Parcels as known at an instant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from chengxin import law as lawroom
from chengxin.actors.selectors import actors_of_kinds
from chengxin.commerce.logistics import rules
from chengxin.commerce.logistics.bulk import parcel_found, scans_found
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.commerce.trades.selectors import days_known
from chengxin.kernel.days import day_of
from chengxin.law import Law


def law_of(on: date) -> Law:
    """The law of the day at this register's place."""
    return lawroom.load().on(on, settings.CHENGXIN_PLACE)


@dataclass(frozen=True)
class Traced:
    """One parcel's way as whoever holds its number may see it: no name, address, order or shop."""

    handed_over: date | None
    state: str
    state_en: str
    gaps: int
    lines: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned."""
        return dict(self.__dict__)


def parcels_traced(waybill: str, *, known_at: datetime) -> list[Traced]:
    """The parcels of this number, one for each platform that filed one or a scan of one; none where nobody did."""
    law = law_of(day_of(known_at))
    since = day_of(known_at) - timedelta(days=law.parameter(rules.TRACED))
    found = (_traced(law, each.key, waybill, since, known_at) for each in actors_of_kinds(("platform",)))
    return [each for each in found if each is not None]


def _traced(law: Law, platform: str, waybill: str, since: date, known_at: datetime) -> Traced | None:
    lake, kinds = lake_of(), law.trade_kinds
    paths = {
        kind: [day.path for day in days_known(platform, kind, known_at=known_at, first=since) if day.path]
        for kind in ("parcels", "scans")
    }
    parcel = parcel_found(lake, kinds["parcels"], paths["parcels"], waybill)
    scans = scans_found(lake, kinds["scans"], paths["scans"], waybill)
    if parcel is None and not scans:
        return None
    steps, states = kinds["scans"].columns["step"].values or {}, kinds["parcels"].columns["state"].values or {}
    lines = rules.way(scans, at=known_at, quiet_days=law.parameter(rules.QUIET))
    state = states.get(parcel["state"]) if parcel else None
    return Traced(
        day_of(parcel["at"]) if parcel else None, state.zh if state else "", state.en if state else "", rules.gaps_of(lines),
        [_line(line, steps) for line in lines],
    )  # fmt: skip


def _line(line: rules.Line, steps: dict[str, Any]) -> dict[str, Any]:
    if line.scan is None:
        zh, en = rules.GAPS[line.gap]
        return {"known": False, "day": None, "step": zh, "step_en": en, "station": ""}
    words = steps[line.scan.step]
    return {"known": True, "day": day_of(line.scan.at), "step": words.zh, "step_en": words.en, "station": line.scan.station}  # fmt: skip
