"""What somebody may read of a person for: each purpose that crosses the boundary is refused, with file, place and reason."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chengxin.law import load, refusals
from chengxin.law.tests.small import BASIS, COMMON, FILES, Data, lawbook_written, words

PURPOSE = "cn/purposes/duty.yaml"
RECORD = FILES["cn/record_types/penalty.yaml"]
LICENCE: Data = {
    **{name: part for name, part in RECORD.items() if name not in ("severity", "publish_within")},
    "title": words("Licence", "许可"),
    "about": ["natural-person"],
    "person_class": "licence",
    "tone": "neutral",
    "publication": "internal",
    "adults_only": True,
    "fields": {
        **{name: part for name, part in RECORD["fields"].items() if name not in ("representative", "fine")},
        "name": {"title": words("Name"), "type": "person-name", "required": True},
        "code": {"title": words("Number"), "type": "citizen-number", "required": True},
    },
    "row_key": ["code", "document"],
}


def counted(unit: str) -> Data:
    """A parameter of the unit."""
    return {**COMMON, "title": words("So many"), "unit": unit, "values": [{"from": "2020-01-01", "value": 9, "basis": BASIS, "verified": True}]}  # fmt: skip


MORE = {
    "cn/record_types/licence.yaml": LICENCE,
    "cn/parameters/kept.yaml": counted("days"),
    "cn/parameters/calls.yaml": counted("count"),
}
STATUTE: Data = {
    "by": "statute", "statute": BASIS, "shows": {"licence": ["kind", "document"]}, "withheld": BASIS, "kept": "kept", "calls_a_day": "calls",
}  # fmt: skip
CONSENT: Data = {**{name: part for name, part in STATUTE.items() if name != "statute"}, "by": "consent"}
YES_OR_NO: Data = {"by": "yes-or-no", "withheld": BASIS, "calls_a_day": "calls"}
OWN: Data = {"by": "subject", "shows": {"licence": ["kind"]}, "withheld": BASIS, "calls_a_day": "calls"}


def purpose(persons: Data, title: Data | None = None, *askers: str) -> Data:
    """A purpose with this part about persons."""
    about = {**COMMON, "title": title or words("A duty", "职责"), "askers": list(askers) or ["department"]}
    return {**about, "consent": persons["by"] == "consent", "persons": persons}


def loaded(folder: Path, entry: Data, place: str = "cn") -> Any:
    """The small lawbook with this purpose, of the nation or of a place."""
    return load(lawbook_written(folder, more={**MORE, f"{place}/purposes/asked.yaml": entry}))


@pytest.mark.parametrize(
    "entry",
    [
        purpose(STATUTE),
        purpose(CONSENT, None, "service-firm", "platform"),
        purpose(YES_OR_NO, None, "public", "department"),
        purpose(OWN, None, "public"),
        purpose({**CONSENT, "once": True}, words("Hiring", "招聘")),
        purpose({**CONSENT, "closed": True}, words("Bank credit", "银行信贷"), "service-firm"),
        purpose(CONSENT, words("Giving to a credit bureau", "向征信机构提供"), "service-firm"),
    ],
    ids=lambda entry: f"{entry['title']['en']}, {entry['persons']['by']}",
)
def test_a_purpose_within_the_boundary_loads(tmp_path: Path, entry: Data) -> None:
    law = loaded(tmp_path, entry).on(date(2021, 1, 1))
    assert law.purposes["asked"].persons.by == entry["persons"]["by"]


@pytest.mark.parametrize(
    ("zh", "en"), [("水电气缴费方式", "Payment"), ("用途", "Utility arrears"), ("保险费率", "A rate"), ("用途", "Bank loans"), ("金融活动", "x")]
)  # fmt: skip
def test_utilities_and_financial_activity_stand_closed_on_the_nations_shelf(tmp_path: Path, zh: str, en: str) -> None:
    entry = purpose(CONSENT, words(en, zh), "service-firm")
    with pytest.raises(refusals.PurposeNotClosed) as caught:
        loaded(tmp_path / "cn", entry)
    assert caught.value.data["file"] == "cn/purposes/asked.yaml" and caught.value.data["place"].startswith("title")
    assert "[" not in caught.value.message + caught.value.message_zh
    assert loaded(tmp_path / "place", entry, "cn-33").on(date(2021, 1, 1), "cn-33").purposes["asked"].consent


REFUSED: list[tuple[str, type[refusals.LawbookRefused], Data, str]] = [
    ("hiring", refusals.UseNotNamed, purpose(CONSENT, words("Hiring")), "title.en"),
    ("promotion", refusals.UseNotNamed, purpose(CONSENT, words("x", "晋升")), "title.zh"),
    ("awards", refusals.UseNotNamed, purpose(CONSENT, words("x", "评先")), "title.zh"),
    ("hiring by statute", refusals.ConsentMissing, purpose(STATUTE, words("Hiring")), "title.en"),
    ("a credit bureau by statute", refusals.ConsentMissing, purpose(STATUTE, words("x", "征信机构")), "title.zh"),
    ("a bank by statute", refusals.ConsentMissing, purpose(STATUTE, words("Bank loans")), "title.en"),
    (
        "a person's deputies",
        refusals.PurposeBarred,
        purpose({**CONSENT, "once": True}, words("x", "人大代表")),
        "title.zh",
    ),
    ("a party post", refusals.PurposeBarred, purpose({**CONSENT, "once": True}, words("Party posts")), "title.en"),
    ("a platform by statute", refusals.ReaderWithoutStatute, purpose(STATUTE, None, "platform", "department"), "askers"),
    ("a centre by statute", refusals.ReaderWithoutStatute, purpose(STATUTE, None, "credit-centre"), "askers"),
    (
        "a paper for a statute",
        refusals.ReaderWithoutStatute,
        purpose({**STATUTE, "statute": [{"instrument": "paper", "article": "一"}]}),
        "persons.statute",
    ),
    ("the public on consent", refusals.PersonsEnumerated, purpose(CONSENT, None, "public"), "askers"),
    (
        "the person's number as a field",
        refusals.ValueWrong,
        purpose({**STATUTE, "shows": {"licence": ["code"]}}),
        "persons.shows.licence",
    ),
    (
        "a type about firms",
        refusals.ValueWrong,
        purpose({**STATUTE, "shows": {"penalty": ["kind"]}}),
        "persons.shows.penalty",
    ),
    (
        "no such field",
        refusals.FieldUnknown,
        purpose({**STATUTE, "shows": {"licence": ["none"]}}),
        "persons.shows.licence.0",
    ),
    ("no such type", refusals.ReferenceUnknown, purpose({**STATUTE, "shows": {"none": ["x"]}}), "persons.shows.none"),
    ("days that are a count", refusals.ValueWrong, purpose({**STATUTE, "kept": "calls"}), "persons.kept"),
    ("calls without a limit", refusals.ReferenceUnknown, purpose({**STATUTE, "calls_a_day": "none"}), "persons.calls"),
    ("a yes that shows", refusals.ValueWrong, purpose({**STATUTE, "by": "yes-or-no"}), "persons"),
    ("kept without an end", refusals.ValueWrong, purpose({**STATUTE, "kept": None}), "persons"),
    ("a statute not named", refusals.ValueWrong, purpose({**STATUTE, "statute": []}), "persons"),
    ("a masked field not shown", refusals.ValueWrong, purpose({**STATUTE, "masks": {"licence": ["kind", "fine"]}}), "persons"),
    ("consent said twice", refusals.ValueWrong, {**purpose(STATUTE), "consent": True}, "(whole entry)"),
    ("nothing withheld by an article", refusals.ValueWrong, purpose({**STATUTE, "withheld": []}), "persons.withheld"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "entry", "place"), [line[1:] for line in REFUSED], ids=[line[0] for line in REFUSED]
)
def test_a_purpose_beyond_the_boundary_is_refused(
    tmp_path: Path, refusal: type[refusals.LawbookRefused], entry: Data, place: str
) -> None:
    with pytest.raises(refusal) as caught:
        loaded(tmp_path, entry)
    assert caught.value.data["file"] == "cn/purposes/asked.yaml" and caught.value.data["place"].startswith(place)
    assert not re.search(r"\[[a-z_]+\]", caught.value.message + caught.value.message_zh), (
        "a datum of the message is missing"
    )
