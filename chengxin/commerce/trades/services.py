"""Filing trades, removing what is past keeping, and the readings that are written down."""

import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.ahead import Ahead, read_ahead
from chengxin.commerce.trades.bulk.answering import Rows, frame_write, refused_lines, rows_of, shop_rows
from chengxin.commerce.trades.bulk.lake import Lake, LakeUnreached, lake_of
from chengxin.commerce.trades.bulk.landing import Landed, Landing
from chengxin.commerce.trades.bulk.reconciling import counted, differences, reconciled
from chengxin.commerce.trades.bulk.referring import Pairs, Referred
from chengxin.commerce.trades.models import Filing, Part, Removal, Vanished
from chengxin.commerce.trades.selectors import days_known, kind_known, standing_of
from chengxin.kernel.days import CHINA_TIME, day_of
from chengxin.law import Law
from chengxin.law.models import TradeKind
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken

Advance = Callable[[int], None]
RECONCILED = ("orders", "payments", "parcels")


@dataclass(frozen=True)
class FilingResult:
    """What became of a file of trades: the contract that the command, the API and the tests share."""

    filing: int
    platform: str
    kind: str
    version: int
    rows: int
    accepted: int
    refused: int
    unchanged: int
    unmet: int
    refused_by_reason: dict[str, int]
    days: list[date]
    missing: int = 0
    emptied: int = 0
    repeated: bool = False
    seconds: float = 0.0
    peak_memory_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class _Run:
    """One filing on its way."""

    platform: str
    kind: TradeKind
    law: Law
    by: str
    whole: rules.Whole | None
    ahead: Ahead = field(repr=False)
    lake: Lake = field(repr=False)
    pairs: Pairs = field(repr=False)

    @property
    def at(self) -> datetime:
        """The instant of the filing."""
        return self.ahead.at


def trades_file(
    *, platform: str, kind: str, path: Path, by: str, at: datetime, whole: rules.Whole | None = None
) -> FilingResult:
    """File what a platform says of its trades: every row accepted, refused with its reason, or unchanged; all of the file or none of it.

    Rows are laid over those of their day; each day that changes gets a new version, and what was known before stays readable. The same file
    twice changes nothing. Where the filing is `whole`, it says all of its days: what it leaves out is gone from the new version.
    """
    (done,) = files_file(platform=platform, kind=kind, paths=[path], by=by, now=lambda: at, whole=whole)
    return done


def files_file(
    *,
    platform: str,
    kind: str,
    paths: Sequence[Path],
    by: str,
    now: Callable[[], datetime],
    whole: rules.Whole | None = None,
    progress: Callable[[Path], AbstractContextManager[Advance]] = lambda path: nullcontext(lambda rows: None),
) -> Iterator[FilingResult]:
    """File several files in their order, each as `trades_file` does and as of its own instant; a refused one ends it, and those before it stand.

    While one is laid into the lake the next is read and judged, and what was read of the orders that rows name is kept for the next.
    """
    lake, pairs = lake_of(), Pairs()
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming: Future[Ahead] | None = None
        for number, path in enumerate(paths):
            started, at = time.monotonic(), now()
            law = lawroom.load().on(day_of(at))
            found = _kind_filed_by(law, kind, platform=platform, by=by, at=at)
            with progress(path) as advance:
                ahead = coming.result() if coming else read_ahead(path, found, at, whole)
                coming = (
                    reader.submit(read_ahead, paths[number + 1], found, now(), whole) if paths[number + 1 :] else None
                )
                run = _Run(platform, found, law, by, whole, ahead, lake, pairs)
                with transaction.atomic():
                    # One filing of a platform at a time: each lays its rows over what the one before has left.
                    turn_taken("trades", platform)
                    result = _repeated(run) or _filed(run, advance)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            spent = round(time.monotonic() - started, 3)
            yield FilingResult(**{**result.__dict__, "seconds": spent, "peak_memory_bytes": peak})


def _kind_filed_by(law: Law, key: str, *, platform: str, by: str, at: datetime) -> TradeKind:
    kind = kind_known(law, key)
    whose, actor = actor_acting(platform, at=at), actor_acting(by, at=at)
    if whose.kind not in kind.senders:
        basis = law.cite(kind.basis[0]).zh
        raise rules.NotASender(actor=whose.title, kind=whose.kind, senders=", ".join(kind.senders), basis=basis)
    if actor.key != platform and actor.kind != "operator":
        raise rules.FiledForAnother(by=actor.title, platform=whose.title)
    return kind


def _repeated(run: _Run) -> FilingResult | None:
    """The earlier result of the very same bytes under the same law: they have said what they say."""
    whole = (run.whole.first, run.whole.last, sorted(run.whole.shops)) if run.whole else (None, None, [])
    same = {
        "platform": run.platform,
        "kind": run.kind.key,
        "digest": run.ahead.digest,
        "lawbook_digest": run.law.book.digest,
    }
    earlier = (
        Filing.objects.filter(**same, whole_from=whole[0], whole_to=whole[1], whole_shops=whole[2])
        .order_by("-pk")
        .first()
    )
    if earlier is None:
        return None
    trace(
        event="trades.filing.repeated",
        by=run.by,
        at=run.at,
        about=f"filing:{earlier.pk}",
        detail={"digest": run.ahead.digest},
    )
    return FilingResult(
        filing=earlier.pk,
        platform=earlier.platform,
        kind=earlier.kind,
        version=earlier.version,
        rows=earlier.rows,
        accepted=0,
        refused=earlier.refused,
        unchanged=earlier.accepted + earlier.unchanged,
        unmet=earlier.unmet,
        refused_by_reason=earlier.refused_by_reason,
        days=[],
        repeated=True,
    )


def _filed(run: _Run, advance: Advance) -> FilingResult:
    refers = {
        name: Referred(run.law.trade_kinds[column.refers], standing_of(run.platform, column.refers, known_at=run.at))
        for name, column in run.kind.columns.items()
        if column.refers
    }
    landing = Landing(
        run.lake,
        run.kind,
        run.platform,
        standing_of(run.platform, run.kind.key, known_at=run.at),
        refers=refers,
        pairs=run.pairs,
        whole=run.whole,
    )
    with _withdrawn(run.lake, landing.written), tempfile.TemporaryDirectory(prefix="chengxin-trades-") as scratch:
        for frame, judged in run.ahead.frames(Path(scratch)):
            landing.frame_land(frame, judged)
            advance(frame.height)
        landed = landing.end(run.ahead.arrived)
        filing = _manifest_write(run, landed)
    return FilingResult(
        filing=filing.pk,
        platform=run.platform,
        kind=run.kind.key,
        version=filing.version,
        rows=landed.rows,
        accepted=landed.accepted,
        refused=landed.refused,
        unchanged=landed.unchanged,
        unmet=landed.unmet,
        refused_by_reason=filing.refused_by_reason,
        days=sorted(landed.days),
        missing=landed.missing,
        emptied=landed.emptied,
    )


@contextmanager
def _withdrawn(lake: Lake, written: list[str]) -> Iterator[None]:
    """Take away every file that was written, if anything fails; what a kill or a lake that is gone leaves behind no manifest lists, and the sweep finds."""
    try:
        yield
    except BaseException:
        with suppress(LakeUnreached):
            lake.remove(written)
        raise


def _manifest_write(run: _Run, landed: Landed) -> Filing:
    """List the new files and tell the ledger: with its commit, and not before, they are what there is."""
    before = Filing.objects.filter(platform=run.platform, kind=run.kind.key).order_by("-version").first()
    filing = Filing.objects.create(
        platform=run.platform,
        kind=run.kind.key,
        version=before.version + 1 if before else 1,
        digest=run.ahead.digest,
        lawbook_digest=run.law.book.digest,
        whole_from=run.whole.first if run.whole else None,
        whole_to=run.whole.last if run.whole else None,
        whole_shops=sorted(run.whole.shops) if run.whole else [],
        rows=landed.rows,
        accepted=landed.accepted,
        refused=landed.refused,
        unchanged=landed.unchanged,
        unmet=landed.unmet,
        refused_by_reason=dict(sorted(landed.reasons.items(), key=lambda item: (-item[1], item[0]))),
        refused_path=landed.refused_file.path if landed.refused_file else "",
        at=run.at,
        by=run.by,
    )
    Part.objects.bulk_create(
        Part(
            filing=filing,
            platform=run.platform,
            kind=run.kind.key,
            day=day,
            version=version,
            path=put.path if put else "",
            rows=put.rows if put else 0,
            bytes=put.bytes if put else 0,
            digest=put.digest if put else "",
            at=run.at,
        )
        for day, (version, put) in sorted(landed.days.items())
    )
    if landed.vanished_file:
        Vanished.objects.create(
            filing=filing,
            missing=landed.missing,
            emptied=landed.emptied,
            path=landed.vanished_file.path,
            digest=landed.vanished_file.digest,
            at=run.at,
        )
    counts = {
        name: getattr(landed, name)
        for name in ("rows", "accepted", "refused", "unchanged", "unmet", "missing", "emptied")
    }
    files = {str(day): put.digest if put else "" for day, (_, put) in sorted(landed.days.items())}
    detail = {**counts, "kind": run.kind.key, "platform": run.platform, "digest": run.ahead.digest, "files": files}
    trace(event="trades.filing.landed", by=run.by, at=run.at, about=f"filing:{filing.pk}", detail=detail)
    return filing


# --- keeping ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What a removal took away, and what a sweep found that no manifest lists."""

    before: date
    days: int
    files: int
    swept: int
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def trades_remove(*, platform: str, by: str, at: datetime, before: date | None = None, dry_run: bool = False) -> Kept:
    """Remove a platform's days that are past keeping, every version of them, and sweep files that no manifest lists.

    Refused where a day of any kind before `before` must still be kept. Removed files are noted first, in the transaction, and taken away after it.
    """
    actor = actor_acting(by, at=at)
    if actor.key != platform and actor.kind != "operator":
        raise rules.RemovedForAnother(by=actor.title, platform=platform)
    law = lawroom.load().on(day_of(at))
    earliest = min(rules.removable_before(day_of(at), law.parameter(kind.kept)) for kind in law.trade_kinds.values())
    until = before or earliest
    if until > earliest:
        last = until - timedelta(days=1)
        cited = law.cite(next(iter(law.trade_kinds.values())).basis[0]).zh
        raise rules.StillKept(day=last, until=_kept_until(law, last), basis=cited, before=earliest)
    lake = lake_of()
    with transaction.atomic():
        turn_taken("trades", platform)
        past = list(Part.objects.filter(platform=platform, day__lt=until, removal__isnull=True).exclude(path=""))
        days = len({(part.kind, part.day) for part in past})
        # Within the lock, so that no filing is just writing: what is not listed is left over from one that was killed.
        left_over = _unlisted(lake, platform, law)
        if dry_run:
            return Kept(until, days, len(past), len(left_over), dry_run=True)
        Removal.objects.bulk_create(Removal(part=part, at=at, by=by) for part in past)
        detail = {"before": str(until), "days": days, "files": [part.path for part in past]}
        trace(event="trades.days.removed", by=by, at=at, about=f"platform:{platform}", detail=detail)
        swept = lake.remove(left_over)
    return Kept(until, days, lake.remove(part.path for part in past), swept)


def _kept_until(law: Law, day: date) -> date:
    months = max(law.parameter(kind.kept) for kind in law.trade_kinds.values())
    return rules.kept_until(day, months)


def _unlisted(lake: Lake, platform: str, law: Law) -> list[str]:
    """The platform's files that no manifest lists, or that it lists as removed."""
    listed = set(Part.objects.filter(platform=platform, removal__isnull=True).values_list("path", flat=True))
    listed |= set(Filing.objects.filter(platform=platform).values_list("refused_path", flat=True))
    listed |= set(Vanished.objects.filter(filing__platform=platform).values_list("path", flat=True))
    places = [
        f"{what}/kind={kind}/platform={platform}"
        for what in ("trades", "refused", "vanished")
        for kind in law.trade_kinds
    ]
    return [path for place in places for path in lake.listed(place) if path not in listed]


# --- reading, written down before it is given -------------------------------------------------------------------------


@dataclass(frozen=True)
class ShopRead:
    """What a platform filed of one shop, as known at an instant: how many rows there are, and so many of them."""

    platform: str
    kind: str
    shop: str
    first: date
    last: date
    known_at: datetime
    count: int
    rows: Rows

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is printed and returned."""
        return dict(self.__dict__)


def _reading_admitted(law: Law, asker: Asker, platform: str, kinds: Iterable[TradeKind], case_number: str) -> None:
    for kind in kinds:
        cited = law.cite(kind.readers.basis[0]).zh
        rules.reading_admitted(asker.key, asker.kind, platform, kind, cited=cited, case_number=case_number)


def _case(number: str) -> dict[str, str]:
    return {"case_number": number.strip()} if number.strip() else {}


def shop_read(
    *,
    platform: str,
    kind: str,
    shop: str,
    first: date,
    last: date,
    known_at: datetime,
    asker: Asker,
    at: datetime,
    case_number: str = "",
    most: int = 1000,
    after: int = 0,
) -> ShopRead:
    """One shop's rows of these days (the last included), as they were known at the instant."""
    rules.span_fit(first, last)
    law = lawroom.load().on(day_of(at))
    found = kind_known(law, kind)
    _reading_admitted(law, asker, platform, (found,), case_number)
    since, until = (datetime.combine(day, datetime.min.time(), CHINA_TIME) for day in (first, last + timedelta(days=1)))
    trace(
        event="trades.shop.read",
        by=asker.key,
        at=at,
        about=f"platform:{platform}",
        detail={"kind": kind, "shop": shop, "days": [first, last], **_case(case_number)},
    )
    paths = [day.path for day in days_known(platform, kind, known_at=known_at, first=first, last=last) if day.path]
    count, rows = shop_rows(lake_of(), found, paths, shop, since=since, until=until, most=most, after=after)
    return ShopRead(platform, kind, shop, first, last, known_at, count, rows)


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows of a filing as lines of a CSV file to mend; nothing where nothing was refused."""
    trace(event="trades.refused.exported", by=by, at=at, about=f"filing:{filing.pk}")
    return refused_lines(lake_of(), filing.refused_path) if filing.refused_path else iter(())


@dataclass(frozen=True)
class Vanishing:
    """The reviews of a platform that vanished between filings: how many, in which filing each, and the rows as they were before."""

    platform: str
    missing: int
    emptied: int
    filings: list[dict[str, Any]]
    rows: Rows

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is printed and returned."""
        return dict(self.__dict__)


def vanished_read(
    *, platform: str, asker: Asker, at: datetime, case_number: str = "", kind: str = "reviews", most: int = 1000
) -> Vanishing:
    """What a platform had filed and no longer says, though it may not delete it: the latest filing in which that showed first.

    The counts are what an agency begins a case upon, and need none; the rows are told to it in a case.
    """
    law = lawroom.load().on(day_of(at))
    read = kind_known(law, kind)
    _reading_admitted(law, asker, platform, (read,), case_number or "-")
    most = most if case_number.strip() or asker.kind not in read.readers.with_case else 0
    found = Vanished.objects.filter(filing__platform=platform, filing__kind=kind, at__lte=at)
    found = found.select_related("filing").order_by("-pk")
    detail = {"kind": kind, **_case(case_number)}
    trace(event="trades.vanished.read", by=asker.key, at=at, about=f"platform:{platform}", detail=detail)
    filings = [
        {"filing": v.filing_id, "at": v.at, "missing": v.missing, "emptied": v.emptied, "digest": v.digest}
        for v in found
    ]
    rows = rows_of(lake_of(), [v.path for v in found], most)
    return Vanishing(platform, sum(v.missing for v in found), sum(v.emptied for v in found), filings, rows)


@dataclass(frozen=True)
class Reconciliation:
    """What orders, payments and parcels across the border say of each other: counts and sums by finding, and the rows that do not agree."""

    platform: str
    first: date
    last: date
    known_at: datetime
    findings: Rows
    rows: Rows

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is printed and returned."""
        return dict(self.__dict__)


def trades_reconcile(
    *,
    platform: str,
    first: date,
    last: date,
    known_at: datetime,
    asker: Asker,
    at: datetime,
    case_number: str = "",
    most: int = 1000,
    out: Path | None = None,
) -> Reconciliation:
    """Reconcile the orders of these days three ways: with the payments and parcels of these days and of so many after the last.

    What was paid or sent within the days for an order of before them is no finding: orders of so many days before are looked at too.
    """
    rules.span_fit(first, last)
    law = lawroom.load().on(day_of(at))
    around = timedelta(days=rules.RECONCILED_WITHIN_DAYS)
    _reading_admitted(law, asker, platform, (law.trade_kinds[kind] for kind in RECONCILED), case_number)
    spans = {"orders": (first - around, last), "payments": (first, last + around), "parcels": (first, last + around)}
    paths = {
        kind: [day.path for day in days_known(platform, kind, known_at=known_at, first=a, last=b) if day.path]
        for kind, (a, b) in spans.items()
    }
    detail = {"days": [first, last], **_case(case_number)}
    trace(event="trades.orders.reconciled", by=asker.key, at=at, about=f"platform:{platform}", detail=detail)
    rows = reconciled(lake_of(), law.trade_kinds, paths, first, last)
    differing = differences(rows)
    if out:
        frame_write(differing, out)
    return Reconciliation(platform, first, last, known_at, counted(rows), differing.head(most).to_dicts())
