"""What was typed, as the pages read it."""

from datetime import date

import pytest
from django.test import RequestFactory

from chengxin.portal.pages.typed import day_typed, number_typed, page_asked


@pytest.mark.parametrize("asked", ["", "0", "-1", "x", "²", "10001", "1" + "0" * 20])
def test_a_page_that_no_list_has_is_the_first(asked: str) -> None:
    assert page_asked(RequestFactory().get("/", {"page": asked})) == 1


def test_a_page_a_number_and_a_day_are_read_as_they_were_typed() -> None:
    assert page_asked(RequestFactory().get("/", {"plans": " 12 "}), "plans") == 12
    assert (number_typed(" １２ "), number_typed("²"), number_typed("1" * 19)) == (12, None, None)
    assert (day_typed(" 2026-11-28 "), day_typed("2026-11-31"), day_typed("")) == (date(2026, 11, 28), None, None)
