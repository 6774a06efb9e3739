"""What an entry of the ledger was, and by which right; what may be asked about it."""

from datetime import date, timedelta

import pytest

from chengxin.law import Law, load
from chengxin.ledger.rules import READING
from chengxin.mydata import rules
from chengxin.mydata.rules import ReaderNotHeard, askable, finding_admissible, is_reading, right_of

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def law() -> Law:
    return load().on(DAY)


def test_the_right_is_the_lawbook_s_purpose_and_matter_with_their_articles(law: Law) -> None:
    duty = right_of(law, "statutory-duty", {})
    assert duty.purpose is not None and duty.purpose.zh == law.purposes["statutory-duty"].title.zh
    assert [cited.article for cited in duty.cited] == [basis.article for basis in law.purposes["statutory-duty"].basis]
    tender = right_of(law, "供应商资格审查", {"matter": "tender"})
    assert tender.purpose is not None and tender.purpose.zh == law.matters["tender"].title.zh and tender.cited


def test_what_the_lawbook_does_not_know_is_shown_as_it_was_written(law: Law) -> None:
    written = right_of(law, "供应商资格审查", {"basis": "政府采购法 22"})
    assert (written.purpose and written.purpose.zh, written.cited, written.written) == (
        "供应商资格审查",
        (),
        "政府采购法 22",
    )
    assert right_of(law, "", {}) == rules.Right(None, ())


@pytest.mark.parametrize(
    ("event", "reading"),
    [
        ("lists.subject.read", True), ("checks.check.answered", True), ("reports.report.issued", True), ("reports.report.verified", True),
        ("disclosure.person.read", True), ("disclosure.person.tried", True), ("subjects.person.opened", True), ("mydata.file.looked", True),
        ("records.record.disputed", False), ("cases.step.taken", False), ("disclosure.consent.given", False), ("mydata.question.asked", False),
    ],
)  # fmt: skip
def test_a_reading_is_told_from_a_change(event: str, reading: bool) -> None:
    assert is_reading(event) is reading


def test_whatever_the_term_of_the_query_log_erases_is_a_reading_here() -> None:
    assert READING in rules._READINGS.pattern


def test_one_asks_about_what_others_read() -> None:
    assert askable("lists.subject.read", "finance", "statutory-duty")
    assert not askable("lists.subject.read", "public", "public-information")
    assert not askable("records.record.repaired", "finance", "")


def test_the_reader_is_heard_before_anybody_finds_unless_its_day_is_over() -> None:
    finding_admissible(1, answered=True, due_on=DAY, on=DAY)
    finding_admissible(1, answered=False, due_on=DAY, on=DAY + timedelta(days=1))
    with pytest.raises(ReaderNotHeard):
        finding_admissible(1, answered=False, due_on=DAY, on=DAY)


def test_every_kind_that_is_held_says_whether_it_is_erased_and_by_which_article() -> None:
    assert {kept.key for kept in rules.ERASURE if kept.erased} == {"questions", "benefits", "account"}
    assert all(kept.article and kept.why.zh and kept.why.en for kept in rules.ERASURE)
