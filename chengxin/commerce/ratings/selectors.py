"""What a rating rests on, and ratings as they were published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Q, QuerySet

from chengxin.actors.selectors import actor_titled
from chengxin.commerce.complaints.selectors import orders_complained
from chengxin.commerce.merchants.selectors import OwnShop, law_of, registrations_known, shop_shown
from chengxin.commerce.objections.selectors import objections_about, withheld_now
from chengxin.commerce.ratings import rules
from chengxin.commerce.ratings.bulk import KINDS, Filed
from chengxin.commerce.ratings.models import Exclusion, Publication, Rating
from chengxin.commerce.trades.models import Part, Vanished
from chengxin.commerce.trades.rules import RECONCILED_WITHIN_DAYS
from chengxin.commerce.trades.selectors import days_known
from chengxin.kernel.days import day_of
from chengxin.law.models import Method

MILLION = 10**6
# Returns and parcels come after their orders: they are looked for among those of so many days after the period.
AFTER = ("returns", "parcels")
COMPLAINED = "orders-complained"


def method_known(key: str, *, on: date) -> Method:
    """The method of this key in force on the day; refuses one that there is not."""
    methods = law_of(on).methods
    found = methods.get(key)
    if found is None or not found.in_force.holds(on):
        raise rules.MethodUnknown(method=key[:60], known=", ".join(sorted(methods)))
    return found


def method_said(method: Method, *, on: date) -> dict[str, Any]:
    """A method as anybody reads it, and as a publication keeps it: features, weights, least counts, words and articles."""
    law = law_of(on)

    def cited(basis: Any) -> list[dict[str, str]]:
        return [{"zh": (each := law.cite(item)).zh, "en": each.en} for item in basis]

    return {
        "method": method.key, "from": method.in_force.from_.isoformat(), "title": method.title.zh, "title_en": method.title.en,
        "note": method.note.zh if method.note else "", "note_en": method.note.en if method.note else "", "level": method.level,
        "basis": cited(method.basis),
        "features": [
            {
                "feature": key, "title": each.title.zh, "title_en": each.title.en, "says": each.says.zh, "says_en": each.says.en,
                "computed": each.computed, "direction": each.direction, "weight": each.weight, "least": each.least,
                "within_hours": each.within_hours, "where": {name: list(values) for name, values in each.where.items()}, "basis": cited(each.basis),
            }
            for key, each in method.features.items()
        ],
        "grades": [
            {"grade": key, "title": each.title.zh, "title_en": each.title.en, "least": each.least} for key, each in method.grades.items()
        ],
    }  # fmt: skip


# --- what is read ----------------------------------------------------------------------------------------------------------------


def exclusions_standing(platform: str, *, known_at: datetime) -> QuerySet[Exclusion]:
    """The decisions by which trades of the platform were out at the instant."""
    revoked = Q(revocation__isnull=False, revocation__at__lte=known_at)
    return Exclusion.objects.filter(platform=platform, at__lte=known_at).exclude(revoked).order_by("pk")


def exclusion_of(exclusion: int, *, known_at: datetime) -> Exclusion:
    """One that stands; refuses one that there is not, or that was revoked."""
    found = Exclusion.objects.filter(pk=exclusion, at__lte=known_at, revocation__isnull=True).first()
    if found is None:
        raise rules.ExclusionUnknown(exclusion=exclusion)
    return found


def exclusion_shown(found: Exclusion, *, known_at: datetime) -> dict[str, Any]:
    """A decision as anybody reads it: who decided what and why, and how many trades it is about; not which, since those are the platform's."""
    revoked = getattr(found, "revocation", None)
    if revoked is not None and revoked.at > known_at:
        revoked = None
    return {
        "exclusion": found.pk, "platform": found.platform, "document": found.document, "authority": found.authority, "decided_on": found.decided_on,
        "reason": found.reason, "orders": len(found.orders), "at": found.at, "revoked_at": revoked.at if revoked else None,
        "revoked_by_document": revoked.document if revoked else "", "revoked_because": revoked.reason if revoked else "",
    }  # fmt: skip


def exclusions_shown(platform: str, *, known_at: datetime, most: int = 200) -> list[dict[str, Any]]:
    """The platform's decisions, the newest first, those revoked too."""
    found = Exclusion.objects.filter(platform=platform, at__lte=known_at).select_related("revocation").order_by("-pk")
    return [exclusion_shown(each, known_at=known_at) for each in found[:most]]


def exclusions_by(actor: str, *, known_at: datetime, most: int = 200) -> list[dict[str, Any]]:
    """The decisions that the actor entered, of whichever platform, the newest first, those revoked too."""
    found = Exclusion.objects.filter(by=actor, at__lte=known_at).select_related("revocation").order_by("-pk")
    return [exclusion_shown(each, known_at=known_at) for each in found[:most]]


def shops_kept(platform: str, *, known_at: datetime, shops: Sequence[str] | None = None) -> dict[str, tuple[str, str]]:
    """Every shop that the platform has filed, or each of these: whose it is, and of a firm its code. Nothing of a person is read."""
    found = registrations_known(platform, "shops", known_at=known_at, shops=shops)
    kept = {}
    for shop, code, body in found.values_list("shop", "code", "body__kind"):
        kind = rules.kind_of(body, code)
        kept[shop] = kind, code if kind == rules.FIRM else ""
    return kept


def filed_in(
    platform: str, period: rules.Period, method: Method, excluded: Iterable[str], *, known_at: datetime
) -> Filed:
    """Where the trades of a period lie, as known at the instant, and for a method that counts them the orders complained of."""
    paths: dict[str, list[str]] = {}
    rows = 0
    for kind in KINDS:
        last = period.last + timedelta(days=RECONCILED_WITHIN_DAYS if kind in AFTER else 0)
        days = [
            each for each in days_known(platform, kind, known_at=known_at, first=period.first, last=last) if each.path
        ]
        paths[kind] = [each.path for each in days]
        rows += sum(each.rows for each in days)
    gone = Vanished.objects.filter(filing__platform=platform, filing__kind="reviews", at__lte=known_at).order_by("pk")
    complained = []
    if complaints_counted(method):
        last = period.last + timedelta(days=RECONCILED_WITHIN_DAYS)
        complained = orders_complained(platform, first=period.first, last=last, on=day_of(known_at), known_at=known_at)
    vanished = list(gone.values_list("path", flat=True))
    return Filed(paths, vanished, rows, sorted(set(excluded)), period.first, period.last, complained)


def complaints_counted(method: Method) -> bool:
    """Whether a feature of the method is computed from consumers' complaints."""
    return any(each.computed == COMPLAINED for each in method.features.values())


def complaints_said(filed: Filed) -> dict[str, Any]:
    """The evidence of what was complained of: how many orders, and their digest. Which ones, and by whom, is told nowhere."""
    digest = sha256("\n".join(filed.complained).encode()).hexdigest()
    return {"filings": [], "days": 0, "rows": len(filed.complained), "digests": [digest]}


def sources_said(filed: Filed) -> dict[str, dict[str, Any]]:
    """The evidence by kind: which filings, each with its version, how many days and rows, and the digests of the files."""
    said = {}
    for kind, paths in filed.paths.items():
        parts = Part.objects.filter(path__in=paths).order_by("day")
        found = list(parts.values_list("filing_id", "filing__version", "rows", "digest"))
        said[kind] = {
            "filings": [{"filing": pk, "version": version} for pk, version in sorted({each[:2] for each in found})],
            "days": len(found), "rows": sum(each[2] for each in found), "digests": [each[3] for each in found],
        }  # fmt: skip
    gone = Vanished.objects.filter(path__in=filed.vanished).order_by("pk").values_list("digest", flat=True)
    said["vanished"] = {"filings": [], "days": 0, "rows": 0, "digests": list(gone)}
    return said


# --- what was published ----------------------------------------------------------------------------------------------------------


def publications_known(platform: str, *, known_at: datetime) -> QuerySet[Publication]:
    """What was published of the platform's shops by the instant, the latest period first, of each period the latest version first."""
    return Publication.objects.filter(platform=platform, at__lte=known_at).order_by("-last", "first", "-version")


def publication_of(platform: str, period: str, version: int | None = None, *, known_at: datetime) -> Publication:
    """One publication, the latest of the period where no version is named; refuses where there is none."""
    found = publications_known(platform, known_at=known_at).filter(period=period)
    if version is not None:
        found = found.filter(version=version)
    made = found.first()
    if made is None:
        raise rules.NothingPublished(what=f"{platform} {period[:40]}", when="")
    return made


def publication_shown(made: Publication) -> dict[str, Any]:
    """A publication without its shops."""
    sources = {
        kind: {name: value for name, value in each.items() if name != "digests"} for kind, each in made.sources.items()
    }
    return {
        "publication": made.pk, "platform": made.platform, "period": made.period, "first": made.first, "last": made.last, "version": made.version,
        "method": made.method, "method_from": made.method_from, "shops": made.shops, "rated": made.rated, "sources": sources,
        "inputs": made.inputs, "at": made.at, "by": made.by,
    }  # fmt: skip


@dataclass(frozen=True)
class RatingShown:
    """A shop's rating as anybody may see it: of a shop that is no firm's, counts of trades alone."""

    platform: str
    platform_title: str
    shop: str
    title: str
    period: str
    first: date
    last: date
    version: int
    versions: list[int]
    periods: list[str]
    method: str
    method_from: date
    published_at: datetime
    kind: str
    counts: dict[str, int]
    grade: str
    grade_zh: str
    grade_en: str
    total: float | None
    low: float | None
    high: float | None
    level: int
    features: list[dict[str, Any]]
    excluded: int
    exclusions: list[dict[str, Any]]
    without: dict[str, Any]
    objection: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned."""
        return dict(self.__dict__)


NOT_ENOUGH_TITLE = ("尚不足以评价", "Not enough yet")


def grade_titled(said: Mapping[str, Any], grade: str) -> tuple[str, str]:
    """The word of a grade as the method had it then, in both languages; nothing where there is none."""
    if grade == rules.NOT_ENOUGH:
        return NOT_ENOUGH_TITLE
    return next(((g["title"], g["title_en"]) for g in said["grades"] if g["grade"] == grade), ("", ""))


def rating_shown(
    platform: str, shop: str, period: str = "", version: int | None = None, *, known_at: datetime
) -> RatingShown:
    """A shop's rating in a period (the latest published where none is named); refuses a shop that was not filed, and where nothing is published.
    What the shop is said to be now decides, too: where it is no firm's any more, counts alone are shown; so they are where the firm objected and was
    not answered in time.
    """
    now = shop_shown(platform, shop, on=day_of(known_at), known_at=known_at)
    found = Rating.objects.filter(publication__platform=platform, shop=shop, publication__at__lte=known_at)
    found = found.select_related("publication").order_by(
        "-publication__last", "publication__first", "-publication__version"
    )
    periods = list(dict.fromkeys(found.values_list("publication__period", flat=True)))
    chosen = found.filter(publication__period=period) if period else found
    if version is not None:
        chosen = chosen.filter(publication__version=version)
    rating = chosen.first()
    if rating is None:
        raise rules.NothingPublished(what=f"{platform} {shop[:64]} {period[:40]}".strip(), when="")
    made = rating.publication
    firm = rating.kind == rules.FIRM and rules.kind_of(now.kind, now.code) == rules.FIRM
    objection = objections_about(rules.OBJECTED, [made.pk], known_at=known_at).get((made.pk, shop)) if firm else None
    kind = rating.kind if firm or rating.kind != rules.FIRM else rules.kind_of(now.kind, now.code)
    firm = firm and not (objection and objection["withheld"])
    said = made.method_said
    zh, en = grade_titled(said, rating.grade) if firm else ("", "")
    without = {}
    if firm and rating.without:
        before = grade_titled(said, rating.without["grade"])
        without = {
            **{name: rating.without[name] for name in ("total", "low", "high", "grade")}, "grade_zh": before[0], "grade_en": before[1],
            "features": _features(said, rating.without["features"], made.sources),
        }  # fmt: skip
    out = [each["exclusion"] for each in made.sources["exclusions"]["of"]] if rating.excluded or rating.without else []
    decisions = Exclusion.objects.filter(pk__in=out).select_related("revocation").order_by("pk")
    return RatingShown(
        platform=platform, platform_title=actor_titled(platform), shop=shop, title=now.title, period=made.period, first=made.first, last=made.last,
        version=made.version, versions=sorted(found.filter(publication__period=made.period).values_list("publication__version", flat=True)),
        periods=periods, method=made.method, method_from=made.method_from, published_at=made.at,
        kind=kind, counts=rating.counts, objection=objection,
        grade=rating.grade if firm else "", grade_zh=zh, grade_en=en, total=_number(rating.total) if firm else None,
        low=_number(rating.low) if firm else None, high=_number(rating.high) if firm else None, level=said["level"],
        features=_features(said, rating.features, made.sources) if firm else [], excluded=rating.excluded,
        exclusions=[exclusion_shown(each, known_at=known_at) for each in decisions], without=without,
    )  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


# From which kinds a feature is computed.
EVIDENCE: Mapping[str, Sequence[str]] = {
    "review-stars": ("reviews", "vanished"),
    "orders-returned": ("orders", "returns"),
    "orders-sent-late": ("orders", "parcels"),
    "orders-with-parcel": ("orders", "parcels"),
    COMPLAINED: ("orders", "complaints"),
}


def _features(said: Mapping[str, Any], features: Mapping[str, Any], sources: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The features in the method's order, each with what it is and its evidence."""
    shown = []
    for each in said["features"]:
        evidence = [
            {"kind": kind, "filings": sources[kind]["filings"], "rows_read": sources[kind]["rows"]}
            for kind in EVIDENCE[each["computed"]]
            if sources[kind]["digests"]
        ]
        names = ("feature", "title", "title_en", "computed", "direction", "weight", "least")
        shown.append({**{name: each[name] for name in names}, **features[each["feature"]], "evidence": evidence})
    return shown


HEADS = (
    "platform",
    "period",
    "version",
    "method",
    "method_from",
    "shop",
    "code",
    "grade",
    "total",
    "low",
    "high",
    *rules.COUNTS,
    "excluded",
    "objection",
)


def table_of(made: Publication, *, known_at: datetime) -> tuple[list[str], Iterable[list[Any]]]:
    """The publication's firms as a table, by shop. Shops of natural persons are in no list; nor is one that became one's since, nor one whose firm
    objected and was not answered in time.
    """
    features = [each["feature"] for each in made.method_said["features"]]
    heads = [*HEADS, *(f"{key}.{name}" for key in features for name in ("value", "count", "low", "high"))]
    told = {shop: each for (_, shop), each in objections_about(rules.OBJECTED, [made.pk], known_at=known_at).items()}
    withheld = {shop for shop, each in told.items() if each["withheld"]}
    kept = shops_kept(made.platform, known_at=known_at)
    firms = {shop for shop, (kind, _) in kept.items() if kind == rules.FIRM} - withheld

    def rows() -> Iterable[list[Any]]:
        for each in made.ratings.filter(kind=rules.FIRM).order_by("shop").iterator(2000):
            if each.shop in firms:
                yield [
                    made.platform, made.period, made.version, made.method, made.method_from, each.shop, each.code, each.grade, each.total, each.low,
                    each.high, *(each.counts[name] for name in rules.COUNTS), each.excluded, told[each.shop]["state"] if each.shop in told else "",
                    *(each.features[key][name] for key in features for name in ("value", "count", "low", "high")),
                ]  # fmt: skip

    return heads, rows()


def grades_standing(platform: str, shops: Sequence[str], *, known_at: datetime) -> dict[str, dict[str, Any]]:
    """Of each of these shops that a firm keeps, the word of its latest published rating and by which publication and method it was given: what a badge
    carries. Bounds are in millionths, so that there is one way to write them. A constant number of queries.
    """
    latest = _latest(platform, shops, known_at).select_related("publication").defer("publication__sources")
    withheld = withheld_now(rules.OBJECTED, known_at=known_at)
    return {
        each.shop: _standing(each)
        for each in latest
        if each.kind == rules.FIRM and (each.publication_id, each.shop) not in withheld
    }


def words_standing(platform: str, shops: Sequence[str], *, known_at: datetime) -> dict[str, str]:
    """The same, of each the word alone: for many."""
    found = _latest(platform, shops, known_at).values_list("publication_id", "shop", "kind", "grade")
    withheld = withheld_now(rules.OBJECTED, known_at=known_at)
    return {shop: grade for made, shop, kind, grade in found if kind == rules.FIRM and (made, shop) not in withheld}


def ratings_own(shops: Sequence[OwnShop], *, known_at: datetime, periods: int = 4) -> list[dict[str, Any]]:
    """What stands of each of a firm's own shops, the latest few periods of each: to what it may object, and whether it did."""
    shown, keys = list[dict[str, Any]](), list[tuple[int, str]]()
    for own in shops:
        found = Rating.objects.filter(
            publication__platform=own.platform,
            shop=own.shop,
            publication__at__lte=known_at,
            kind=rules.FIRM,
            code=own.code,
        )
        latest = found.order_by("-publication__last", "publication__first", "-publication__version")
        latest = latest.distinct("publication__last", "publication__first")
        for rating in latest.select_related("publication").defer("publication__sources")[:periods]:
            made = rating.publication
            zh, en = grade_titled(made.method_said, rating.grade)
            keys.append((made.pk, own.shop))
            shown.append(
                {"publication": made.pk, "platform": own.platform, "platform_title": own.platform_title, "shop": own.shop, "title": own.title,
                 "period": made.period, "version": made.version, "grade_zh": zh, "grade_en": en, "at": made.at}
            )  # fmt: skip
    told = objections_about(rules.OBJECTED, {of[0] for of in keys}, known_at=known_at)
    return [{**each, "objection": told.get(of)} for each, of in zip(shown, keys, strict=True)]


def _latest(platform: str, shops: Sequence[str], known_at: datetime) -> QuerySet[Rating]:
    kept = shops_kept(platform, known_at=known_at, shops=shops)
    firms = [shop for shop, (kind, _) in kept.items() if kind == rules.FIRM]
    found = Rating.objects.filter(publication__platform=platform, publication__at__lte=known_at, shop__in=firms)
    found = found.order_by("shop", "-publication__last", "publication__first", "-publication__version")
    return found.distinct("shop")


def _standing(rating: Rating) -> dict[str, Any]:
    made = rating.publication
    title, title_en = grade_titled(made.method_said, rating.grade)
    return {
        "grade": rating.grade, "title": title, "title_en": title_en, "low": _millionths(rating.low), "high": _millionths(rating.high),
        "level": made.method_said["level"], "period": made.period, "version": made.version, "method": made.method,
        "method_from": made.method_from.isoformat(),
    }  # fmt: skip


def _millionths(bound: Decimal | None) -> int | None:
    return None if bound is None else int(bound * MILLION)
