"""Tables as a spreadsheet opens them."""

import csv
import io
from datetime import date, datetime

from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.tables import csv_text, file_named


def test_a_table_comes_back_as_it_was_with_its_mark() -> None:
    text = csv_text(["案号", "日期", "数"], [["甲,1号", date(2026, 11, 2), 3], ['乙"2"', None, -4]])
    assert text.startswith("\ufeff案号")
    assert list(csv.reader(io.StringIO(text[1:]))) == [
        ["案号", "日期", "数"],
        ["甲,1号", "2026-11-02", "3"],
        ['乙"2"', "", "-4"],
    ]


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    text = csv_text(["a"], [["=1+1"], ["@x"], ["-2"], ["+3"]])
    assert [row[0] for row in csv.reader(io.StringIO(text[1:]))] == ["a", "'=1+1", "'@x", "'-2", "'+3"]


def test_the_name_of_a_file_says_the_instant_as_of_which_it_was_taken() -> None:
    at = datetime(2026, 11, 28, 9, 40, 7, tzinfo=CHINA_TIME)
    assert file_named("shops", at) == 'attachment; filename="shops-20261128T014007Z.csv"'
