"""Merchants as they stand on a day, by what was known at an instant: no job has to run for an expired licence to be found expired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_acting, actor_titled, actors_titled
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import among, identity_unsealed
from chengxin.commerce.merchants.models import (
    Commitment,
    CommitmentStep,
    Disclosure,
    Duty,
    Filing,
    LinkCheck,
    Payer,
    Registration,
    Representing,
    Signature,
    Statement,
    Ticket,
    TicketStep,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.names import name_normal
from chengxin.law import Law
from chengxin.law.models import CommitmentForm
from chengxin.lists.selectors import records_filed
from chengxin.records.models import Record
from chengxin.signatures.selectors import certificate_words
from chengxin.subjects.models import Identifier
from chengxin.subjects.selectors import members_of

SEEING_ALL = ("department", "operator", "supervisor", "credit-centre")
# The list of those whose licence was revoked, and the record type by which a firm is cancelled.
SINCE = date(2022, 3, 1)
REVOKED, REGISTERED = "business-licence-revoked", "enterprise-registration"


def law_of(on: date) -> Law:
    """The law of the day in the place where the register runs; of a day before all of it was in force, that of the first day."""
    return lawroom.load().on(max(on, SINCE), settings.CHENGXIN_PLACE)


def platform_for(platform: str, by: str, *, at: datetime) -> None:
    """Refuse whoever may not act for the platform: itself does, and the operator with what it handed over."""
    whose, actor = actor_acting(platform, at=at), actor_acting(by, at=at)
    if whose.kind != "platform":
        raise rules.NotAPlatform(actor=whose.title, kind=whose.kind)
    if actor.key != platform and actor.kind != "operator":
        raise rules.FiledForAnother(by=actor.title, platform=whose.title)


def platform_acts(key: str, *, at: datetime) -> bool:
    """Whether there is such a platform, and it acts here at the instant; refuses one that was closed."""
    return Actor.objects.filter(key=key, kind="platform").exists() and actor_acting(key, at=at) is not None


def registrations_known(
    platform: str, kind: str, *, known_at: datetime, shops: Sequence[str] | None = None
) -> QuerySet[Registration]:
    """The latest version of each item that the platform had filed by the instant; of these shops, or of all."""
    found = Registration.objects.filter(platform=platform, kind=kind, at__lte=known_at)
    if shops is not None:
        found = found.filter(shop__in=among(shops))
    return found.order_by("shop", "item", "-version").distinct("shop", "item").defer("sealed")


def code_known(platform: str, shop: str, code: str, *, known_at: datetime) -> str:
    """The unified code that was said or, where none was, the one under which the platform had filed the shop; nothing where it filed none."""
    if code or not shop:
        return code
    filed = registrations_known(platform, "shops", known_at=known_at, shops=[shop]).first()
    return filed.code if filed else ""


def shop_filed(platform: str, shop: str, *, known_at: datetime) -> Registration:
    """The latest version of a shop, with what is sealed of it; refuses one that the platform has not filed."""
    found = registrations_known(platform, "shops", known_at=known_at, shops=[shop]).defer(None).first()
    if found is None:
        raise rules.ShopUnknown(platform=platform, shop=shop)
    return found


def subjects_coded(codes: Iterable[str], *, known_at: datetime) -> dict[str, int]:
    """The subject of each of these codes that the register holds."""
    held = Identifier.objects.filter(scheme="uscc", value__in=among(set(codes) - {""}), known_at__lte=known_at)
    return dict(held.values_list("value", "subject_id"))


@dataclass(frozen=True)
class OwnShop:
    """A shop as its platform filed it for whoever is signed in, for them alone: what of it is sealed about them is opened, and nothing else."""

    platform: str
    platform_title: str
    shop: str
    kind: str
    title: str
    url: str
    code: str
    roles: list[str]  # "seller", "unit", or what a unit names them as: "legal_representative", "principal"
    identity: dict[str, str]
    exemption: str
    categories: list[str]
    verified_on: date
    closed_on: date | None
    first_filed_at: datetime
    filed_at: datetime
    version: int
    theirs: bool  # whether the latest version still names them
    licences: list[dict[str, Any]]
    tickets: list[dict[str, Any]]

    @property
    def run(self) -> bool:
        """Whether it is theirs to answer for: an individual's own, or the unit's; whom a unit names only sees it."""
        return self.theirs and bool({"seller", "unit"} & set(self.roles))


def own_shops(subjects: Sequence[int], codes: Sequence[str], *, known_at: datetime) -> list[OwnShop]:
    """Every shop that a platform ever filed for one of these persons, as the seller or as whom a unit names by number, or for a unit of one of
    these codes: its latest version that names them. What became of it since is shown while it still does.
    """
    represented = Representing.objects.filter(subject_id__in=subjects)
    named = Registration.objects.filter(
        Q(subject_id__in=subjects) | Q(code__in=codes) | Q(pk__in=represented.values("registration")), kind="shops", at__lte=known_at
    )  # fmt: skip
    latest = {
        (each.platform, each.shop): each.version
        for each in Registration.objects.filter(kind="shops", at__lte=known_at, shop__in=named.values("shop"), platform__in=named.values("platform"))
        .order_by("platform", "shop", "-version").distinct("platform", "shop").defer("sealed")
    }  # fmt: skip
    first: dict[tuple[str, str], datetime] = {}
    theirs: dict[tuple[str, str], Registration] = {}
    for each in named.order_by("version"):
        first.setdefault((each.platform, each.shop), each.at)
        theirs[each.platform, each.shop] = each
    roles: dict[int, list[str]] = {}
    for pk, role in (
        represented.filter(registration__in=list(theirs.values()))
        .order_by("role")
        .values_list("registration_id", "role")
    ):
        roles.setdefault(pk, []).append(role)
    stand = [key for key, each in theirs.items() if latest[key] == each.version]
    licences, tickets = _since(stand, known_at=known_at)
    found = []
    for key, each in sorted(theirs.items()):
        body, identity = each.body, identity_unsealed(each)
        title = body.get("title") or identity.pop("title", "")
        as_what = (
            ["seller"]
            if each.subject_id in subjects
            else ["unit"]
            if each.code and each.code in codes
            else roles.get(each.pk, [])
        )
        found.append(
            OwnShop(
                each.platform, actor_titled(each.platform), each.shop, body["kind"], title, body.get("url", ""), each.code, as_what,
                _identity_for(identity, as_what), body.get("exemption", ""), body.get("categories", []), date.fromisoformat(body["verified_on"]),
                _day(body.get("closed_on")), first[key], each.at, each.version, latest[key] == each.version, licences.get(key, []), tickets.get(key, []),
            )
        )  # fmt: skip
    return found


def _identity_for(identity: dict[str, str], as_what: Sequence[str]) -> dict[str, str]:
    """Of what is sealed, what is about whoever looks: a seller's all; a unit the names that it gave; whom it names, their own name and number."""
    if "seller" in as_what:
        return identity
    if "unit" in as_what:
        return {name: value for name, value in identity.items() if name in rules.REPRESENTING}
    return {name: value for name, value in identity.items() if name.removesuffix("_number") in as_what}


ShopKey = tuple[str, str]
Beside = dict[ShopKey, list[dict[str, Any]]]


def _since(stand: Sequence[ShopKey], *, known_at: datetime) -> tuple[Beside, Beside]:
    """The licences filed of these shops, and what their platforms were asked about them: the finding and its day, no words of anybody's."""
    licences: Beside = {}
    tickets: Beside = {}
    on = day_of(known_at)
    for platform in sorted({platform for platform, _ in stand}):
        shops = [shop for each, shop in stand if each == platform]
        for each in registrations_known(platform, "licences", known_at=known_at, shops=shops):
            if not _over(each.body.get("removed_on"), on):
                licences.setdefault((platform, each.shop), []).append(
                    {**each.body, "in_force": _in_force(each.body, on)}
                )
        asked = Ticket.objects.filter(platform=platform, shop__in=shops, at__lte=known_at).order_by("-pk")
        for ticket in asked.prefetch_related("steps"):
            shown = ticket_shown(ticket, on=on)
            names = ("ticket", "finding", "title", "title_en", "item", "item_zh", "item_en", "opened_at", "due_on", "state", "late")  # fmt: skip
            tickets.setdefault((platform, ticket.shop), []).append({name: shown[name] for name in names})
    return licences, tickets


def shops_known(platform: str, *, on: date, known_at: datetime, shops: Sequence[str] | None = None) -> list[rules.Shop]:
    """The shops that were open on the day, each with its licences. Nobody behind an individual's shop is read."""
    licences: dict[str, list[rules.Licence]] = {}
    seen = links_seen(platform, known_at=known_at, shops=shops)
    for each in registrations_known(platform, "licences", known_at=known_at, shops=shops):
        body = each.body
        if not _over(body.get("removed_on"), on):
            look = seen.get((each.shop, each.item))
            licence = rules.Licence(
                body["licence"], body["number"], body.get("holder", ""), date.fromisoformat(body["valid_from"]), _day(body.get("valid_to")),
                look.state if look is not None and look.link == body.get("link") else "",
            )  # fmt: skip
            licences.setdefault(each.shop, []).append(licence)
    found = []
    suppliers = _suppliers(platform, on=on, known_at=known_at, shops=shops)
    for each in registrations_known(platform, "shops", known_at=known_at, shops=shops):
        body = each.body
        if not _over(body.get("closed_on"), on):
            found.append(
                rules.Shop(
                    each.shop, body["kind"] == "unit", each.code, name_normal(body.get("name", "")), tuple(body.get("categories", ())),
                    date.fromisoformat(body["verified_on"]), tuple(licences.get(each.shop, ())), tuple(suppliers.get(each.shop, ())),
                )
            )  # fmt: skip
    return found


def _suppliers(
    platform: str, *, on: date, known_at: datetime, shops: Sequence[str] | None
) -> dict[str, list[rules.Supplier]]:
    found: dict[str, list[rules.Supplier]] = {}
    for each in registrations_known(platform, "suppliers", known_at=known_at, shops=shops):
        body = each.body
        if not _over(body.get("removed_on"), on):
            supplier = rules.Supplier(
                each.code, body["category"], name_normal(body["name"]), body.get("licence", ""), _day(body.get("valid_to")),
                date.fromisoformat(body["verified_on"]),
            )  # fmt: skip
            found.setdefault(each.shop, []).append(supplier)
    return found


def links_seen(
    platform: str, *, known_at: datetime, shops: Sequence[str] | None = None
) -> dict[tuple[str, str], LinkCheck]:
    """What was seen last of each licence's official page: (shop, item) → the look, of whichever link stood then."""
    found = LinkCheck.objects.filter(platform=platform, at__lte=known_at)
    if shops is not None:
        found = found.filter(shop__in=among(shops))
    latest = found.order_by("shop", "item", "-at", "-pk").distinct("shop", "item")
    return {(each.shop, each.item): each for each in latest}


@dataclass(frozen=True)
class LinkDue:
    """A filed link that is to be looked at."""

    shop: str
    item: str
    number: str
    link: str


def links_due(platform: str, *, at: datetime, most: int) -> list[LinkDue]:
    """The official pages of licences that were not looked at for as long as the lawbook says, or not reached since yesterday; never looked at first."""
    on = day_of(at)
    law = law_of(on)
    codes, days = law.code_lists["merchant-licences"].codes, law.parameter("licence-link-recheck-days")
    seen = links_seen(platform, known_at=at)
    waiting: list[tuple[date, LinkDue]] = []
    for each in registrations_known(platform, "licences", known_at=at):
        body, look = each.body, seen.get((each.shop, each.item))
        link = body.get("link", "")
        code = codes.get(body["licence"])
        if not link or _over(body.get("removed_on"), on) or code is None or not rules.link_official(link, code.hosts):
            continue
        last = day_of(look.at) if look is not None and look.link == link else None
        pause = 1 if look is not None and look.state == "unreachable" else days
        if last is None or last + timedelta(days=pause) <= on:
            waiting.append((last or date.min, LinkDue(each.shop, each.item, body["number"], link)))
    return [due for _, due in sorted(waiting, key=lambda one: (one[0], one[1].shop, one[1].item))[:most]]


def platforms_linking(*, known_at: datetime) -> list[str]:
    """The platforms that filed licences."""
    found = Registration.objects.filter(kind="licences", at__lte=known_at)
    return list(found.order_by("platform").values_list("platform", flat=True).distinct())


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _over(written: str | None, on: date) -> bool:
    return written is not None and date.fromisoformat(written) <= on


def held_of(codes: Iterable[str], *, on: date, known_at: datetime) -> dict[str, rules.Held]:
    """What the register holds of each of these codes: names of all that is one subject with it, and whether it ended by the day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with asked as (select i.value as code, coalesce(l.root_id, i.subject_id) as root from subjects_identifier i
                left join subjects_link l on l.subject_id = i.subject_id and l.known_from <= %(at)s and (l.known_to is null or l.known_to > %(at)s)
                where i.scheme = 'uscc' and i.value = any(%(codes)s) and i.known_at <= %(at)s),
            members as (select code, root, root as subject from asked union select a.code, a.root, l.subject_id from asked a
                join subjects_link l on l.root_id = a.root and l.known_from <= %(at)s and (l.known_to is null or l.known_to > %(at)s))
            select m.code, m.root, array_agg(distinct n.normal) filter (where n.normal is not null), array_agg(distinct m.subject)
            from members m left join subjects_name n on n.subject_id = m.subject and n.known_at <= %(at)s group by m.code, m.root
            """,
            {"codes": sorted(set(codes)), "at": known_at},
        )
        rows = cursor.fetchall()
    of = {subject: code for code, _, _, subjects in rows for subject in subjects}
    roots = {code: root for code, root, _, _ in rows}
    ended = _ended(of, roots, on=on, known_at=known_at)
    return {code: rules.Held(frozenset(names or ()), ended.get(code, "")) for code, _, names, _ in rows}


def _ended(of: dict[int, str], roots: dict[str, int], *, on: date, known_at: datetime) -> dict[str, str]:
    """Which codes' firms had ended: only those with such a record at all are looked at one by one."""
    law = law_of(on)
    entry = law.lists[REVOKED]
    revoked = Q(record_type=entry.record_type, **{f"body__{name}__in": values for name, values in entry.where.items()})
    perhaps = Record.objects.filter(
        revoked | Q(record_type=REGISTERED, effect_until__lte=on),
        subject_id__in=among(of, "bigint"),
        received_at__lte=known_at,
    )
    found: dict[str, str] = {}
    for code in {of[subject] for subject in perhaps.values_list("subject_id", flat=True).distinct()}:
        filed = records_filed(members_of(roots[code], known_at=known_at), law, on=on, known_at=known_at)
        counting = {key for each in filed if each.effect.value == "counts" for key in each.lists}
        registered = [each for each in filed if each.record.record_type == REGISTERED and not each.standing.withdrawn]
        if REVOKED in counting:
            found[code] = "revoked"
        elif registered and all((until := each.record.effect_until) is not None and until <= on for each in registered):
            found[code] = "cancelled"
    return found


def findings_known(
    platform: str, *, on: date, known_at: datetime, shops: Sequence[str] | None = None
) -> list[rules.Finding]:
    """Everything that the platform must mend about these shops, or about all, on the day."""
    law = law_of(on)
    months = law.parameter("merchant-recheck-months")
    stand = shops_known(platform, on=on, known_at=known_at, shops=shops)
    sellers = {s.code for s in stand if s.unit}
    held = held_of(sellers | {each.code for s in stand for each in s.suppliers}, on=on, known_at=known_at)
    codes = {s.code for s in stand if s.unit}
    beside = stand if shops is None else _beside(platform, codes, on=on, known_at=known_at)
    unlike = rules.unlike(beside)
    return [
        finding
        for shop in stand
        for finding in rules.findings_of(
            shop, held.get(shop.code), law.goods, borrowed=unlike.get(shop.code, ()) if shop.unit else (), months=months, on=on
        )
        + rules.suppliers_judged(shop, held, law.goods, months=months, on=on)
    ]  # fmt: skip


def _beside(platform: str, codes: set[str], *, on: date, known_at: datetime) -> list[rules.Shop]:
    """Every shop of the platform under one of these codes."""
    named = Registration.objects.filter(platform=platform, kind="shops", code__in=among(codes - {""}), at__lte=known_at)
    return shops_known(platform, on=on, known_at=known_at, shops=sorted(set(named.values_list("shop", flat=True))))


def shops_coded_alike(platform: str, shops: Iterable[str], *, known_at: datetime) -> set[str]:
    """Every shop of the platform that bears, or bore, a code that one of these does or did: what is filed of the one, the other must answer."""
    named = sorted(set(shops))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with codes as materialized (
                select distinct r.code from unnest(%(shops)s::text[]) s (shop) join merchants_registration r
                    on r.platform = %(platform)s and r.kind = 'shops' and r.shop = s.shop
                where r.code <> '' and r.at <= %(at)s)
            select distinct r.shop from codes c join merchants_registration r on r.code = c.code
            where r.code <> '' and r.platform = %(platform)s and r.kind = 'shops' and r.at <= %(at)s
            """,
            {"shops": named, "platform": platform, "at": known_at},
        )
        return {shop for (shop,) in cursor.fetchall()}


@dataclass(frozen=True)
class ShopShown:
    """A shop as anybody may see it: of an individual seller the shop and the platform's mark, never the person."""

    platform: str
    shop: str
    title: str
    url: str
    kind: str
    code: str
    name: str
    exemption: str
    state: str
    verified_on: date
    verify_by: date
    overdue: bool
    closed_on: date | None
    changed_late: bool
    categories: list[str]
    needs: list[dict[str, Any]]
    licences: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned."""
        return dict(self.__dict__)


def shop_shown(platform: str, shop: str, *, on: date, known_at: datetime) -> ShopShown:
    """One shop on the day, closed ones too; refuses one that the platform has not filed."""
    latest = registrations_known(platform, "shops", known_at=known_at, shops=[shop]).first()
    if latest is None:
        raise rules.ShopUnknown(platform=platform, shop=shop)
    body, law = latest.body, law_of(on)
    verified_on = date.fromisoformat(body["verified_on"])
    found = shops_known(platform, on=on, known_at=known_at, shops=[shop])
    held = held_of([latest.code], on=on, known_at=known_at).get(latest.code) if latest.code else None
    by = rules.overdue_from(verified_on, law.parameter("merchant-recheck-months"))
    codes = law.code_lists["merchant-licences"].codes
    seen = links_seen(platform, known_at=known_at, shops=[shop])
    licences = []
    for each in registrations_known(platform, "licences", known_at=known_at, shops=[shop]):
        if not _over(each.body.get("removed_on"), on):
            link, look = each.body.get("link", ""), seen.get((shop, each.item))
            code = codes.get(each.body["licence"])
            current = look if look is not None and look.link == link else None
            licences.append(
                {
                    **each.body, "in_force": _in_force(each.body, on), "official": code is not None and rules.link_official(link, code.hosts),
                    "link_state": current.state if current else "", "link_seen_on": day_of(current.at) if current else None,
                }
            )  # fmt: skip
    return ShopShown(
        platform=platform, shop=shop, title=body.get("title", ""), url=body.get("url", ""), kind=body["kind"], code=latest.code,
        name=body.get("name", ""), exemption=body.get("exemption", ""), state=rules.state_of(found[0], held) if found else "closed",
        verified_on=verified_on, verify_by=by, overdue=by < on, closed_on=_day(body.get("closed_on")),
        changed_late=_changed_late(law, body, day_of(latest.at)), categories=body.get("categories", []),
        needs=rules.needs_of(law.goods, found[0], on) if found else [], licences=licences,
    )  # fmt: skip


def _changed_late(law: Law, body: dict[str, Any], filed_on: date) -> bool:
    """Whether the platform filed a change after the day by which the place wants it."""
    changed_on, within = _day(body.get("changed_on")), law.parameters["merchant-change-within"]
    return changed_on is not None and filed_on > day_due(changed_on, law.parameter(within.key), within.unit)


def _in_force(body: dict[str, Any], on: date) -> bool:
    until = _day(body.get("valid_to"))
    return date.fromisoformat(body["valid_from"]) <= on and (until is None or on <= until)


def suppliers_known(platform: str, shop: str, *, on: date, known_at: datetime) -> list[dict[str, Any]]:
    """A shop's suppliers on the day, each with how its code and name agree with what is held, and whether its licence is in force."""
    found = [
        each
        for each in registrations_known(platform, "suppliers", known_at=known_at, shops=[shop])
        if not _over(each.body.get("removed_on"), on)
    ]
    held, law = held_of([each.code for each in found], on=on, known_at=known_at), law_of(on)
    shown = []
    for each in found:
        body = each.body
        of = held.get(each.code)
        state = (
            "not-held"
            if of is None
            else "ended"
            if of.ended
            else "verified"
            if name_normal(body["name"]) in of.names
            else "name-unlike"
        )
        until = _day(body.get("valid_to"))
        category = law.goods[body["category"]].title if body["category"] in law.goods else None
        titles = {"category_title": category.zh if category else body["category"], "category_title_en": category.en if category else body["category"]}  # fmt: skip
        shown.append({**body, **titles, "state": state, "licence_expired": until is not None and until < on})
    return shown


def suppliers_accessible(
    asker: Asker, platform: str, shop: str, *, on: date, known_at: datetime
) -> list[dict[str, Any]]:
    """A shop's suppliers for its own platform and for whoever regulates: from whom a shop buys is shown to nobody else."""
    if asker.kind not in SEEING_ALL and asker.key != platform:
        raise rules.ShopUnknown(platform=platform, shop=shop)
    shop_filed(platform, shop, known_at=known_at)
    return suppliers_known(platform, shop, on=on, known_at=known_at)


def products_known(platform: str, shop: str, *, on: date, known_at: datetime) -> list[dict[str, Any]]:
    """What a shop sells on the day, as its platform says: each product with its maker, origin and licence."""
    return [{"code": each.code, **each.body} for each in _standing("products", platform, shop, on, known_at)]


def promises_known(platform: str, shop: str, *, on: date, known_at: datetime) -> list[dict[str, Any]]:
    """What a shop promises of its service on the day, word by word, since when; and how often a decision found such a promise broken."""
    law = law_of(on)
    codes = law.code_lists["service-promises"].codes
    decided = [
        promise["promise"]
        for made in commitments_public(platform, shop, known_at=known_at)
        for promise in made["promises"]
        for _ in promise["breaches"]
    ]
    found = []
    for each in _standing("promises", platform, shop, on, known_at):
        code = codes.get(each.body["promise"])
        since = date.fromisoformat(each.body["from_on"])
        if code is not None and since <= on:
            about = code.about.promises if code.about else []
            complaints = code.about.complaints if code.about else []
            found.append(
                {
                    **each.body, "from_on": since, "title": code.title.zh, "title_en": code.title.en, "complaints": complaints,
                    "breaches_decided": sum(promise in about for promise in decided),
                }
            )  # fmt: skip
    return found


def _standing(kind: str, platform: str, shop: str, on: date, known_at: datetime) -> list[Registration]:
    found = registrations_known(platform, kind, known_at=known_at, shops=[shop])
    return [each for each in found if not _over(each.body.get("removed_on"), on)]


# --- filings and tickets ---------------------------------------------------------------------------------------------------------


def filings_accessible(asker: Asker) -> QuerySet[Filing]:
    """The filings that the actor may see: a platform its own, whoever regulates all, nobody else any."""
    if asker.kind in SEEING_ALL:
        return Filing.objects.order_by("-pk")
    return Filing.objects.filter(platform=asker.key if asker.kind == "platform" else None).order_by("-pk")


def filing_accessible(asker: Asker, filing: int) -> Filing:
    """One filing that the actor may see; unknown and forbidden look alike."""
    found = filings_accessible(asker).filter(pk=filing).first()
    if found is None:
        raise rules.FilingUnknown(filing=filing, actor=asker.key)
    return found


def tickets_accessible(asker: Asker) -> QuerySet[Ticket]:
    """The tickets that the actor may see, by the day on which they are due."""
    found = Ticket.objects.order_by("due_on", "pk")
    if asker.kind in SEEING_ALL:
        return found
    return found.filter(platform=asker.key if asker.kind == "platform" else None)


def ticket_accessible(asker: Asker, ticket: int) -> Ticket:
    """One ticket that the actor may see; unknown and forbidden look alike."""
    found = tickets_accessible(asker).filter(pk=ticket).first()
    if found is None:
        raise rules.TicketUnknown(ticket=ticket, actor=asker.key)
    return found


def tickets_open(tickets: QuerySet[Ticket], *, known_at: datetime) -> QuerySet[Ticket]:
    """Those of the tickets that were open at the instant: not closed, or opened again since."""
    return tickets.filter(~Exists(_closed(known_at)), at__lte=known_at)


def tickets_closed(tickets: QuerySet[Ticket], *, known_at: datetime) -> QuerySet[Ticket]:
    """Those that were closed then."""
    return tickets.filter(Exists(_closed(known_at)), at__lte=known_at)


def _closed(known_at: datetime) -> QuerySet[TicketStep]:
    again = TicketStep.objects.filter(
        ticket=OuterRef("ticket"), kind=rules.REOPENED, number__gt=OuterRef("number"), at__lte=known_at
    )
    return TicketStep.objects.filter(~Exists(again), ticket=OuterRef("pk"), kind__in=rules.CLOSING, at__lte=known_at)


def ticket_standing(ticket: Ticket) -> rules.Standing:
    """Where a ticket stands by its steps."""
    steps = sorted(ticket.steps.all(), key=lambda step: step.number)
    return rules.ticket_standing(ticket.due_on, [rules.Stood(step.kind, step.due_on, step.to) for step in steps])


def ticket_shown(ticket: Ticket, *, on: date) -> dict[str, Any]:
    """A ticket with its steps, as its platform and the regulator see it."""
    steps = sorted(ticket.steps.all(), key=lambda step: step.number)
    stands = ticket_standing(ticket)
    law = law_of(on)
    titled = law.code_lists["merchant-findings"].codes[ticket.finding].title
    item_zh, item_en = rules.item_worded(law.goods, ticket.item)
    return {
        "ticket": ticket.pk, "platform": ticket.platform, "shop": ticket.shop, "finding": ticket.finding, "title": titled.zh, "title_en": titled.en,
        "item": ticket.item, "item_zh": item_zh, "item_en": item_en, "words": ticket.words,
        "opened_at": ticket.at, "due_on": stands.due_on, "state": stands.state, "turn": stands.turn,
        "late": stands.late(on), "holder": stands.holder, "reopened": stands.reopened,
        "steps": [
            {"kind": step.kind, "words": step.words, "evidence": step.evidence, "to": step.to, "due_on": step.due_on, "by": step.by, "at": step.at}
            for step in steps
        ],
    }  # fmt: skip


STATES = ("open", "closed", "all")


def tickets_asked(
    asker: Asker, *, state: str = "open", platform: str = "", shop: str = "", finding: str = "", known_at: datetime
) -> QuerySet[Ticket]:
    """The tickets that the actor may see, of this state, platform, shop and finding, those due first; with their steps in one further statement."""
    found = tickets_accessible(asker)
    if state == "open":
        found = tickets_open(found, known_at=known_at)
    elif state == "closed":
        found = tickets_closed(found, known_at=known_at)
    named = {name: value for name, value in (("platform", platform), ("shop", shop), ("finding", finding)) if value}
    return found.filter(**named).prefetch_related("steps")


def tickets_shown(tickets: Iterable[Ticket], *, on: date) -> list[dict[str, Any]]:
    """Tickets as a page shows them: with the titles of platforms and holders, so many statements however many there are."""
    shown = [ticket_shown(ticket, on=on) for ticket in tickets]
    titles = actors_titled(
        {
            key
            for each in shown
            for key in (
                each["platform"],
                each["holder"],
                *(step["by"] for step in each["steps"]),
                *(step["to"] for step in each["steps"]),
            )
            if key
        }
    )
    for each in shown:
        each["platform_title"], each["holder_title"] = titles[each["platform"]], titles.get(each["holder"], "")
        for step in each["steps"]:
            step["by_title"], step["to_title"] = titles.get(step["by"], step["by"]), titles.get(step["to"], "")
    return shown


# --- statements, commitments, duties ----------------------------------------------------------------------------------------------


def statements_found(
    *,
    known_at: datetime,
    words: str = "",
    platform: str = "",
    shop: str = "",
    measure: str = "",
    before: int | None = None,
) -> QuerySet[Statement]:
    """The statements published by the instant that say these words, newest first."""
    found = Statement.objects.filter(at__lte=known_at).order_by("-pk")
    exact = {"platform": platform, "shop": shop, "measure": measure}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if before is not None:
        found = found.filter(pk__lt=before)
    if words:
        found = found.filter(
            Q(facts__icontains=words)
            | Q(reference__icontains=words)
            | Q(number=words)
            | Q(steps__changes__facts__icontains=words, steps__at__lte=known_at)
        ).distinct()
    return found


def statement_of(platform: str, number: str) -> Statement:
    """The statement of this number; refuses one that there is not."""
    found = Statement.objects.filter(platform=platform, number=number).first()
    if found is None:
        raise rules.StatementUnknown(platform=platform, number=number)
    return found


def statement_shown(statement: Statement, *, on: date, known_at: datetime) -> dict[str, Any]:
    """A statement as it stands: corrections laid over it, what happened since beside it; never edited away."""
    steps = list(statement.steps.filter(at__lte=known_at).order_by("number"))
    words = {name: getattr(statement, name) for name in ("measure", "ground", "reference", "facts", "contest")}
    until = statement.until
    for step in steps:
        changes = dict(step.changes)
        until = _day(changes.pop("until")) if "until" in changes else until
        words |= changes
    withdrawn = any(step.kind == "withdrawn" for step in steps)
    contests = {c.step: c for c in rules.contests_of([(s.number, s.kind, day_of(s.at), s.due_on) for s in steps])}
    waits = [each for each in contests.values() if each.answered_on is None]
    late = {number for number, each in contests.items() if each.late(min(on, day_of(known_at)))}
    titled = law_of(on).code_lists["platform-measures"].codes[words["measure"]].title
    shop = registrations_known(statement.platform, "shops", known_at=known_at, shops=[statement.shop]).first()
    return {
        "id": statement.pk, "platform": statement.platform, "platform_title": actor_titled(statement.platform), "number": statement.number,
        "shop": statement.shop, "shop_title": shop.body.get("title", "") if shop else "", **words, "measure_title": titled.zh, "measure_title_en": titled.en,
        "decided_on": statement.decided_on, "from_on": statement.from_on, "until": until, "detected_by_machine": statement.detected_by_machine,
        "decided_by_machine": statement.decided_by_machine, "published_on": day_of(statement.at), "late": day_of(statement.at) > statement.publish_by,
        "state": "withdrawn" if withdrawn else "over" if until is not None and until < on else "in-force",
        "contested": bool(waits), "contest_due_on": waits[-1].due_on if waits else None, "contest_late": bool(waits) and waits[-1].step in late,
        "steps": [
            {
                "kind": s.kind, "words": s.words, "changes": s.changes, "at": s.at, "by_shop": s.by == rules.OWN_ACCOUNT, "due_on": s.due_on,
                "late": s.number in late,
            }
            for s in steps
        ],
    }  # fmt: skip


def form_fitting(platform: str, form: str, *, shop: str, signed_on: date, at: datetime) -> CommitmentForm:
    """The form as it stood on the day; refuses one that is not for this signer, or was not in force, or a day to come."""
    signer = (
        "platform"
        if not shop
        else "merchant"
        if _shop_filed_last(platform, shop, at)[0] == "unit"
        else "individual-seller"
    )
    forms = law_of(signed_on).commitment_forms
    fit = [
        key
        for key, each in forms.items()
        if signer in each.signers or shop and signer == "merchant" and "logistics-firm" in each.signers
    ]
    if form not in fit or not forms[form].in_force.from_ <= signed_on <= day_of(at):
        raise rules.FormUnfit(form=form, signer=signer, on=signed_on, known=", ".join(fit) or "-")
    return forms[form]


def commitment_text(platform: str, form: str, *, shop: str, signed_on: date, at: datetime) -> tuple[str, str]:
    """The signer's code, and the text that it signs by certificate: a shop's of the unit that it was filed for, the platform's of its own."""
    entry = form_fitting(platform, form, shop=shop, signed_on=signed_on, at=at)
    code = _shop_filed_last(platform, shop, at)[1] if shop else actor_acting(platform, at=at).code
    if not code:
        raise rules.SignerCodeless(signer=shop or platform)
    return code, rules.form_signed(entry, key=form, platform=platform, shop=shop, code=code, signed_on=signed_on)


def own_text(own: OwnShop, form: str, *, signed_on: date, at: datetime) -> tuple[CommitmentForm, str]:
    """The form as it stands for a shop of whoever is signed in, and the whole text that it signs: of a unit the one that a certificate signs too."""
    entry = form_fitting(own.platform, form, shop=own.shop, signed_on=signed_on, at=at)
    code = own.code or "-"
    return entry, rules.form_signed(entry, key=form, platform=own.platform, shop=own.shop, code=code, signed_on=signed_on)  # fmt: skip


def forms_for(own: OwnShop, *, at: datetime) -> list[dict[str, Any]]:
    """The forms that a shop of whoever is signed in may sign today, each with its text, its version and whether the shop signed it by its own account."""
    on, signer = day_of(at), "merchant" if own.kind == "unit" else "individual-seller"
    signed = {
        (made.form, made.form_from)
        for made in Commitment.objects.filter(platform=own.platform, shop=own.shop).prefetch_related("steps")
        if commitment_own(made, sorted(made.steps.all(), key=lambda step: step.number))
    }
    return [
        {
            "form": key, "title": each.title.zh, "title_en": each.title.en, "form_from": each.in_force.from_, "later": list(each.later),
            "text": own_text(own, key, signed_on=on, at=at)[1],
            "promises": [(p.text.zh, p.text.en) for p in each.promises.values()], "signed": (key, each.in_force.from_) in signed,
        }
        for key, each in law_of(on).commitment_forms.items()
        if signer in each.signers
    ]  # fmt: skip


def commitment_state(steps: Sequence[CommitmentStep]) -> str:
    """Whether a commitment stands (`signed`) or was withdrawn by its signer."""
    return "withdrawn" if [s.kind for s in steps if s.kind != "corrected"][-1:] == ["withdrawn"] else "signed"


def commitment_own(made: Commitment, steps: Sequence[CommitmentStep]) -> bool:
    """Whether its signer signed it by its own account, and has not withdrawn it since."""
    return commitment_state(steps) == "signed" and (
        made.shop != "" and not made.on_behalf or any(step.kind == "signed" for step in steps)
    )


def _shop_filed_last(platform: str, shop: str, at: datetime) -> tuple[str, str]:
    """The kind and code of a shop, as it was filed last."""
    latest = registrations_known(platform, "shops", known_at=at, shops=[shop]).first()
    if latest is None:
        raise rules.ShopUnknown(platform=platform, shop=shop)
    return str(latest.body["kind"]), latest.code


def form_known(made: Commitment) -> CommitmentForm:
    """The very version of the form that was signed."""
    return lawroom.load().on(made.form_from, settings.CHENGXIN_PLACE).commitment_forms[made.form]


def commitments_of(platform: str, shop: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """The commitments of a shop (of the platform itself where none is named), each promise with the breaches linked to it."""
    shown = []
    found = Commitment.objects.filter(platform=platform, shop=shop, at__lte=known_at).order_by("-pk")
    certified = {
        s.commitment_id: s for s in Signature.objects.filter(commitment__in=found, at__lte=known_at).defer("sealed")
    }
    for made in found.prefetch_related("steps"):
        form = form_known(made)
        steps = sorted((s for s in made.steps.all() if s.at <= known_at), key=lambda s: s.number)
        breaches: dict[str, list[dict[str, Any]]] = {}
        for breach in made.breaches.filter(at__lte=known_at).order_by("pk"):
            breaches.setdefault(breach.promise, []).append(
                {
                    "source": breach.source,
                    "reference": breach.reference,
                    "record": breach.record,
                    "decided": breach.record is not None,
                }
            )
        promises = [
            {"promise": key, "text": each.text.zh, "text_en": each.text.en, "breaches": breaches.get(key, [])} for key, each in form.promises.items()
        ]  # fmt: skip
        shown.append(
            {
                "commitment": made.pk, "form": made.form, "title": form.title.zh, "title_en": form.title.en, "form_from": made.form_from,
                "text_digest": made.text_digest, "on_behalf": made.on_behalf, "signed_on": made.signed_on, "promises": promises,
                "certificate": certificate_words(certified.get(made.pk)), "state": commitment_state(steps), "own_account": commitment_own(made, steps),
                "steps": [{"kind": s.kind, "words": s.words, "at": s.at} for s in steps],
            }
        )  # fmt: skip
    return shown


def commitments_public(platform: str, shop: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """The same as anybody may read it: of breaches only those that a decision made a record."""
    found = commitments_of(platform, shop, known_at=known_at)
    return [
        {**made, "promises": [{**p, "breaches": [b for b in p["breaches"] if b["decided"]]} for p in made["promises"]]}
        for made in found
    ]


def duties_known(platform: str, *, on: date, known_at: datetime) -> list[dict[str, Any]]:
    """Every duty of the lawbook with its article, and how far the platform does it; one of which nothing was said is `unknown`."""
    law = law_of(on)
    latest = Duty.objects.filter(platform=platform, at__lte=known_at).order_by("duty", "-version").distinct("duty")
    said = {duty.duty: duty for duty in latest}
    shown = []
    for key, code in law.code_lists["platform-duties"].codes.items():
        duty, cited = said.get(key), law.cite(code.basis[0])
        shown.append(
            {
                "duty": key, "title": code.title.zh, "title_en": code.title.en, "article": cited.zh, "article_en": cited.en,
                "state": duty.state if duty else "unknown", "words": duty.words if duty else "", "digest": duty.digest if duty else "",
                "by": duty.by if duty else "", "at": duty.at if duty else None,
            }
        )  # fmt: skip
    return shown


def disclosures_known(platform: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """What the platform discloses of itself, the latest of each title."""
    latest = (
        Disclosure.objects.filter(platform=platform, at__lte=known_at)
        .order_by("kind", "title", "-version")
        .distinct("kind", "title")
    )
    names = ("kind", "title", "words", "url", "digest", "since")
    return [{name: getattr(each, name) for name in names} for each in latest]


def payers_known(*, known_at: datetime) -> list[dict[str, Any]]:
    """The payment firms whose status a regulator filed, the latest of each."""
    latest = Payer.objects.filter(at__lte=known_at).order_by("code", "-version").distinct("code")
    return [
        {name: getattr(each, name) for name in ("code", "name", "state", "document", "decided_on")} for each in latest
    ]
