"""Days and letters as Chinese authorities write them, and the days in what is refused."""

from datetime import date, datetime

import pytest

from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal
from chengxin.kernel.written import day_written, letter_written, sentence

DAY = date(2026, 3, 7)


def test_a_day_bears_no_noughts_before_its_numbers() -> None:
    assert day_written(DAY) == "2026年3月7日"


def test_a_letter_has_title_number_whom_clauses_and_who_signs_when() -> None:
    lines = letter_written(
        "告知书",
        mark="云川〔2026〕1号",
        to="某公司",
        opening="现告知如下：",
        clauses=["事实。", "依据。"],
        sign="某局",
        on=DAY,
    )
    assert lines == [
        "告知书", "云川〔2026〕1号", "", "某公司：", "　　现告知如下：", "　　一、事实。", "　　二、依据。", "", "　　某局", "　　2026年3月7日",
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["处罚已撤销", "处罚已撤销。", " 处罚已撤销；", "处罚已撤销."])
def test_a_sentence_ends_once(written: str) -> None:
    assert sentence(written) == "处罚已撤销。"


def test_a_refusal_writes_days_as_each_language_does() -> None:
    class TooEarly(Refusal):
        """Not before {day}."""

        zh = "{day}之前不行，{at}。"

    at = datetime(2026, 3, 7, 9, tzinfo=CHINA_TIME)
    refusal = TooEarly(day=DAY, at=at)
    assert (refusal.message, refusal.message_zh) == ("Not before 2026-03-07.", f"2026年3月7日之前不行，{at}。")
