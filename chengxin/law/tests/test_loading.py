"""How an entry must be written, and that every refusal says where."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chengxin.law import load, refusals
from chengxin.law.lawbook import default_folder
from chengxin.law.tests.small import BASIS, FILES, MISSING, Data, lawbook_written, words

RECORD = "cn/record_types/penalty.yaml"
SOURCE = "cn/sources/penalties.yaml"
LIST = "cn/lists/penalised.yaml"
OBJECTION = "cn/procedures/objection.yaml"
REPAIR_UNSET = {"from": "2020-01-01", "least_months": "none", "basis": BASIS}
MEASURE = "cn/measures/barred.yaml"
PARAMETER = "cn/parameters/answer-within.yaml"
LAW = "cn/instruments/penalty-law.yaml"
MATTER = "cn/matters/tender.yaml"
REPORT = "cn/reports/own.yaml"
DETECTOR = "cn/detectors/burst.yaml"
BY_TWO = "cn/four_eyes/taking-back.yaml"
KIND = "cn/trade_kinds/orders.yaml"
GOODS = "cn/goods/food.yaml"
FORM = "cn/commitment_forms/merchant.yaml"
EVALUATION = "cn/evaluations/firms.yaml"
YEARS = {"usual": "none", "most": "none"}
MUST: Data = {"basis": [{"instrument": "penalty-law", "article": "77"}], "verified": True}
NUMBER: Data = {
    "required_of": ["department"], "from": "2020-01-01", "basis": [{"instrument": "paper", "article": "一"}], "verified": True
}  # fmt: skip

FAULTS: list[tuple[str, type[refusals.LawbookRefused], str, str, Any, str]] = [
    ("an unknown key", refusals.UnknownKey, RECORD, "colour", "red", "colour"),
    ("an unknown key within", refusals.UnknownKey, RECORD, "fields.fine.colour", "red", "fields.fine.colour"),
    ("a key that the place gives", refusals.UnknownKey, RECORD, "key", "penalty", "key"),
    ("a missing key", refusals.KeyMissing, RECORD, "title", MISSING, "title"),
    ("a title in one language", refusals.KeyMissing, RECORD, "title.en", MISSING, "title.en"),
    ("no basis", refusals.ValueWrong, RECORD, "basis", [], "basis"),
    (
        "an unknown instrument",
        refusals.InstrumentUnknown,
        MEASURE,
        "basis.0.instrument",
        "no-law",
        "basis.0.instrument",
    ),
    ("an article that is not there", refusals.ArticleUnknown, MEASURE, "basis.0.article", "21", "basis.0.article"),
    ("an article in a dated value", refusals.ArticleUnknown, PARAMETER, "values.1.basis.0.article", "47", "values.1"),
    ("an article in a term", refusals.ArticleUnknown, RECORD, "terms.kept.basis.0.article", "99", "terms.kept"),
    (
        "a reader of trades by no article",
        refusals.ArticleUnknown,
        KIND,
        "readers.basis.0.article",
        "99",
        "readers.basis",
    ),
    (
        "goods that need no known licence",
        refusals.ReferenceUnknown,
        GOODS,
        "needs.licence.any_of",
        ["none"],
        "needs.licence",
    ),
    (
        "a need of goods by no article",
        refusals.ArticleUnknown,
        GOODS,
        "needs.licence.basis.0.article",
        "99",
        "needs.licence",
    ),
    (
        "a promise by no article",
        refusals.ArticleUnknown,
        FORM,
        "promises.lawful.basis.0.article",
        "99",
        "promises.lawful",
    ),
    ("a commitment to nothing", refusals.ValueWrong, FORM, "promises", {}, ""),
    ("an evaluation from two sides", refusals.ValueWrong, EVALUATION, "sides.consumers", MISSING, ""),
    (
        "a question by no article",
        refusals.ArticleUnknown,
        EVALUATION,
        "sides.consumers.questions.time.basis.0.article",
        "99",
        "sides.consumers.questions.time",
    ),
    ("a question of no weight", refusals.ValueWrong, EVALUATION, "sides.consumers.questions.time.weight", 0, "sides"),
    ("one answer for a whole side", refusals.ValueWrong, EVALUATION, "sides.consumers.least", 1, "sides"),
    ("an evaluation of persons", refusals.ValueWrong, EVALUATION, "about", "natural-person", "about"),
    ("a case named by who reads nothing", refusals.ValueWrong, KIND, "readers.with_case", ["court"], "readers"),
    ("a kind of trades kept for no time", refusals.ReferenceUnknown, KIND, "kept", "none", "kept"),
    (
        "a kind of trades that refers to none",
        refusals.ReferenceUnknown,
        KIND,
        "columns.shop.refers",
        "no",
        "columns.shop.refers",
    ),
    ("a kind of trades keyed by no column", refusals.ValueWrong, KIND, "row_key", ["number"], ""),
    ("a count without its unit", refusals.ValueWrong, KIND, "columns.order.type", "count", "columns.order"),
    ("a choice without values", refusals.ValueWrong, KIND, "columns.order.type", "choice", "columns.order"),
    ("verified upon what was not", refusals.VerifiedOnUnverified, LAW, "verified", False, "verified"),
    ("verified without a text", refusals.ValueWrong, LAW, "text", MISSING, "verified"),
    ("older than its basis", refusals.BasisNotInForce, LAW, "in_force.from", "2021-01-01", "in_force.from"),
    ("an unknown issuer", refusals.ReferenceUnknown, LAW, "issued_by", "nobody", "issued_by"),
    ("a report of unknown records", refusals.ReferenceUnknown, REPORT, "record_types", ["none"], "record_types.0"),
    ("a report of records about others", refusals.ValueWrong, REPORT, "about", ["natural-person"], "record_types.0"),
    ("a report for no purpose", refusals.ReferenceUnknown, REPORT, "purpose", "none", "purpose"),
    ("an act by two without its number", refusals.ValueWrong, BY_TWO, "above", MISSING, "(whole entry)"),
    ("an act by two in no time", refusals.ValueWrong, BY_TWO, "hours", 0, "hours"),
    ("an act by two without a duty", refusals.ValueWrong, BY_TWO, "duty", "friendship", "duty"),
    ("a detector without its threshold", refusals.ValueWrong, DETECTOR, "minutes", MISSING, "(whole entry)"),
    ("a detector with another's", refusals.ValueWrong, DETECTOR, "purposes", ["duty"], "(whole entry)"),
    ("a detector of nobody", refusals.ValueWrong, DETECTOR, "askers", [], "askers"),
    ("years that nothing sets", refusals.ReferenceUnknown, REPORT, "years", YEARS, "years.usual"),
    ("free ones counted in months", refusals.ValueWrong, REPORT, "free", "shown-months", "free"),
    ("the public with a full report", refusals.ValueWrong, REPORT, "askers", ["department", "public"], "(whole entry)"),
    ("a matter of nobody who asks", refusals.ValueWrong, REPORT, "in_matter", ["court"], "(whole entry)"),
    ("a mark by no article", refusals.ArticleUnknown, REPORT, "disputed.basis.0.article", "99", "disputed.basis.0"),
    ("an unknown parameter", refusals.ReferenceUnknown, RECORD, "publish_within", "none", "publish_within"),
    ("months where days are needed", refusals.ValueWrong, RECORD, "publish_within", "shown-months", "publish_within"),
    ("days where months are needed", refusals.ValueWrong, RECORD, "terms.shown.months", "answer-within", "terms.shown"),
    (
        "an unknown class of months",
        refusals.ValueWrong,
        RECORD,
        "terms.shown.months",
        {"general": "shown-months"},
        "terms",
    ),
    ("an unknown field in a role", refusals.FieldUnknown, RECORD, "roles.name", "nobody", "roles.name"),
    ("a role of the wrong type", refusals.FieldUnfit, RECORD, "roles.name", "document", "roles.name"),
    ("an unknown field in the key", refusals.FieldUnknown, RECORD, "row_key", ["nobody"], "row_key.0"),
    ("a term from no day", refusals.FieldUnfit, RECORD, "terms.kept.from", "document", "terms.kept.from"),
    ("a name not required", refusals.ValueWrong, RECORD, "fields.name.required", False, "fields.name.required"),
    ("choices on text", refusals.ValueWrong, RECORD, "fields.kind.choices", {"a": words("A")}, "fields.kind"),
    ("an unknown column", refusals.FieldUnknown, SOURCE, "editions.0.columns.colour", ["颜色"], "editions.0"),
    ("a heading for two fields", refusals.ValueWrong, SOURCE, "editions.0.columns.kind", ["机关"], "editions.0"),
    (
        "a required field without column",
        refusals.ColumnMissing,
        SOURCE,
        "editions.0.columns.document",
        MISSING,
        "editions",
    ),
    ("an unknown record type", refusals.ReferenceUnknown, SOURCE, "record_type", "none", "record_type"),
    ("a sender who may not send", refusals.ValueWrong, SOURCE, "provider", ["court"], "provider"),
    ("bounds the wrong way", refusals.ValueWrong, SOURCE, "rows", {"least": 9, "most": 1}, "rows"),
    ("ten-thousands of text", refusals.FieldUnfit, SOURCE, "units", {"kind": "ten-thousand-yuan"}, "units.kind"),
    ("an unknown list", refusals.ReferenceUnknown, MEASURE, "lists", ["none"], "lists.0"),
    ("months where a share is needed", refusals.ValueWrong, MEASURE, "drawn", "shown-months", "drawn"),
    ("more than the whole", refusals.ValueWrong, "cn/parameters/share.yaml", "values.0.value", 101, ""),
    ("a favour for an adverse list", refusals.ValueWrong, MEASURE, "kind", "incentive", "lists.0"),
    ("an unknown matter", refusals.ReferenceUnknown, MEASURE, "matters", ["none"], "matters.0"),
    ("an unknown class", refusals.ValueWrong, LIST, "where", {"severity": ["grave"]}, "where.severity"),
    ("an unknown field in where", refusals.FieldUnknown, LIST, "where", {"colour": ["red"]}, "where.colour"),
    (
        "a check before deciding by no article",
        refusals.ArticleUnknown,
        MATTER,
        "must_check",
        MUST,
        "must_check.basis.0",
    ),
    (
        "a case’s number by unheld law",
        refusals.VerifiedOnUnverified,
        MATTER,
        "case_number",
        NUMBER,
        "case_number.verified",
    ),
    ("an unknown procedure", refusals.ReferenceUnknown, LIST, "entry", "none", "entry"),
    ("a step to nowhere", refusals.ValueWrong, OBJECTION, "steps.0.to", "none", "steps.0"),
    ("a ground of no record type", refusals.ReferenceUnknown, LIST, "grounds", [{"record_type": "none"}], "grounds.0"),
    ("a repair after no months", refusals.ReferenceUnknown, RECORD, "repair", REPAIR_UNSET, "repair.least_months"),
    ("an opening that is no state", refusals.ValueWrong, OBJECTION, "opens", "none", "opens"),
    ("a state that nobody comes to", refusals.StateUnreached, OBJECTION, "opens", "accepted", "states.received"),
    (
        "a state without a clock",
        refusals.StateWithoutClock,
        OBJECTION,
        "steps.0.within",
        MISSING,
        "states.received",
    ),
    (
        "a state that could last for ever",
        refusals.StateWithoutEnd,
        OBJECTION,
        "steps.1.by",
        "subject",
        "states.received",
    ),
    ("silence that upholds", refusals.SilenceAgainst, OBJECTION, "steps.4.to", "upheld", "states.accepted"),
    (
        "a final state without outcome",
        refusals.ValueWrong,
        OBJECTION,
        "states.upheld.outcome",
        MISSING,
        "states.upheld",
    ),
    ("an outcome before the end", refusals.ValueWrong, OBJECTION, "states.accepted.outcome", "upheld", "states.acc"),
    ("a clock with a clock", refusals.ValueWrong, OBJECTION, "steps.1.within", "answer-within", "steps.1"),
    ("an automatic decision", refusals.ValueWrong, OBJECTION, "steps.2.automatic", True, "steps.2"),
    ("values out of order", refusals.ValueWrong, PARAMETER, "values.0.from", "2025-01-01", "(whole entry)"),
    ("out of force before it begins", refusals.ValueWrong, MEASURE, "in_force.to", "2019-01-01", "in_force"),
    ("a day as text", refusals.ValueWrong, MEASURE, "in_force.from", "soon", "in_force.from"),
]


@pytest.mark.parametrize(
    ("refusal", "file", "place", "value", "at"), [x[1:] for x in FAULTS], ids=[x[0] for x in FAULTS]
)
def test_a_fault_is_refused_with_file_and_place(
    tmp_path: Path, refusal: type[refusals.LawbookRefused], file: str, place: str, value: Any, at: str
) -> None:
    with pytest.raises(refusal) as caught:
        load(lawbook_written(tmp_path, (file, place, value)))
    # What an instrument lacks shows in the entry that relies on it.
    if file != LAW:
        assert caught.value.data["file"] == file
    assert caught.value.data["place"].startswith(at)
    assert caught.value.data["file"] in caught.value.message


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = lawbook_written(tmp_path)
    path = folder / "cn/matters/tender.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "askers: [court]\n", encoding="utf-8")
    with pytest.raises(refusals.DuplicateKey) as caught:
        load(folder)
    assert caught.value.data["key"] == "askers"
    assert "cn/matters/tender.yaml: line" in caught.value.message


def test_a_nested_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    folder = lawbook_written(tmp_path)
    (folder / "cn/matters/tender.yaml").write_text("title: {zh: 甲, zh: 乙, en: A}\n", encoding="utf-8")
    with pytest.raises(refusals.DuplicateKey):
        load(folder)


@pytest.mark.parametrize("text", ["title: [", "- a\n- b\n", "", "title: !!python/object:os.system x\n"])
def test_what_is_no_entry_is_refused(tmp_path: Path, text: str) -> None:
    folder = lawbook_written(tmp_path)
    (folder / "cn/matters/odd.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(refusals.LawbookRefused) as caught:
        load(folder)
    assert caught.value.data["file"] == "cn/matters/odd.yaml"


@pytest.mark.parametrize("file", ["cn/colours/red.yaml", "zz/matters/red.yaml", "cn/red.yaml", "cn-3/matters/red.yaml"])
def test_a_file_on_no_shelf_is_refused(tmp_path: Path, file: str) -> None:
    with pytest.raises(refusals.FileMisplaced):
        load(lawbook_written(tmp_path, more={file: FILES["cn/matters/tender.yaml"]}))


def test_two_versions_of_an_entry_follow_one_another(tmp_path: Path) -> None:
    old, new = dict(FILES["cn/matters/tender.yaml"]), dict(FILES["cn/matters/tender.yaml"])
    old["in_force"] = {"from": "2020-01-01", "to": "2024-01-01"}
    new |= {"in_force": {"from": "2024-01-01"}, "title": words("New", "新")}
    book = load(
        lawbook_written(tmp_path, more={"cn/matters/tender.yaml": old, "cn/matters/tender@2024-01-01.yaml": new})
    )
    assert book.on(date(2023, 12, 31)).matters["tender"].title.zh == "招标"
    assert book.on(date(2024, 1, 1)).matters["tender"].title.zh == "新"


def test_two_versions_on_the_same_day_are_refused(tmp_path: Path) -> None:
    more = {"cn/matters/tender@2024-01-01.yaml": FILES["cn/matters/tender.yaml"]}
    with pytest.raises(refusals.VersionsOverlap):
        load(lawbook_written(tmp_path, more=more))


def test_odd_values_of_a_field_overlay_those_of_all(tmp_path: Path) -> None:
    source = load(lawbook_written(tmp_path)).on(date(2024, 1, 1)).sources["penalties"]
    assert source.odd_values_of("kind") == {"无": None, "甲": "乙"}
    assert source.odd_values_of("fine") == {"无": None}


def test_the_digest_follows_every_file(tmp_path: Path) -> None:
    first = load(lawbook_written(tmp_path)).digest
    assert load(tmp_path).digest == first
    assert load(lawbook_written(tmp_path, (MEASURE, "mandatory", False))).digest != first


def test_an_entry_cannot_be_changed(tmp_path: Path) -> None:
    matter = load(lawbook_written(tmp_path)).on(date(2024, 1, 1)).matters["tender"]
    with pytest.raises(ValueError, match="frozen"):
        matter.verified = False  # type: ignore[misc]


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(lawbook_written(tmp_path)))
    assert default_folder() == tmp_path
    assert load().on(date(2024, 1, 1)).matters.keys() == {"tender"}


def test_the_projects_own_lawbook_loads_quickly_and_once() -> None:
    load()
    started = time.perf_counter()
    assert load() is load()
    assert time.perf_counter() - started < 0.01
    assert BASIS
