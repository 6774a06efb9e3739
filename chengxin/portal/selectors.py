"""What the public may see: candidates by name, and one enterprise as its page shows it.

Whatever stands here comes from records that may be shown on the day, names included: a name that only a record past
its term knew must not tell that there was one. For the same reason an enterprise of which nothing may be shown is not
found, just as one that was never filed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg import errors

from chengxin import law as lawroom
from chengxin.actors.selectors import Reached, contacts_published
from chengxin.cases.selectors import CaseUnknown
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.names import name_normal
from chengxin.law import Citation, Law
from chengxin.law.models import Words
from chengxin.lists.rules import CLEAN_YEARS, Clean, CleanRecord
from chengxin.lists.selectors import (
    FiledRecord,
    Published,
    SubjectFile,
    case_published,
    cases_published,
    clean_of,
    published_of,
    records_filed,
    subject_file,
)
from chengxin.portal.rules import Query, QueryTooBroad
from chengxin.records.selectors.promised import promises_shown
from chengxin.reports.selectors.showing import (
    GROUPS,
    SCHEMES,
    Group,
    ShownRecord,
    names_shown,
    record_as_shown,
    scheme_order,
)
from chengxin.subjects.models import Identifier, Link, Name
from chengxin.subjects.selectors import SubjectUnknown, members_of, number_of, subject_of

MOST = 20  # candidates on a page
_READ = 60  # candidates whose records are read to know whether they may be shown
_PROBED = 400  # names taken from the index, of which the closest are read
_PATIENCE = "3s"  # what one public search may cost the database
_LATEST = 100  # records of a group on a page
PROMISES_MOST = 50  # promises on a page


@dataclass(frozen=True)
class Candidate:
    """An enterprise that a name may mean."""

    name: str
    number: str
    scheme: str
    current_name: str
    exact: bool


@dataclass(frozen=True)
class Found:
    """The candidates, the closest first, and whether there are more than a page shows; `similar` where none holds the words."""

    candidates: list[Candidate] = field(default_factory=list)
    subjects: list[int] = field(default_factory=list)
    more: bool = False
    similar: bool = False


@dataclass(frozen=True)
class ShownGroup:
    """A heading with its records, the newest decision first; `more` where only the latest stand here."""

    key: str
    title: str
    none: str
    records: list[ShownRecord]
    more: bool
    latest: int = _LATEST


@dataclass(frozen=True)
class Enterprise:
    """One enterprise's page; `places` are those by whose law one answers back to what it shows."""

    name: str
    other_names: list[str]
    identifiers: list[tuple[str, str]]
    sources: list[Words]
    groups: list[ShownGroup]
    number: str
    on: date
    clean: CleanRecord | None
    clean_basis: Citation
    contacts: list[Reached]
    places: list[str]


# --- entries that are published ---------------------------------------------------------------------------------------


MOST_PUBLISHED = 50


def entries_published(*, at: datetime, after: int | None = None) -> tuple[list[Published], int | None]:
    """A page of the favourable entries to which anybody may object today, and where the next begins."""
    found, more = cases_published(at=at, after=after, most=MOST_PUBLISHED)
    return [_masked(each) for each in found], more


def entry_published(number: str, *, at: datetime) -> Published | None:
    """The entry of that number, if anybody may object to it today."""
    try:
        found = published_of(case_published(number), at=at)
    except CaseUnknown:
        return None
    return _masked(found) if found else None


def _masked(found: Published) -> Published:
    """Where an authority named a person's number, it is hidden."""
    return replace(found, reasons=persons_masked(found.reasons))


# --- what was promised with repairs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownPromise:
    """A promise made with a repair: who promised what to whom, when, shown until when, and the decision that found it broken, if any."""

    number: int
    name: str
    code: str
    content: str
    document: str
    authority: str
    made_on: date
    shown_last: date | None
    broken_by: str
    broken_on: str


PROMISE_HEADS = (
    "记录编号 record", "名称 name", "统一社会信用代码 code", "承诺内容 promise", "承诺书编号 number", "接受承诺的机关 authority",
    "承诺日期 promised on", "公示至 shown until", "认定违背承诺的决定 found broken by", "认定日期 found broken on",
)  # fmt: skip


def promises_page(
    asked: Query | None, *, on: date, known_at: datetime, before: int | None = None, most: int = PROMISES_MOST
) -> tuple[list[ShownPromise], int | None]:
    """A page of the promises that may be shown on the day, the latest first, of whom is asked for or of all; and where the next begins."""
    found = list(islice(_promises(asked, on=on, known_at=known_at, before=before), most + 1))
    more = found[most - 1].number if len(found) > most else None
    return found[:most], more


def promise_rows(asked: Query | None, *, on: date, known_at: datetime) -> Iterator[list[object]]:
    """All of them as the lines of a table, under `PROMISE_HEADS`."""
    for p in _promises(asked, on=on, known_at=known_at):
        yield [
            p.number, p.name, p.code, p.content, p.document, p.authority, p.made_on, p.shown_last, p.broken_by, p.broken_on,
        ]  # fmt: skip


def _promises(
    asked: Query | None, *, on: date, known_at: datetime, before: int | None = None
) -> Iterator[ShownPromise]:
    subjects = None if asked is None else _asked_for(asked, known_at=known_at)
    for record in promises_shown(subjects=subjects, on=on, known_at=known_at, before=before):
        said = {name: persons_masked(str(value or "")) for name, value in record.body.items()}
        broken = said.get("broken_by", "")
        yield ShownPromise(
            record.pk, said.get("name", ""), number_of(record.subject_id, known_at=known_at), said.get("content", ""),
            persons_masked(record.document), record.authority, record.decided_on,
            record.shown_until - timedelta(days=1) if record.shown_until else None,
            broken, said.get("broken_on", "") if broken else "",
        )  # fmt: skip


def _asked_for(asked: Query, *, known_at: datetime) -> list[int]:
    """The subjects that bear the number, or one of whose names holds the words; each with those that it stands for."""
    if asked.value:
        try:
            return members_of(subject_of(asked.value, known_at=known_at), known_at=known_at)
        except SubjectUnknown:
            return []
    named = Name.objects.filter(known_at__lte=known_at, normal__contains=asked.name).values_list(
        "subject_id", flat=True
    )
    return list(named[:_PROBED])


# --- one enterprise -------------------------------------------------------------------------------------------------


def number_shown(query: Query, *, on: date, known_at: datetime) -> bool:
    """Whether the number names an enterprise of which something may be shown."""
    try:
        root = subject_of(query.value, known_at=known_at)
    except SubjectUnknown:
        return False
    members = members_of(root, known_at=known_at)
    law = lawroom.load().on(on)
    return any(filed.shown for filed in records_filed(members, law, on=on, known_at=known_at))


def enterprise_of(file: SubjectFile) -> Enterprise | None:
    """The page of the file's subject as the public sees it; nothing where none of its records may be shown."""
    law = lawroom.load().on(file.on)
    shown = [filed for filed in file.records if filed.shown]
    if not shown:
        return None
    names, clean = names_shown(shown, law), clean_of(file, law)
    sources = sorted({filed.record.batch.source for filed in shown})
    return Enterprise(
        name=names[0],
        other_names=names[1:],
        identifiers=[(SCHEMES[i.scheme], i.value) for i in sorted(file.identifiers, key=scheme_order)],
        sources=[law.sources[key].title for key in sources if key in law.sources],
        groups=[g for g in (_group(group, shown, law, file.on) for group in GROUPS) if g.records or g.none],
        number=min(file.identifiers, key=scheme_order).value,
        on=file.on,
        # Said where it is so, and otherwise nothing: whoever is young or has a record is not held up by a line that is missing.
        clean=clean if clean.outcome is Clean.HOLDS else None,
        clean_basis=law.cite(law.parameters[CLEAN_YEARS].basis[0]),
        contacts=_contacts(shown),
        places=sorted({filed.record.batch.jurisdiction for filed in shown}),
    )


def _contacts(shown: Iterable[FiledRecord]) -> list[Reached]:
    """How those are reached who sent what is shown here, and those who supervise or run the register."""
    senders = {filed.record.batch.actor for filed in shown}
    return [
        each for each in contacts_published() if each.key in senders or each.kind in ("supervisor", "credit-centre")
    ]


def record_shown(number: str, record: int, *, on: date, known_at: datetime) -> tuple[Enterprise, ShownRecord] | None:
    """One record of an enterprise as the public sees it; nothing where it may not be shown."""
    enterprise = enterprise_of(subject_file(number, on=on, known_at=known_at))
    records = (r for group in enterprise.groups for r in group.records) if enterprise else iter(())
    found = next((r for r in records if r.number == record), None)
    return (enterprise, found) if enterprise and found else None


def _group(group: Group, shown: Sequence[FiledRecord], law: Law, on: date) -> ShownGroup:
    records = [f for f in shown if group.holds(law.record_types[f.record.record_type])]
    listed = [record_as_shown(filed, law, on) for filed in records[:_LATEST]]
    return ShownGroup(group.key, group.title, group.none, listed, len(records) > _LATEST)


# --- candidates by name -----------------------------------------------------------------------------------------------


def names_find(name: str, *, on: date, known_at: datetime) -> Found:
    """Enterprises whose name is, holds or is like this normal form, at most twenty; refuses where too many are like it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", [_PATIENCE])
            return _names_find(name, on=on, known_at=known_at)
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise QueryTooBroad from error
        raise


def _names_find(name: str, *, on: date, known_at: datetime) -> Found:
    known = Name.objects.filter(known_at__lte=known_at)
    exact = list(known.filter(normal=name).order_by("pk")[:_READ])
    # Taken as the index yields them and put in order here: ordering all that match would cost as much as all of them.
    holding = list(known.filter(normal__contains=name).exclude(normal=name)[:_PROBED])
    matched = exact + sorted(holding, key=lambda n: (len(n.normal), n.normal, n.pk))
    found = _candidates(matched, name, on=on, known_at=known_at)
    if found.candidates or len(holding) == _PROBED:  # so many hold the words that none need be guessed at
        return found
    like = sorted(_similar(known, name), key=lambda n: (abs(len(n.normal) - len(name)), n.normal, n.pk))
    return _candidates(like, name, on=on, known_at=known_at, similar=True)


def _similar(known: QuerySet[Name], name: str) -> list[Name]:
    with connection.cursor() as cursor:
        # Half of the trigrams in common: a slip in one or two characters of a name, not every firm of the same trade.
        cursor.execute("select set_config('pg_trgm.similarity_threshold', '0.5', true)")
    return list(known.filter(normal__trigram_similar=name)[:_PROBED])


def _candidates(names: list[Name], asked: str, *, on: date, known_at: datetime, similar: bool = False) -> Found:
    law = lawroom.load().on(on)
    roots = _roots({n.subject_id for n in names}, known_at=known_at)
    read = list(islice(dict.fromkeys(roots[n.subject_id] for n in names), _READ))
    shown = _shown_of(read, law, on=on, known_at=known_at)
    chosen: dict[int, Candidate] = {}
    for name in names:
        root = roots[name.subject_id]
        public = names_shown(shown.get(root, []), law)
        written = {name_normal(n): n for n in public}.get(name.normal)
        if root in chosen or not written:
            continue
        if asked in name_normal(public[0]):  # both names hold the words: then the present one speaks for it
            written = public[0]
        chosen[root] = Candidate(written, "", "", public[0], name_normal(written) == asked)
    kept = dict(islice(chosen.items(), MOST))
    numbers = _numbers(kept, known_at=known_at)
    listed = [Candidate(c.name, *numbers[root], c.current_name, c.exact) for root, c in kept.items() if root in numbers]
    more = len(chosen) > MOST or (len(read) == _READ and len(set(roots.values())) > _READ)
    return Found(listed, list(kept), more, similar)


def _roots(subjects: set[int], *, known_at: datetime) -> dict[int, int]:
    held = Q(known_from__lte=known_at) & (Q(known_to__isnull=True) | Q(known_to__gt=known_at))
    merged = dict(Link.objects.filter(held, subject_id__in=subjects).values_list("subject_id", "root_id"))
    return {subject: merged.get(subject, subject) for subject in subjects}


def _members(roots: Iterable[int], *, known_at: datetime) -> dict[int, int]:
    """Every subject that these stand for at the instant, with the one that stands for it."""
    roots = list(roots)
    held = Q(known_from__lte=known_at) & (Q(known_to__isnull=True) | Q(known_to__gt=known_at))
    return dict(Link.objects.filter(held, root_id__in=roots).values_list("subject_id", "root_id")) | {
        r: r for r in roots
    }


def _shown_of(roots: list[int], law: Law, *, on: date, known_at: datetime) -> dict[int, list[FiledRecord]]:
    members = _members(roots, known_at=known_at)
    shown: dict[int, list[FiledRecord]] = {}
    for filed in records_filed(list(members), law, on=on, known_at=known_at):
        if filed.shown:
            shown.setdefault(members[filed.record.subject_id], []).append(filed)
    return shown


def _numbers(roots: Iterable[int], *, known_at: datetime) -> dict[int, tuple[str, str]]:
    """Of each subject the number that its page goes by, and what it is called: its code where it has one."""
    members = _members(roots, known_at=known_at)
    identifiers = Identifier.objects.filter(subject_id__in=members, known_at__lte=known_at)
    numbers: dict[int, tuple[str, str]] = {}
    for identifier in sorted(identifiers, key=scheme_order):
        numbers.setdefault(members[identifier.subject_id], (identifier.value, SCHEMES[identifier.scheme]))
    return numbers
