"""The project's own lawbook: what it must say, whatever else it says."""

from datetime import date
from pathlib import Path

import pytest

from chengxin.law import Law, Lawbook, citations_check, load
from chengxin.law.models import RecordType
from chengxin.law.references import STATUTE_KINDS

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load()


@pytest.fixture(scope="module")
def law(book: Lawbook) -> Law:
    return book.on(TODAY)


# What is recorded of natural persons, and of which class: nothing else.
OF_PERSONS = {
    "practice-licence": "licence",
    "professional-qualification": "qualification",
    "personal-honour": "honour",
    "volunteer-honour": "honour",
    "practice-decision": "decision",
    "office-bar": "decision",
}


def test_the_shelves_hold_what_the_product_answers_for(law: Law) -> None:
    assert law.record_types.keys() == {
        "enterprise-registration",
        "administrative-licence",
        "administrative-penalty",
        "abnormal-operations",
        "serious-dishonesty",
        "honour",
        "commitment",
        "court-non-performance",
        "supervision-class",
        "repair-promise",
        "contract-performance",
        "product-sampling",
        *OF_PERSONS,
    }
    assert law.sources.keys() == {
        "enterprise-register",
        "penalty-publicity",
        "licence-publicity",
        "abnormal-operations",
        "serious-dishonesty",
        "honours",
        "supervision-classes",
        "product-samplings",
        "commitments",
        "court-non-performance",
        "repair-promises",
        "practice-licences",
        "professional-qualifications",
        "personal-honours",
        "volunteer-honours",
        "practice-decisions",
        "office-bars",
    }
    assert law.book.on(TODAY, "cn-45").sources.keys() - law.sources.keys() == {"contract-performance"}
    assert law.matters.keys() == {
        "tender",
        "public-funds",
        "licence",
        "land",
        "honours",
        "supervision-frequency",
        "management-office",
    }


def test_a_case_number_is_wanted_of_who_decides_and_a_check_where_an_article_says_must(law: Law) -> None:
    wanted = {key: matter.case_number.required_of for key, matter in law.matters.items() if matter.case_number}
    assert set(wanted) == {"tender", "public-funds", "licence", "land", "honours"}
    assert {kind for kinds in wanted.values() for kind in kinds} == {"department", "court"}
    assert {key for key, matter in law.matters.items() if matter.must_check} == {"tender", "land", "honours"}


def test_every_citation_finds_its_article(book: Lawbook) -> None:
    report = citations_check(book)
    assert report.missing == []
    assert report.citations > 300


def test_every_measure_rests_on_a_published_statute(book: Lawbook) -> None:
    for place in book.jurisdictions:
        law = book.on(TODAY, place)
        for measure in law.measures.values():
            kinds = {law.book.instrument(basis.instrument).kind for basis in measure.basis}  # type: ignore[union-attr]
            assert kinds & STATUTE_KINDS, measure.key


def test_nothing_verified_rests_on_a_text_that_nobody_held(book: Lawbook) -> None:
    for _, entry in book.entries():
        for basis in getattr(entry, "basis", ()):
            instrument = book.instrument(basis.instrument)
            assert instrument is not None
            assert instrument.verified or not entry.verified, entry.key


def test_natural_persons_have_six_types_no_list_and_no_measure_but_a_bar_on_office_of_who_is_named(
    book: Lawbook,
) -> None:
    for place in book.jurisdictions:
        law = book.on(TODAY, place)
        of_persons = [m for m in law.measures.values() if m.subject_kinds != ("organisation",)]
        assert {m.kind for m in of_persons} == {"management-office"}
        assert {m.named_in for m in of_persons} == {"deciding-document"}
        assert {m.subject_kinds for m in of_persons} == {("natural-person",)}, (
            "no measure meets a firm and its people at once"
        )
        types = {each.key: each for each in law.record_types.values() if each.of_persons}
        assert {key: each.person_class for key, each in types.items()} == OF_PERSONS
        assert {each.about for each in types.values()} == {("natural-person",)}
        assert {key for key, each in types.items() if each.tone == "adverse"} == {"practice-decision", "office-bar"}
        assert {each.publication for each in types.values()} == {"internal"}
        assert all(each.adults_only for each in types.values())
        assert {types[key].senders for key in ("practice-decision", "office-bar")} == {("department",)}
        bars = types["office-bar"].fields[types["office-bar"].carries_out or ""].choices or {}
        assert bars.keys() == {m.key for m in of_persons if m.jurisdiction == "cn"}
        assert not types.keys() & {each.record_type for each in law.lists.values()}
        assert not types.keys() & {ground.record_type for each in law.lists.values() for ground in each.grounds}


def test_the_occupational_groups_stand_as_each_paper_names_them(law: Law) -> None:
    groups = law.code_lists["occupations"]
    named = {
        paper: groups.named_by(paper)
        for paper in ("jiangsu-integrity-opinions-2023", "nantong-integrity-plans-2018", "guangxi-credit-plans-2018")
    }
    assert [len(found) for found in named.values()] == [26, 28, 21] and len(groups.codes) == 32
    jiangsu, nantong, guangxi = map(set, named.values())
    assert nantong - jiangsu == {"architects", "statisticians"}
    assert guangxi - jiangsu == {"asset-appraisers", "researchers", "insurance-brokers", "journalists"}
    closed = {key for key, code in groups.codes.items() if code.closed}
    assert closed == {"civil-servants", "public-institution-staff", "enterprise-officers"}
    assert not closed & groups.choices.keys()


def test_no_measure_follows_from_a_court_decision_which_only_courts_send(book: Lawbook, law: Law) -> None:
    for place in book.jurisdictions:
        assert "court-non-performance" not in {e.record_type for e in book.on(TODAY, place).lists.values()}
    assert law.record_types["court-non-performance"].senders == ("court",)
    assert law.sources["court-non-performance"].provider == ("court",)


def test_the_programmes_of_the_papers_are_registered_and_make_no_measure(book: Lawbook) -> None:
    guangxi, guizhou = book.on(TODAY, "cn-45"), book.on(TODAY, "cn-52")
    assert guangxi.programs.keys() == {
        "tax-violations",
        "dishonest-enterprises",
        "listed-companies",
        "court-defaulters",
        "work-safety",
        "environment",
        "food-and-drugs",
        "a-grade-taxpayers",
    }
    assert guizhou.programs.keys() == {"brushing"}
    for law in (guangxi, guizhou):
        for program in law.programs.values():
            kinds = {law.book.instrument(b.instrument).kind for b in program.basis}  # type: ignore[union-attr]
            assert kinds == {"policy"}, "what they rest on could found no measure"
    assert guangxi.programs["court-defaulters"].lists == ()


# The fields in which the papers want measures, by the matters in which the lawbook has one. Credit and finance, listing and bonds,
# market entry: the regulations held leave them to laws that are not held. Spending and leaving the country are no fields at all.
FIELDS = {
    "procurement and bidding": ("tender", "cn"),
    "public funds": ("public-funds", "cn-31"),
    "land": ("land", "cn"),
    "public resources": ("public-resources", "cn-37"),
    "permits": ("licence", "cn"),
    "honours": ("honours", "cn"),
    "frequency of inspections": ("supervision-frequency", "cn"),
    "office": ("management-office", "cn"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_has_a_measure_by_statute(book: Lawbook, field: str) -> None:
    matter, place = FIELDS[field]
    law = book.on(TODAY, place)
    found = [m for m in law.measures.values() if matter in m.matters]
    assert any(m.verified for m in found)
    assert matter in law.matters


def test_every_matter_belongs_to_a_field(book: Lawbook) -> None:
    matters = {key for place in book.jurisdictions for key in book.on(TODAY, place).matters}
    assert matters == {matter for matter, _ in FIELDS.values()}


@pytest.mark.parametrize(("cls", "months", "least"), [("minor", 0, None), ("general", 12, 3), ("serious", 36, 12)])
def test_a_penalty_is_shown_for_the_term_of_its_class(law: Law, cls: str, months: int, least: int | None) -> None:
    terms = law.record_types["administrative-penalty"].terms
    assert isinstance(terms.shown.months, dict)
    assert terms.effect.months == terms.shown.months
    assert law.parameter(f"shown-{cls}-months") == months
    if least is not None:
        assert law.parameter(f"shown-{cls}-least-months") == least


SEVERITIES = [
    ({"penalty_kind": "警告"}, "minor"),
    ({"penalty_kind": "通报批评"}, "minor"),
    ({"penalty_kind": "警告;罚款"}, "general"),
    ({"penalty_kind": "罚款"}, "general"),
    ({"penalty_kind": "没收违法所得"}, "general"),
    ({"penalty_kind": "责令停产停业"}, "general"),
    ({"penalty_kind": "暂扣许可证件"}, "general"),
    ({"penalty_kind": "吊销许可证件"}, "serious"),
    ({"penalty_kind": "限制从业"}, "serious"),
    ({"penalty_kind": "责令关闭"}, "serious"),
    # The edition of 2016 has one kind for suspension and revocation: what was imposed decides.
    ({"penalty_kind": "暂扣或者吊销许可证、暂扣或者吊销执照"}, "general"),
    ({"penalty_kind": "暂扣或者吊销许可证、暂扣或者吊销执照", "content": "吊销营业执照"}, "serious"),
    ({"penalty_kind": "警告", "penalty_kind_2": "罚款"}, "general"),
    ({"penalty_kind": "警告", "content": "警告并罚款五百元"}, "general"),
    ({"penalty_kind": "其他"}, "general"),
]


@pytest.mark.parametrize(("row", "expected"), SEVERITIES)
def test_the_gravity_of_a_penalty_follows_from_its_kind_and_content(
    law: Law, row: dict[str, str], expected: str
) -> None:
    severity = law.record_types["administrative-penalty"].severity
    assert severity is not None
    hits = (rule.class_ for rule in severity.by if any(word in row.get(rule.field, "") for word in rule.contains))
    assert next(hits, severity.default) == expected


def test_personal_data_of_the_templates_is_read_and_never_filed(law: Law) -> None:
    for key, headings in {
        "penalty-publicity": ["CF_FRDB", "CF_FR_SFZH", "CF_XDR_ZJHM", "CF_XDR_SFZ", "CF_FR", "法定代表人身份证号"],
        "licence-publicity": ["XK_FRDB", "XK_FR_SFZH", "XK_XDR_ZJHM", "XK_XDR_SFZ", "XK_FR", "法定代表人身份证号"],
        "enterprise-register": ["法定代表人"],
    }.items():
        source = law.sources[key]
        field_of = {heading: field for edition in source.editions for heading, field in edition.field_of.items()}
        assert {field_of[heading] for heading in headings} <= law.record_types[source.record_type].person_fields


@pytest.mark.parametrize(
    ("source", "edition", "heading", "field"),
    [
        ("penalty-publicity", "2018", "行政相对人代码_1（统一社会信用代码）", "code"),
        ("penalty-publicity", "2018", "罚款金额（万元）", "fine"),
        ("penalty-publicity", "2018", "CF_GSJZQ", "shown_until"),
        ("penalty-publicity", "2016", "案件名称", "case_name"),
        ("penalty-publicity", "2016", "处罚类别1", "penalty_kind"),
        ("penalty-publicity", "2016", "失信严重程度", "severity_sent"),
        ("licence-publicity", "2018", "XK_YXQZI", "valid_until"),
        ("licence-publicity", "2016", "行政相对人代码_2（组织机构代码）", "organisation_code"),
        ("licence-publicity", "2016", "项目名称", "project"),
        ("enterprise-register", "plain", "uscc", "code"),
        ("enterprise-register", "chinese", "成立日期", "registered_on"),
        ("abnormal-operations", "chinese", "移出日期", "removed_on"),
    ],
)
def test_a_heading_of_the_real_template_names_its_field(
    law: Law, source: str, edition: str, heading: str, field: str
) -> None:
    found = next(each for each in law.sources[source].editions if each.key == edition)
    assert found.field_of[heading] == field


def test_fines_are_sent_in_ten_thousands(law: Law) -> None:
    assert law.sources["penalty-publicity"].units == {"fine": "ten-thousand-yuan", "confiscated": "ten-thousand-yuan"}


def test_a_fine_that_changes_leaves_the_row_the_same_claim(law: Law) -> None:
    key = law.record_types["administrative-penalty"].row_key
    assert "fine" not in key and {"code", "name", "document", "authority"} <= set(key)


def test_a_row_that_says_natural_person_is_named_only_to_be_refused() -> None:
    """The value is known so that the refusal can say why; such a type stays about organisations alone."""
    for record_type in load().on(date(2026, 11, 22)).record_types.values():
        if record_type.roles.person:
            assert record_type.about == ("organisation",)
            assert record_type.fields[record_type.roles.person].type == "person"


def test_every_adverse_list_is_left_on_stated_terms(book: Lawbook) -> None:
    for _, entry in book.entries():
        if isinstance(entry, RecordType) and entry.tone == "adverse":
            for name in ("effect", "shown"):
                assert getattr(entry.terms, name).ends.zh


def test_the_tables_of_words_follow_the_shelf(law: Law) -> None:
    table = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    for word in law.words.values():
        citation = law.cite(word.basis[0])
        avoided = f"| {', '.join(word.not_these.en)} | {word.title.zh} | {'、'.join(word.not_these.zh)} |"
        assert f"| {word.title.en} {avoided} {citation.zh} |" in rows
    assert len(rows) == len(law.words)


def test_the_guide_for_authors_names_every_shelf() -> None:
    guide = (ROOT / "docs" / "lawbook.md").read_text(encoding="utf-8")
    for shelf in (
        "instruments",
        "issuers",
        "record_types",
        "sources",
        "lists",
        "measures",
        "matters",
        "purposes",
        "oversights",
        "detectors",
        "four_eyes",
        "methods",
    ):
        assert f"## {shelf}" in guide
