"""Reading the manifest: which file held which day at an instant, and whose filings may be seen by whom."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.referring import Standing
from chengxin.commerce.trades.models import Filing, Part
from chengxin.law import Law
from chengxin.law.models import TradeKind


@dataclass(frozen=True)
class Day:
    """One day of a platform's kind as it stood at an instant."""

    day: date
    version: int
    path: str
    rows: int
    bytes: int


def kind_known(law: Law, key: str) -> TradeKind:
    """The kind of this key; refuses one that the lawbook does not have."""
    kind = law.trade_kinds.get(key)
    if kind is None:
        raise rules.KindUnknown(kind=key, known=", ".join(sorted(law.trade_kinds)))
    return kind


def days_known(
    platform: str, kind: str, *, known_at: datetime, first: date | None = None, last: date | None = None
) -> list[Day]:
    """The latest version of each day at the instant, in order; a day whose file was removed since is none."""
    parts = Part.objects.filter(platform=platform, kind=kind, at__lte=known_at)
    if first:
        parts = parts.filter(day__gte=first)
    if last:
        parts = parts.filter(day__lte=last)
    latest = parts.order_by("day", "-version").distinct("day")
    removed = Q(removal__isnull=True)
    found = Part.objects.filter(removed, pk__in=latest.values("pk")).order_by("day")
    return [Day(*row) for row in found.values_list("day", "version", "path", "rows", "bytes")]


def standing_of(platform: str, kind: str, *, known_at: datetime) -> dict[date, Standing]:
    """Each day's latest version, for a filing to build on: of a day that was removed its number alone."""
    parts = Part.objects.filter(platform=platform, kind=kind, at__lte=known_at)
    latest = parts.order_by("day", "-version").distinct("day").values_list("day", "version", "path", "removal")
    return {day: Standing(version, "" if removal else path) for day, version, path, removal in latest}


def filings_accessible(actor: str, actor_kind: str, law: Law) -> QuerySet[Filing]:
    """The filings that the actor may see: a platform its own, whoever reads a kind in their work all of that kind, nobody else any."""
    read = [key for key, kind in law.trade_kinds.items() if actor_kind in kind.readers.kinds]
    own = Q(platform=actor) if actor_kind == "platform" else Q(pk__in=[])
    return Filing.objects.filter(Q(kind__in=read) | own).order_by("-pk")


def filing_accessible(actor: str, actor_kind: str, law: Law, filing: int) -> Filing:
    """One filing that the actor may see; unknown and forbidden look alike."""
    found = filings_accessible(actor, actor_kind, law).filter(pk=filing).first()
    if found is None:
        raise rules.FilingUnknown(filing=filing, actor=actor)
    return found
