"""The look at the logs finds whoever stands in them; `tests/conftest.py` takes it at the end of every run."""

import logging
from pathlib import Path

import pytest

from chengxin.site.logs import JsonLines
from tests.logs import leaks, persons_in
from tests.people import name, number


@pytest.mark.parametrize("n", [1, 399, 7_999, 99_999])
def test_a_person_in_a_log_is_found_whichever_way(n: int, tmp_path: Path) -> None:
    Path(tmp_path, "log").mkdir()
    Path(tmp_path, "log", "server.log").write_text(f"started\nvalue {number(n)} here\n", encoding="utf-8")
    Path(tmp_path, "site.log").write_text(f'{{"message": "no person {name(n)}"}}\n', encoding="utf-8")
    assert list(leaks(tmp_path)) == ["server.log:2", "site.log:1"]


def test_what_only_looks_like_one_is_none() -> None:
    body = number(1)[:-1]
    assert not persons_in(f"{body}{'0' if number(1)[-1] != '0' else '1'} 91390102MA0000001X 赵先生 砚溪")


def test_an_exception_s_words_stay_out_of_a_log_line() -> None:
    try:
        raise ValueError(number(1))
    except ValueError as error:
        found = (type(error), error, error.__traceback__)
    record = logging.LogRecord("chengxin", logging.ERROR, __file__, 1, "failed", None, found)
    assert not persons_in(JsonLines().format(record))
