"""The lawbook: law and policy as data, loaded, checked, overlaid by jurisdiction, and answered as of a day."""

from chengxin.law.citations import CitationReport, citations_check, texts_of
from chengxin.law.clocks import Clock, clocks_of
from chengxin.law.lawbook import Citation, Law, Lawbook, default_folder, load
from chengxin.law.refusals import LawbookRefused
from chengxin.law.texts import texts_load, texts_read, texts_store

__all__ = [
    "Citation",
    "CitationReport",
    "Clock",
    "Law",
    "Lawbook",
    "LawbookRefused",
    "citations_check",
    "clocks_of",
    "default_folder",
    "load",
    "texts_load",
    "texts_of",
    "texts_read",
    "texts_store",
]
