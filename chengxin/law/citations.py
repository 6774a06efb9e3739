"""Holding every citation of the lawbook against the instruments' lists of articles and, where given, the texts."""

from dataclasses import dataclass
from pathlib import Path

from chengxin.law.lawbook import Lawbook
from chengxin.law.models import Basis, Entry, Instrument
from chengxin.law.references import citations_of
from chengxin.law.texts import Texts, texts_read


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation that is in question: where it stands, what it cites, and why."""

    entry: str
    place: str
    instrument: str
    article: str
    why: str


@dataclass(frozen=True, slots=True)
class CitationReport:
    """How many citations there are, which of them lack their article, which rest on a text nobody held."""

    citations: int
    missing: list[Cited]
    unverified: list[Cited]


def texts_of(lawbook: Lawbook, folder: Path) -> dict[str, dict[str, str]]:
    """instrument key → article → words, for every instrument whose text lies in the folder."""
    named = {
        entry.key: entry.text
        for _, entry in lawbook.entries()
        if isinstance(entry, Instrument) and entry.text is not None
    }
    return texts_read(folder, named)


def citations_check(lawbook: Lawbook, texts: Path | None = None) -> CitationReport:
    """Every citation, dated values' too; one whose article is not listed, or not in the text given, is missing."""
    held = None if texts is None else texts_of(lawbook, texts)
    count = 0
    missing: list[Cited] = []
    unverified: list[Cited] = []
    for shelf, entry in lawbook.entries():
        for place, citation in citations_of(entry):
            count += 1
            why = _lacking(lawbook, citation, held)
            if why:
                missing.append(_cited(shelf, entry, place, citation, why))
            instrument = lawbook.instrument(citation.instrument)
            if instrument is not None and not instrument.verified:
                unverified.append(_cited(shelf, entry, place, citation, "the instrument's text was not held"))
    return CitationReport(count, missing, unverified)


def _lacking(lawbook: Lawbook, citation: Basis, held: Texts | None) -> str:
    """Why the article is missing; empty where it is not."""
    instrument = lawbook.instrument(citation.instrument)
    if instrument is None:
        return "no such instrument"
    if citation.article not in instrument.article_labels:
        return "not in the instrument's list of articles"
    if held is None or instrument.text is None:
        return ""
    if citation.instrument not in held:
        return f"the text {instrument.text} is not in the folder"
    return "" if held[citation.instrument].get(citation.article) else "the text has no such article"


def _cited(shelf: str, entry: Entry, place: str, citation: Basis, why: str) -> Cited:
    return Cited(f"{entry.jurisdiction}/{shelf}/{entry.key}", place, citation.instrument, citation.article, why)
