"""The lawbook, loaded and checked: as a whole, and as one jurisdiction sees it on one day."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from chengxin.law.boundary import crossings
from chengxin.law.models import (
    SHELVES,
    Basis,
    BenefitPoints,
    CodeList,
    CommitmentForm,
    ComplaintKind,
    Detector,
    Entry,
    Evaluation,
    FourEyes,
    Goods,
    Instrument,
    Issuer,
    ListEntry,
    Matter,
    Measure,
    Method,
    Oversight,
    Parameter,
    Procedure,
    Program,
    Purpose,
    RecordField,
    RecordType,
    ReportKind,
    Role,
    Source,
    TradeKind,
    Word,
    Words,
)
from chengxin.law.reading import files_of, yaml_read
from chengxin.law.references import faults
from chengxin.law.refusals import (
    FileMisplaced,
    JurisdictionUnknown,
    KeyMissing,
    LawbookRefused,
    ParameterUnset,
    RightsMissing,
    UnknownKey,
    ValueWrong,
    VersionsOverlap,
)
from chengxin.law.texts import Texts, article_shown, part_shown

NATIONAL = "cn"
JURISDICTION = re.compile(r"^cn(-\d{2}(\d{2}){0,2})?$")
_BESIDE = Path(__file__).resolve().parents[2] / "lawbook"
RIGHTS = ("objection", "repair")
E_ = TypeVar("E_", bound=Entry)


@dataclass(frozen=True, slots=True)
class Citation:
    """One article, ready to show: titles in both languages and, where the texts are loaded, its own words."""

    instrument: str
    title_zh: str
    title_en: str
    article: str
    text: str | None
    part: str | None = None

    @property
    def zh(self) -> str:
        """The citation as Chinese law is cited: 《行政处罚法》第48条."""
        return f"《{self.title_zh}》{article_shown(self.article, 'zh')}{self.part or ''}"

    @property
    def en(self) -> str:
        """The citation in English: Administrative Penalty Law, art. 48."""
        return f"{self.title_en}, {article_shown(self.article, 'en')}{part_shown(self.part)}"


@dataclass(frozen=True, slots=True)
class Law:
    """The entries in force on one day for one jurisdiction, by key; an overlay's entry stands for the national one."""

    day: date
    jurisdiction: str
    instruments: dict[str, Instrument]
    issuers: dict[str, Issuer]
    record_types: dict[str, RecordType]
    sources: dict[str, Source]
    lists: dict[str, ListEntry]
    measures: dict[str, Measure]
    programs: dict[str, Program]
    matters: dict[str, Matter]
    purposes: dict[str, Purpose]
    roles: dict[str, Role]
    oversights: dict[str, Oversight]
    detectors: dict[str, Detector]
    four_eyes: dict[str, FourEyes]
    procedures: dict[str, Procedure]
    reports: dict[str, ReportKind]
    parameters: dict[str, Parameter]
    benefit_points: dict[str, BenefitPoints]
    code_lists: dict[str, CodeList]
    trade_kinds: dict[str, TradeKind]
    goods: dict[str, Goods]
    complaint_kinds: dict[str, ComplaintKind]
    commitment_forms: dict[str, CommitmentForm]
    methods: dict[str, Method]
    evaluations: dict[str, Evaluation]
    words: dict[str, Word]
    book: "Lawbook" = field(repr=False, compare=False)

    def parameter(self, key: str, on: date | None = None) -> int:
        """The value in force on the day (this law's own day where none is given), in the parameter's unit."""
        parameter = self.parameters.get(key)
        value = parameter.value_on(on or self.day) if parameter else None
        if value is None:
            raise ParameterUnset(key=key, day=on or self.day, jurisdiction=self.jurisdiction)
        return value.value

    def choices(self, field: RecordField) -> dict[str, Words]:
        """The values that a field of type choice may have: its own, or the open ones of its code list."""
        if field.codes:
            return self.code_lists[field.codes].choices
        return field.choices or {}

    def cite(self, basis: Basis, texts: Texts | None = None) -> Citation:
        """The citation as a reader needs it; an instrument that is no longer in force is still cited by its title."""
        instrument = self.book.instrument(basis.instrument)
        assert instrument is not None  # the loader refuses a basis without its instrument
        words = (texts or {}).get(basis.instrument, {}).get(basis.article)
        title = instrument.title
        return Citation(basis.instrument, title.zh, title.en, basis.article, words, basis.part)

    def shelf(self, name: str) -> Mapping[str, Entry]:
        """The entries of the shelf of this name."""
        entries: Mapping[str, Entry] = getattr(self, name)
        return entries


class Lawbook:
    """Every entry of every jurisdiction and time, checked; `on` gives the law of a day."""

    def __init__(self, folder: Path, entries: dict[tuple[str, str, str], list[Entry]], digest: str) -> None:
        self.folder = folder
        self.digest = digest
        self._entries = entries
        self._instruments = {
            key: versions[-1] for (_, shelf, key), versions in entries.items() if shelf == "instruments"
        }
        self._views: dict[tuple[date, str], Law] = {}

    @property
    def jurisdictions(self) -> list[str]:
        """The jurisdictions that have a folder."""
        return sorted({jurisdiction for jurisdiction, _, _ in self._entries})

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """(shelf, entry) for every version of every entry of every jurisdiction."""
        for (_, shelf, _), versions in sorted(self._entries.items()):
            for entry in versions:
                yield shelf, entry

    def instrument(self, key: str) -> Instrument | None:
        """The instrument, whether or not it is still in force."""
        found = self._instruments.get(key)
        return found if isinstance(found, Instrument) else None

    def entry(self, shelf: str, key: str, day: date, jurisdiction: str) -> Entry | None:
        """The entry in force on the day, from the narrowest jurisdiction that has one."""
        for place in reversed(_chain(jurisdiction)):
            for version in self._entries.get((place, shelf, key), ()):
                if version.in_force.holds(day):
                    return version
        return None

    def on(self, day: date, jurisdiction: str = NATIONAL) -> Law:
        """The law of that day for that jurisdiction; cached."""
        if not JURISDICTION.match(jurisdiction):
            raise JurisdictionUnknown(jurisdiction=jurisdiction)
        found = self._views.get((day, jurisdiction))
        if found is None:
            found = self._views[day, jurisdiction] = self._view(day, jurisdiction)
        return found

    def _view(self, day: date, jurisdiction: str) -> Law:
        shelves: dict[str, dict[str, Any]] = {shelf: {} for shelf in SHELVES}
        for place in _chain(jurisdiction):
            for (where, shelf, key), versions in self._entries.items():
                standing = [entry for entry in versions if entry.in_force.holds(day)]
                if where == place and standing:
                    shelves[shelf][key] = standing[0]
        return Law(day=day, jurisdiction=jurisdiction, book=self, **shelves)


def load(folder: Path | None = None) -> Lawbook:
    """The lawbook in the folder, or the project's own; refuses with file, place and reason whatever breaks a rule."""
    return _load_once(default_folder()) if folder is None else _load(folder)


def default_folder() -> Path:
    """CHENGXIN_LAWBOOK where it is set, otherwise `lawbook/` beside the package."""
    given = os.environ.get("CHENGXIN_LAWBOOK")
    return Path(given) if given else _BESIDE


@cache
def _load_once(folder: Path) -> Lawbook:
    return _load(folder)


def _load(folder: Path) -> Lawbook:
    files = files_of(folder)
    digest = hashlib.sha256()
    raw: list[tuple[str, str, str, str, dict[str, Any]]] = []
    for path in files:
        content = path.read_bytes()
        file = path.relative_to(folder).as_posix()
        digest.update(f"{file}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        jurisdiction, shelf, key = _place(file)
        raw.append((file, jurisdiction, shelf, key, yaml_read(content.decode("utf-8-sig"), file)))
    book = Lawbook(folder, _entries(raw), digest.hexdigest())
    _checked(book, {(entry[1], entry[2], entry[3]): entry[0] for entry in raw})
    return book


def _place(file: str) -> tuple[str, str, str]:
    """Jurisdiction, shelf and key from where the file lies; `key@2026-04-01` is a further version of `key`."""
    parts = file.removesuffix(".yml").removesuffix(".yaml").split("/")
    if len(parts) != 3 or parts[1] not in SHELVES or not JURISDICTION.match(parts[0]):
        raise FileMisplaced(file=file, place="", shelves=", ".join(SHELVES))
    return parts[0], parts[1], parts[2].partition("@")[0]


def _chain(jurisdiction: str) -> list[str]:
    """From the nation inward: cn, cn-33, cn-3301."""
    digits = jurisdiction.partition("-")[2]
    return [NATIONAL, *(f"{NATIONAL}-{digits[:length]}" for length in (2, 4, 6) if len(digits) >= length)]


def _entries(raw: list[tuple[str, str, str, str, dict[str, Any]]]) -> dict[tuple[str, str, str], list[Entry]]:
    persons = {
        key for _, _, shelf, key, data in raw if shelf == "record_types" and "natural-person" in str(data.get("about"))
    }
    for file, _, shelf, key, data in raw:
        for refusal, place, found in crossings(shelf, key, data, persons.__contains__):
            raise refusal(file=file, place=place, **found)
    entries: dict[tuple[str, str, str], list[Entry]] = {}
    for file, jurisdiction, shelf, key, data in raw:
        entry = _modelled(file, jurisdiction, shelf, key, data)
        versions = entries.setdefault((jurisdiction, shelf, key), [])
        versions.append(entry)
        versions.sort(key=lambda version: version.in_force.from_)
    return entries


def _modelled(file: str, jurisdiction: str, shelf: str, key: str, data: dict[str, Any]) -> Entry:
    for name in ("key", "jurisdiction"):
        if name in data:
            raise UnknownKey(file=file, place=name)
    try:
        return SHELVES[shelf].model_validate({**data, "key": key, "jurisdiction": jurisdiction})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "(whole entry)"
        if first["type"] == "extra_forbidden":
            raise UnknownKey(file=file, place=place) from None
        if first["type"] == "missing":
            raise KeyMissing(file=file, place=place) from None
        raise ValueWrong(file=file, place=place, detail=first["msg"]) from None


def _checked(book: Lawbook, files: Mapping[tuple[str, str, str], str]) -> None:
    """Raises the first refusal among entries: versions, references, rights."""
    adverse = None
    for shelf, entry in book.entries():
        file = files[entry.jurisdiction, shelf, entry.key]
        for refusal, place, data in faults(shelf, entry, book):
            raise refusal(file=file, place=place, **data)
        if isinstance(entry, RecordType) and entry.tone == "adverse":
            adverse = adverse or (file, entry)
    _versions_apart(book, files)
    if adverse:
        _rights_stand(book, *adverse)


def _versions_apart(book: Lawbook, files: Mapping[tuple[str, str, str], str]) -> None:
    for place, versions in book._entries.items():
        for earlier, later in combinations(versions, 2):
            if earlier.in_force.holds(later.in_force.from_):
                raise VersionsOverlap(file=files[place], place="in_force", other=f"from {earlier.in_force.from_}")


def _rights_stand(book: Lawbook, file: str, entry: RecordType) -> None:
    """Where an adverse record can be filed, it can be objected to and repaired."""
    for procedure in RIGHTS:
        if book.entry("procedures", procedure, entry.in_force.from_, entry.jurisdiction) is None:
            raise RightsMissing(file=file, place="", procedure=procedure)


__all__ = ["Citation", "Law", "Lawbook", "LawbookRefused", "default_folder", "load"]
