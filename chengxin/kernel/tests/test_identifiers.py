"""Numbers: a table of what each written number is, and properties of the check characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import (
    USCC_LETTERS,
    citizen_number_valid,
    division_of,
    identifier_read,
    organisation_code_check,
    organisation_code_of,
    organisation_code_valid,
    registration_number_check,
    registration_number_valid,
    uscc_check,
    uscc_valid,
)

READ = [
    (None, "none", ""),
    ("", "none", ""),
    ("  \t　", "none", ""),
    ("\u200b\ufeff", "none", ""),
    ("-", "none", ""),
    ("913201000000000192", "uscc", "913201000000000192"),
    ("91330106MA0000015K", "uscc", "91330106MA0000015K"),
    ("91330106ma0000015k", "uscc", "91330106MA0000015K"),
    (" 91330106 MA000001 5K ", "uscc", "91330106MA0000015K"),
    ("91330106-MA000001-5-K", "uscc", "91330106MA0000015K"),
    ("９１３３０１０６ＭＡ０００００１５Ｋ", "uscc", "91330106MA0000015K"),
    ("91330106MA0000015K\u200b", "uscc", "91330106MA0000015K"),
    ("\ufeff91330106MA0000015K\r\n", "uscc", "91330106MA0000015K"),
    ("91330106MA0000015K\x00", "uscc", "91330106MA0000015K"),
    ("91330106－MA000001—5K", "uscc", "91330106MA0000015K"),
    ("92370102MA3TEXT0XP", "uscc", "92370102MA3TEXT0XP"),
    ("513201000000000271", "uscc", "513201000000000271"),
    ("123301000000000351", "uscc", "123301000000000351"),
    ("N2410100MF0000048H", "uscc", "N2410100MF0000048H"),  # a rural collective: the first place may be a letter
    ("Y1110000000000A04X", "uscc", "Y1110000000000A04X"),
    ("A1110000000000000D", "uscc", "A1110000000000000D"),
    ("320400400000122", "registration-number", "320400400000122"),
    ("110000000000017", "registration-number", "110000000000017"),
    ("330106 0000 00013", "registration-number", "330106000000013"),
    ("100000016", "organisation-code", "100000016"),
    ("10000001-6", "organisation-code", "100000016"),
    ("ma000001-5", "organisation-code", "MA0000015"),
    ("PDY00001-X", "organisation-code", "PDY00001X"),
    ("1000000A-X", "organisation-code", "1000000AX"),
    ("3204002100123", "old-number", "3204002100123"),
    ("320400NA000123X", "old-number", "320400NA000123X"),
    ("320400na000123x", "old-number", "320400NA000123X"),
    ("91330106000000A", "old-number", "91330106000000A"),
    ("320400NB0001234", "old-number", "320400NB0001234"),
    ("企合苏总字第000063号", "old-number", "企合苏总字第000063号"),
    ("企合苏总字第000063", "old-number", "企合苏总字第000063"),
    ("企独粤深总字第300123-2号", "old-number", "企独粤深总字第300123-2号"),
    (" 企合苏总字第 ００００６３ 号", "old-number", "企合苏总字第000063号"),
    ("苏企(合)字12号", "old-number", "苏企(合)字12号"),
]

REFUSED = [
    ("91330106MA0000015L", "code-check-character"),
    ("91330106MA0000025K", "code-check-character"),
    ("91330106AM0000015K", "code-check-character"),  # two letters exchanged
    ("913201000000000193", "code-check-character"),
    ("000000000000000001", "code-check-character"),
    ("9133010OMA0000015K", "code-characters"),
    ("91330106MAI000015K", "code-characters"),
    ("91330106MAS000015K", "code-characters"),
    ("91330106MAV000015K", "code-characters"),
    ("91330106MAZ000015K", "code-characters"),
    ("32010219000101001X", "natural-person"),
    ("32010219000101001x", "natural-person"),
    ("320102 19000101 0028", "natural-person"),
    ("810000190001010018", "natural-person"),
    ("320102190001010669", "natural-person"),  # passes the code's check character as well, by chance
    ("320400400000123", "old-number-check-digit"),
    ("111111111111111", "old-number-check-digit"),
    ("100000017", "organisation-code-check-character"),
    ("10000001-X", "organisation-code-check-character"),
    ("ABCDEFGHI", "organisation-code-check-character"),
    ("9.14510292008E+17", "code-digits-lost"),
    ("9.1e17", "code-digits-lost"),
    ("9E+17", "code-digits-lost"),
    ("1", "code-shape"),
    ("无", "code-shape"),
    ("N/A", "code-shape"),
    ("91330106MA0000015", "code-shape"),
    ("91330106MA0000015KK", "code-shape"),
    ("91330106MA00000甲5K", "code-shape"),
    ("913301060000", "code-shape"),
    ("91330106000000", "code-shape"),
    ("9133010600000000", "code-shape"),
    ("ABCDEFGHIJKLMNO", "code-shape"),
    ("320400210012A", "code-shape"),
    ("虚构市第一百货有限公司", "code-shape"),
    ("第一商店2号", "code-shape"),
    ("91330106MA0000015K,913201000000000192", "code-shape"),
    ("2018-01-05", "code-shape"),
    ("９１３３０１０６MA0000015①", "code-check-character"),
]


@pytest.mark.parametrize(("text", "scheme", "value"), READ)
def test_a_written_number_is_read_as_what_it_is(text: str | None, scheme: str, value: str) -> None:
    found = identifier_read(text)
    assert (found.scheme, found.value) == (scheme, value)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_a_number_that_is_none_is_refused_with_its_reason_and_without_being_repeated(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        identifier_read(text)
    refusal = caught.value
    assert refusal.code == code
    for message in (refusal.message, refusal.message_zh):
        assert message
        assert "[" not in message, "a datum is missing"
        assert len(text) < 9 or text not in message
    assert text not in map(str, refusal.data.values()) or len(text) < 9


def test_the_refusal_says_which_check_character_was_due_and_which_digit_was_perhaps_meant() -> None:
    with pytest.raises(Refusal, match="is L, but the first 17 call for K"):
        identifier_read("91330106MA0000015L")
    with pytest.raises(Refusal, match="Position 8 .* holds O.*perhaps the digit 0"):
        identifier_read("9133010OMA0000015K")


BODY = st.text(USCC_LETTERS, min_size=17, max_size=17)
DIGITS = "0123456789"


@given(BODY)
def test_a_code_with_its_own_check_character_passes_and_with_any_other_fails(body: str) -> None:
    due = uscc_check(body)
    assert [c for c in USCC_LETTERS if uscc_valid(body + c)] == [due]
    if not citizen_number_valid(body + due):
        assert identifier_read((body + due).lower()).value == body + due


@given(BODY, st.integers(0, 16), st.sampled_from(USCC_LETTERS))
def test_one_miscopied_character_is_always_noticed(body: str, place: int, other: str) -> None:
    changed = body[:place] + other + body[place + 1 :]
    assert (changed == body) == uscc_valid(changed + uscc_check(body))


@given(st.text(DIGITS, min_size=14, max_size=14))
def test_a_registration_number_has_exactly_one_check_digit(body: str) -> None:
    assert [c for c in DIGITS if registration_number_valid(body + c)] == [registration_number_check(body)]


@given(st.text(DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_an_organisation_code_has_exactly_one_check_character(body: str) -> None:
    assert [c for c in DIGITS + "X" if organisation_code_valid(body + c)] == [organisation_code_check(body)]


@given(st.text(max_size=40))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        found = identifier_read(text)
    except Refusal as refusal:
        assert refusal.message
        assert refusal.message_zh
        return
    assert identifier_read(found.value) == found


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("32010219000101001X", True),
        ("320102190001010028", True),
        ("320102190001010029", False),
        ("320102190002300028", False),
        ("990102190001010028", False),
        ("320102180001010028", False),
        ("91330106MA0000015K", False),
        ("", False),
        ("３２０１０２１９０００１０１００２８", False),
    ],
)
def test_a_citizen_number_has_a_place_a_day_of_birth_and_a_check_digit(value: str, valid: bool) -> None:
    assert citizen_number_valid(value) is valid


@pytest.mark.parametrize("value", ["", "1", "91330106MA0000015", "91330106ma0000015k", "９１３３０１０６MA0000015K"])
def test_the_bare_predicates_answer_for_any_text(value: str) -> None:
    assert not uscc_valid(value)
    assert not registration_number_valid(value)
    assert not organisation_code_valid(value)


def test_a_code_holds_its_division_and_its_organisation_code() -> None:
    assert division_of("91330106MA0000015K") == "330106"
    assert organisation_code_of("91330106MA0000015K") == "MA0000015"
    assert organisation_code_valid(organisation_code_of("91330106MA0000015K"))
