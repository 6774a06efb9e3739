"""What somebody types is read as a number or a name, and a person's number as neither."""

import pytest

from chengxin.kernel.identifiers import persons_masked
from chengxin.portal.rules import (
    NumberMiscopied,
    PersonAsked,
    Query,
    QueryEmpty,
    QueryTooLong,
    QueryTooShort,
    number_query,
    query_read,
)

CITIZEN = "110101199003070011"  # by its check digit a citizen number; nobody's
CODE = "91390102MAY000017J"


@pytest.mark.parametrize(
    "text", [CODE, CODE.lower(), f" {CODE[:9]} {CODE[9:]} ", "９１３９０１０２ＭＡＹ００００１７Ｊ"]
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert query_read(text) == Query("uscc", CODE)


def test_an_old_number_is_read_as_what_it_is() -> None:
    assert query_read("390121100000181") == Query("registration-number", "390121100000181")
    assert query_read("企独浙总字第000123号").scheme == "old-number"


@pytest.mark.parametrize("text", ["云川市老槐树粮油有限公司", "老槐树", "3M中国有限公司", "ABC Trading", "7-ELEVEN"])
def test_a_name_is_read_as_a_name(text: str) -> None:
    assert query_read(text).name and not query_read(text).value


@pytest.mark.parametrize(
    "text",
    [
        CITIZEN,
        f"{CITIZEN[:6]} {CITIZEN[6:14]} {CITIZEN[14:]}",
        f"{CITIZEN[:6]}-{CITIZEN[6:14]}-{CITIZEN[14:]}",
        f"某人{CITIZEN}",
        f"{CITIZEN}云川市老槐树粮油有限公司",
        "".join(chr(ord(c) + 0xFEE0) for c in CITIZEN),
    ],
)
def test_a_citizen_number_is_refused_wherever_it_stands_and_not_repeated(text: str) -> None:
    for read in (query_read, number_query):
        with pytest.raises(PersonAsked) as refused:
            read(text)
        said = refused.value.message + refused.value.message_zh + repr(refused.value) + repr(refused.value.data)
        assert CITIZEN[6:14] not in said
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("text", ["91390102MAY000017K", "12345678901", "110101199003070012", "390121100000182"])
def test_a_number_that_cannot_be_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NumberMiscopied) as refused:
        query_read(text)
    assert text not in refused.value.message + refused.value.message_zh


@pytest.mark.parametrize("text", ["", "   ", "\u3000", "\x00", "？！"])
def test_nothing_is_not_searched_for(text: str) -> None:
    with pytest.raises((QueryEmpty, QueryTooShort)):
        query_read(text)


@pytest.mark.parametrize("text", ["双", "云川", "（云）川"])
def test_a_name_of_two_characters_is_too_short(text: str) -> None:
    with pytest.raises((QueryTooShort, QueryEmpty)):
        query_read(text[:2])


def test_a_text_longer_than_any_name_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        query_read("云" * 201)


def test_a_citizen_number_in_words_is_hidden_and_other_numbers_are_not() -> None:
    text = f"对{CODE}的负责人（{CITIZEN}）及2026100812345678901234作出决定"
    assert persons_masked(text) == f"对{CODE}的负责人（{'*' * 18}）及2026100812345678901234作出决定"
