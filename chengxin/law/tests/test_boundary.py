"""Each line of the boundary that a lawbook entry could cross: the entry is refused, with file, place and reason."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from chengxin.law import load, refusals
from chengxin.law.boundary import BARRED_ALWAYS, BARRED_MEASURES, BARRED_OF_PERSONS, BARRED_PERSON_KINDS
from chengxin.law.lawbook import default_folder
from chengxin.law.tests.small import COMMON, FILES, MISSING, lawbook_written, term, words

RECORD = "cn/record_types/penalty.yaml"
SOURCE = "cn/sources/penalties.yaml"
LIST = "cn/lists/penalised.yaml"
MEASURE = "cn/measures/barred.yaml"
MATTER = "cn/matters/tender.yaml"
PURPOSE = "cn/purposes/duty.yaml"
REPORT = "cn/reports/own.yaml"
DETECTOR = "cn/detectors/burst.yaml"
KIND = "cn/trade_kinds/orders.yaml"
EVALUATION = "cn/evaluations/firms.yaml"
POINTS = "cn/benefit_points/volunteering.yaml"
HEADING = "editions.0.columns.kind"

Spoil = tuple[str, str, Any]
ADULTS: list[Spoil] = [
    (RECORD, "about", ["natural-person"]),
    (RECORD, "publication", "internal"),
    (RECORD, "adults_only", True),
    (LIST, "record_type", "none"),
]
FIELD = {"type": "text"}

# A type about natural persons that loads: a formal decision of the licensing authority.
OF_PERSONS: list[Spoil] = [
    *ADULTS,
    (RECORD, "person_class", "decision"),
    (RECORD, "fields.name.type", "person-name"),
    (RECORD, "fields.code", {"title": words("Number"), "type": "citizen-number", "required": True}),
    (RECORD, "row_key", ["code", "document"]),
]

LINES: list[tuple[str, type[refusals.Boundary], list[Spoil], str, str]] = [
    # of a buyer a platform files its own pseudonym and nothing else
    *(
        (
            f"what platforms file says {name}",
            refusals.BuyerNamed,
            [(KIND, f"columns.{name}", {"title": words(en, zh), "type": kind})],
            KIND,
            f"columns.{name}",
        )
        for name, en, zh, kind in (
            ("real_name", "Name", "真名", "id"),
            ("contact", "How one is reached", "联络", "id"),
            ("number", "Number", "手机号", "id"),
            ("place", "Delivery address", "收货", "id"),
            ("buyer", "Buyer", "买家", "id"),
            ("who", "The consumer’s number", "编号", "digest"),
        )
    ),
    (
        "what platforms file grades buyers",
        refusals.PersonScored,
        [(KIND, "columns.grade", {"title": words("personal credit score", "等次"), "type": "count", "unit": "points"})],
        KIND,
        "columns.grade",
    ),
    (
        "what platforms file says where somebody is",
        refusals.DataBarred,
        [(KIND, "columns.gps", {"title": words("Where", "位置信息"), "type": "id"})],
        KIND,
        "columns.gps",
    ),
    # 1 no score, grade, rank or rating of a natural person, computed or imported
    ("a title of a person's score", refusals.PersonScored, [(RECORD, "title.zh", "个人信用评分")], RECORD, "title.zh"),
    (
        "a measure by citizen score",
        refusals.PersonScored,
        [(MEASURE, "title.en", "Citizen score")],
        MEASURE,
        "title.en",
    ),
    ("an imported score", refusals.PersonScored, [(SOURCE, HEADING, ["个人诚信积分"])], SOURCE, HEADING),
    (
        "a grade among a person's fields",
        refusals.PersonScored,
        [*ADULTS, (RECORD, "fields.grade", {"title": words("Grade", "等级"), **FIELD})],
        RECORD,
        "fields.grade",
    ),
    (
        "a rank imported about persons",
        refusals.PersonScored,
        [*OF_PERSONS, (SOURCE, HEADING, ["排名"])],
        SOURCE,
        HEADING,
    ),
    (
        "a person's supervision class",
        refusals.PersonScored,
        [*ADULTS, (RECORD, "fields.sort", {"title": words("Supervision class", "监管分类"), **FIELD})],
        RECORD,
        "fields.sort",
    ),
    (
        "inspections by a class that is not the regulator's",
        refusals.ClassNotTheRegulators,
        [(RECORD, "senders", ["department", "credit-centre"]), (MEASURE, "drawn", "share")],
        MEASURE,
        "lists.0",
    ),
    (
        "a restriction by the regulator's class",
        refusals.ClassOnlyDraws,
        [(RECORD, "senders", ["department"]), (RECORD, "tone", "neutral")],
        MEASURE,
        "lists.0",
    ),
    (
        "a restriction that calls itself a share of inspections",
        refusals.ClassOnlyDraws,
        [(RECORD, "senders", ["department"]), (MEASURE, "drawn", "share"), (MEASURE, "kind", "restriction")],
        MEASURE,
        "kind",
    ),
    # 2 no record without an authority, a document and a term; no measure without a statute; a lead is no record
    (
        "no deciding authority",
        refusals.RecordWithoutAuthority,
        [(RECORD, "roles.authority", MISSING)],
        RECORD,
        "authority",
    ),
    (
        "no day of decision",
        refusals.RecordWithoutAuthority,
        [(RECORD, "roles.decided_on", MISSING)],
        RECORD,
        "decided_on",
    ),
    ("no document", refusals.RecordWithoutDocument, [(RECORD, "roles.document", MISSING)], RECORD, "roles.document"),
    ("no terms", refusals.RecordWithoutTerm, [(RECORD, "terms", MISSING)], RECORD, "terms.effect"),
    ("no kept term", refusals.RecordWithoutTerm, [(RECORD, "terms.kept", MISSING)], RECORD, "terms.kept"),
    (
        "a term that never says when",
        refusals.RecordWithoutTerm,
        [(RECORD, "terms.shown.months", MISSING)],
        RECORD,
        "terms.shown",
    ),
    ("a platform's finding", refusals.LeadAsRecord, [(RECORD, "senders", ["platform"])], RECORD, "senders"),
    ("a detector's output", refusals.LeadAsRecord, [(RECORD, "senders", ["detector"])], RECORD, "senders"),
    (
        "a measure by policy paper",
        refusals.MeasureWithoutStatute,
        [(MEASURE, "basis", [{"instrument": "paper", "article": "一"}]), (MEASURE, "verified", False)],
        MEASURE,
        "basis",
    ),
    # 3 measures on persons in four kinds only; office only of whom the document names
    (
        "a firm's breach copied to its people",
        refusals.PersonUnnamed,
        [(MEASURE, "subject_kinds", ["natural-person"]), (MEASURE, "kind", "management-office")],
        MEASURE,
        "named_in",
    ),
    *(
        (
            f"the kind {kind}",
            refusals.PersonMeasureBarred,
            [(MEASURE, "subject_kinds", ["natural-person"]), (MEASURE, "kind", kind)],
            MEASURE,
            "kind",
        )
        for kind in [*BARRED_PERSON_KINDS, "restriction", "prohibition", "supervision"]
    ),
    *(
        (f"the kind {kind} on a firm", refusals.MeasureBarred, [(MEASURE, "kind", kind)], MEASURE, "kind")
        for kind in BARRED_PERSON_KINDS
    ),
    *(
        (f"a measure that says {zh}", refusals.MeasureBarred, [(MEASURE, "effect.zh", zh)], MEASURE, "effect.zh")
        for zh in (
            "限制乘坐飞机",
            "限制出境",
            "限制高消费",
            "限制子女入学",
            "禁言",
            "不得参军",
            "限制家属",
            "停用手机号",
            "公开曝光",
        )
    ),
    *(
        (f"a measure that says {en}", refusals.MeasureBarred, [(MEASURE, "effect.en", en)], MEASURE, "effect.en")
        for en in (
            "No flights",
            "No exit ban",
            "No schooling",
            "No speech",
            "No voting",
            "Their family",
            "Name and shame",
        )
    ),
    ("a matter of schooling", refusals.MeasureBarred, [(MATTER, "title.zh", "入学")], MATTER, "title.zh"),
    # 4 no enumeration, nobody under 18, no barred data
    ("a list of persons", refusals.PersonsEnumerated, ADULTS[:3], LIST, "record_type"),
    (
        "persons published",
        refusals.PersonsEnumerated,
        [*ADULTS, (RECORD, "publication", "public")],
        RECORD,
        "publication",
    ),
    ("no age asked", refusals.MinorRecorded, [*ADULTS, (RECORD, "adults_only", False)], RECORD, "adults_only"),
    (
        "a field of guardians",
        refusals.MinorRecorded,
        [*ADULTS, (RECORD, "fields.guardian", {"title": words("Guardian", "监护人"), **FIELD})],
        RECORD,
        "fields.guardian",
    ),
    *(
        (
            f"a field that holds {topic.en}",
            refusals.DataBarred,
            [(RECORD, "fields.extra", {"title": words("Extra", topic.zh.split("与")[0].split("和")[0]), **FIELD})],
            RECORD,
            "fields.extra",
        )
        for topic in BARRED_ALWAYS
        if topic.words.search(topic.zh.split("与")[0].split("和")[0])
    ),
    *(
        (f"a column of {zh}", refusals.DataBarred, [(SOURCE, HEADING, [zh])], SOURCE, HEADING)
        for zh in (
            "宗教信仰",
            "基因",
            "指纹",
            "血型",
            "疾病史",
            "病史",
            "聊天记录",
            "通话记录",
            "行踪轨迹",
            "定位",
            "人脸照片",
            "虹膜",
        )
    ),
    *(
        (
            f"a person's {topic.en}",
            refusals.DataBarred,
            [*ADULTS, (RECORD, "fields.extra", {"title": words(topic.en, "其他"), **FIELD})],
            RECORD,
            "fields.extra",
        )
        for topic in BARRED_OF_PERSONS
    ),
    (
        "personal data in the key",
        refusals.PersonalDataRelied,
        [(RECORD, "row_key", ["representative"])],
        RECORD,
        "row_key",
    ),
    (
        "personal data required",
        refusals.PersonalDataRelied,
        [(RECORD, "fields.representative.required", True)],
        RECORD,
        "required",
    ),
    (
        "severity by personal data",
        refusals.PersonalDataRelied,
        [(RECORD, "severity.by.0.field", "representative")],
        RECORD,
        "severity.by.0",
    ),
    # 5 seen, told before, answered, ended
    ("a list without exit", refusals.ListWithoutExit, [(LIST, "exit", MISSING)], LIST, "exit"),
    ("a list entered untold", refusals.ListWithoutNotice, [(LIST, "entry", words("At once"))], LIST, "entry"),
    ("a procedure that tells nobody", refusals.ListWithoutNotice, [(LIST, "entry", "repair")], LIST, "entry"),
    (
        "entries that rest on nothing",
        refusals.ListWithoutGround,
        [(LIST, "decided_here", {"source": "penalties", "reasons": "kind"})],
        LIST,
        "decided_here",
    ),
    (
        "a report that marks what is repaired",
        refusals.RepairedReported,
        [(REPORT, "repaired", "marked")],
        REPORT,
        "repaired",
    ),
    (
        "a report that shows persons to the public",
        refusals.PersonsEnumerated,
        [(REPORT, "about", ["natural-person"]), (REPORT, "contents", "public")],
        REPORT,
        "askers",
    ),
    (
        "a report about persons for anybody",
        refusals.PersonsEnumerated,
        [(REPORT, "about", ["natural-person"]), (REPORT, "askers", ["subject", "public"])],
        REPORT,
        "askers",
    ),
    # what is noticed in the use of the register is about the reader, and no score
    ("a detector of subjects", refusals.SubjectDetected, [(DETECTOR, "lists", ["penalised"])], DETECTOR, "lists"),
    (
        "a detector of persons",
        refusals.SubjectDetected,
        [(DETECTOR, "subject_kinds", ["natural-person"])],
        DETECTOR,
        "subject_kinds",
    ),
    ("readers with a score", refusals.ReaderScored, [(DETECTOR, "title.zh", "查询单位评分")], DETECTOR, "title.zh"),
    # evaluations ask after firms, never after who works there
    (
        "an evaluation of couriers",
        refusals.PersonScored,
        [(EVALUATION, "sides.consumers.questions.time.title", words("Is the courier polite", "快递员态度好"))],
        EVALUATION,
        "sides.consumers.questions.time.title",
    ),
    (
        "an evaluation that ranks persons",
        refusals.PersonScored,
        [(EVALUATION, "title.zh", "个人评级")],
        EVALUATION,
        "title.zh",
    ),
    # purposes
    ("vetting deputies", refusals.PurposeBarred, [(PURPOSE, "title.zh", "审查人大代表")], PURPOSE, "title.zh"),
    ("vetting delegates", refusals.PurposeBarred, [(PURPOSE, "title.en", "Vetting delegates")], PURPOSE, "title.en"),
    ("party posts", refusals.PurposeBarred, [(MATTER, "title.zh", "党内任职")], MATTER, "title.zh"),
    (
        "scoring as a purpose",
        refusals.PersonScored,
        [(PURPOSE, "title.en", "Personal credit scoring")],
        PURPOSE,
        "title",
    ),
    ("hiring without consent", refusals.ConsentMissing, [(PURPOSE, "title.en", "Hiring")], PURPOSE, "title.en"),
    # 1 benefit points: positive only, no rank, nothing to lose, never an input to a check
    ("points that are taken off", refusals.PointsNotPositive, [(POINTS, "each", -5)], POINTS, "each"),
    ("points that count for nothing", refusals.PointsNotPositive, [(POINTS, "each", 0)], POINTS, "each"),
    ("a year that takes points off", refusals.PointsNotPositive, [(POINTS, "most", -1)], POINTS, "most"),
    ("a fact that subtracts", refusals.PointsNotPositive, [(POINTS, "title.zh", "闯红灯扣分")], POINTS, "title.zh"),
    (
        "points for a breach",
        refusals.PointsNotPositive,
        [(POINTS, "title.en", "Breach of a promise")],
        POINTS,
        "title.en",
    ),
    ("a rank by points", refusals.PointsNotPositive, [(POINTS, "rank", "gold")], POINTS, "rank"),
    ("levels that can be lost", refusals.PointsNotPositive, [(POINTS, "levels", {"gold": 100})], POINTS, "levels"),
    ("a level among the words", refusals.PointsNotPositive, [(POINTS, "unit.zh", "等级")], POINTS, "unit.zh"),
    ("points that run out", refusals.PointsNotPositive, [(POINTS, "expires", "shown-months")], POINTS, "expires"),
    ("points that a matter asks for", refusals.PointsUsed, [(POINTS, "matters", ["tender"])], POINTS, "matters"),
    ("points that a list rests on", refusals.PointsUsed, [(POINTS, "lists", ["penalised"])], POINTS, "lists"),
    ("points that somebody may ask for", refusals.PointsUsed, [(POINTS, "askers", ["department"])], POINTS, "askers"),
    (
        "an adverse record in the wallet",
        refusals.PointsNotPositive,
        [(POINTS, "records", ["penalty"])],
        POINTS,
        "records",
    ),
    ("a check of benefit points", refusals.PointsUsed, [(MATTER, "title.zh", "惠民积分核查")], MATTER, "title.zh"),
    (
        "a purpose of benefit points",
        refusals.PointsUsed,
        [(PURPOSE, "title.en", "Benefit points")],
        PURPOSE,
        "title.en",
    ),
    ("benefit points filed", refusals.PointsUsed, [(SOURCE, HEADING, ["惠民积分"])], SOURCE, HEADING),
    ("a list by benefit points", refusals.PointsUsed, [(LIST, "exit.zh", "惠民积分满100分")], LIST, "exit.zh"),
    (
        "a measure by benefit points",
        refusals.PointsUsed,
        [(MEASURE, "ends.en", "With 100 benefit points")],
        MEASURE,
        "ends.en",
    ),
    (
        "a report that tells of benefit points",
        refusals.PointsUsed,
        [(REPORT, "says.zh", "载明惠民积分")],
        REPORT,
        "says.zh",
    ),
    (
        "a unit's breach in a record about a person",
        refusals.BreachCopied,
        [*OF_PERSONS, (RECORD, "fields.unit", {"title": words("Unit"), "type": "name"})],
        RECORD,
        "fields.unit",
    ),
    (
        "a unit's code in a record about a person",
        refusals.BreachCopied,
        [*OF_PERSONS, (RECORD, "fields.unit", {"title": words("Unit"), "type": "code"})],
        RECORD,
        "fields.unit",
    ),
    # 6 of a natural person: a licence, a qualification, an honour, a formal decision of the licensing authority, and nothing else
    *(
        (
            f"a person's {'record of no class' if found is MISSING else found}",
            refusals.PersonClassBarred,
            [*OF_PERSONS, (RECORD, "person_class", found)],
            RECORD,
            "person_class",
        )
        for found in (MISSING, "penalty", "complaint", "arrears", "duty-performance", "exam-cheating")
    ),
    *(
        (
            f"an adverse {found} of a person",
            refusals.PersonClassBarred,
            [*OF_PERSONS, (RECORD, "person_class", found)],
            RECORD,
            "person_class",
        )
        for found in ("licence", "qualification", "honour")
    ),
    *(
        (
            f"a decision on a person sent by a {sender}",
            refusals.LeadAsRecord,
            [*OF_PERSONS, (RECORD, "senders", [sender])],
            RECORD,
            "senders",
        )
        for sender in ("court", "credit-centre", "platform", "public")
    ),
    (
        "persons and organisations in one type",
        refusals.PersonsApart,
        [*OF_PERSONS, (RECORD, "about", ["organisation", "natural-person"])],
        RECORD,
        "about",
    ),
    (
        "a person's number in a record about organisations",
        refusals.PersonsApart,
        [(RECORD, "fields.number", {"title": words("Number"), "type": "citizen-number"})],
        RECORD,
        "fields.number.type",
    ),
    (
        "a second person in a record about one",
        refusals.PersonsApart,
        [*OF_PERSONS, (RECORD, "fields.spouse_name", {"title": words("Other"), "type": "person-name"})],
        RECORD,
        "fields.spouse_name",
    ),
    (
        "a claim told apart by a person's name",
        refusals.PersonalDataRelied,
        [*OF_PERSONS, (RECORD, "row_key", ["code", "name", "document"])],
        RECORD,
        "row_key.1",
    ),
    (
        "a class of persons given to organisations",
        refusals.PersonClassBarred,
        [(RECORD, "person_class", "decision")],
        RECORD,
        "person_class",
    ),
    (
        "a list of persons",
        refusals.PersonsEnumerated,
        [*OF_PERSONS, (LIST, "record_type", "penalty")],
        LIST,
        "record_type",
    ),
    *(
        (
            f"a measure on persons unnamed, in the kind {kind}",
            refusals.PersonUnnamed,
            [(MEASURE, "subject_kinds", ["natural-person"]), (MEASURE, "kind", kind)],
            MEASURE,
            "named_in",
        )
        for kind in ("procurement-and-public-funds", "licence-or-qualification", "honours")
    ),
]


def test_the_small_lawbook_itself_loads(tmp_path: Path) -> None:
    assert load(lawbook_written(tmp_path)).jurisdictions == ["cn"]


@pytest.mark.parametrize(
    ("refusal", "spoilt", "file", "place"), [line[1:] for line in LINES], ids=[x[0] for x in LINES]
)
def test_an_entry_beyond_the_boundary_is_refused(
    tmp_path: Path, refusal: type[refusals.Boundary], spoilt: list[Spoil], file: str, place: str
) -> None:
    with pytest.raises(refusal) as caught:
        load(lawbook_written(tmp_path, *spoilt))
    assert caught.value.data["file"] == file
    assert caught.value.data["place"].startswith(place) or caught.value.data["place"].endswith(place)
    assert file in caught.value.message and file in caught.value.message_zh
    assert "[" not in caught.value.message, "a datum of the message is missing"


@pytest.mark.parametrize("procedure", ["objection", "repair"])
def test_an_adverse_record_without_a_way_to_answer_it_is_refused(tmp_path: Path, procedure: str) -> None:
    folder = lawbook_written(tmp_path)
    (folder / f"cn/procedures/{procedure}.yaml").unlink()
    with pytest.raises(refusals.RightsMissing):
        load(folder)


def test_a_person_s_points_are_a_score_under_any_name(tmp_path: Path) -> None:
    with pytest.raises(refusals.PersonScored):
        load(lawbook_written(tmp_path, (POINTS, "title.zh", "个人诚信积分")))


def test_a_persons_measure_in_an_allowed_kind_loads(tmp_path: Path) -> None:
    spoilt = [
        (MEASURE, "subject_kinds", ["natural-person"]),
        (MEASURE, "kind", "management-office"),
        (MEASURE, "named_in", "deciding-document"),
    ]
    assert load(lawbook_written(tmp_path, *spoilt)).digest


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (("office-after-licence-revoked: {", "tender-serious: {"), "fields.bar.choices.tender-serious"),
        (("person_class: decision", "person_class: honour"), "person_class"),
        (("carries_out: bar\n", ""), "fields.unit_code"),
    ],
)
def test_a_bar_on_office_is_recorded_only_as_what_a_statute_sets_on_whom_the_document_names(
    tmp_path: Path, changed: tuple[str, str], place: str
) -> None:
    folder = tmp_path / "lawbook"
    shutil.copytree(default_folder(), folder)
    entry = folder / "cn/record_types/office-bar.yaml"
    entry.write_text(entry.read_text(encoding="utf-8").replace(*changed, 1), encoding="utf-8")
    with pytest.raises(refusals.Boundary) as caught:
        load(folder)
    assert caught.value.data["file"] == "cn/record_types/office-bar.yaml" and caught.value.data["place"] == place
    assert caught.value.code in ("boundary-breach-copied", "boundary-person-class")


def test_a_record_of_a_firm_carries_out_nothing_on_anybody(tmp_path: Path) -> None:
    bar = {"title": words("Bar"), "type": "choice", "choices": {"measure": words("One")}}
    with pytest.raises(refusals.BreachCopied, match="only a decision about a natural person"):
        load(lawbook_written(tmp_path, (RECORD, "fields.bar", bar), (RECORD, "carries_out", "bar")))


def test_a_decision_of_the_licensing_authority_on_a_person_loads(tmp_path: Path) -> None:
    """The sources, lists, measures and reports of the small lawbook are about organisations, so they are left out."""
    folder = lawbook_written(tmp_path, *OF_PERSONS)
    for left_out in (SOURCE, LIST, MEASURE, REPORT):
        (folder / left_out).unlink()
    assert load(folder).digest


def test_hiring_on_the_persons_own_consent_loads(tmp_path: Path) -> None:
    assert load(lawbook_written(tmp_path, (PURPOSE, "title.en", "Hiring"), (PURPOSE, "consent", True))).digest


def test_a_court_decision_is_recorded_as_the_fact_that_it_is(tmp_path: Path) -> None:
    court = {**FILES[RECORD], "title": words("Court decision", "法院决定"), "senders": ["court"]}
    assert load(lawbook_written(tmp_path, more={"cn/record_types/court.yaml": court})).digest


def test_a_term_left_open_by_a_named_article_is_a_term(tmp_path: Path) -> None:
    open_ended = {**term(), "open_ended": True}
    del open_ended["months"]
    assert load(lawbook_written(tmp_path, (RECORD, "terms.shown", open_ended))).digest


def test_the_words_of_an_enterprises_own_trade_are_not_mistaken_for_barred_ones(tmp_path: Path) -> None:
    more = {"title": words("Confiscated income", "没收违法所得"), **FIELD}
    assert load(lawbook_written(tmp_path, (RECORD, "fields.confiscated", more))).digest


def test_every_barred_topic_has_words_in_both_languages() -> None:
    for topic in [*BARRED_ALWAYS, *BARRED_OF_PERSONS, *BARRED_MEASURES]:
        assert topic.en and topic.zh and topic.words.pattern.count("(?:") >= 2
    assert COMMON["verified"]


def test_good_standing_as_a_condition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(refusals.ValueWrong) as caught:
        load(lawbook_written(tmp_path, (RECORD, "tone", "favourable")))
    assert (caught.value.data["file"], caught.value.data["place"]) == (MEASURE, "lists.0")
