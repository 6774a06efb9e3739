"""The numbers that organisations and persons bear: their shapes, check characters, and what a written number turns out to be."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum import numdb
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from chengxin.kernel.errors import Refusal

Scheme = Literal["uscc", "registration-number", "organisation-code", "old-number", "none"]

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, 4.1: no I, O, S, V, Z
_SOUNDALIKES = {"I": "1", "O": "0", "S": "5", "Z": "2"}
_ORGANISATION_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997, 3.2

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(17-i) mod 11

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_UNSEEN = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f]+")
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}")
_OLD_IN_WORDS = re.compile(r"[一-鿿()\[\]〔〕]{1,22}[字第]第?[0-9][0-9A-Z-]{0,14}号?")
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\-\u2010-\u2015\u2212\uff0d]+")
_CITIZEN_WITHIN = re.compile(r"(?=([0-9]{17}[0-9X]))")
_CITIZEN_WRITTEN = re.compile(r"[0-9](?:[ \-]?[0-9]){16}[ \-]?[0-9Xx]")
# The shape of a citizen number, wherever its place is: the day of birth inside tells it from a unit's code.
CITIZEN_SHAPE = r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
_CITIZEN = re.compile(r"[0-9]{6}(?:19|20)[0-9]{9}[0-9X]")
# Residents of Hong Kong, Macao and Taiwan hold numbers with these places since 2018; the place table lacks them.
_CITIZEN_PLACES_BESIDES = ("810000", "820000", "830000")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number as it is filed: its scheme and its normal form."""

    scheme: Scheme
    value: str


class CodeCharacters(Refusal):
    """Position {position} of the code holds {found}, a letter that a unified social credit code never has
    (I, O, S, V and Z are left out by GB 32100-2015). Compare it with the licence{hint} and send the row again.
    """

    code = "code-characters"
    basis = "GB 32100-2015"
    zh = "统一社会信用代码第{position}位是{found}，该代码不使用字母 I、O、S、V、Z。请对照执照更正{hint_zh}后重新报送。"


class CodeCheckCharacter(Refusal):
    """The unified social credit code does not add up: its last character is {found}, but the first 17 call for {due}
    (GB 32100-2015). At least one character was miscopied: compare it with the licence and send the row again.
    """

    code = "code-check-character"
    basis = "GB 32100-2015"
    zh = "统一社会信用代码校验不符：末位是{found}，按前17位应为{due}。至少有一位抄错，请对照执照更正后重新报送。"


class NaturalPerson(Refusal):
    """The number is the identity number of a natural person, and this file may be about organisations only.
    Remove it; where an organisation is meant, send its unified social credit code.
    """

    code = "natural-person"
    basis = "GB 11643-1999"
    zh = "该号码是自然人的公民身份号码，而本文件只接收组织的信息。请删除；如指组织，请填写其统一社会信用代码。"


class OldNumberCheckDigit(Refusal):
    """The 15-digit registration number does not add up: its last digit is {found}, but the first 14 call for {due}.
    Compare it with the old licence, or send the unified social credit code in its place.
    """

    code = "old-number-check-digit"
    basis = "GS 15-2006"
    zh = "15位注册号校验不符：末位是{found}，按前14位应为{due}。请对照原执照更正，或改填统一社会信用代码。"


class OrganisationCodeCheckCharacter(Refusal):
    """The organisation code does not add up: its last character is {found}, but the first eight call for {due}
    (GB 11714-1997). Compare it with the certificate, or send the unified social credit code in its place.
    """

    code = "organisation-code-check-character"
    basis = "GB 11714-1997"
    zh = "组织机构代码校验不符：末位是{found}，按前8位应为{due}。请对照代码证更正，或改填统一社会信用代码。"


class CodeDigitsLost(Refusal):
    """A spreadsheet has turned the code into a number and dropped its last digits; nobody can tell what they were.
    Format the column as text, enter the code again and send the row again.
    """

    code = "code-digits-lost"
    basis = "GB 32100-2015"
    zh = "代码被电子表格转成了数字，末尾几位已经丢失，无法还原。请把该列设为文本格式，重新填写代码后再报送。"


class CodeShape(Refusal):
    """A number of {length} characters like this one is neither a unified social credit code (18 characters), nor an old
    registration number (15 or 13), nor an organisation code (9). Look whether a column has shifted, and correct it.
    """

    code = "code-shape"
    basis = "GB 32100-2015"
    zh = (
        "该号码有{length}个字符，既不是统一社会信用代码（18位）、旧注册号（15位或13位），也不是组织机构代码（9位）。"
        "请检查是否串列并更正。"
    )


class CitizenNumberShape(Refusal):
    """A citizen identity number has 18 characters, 17 digits and a digit or X; this has {length}, or other characters. Compare it
    with the identity card and send the row again.
    """

    code = "citizen-number-shape"
    basis = "GB 11643-1999"
    zh = "公民身份号码应为18位（17位数字加一位数字或X），此处有{length}位或者含有其他字符。请对照身份证更正后重新报送。"


class CitizenNumberPlace(Refusal):
    """The first six digits of the citizen identity number are the code of no place, now or before. Compare it with the identity
    card and send the row again.
    """

    code = "citizen-number-place"
    basis = "GB 11643-1999"
    zh = "公民身份号码的前六位不是任何现行或者曾用的行政区划代码。请对照身份证更正后重新报送。"


class CitizenNumberDay(Refusal):
    """Places 7 to 14 of the citizen identity number are no day of birth. Compare it with the identity card and send the row again."""

    code = "citizen-number-day"
    basis = "GB 11643-1999"
    zh = "公民身份号码第7至14位不是出生日期。请对照身份证更正后重新报送。"


class CitizenNumberCheckDigit(Refusal):
    """The citizen identity number does not add up: its last character is not what the first 17 digits call for
    (GB 11643-1999). At least one was miscopied: compare it with the identity card and send the row again.
    """

    code = "citizen-number-check-digit"
    basis = "GB 11643-1999"
    zh = "公民身份号码校验不符：末位与按前17位算出的不一致。至少有一位抄错，请对照身份证更正后重新报送。"


def uscc_check(body: str) -> str:
    """The check character that the first 17 characters of a unified social credit code call for (GB 32100-2015)."""
    return uscc.calc_check_digit(body)


def uscc_valid(value: str) -> bool:
    """Whether an 18-character upper-case code keeps to the alphabet and the check character of GB 32100-2015."""
    return len(value) == 18 and all(c in USCC_LETTERS for c in value) and uscc_check(value[:17]) == value[17]


def registration_number_check(body: str) -> str:
    """The check digit that the first 14 digits of an old registration number call for (ISO 7064, mod 11,10)."""
    return mod_11_10.calc_check_digit(body)


def registration_number_valid(value: str) -> bool:
    """Whether 15 ASCII digits end with their own check digit (ISO 7064, mod 11,10)."""
    return len(value) == 15 and _digits(value) and registration_number_check(value[:14]) == value[14]


def organisation_code_check(body: str) -> str:
    """The check character that the first eight characters of an organisation code call for (GB 11714-1997)."""
    total = sum(_ORGANISATION_LETTERS.index(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def organisation_code_valid(value: str) -> bool:
    """Whether nine upper-case characters end with the check character of GB 11714-1997."""
    return (
        len(value) == 9
        and all(c in _ORGANISATION_LETTERS for c in value)
        and organisation_code_check(value[:8]) == value[8]
    )


def organisation_code_of(value: str) -> str:
    """The organisation code inside a unified social credit code: positions 9 to 17."""
    return value[8:17]


def division_of(value: str) -> str:
    """The administrative division inside a unified social credit code: positions 3 to 8."""
    return value[2:8]


def citizen_number_valid(value: str) -> bool:
    """Whether 18 upper-case characters are a citizen identity number: a place that ever had that code, a day of birth
    from 1900 on and the check digit of GB 11643-1999; cheap for anything else.
    """
    # Not ric.is_valid: it wants the place to have had its code on the day of birth, but whoever was born before the
    # codes came (1980) or before a county was renamed has the code of the day on which the number was given.
    if not _CITIZEN.fullmatch(value) or not _is_day(value[6:14]) or ric.calc_check_digit(value) != value[17]:
        return False
    return value[:6] in _CITIZEN_PLACES_BESIDES or _is_place(value[:6])


def citizen_number_within(text: str) -> bool:
    """Whether a citizen number stands anywhere in the text, blanks and dashes aside."""
    bare = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return any(citizen_number_valid(match[1]) for match in _CITIZEN_WITHIN.finditer(bare))


def persons_masked(text: str) -> str:
    """The text with every citizen number hidden: an authority may have written one into a field of words (RT-13)."""
    return _CITIZEN_WRITTEN.sub(lambda match: "*" * 18 if citizen_number_within(match[0]) else match[0], text)


def citizen_number_check(body: str) -> str:
    """The check character that the first 17 digits of a citizen number call for (GB 11643-1999: ISO 7064, mod 11-2)."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _CITIZEN_WEIGHTS, strict=True)) % 11]


def citizen_number_read(text: str | None, *, invented: str = "") -> str:
    """A citizen number in its normal form; raises a Refusal that says what is wrong and never repeats any of it.

    `invented` is the beginning of divisions that no place has, for numbers that nobody bears.
    """
    value = _UNSEEN.sub("", unicodedata.normalize("NFKC", text or "")).upper().translate(_NO_DASHES)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise CitizenNumberShape(length=len(value))
    if not (invented and value.startswith(invented)):
        if value[:6] not in _CITIZEN_PLACES_BESIDES and not _is_place(value[:6]):
            raise CitizenNumberPlace()
    if value[6:8] not in ("19", "20") or not _is_day(value[6:14]):
        raise CitizenNumberDay()
    if citizen_number_check(value[:17]) != value[17]:
        raise CitizenNumberCheckDigit()
    return value


def born_on(citizen_number: str) -> date:
    """The day of birth in a citizen number that was read."""
    return date(int(citizen_number[6:10]), int(citizen_number[10:12]), int(citizen_number[12:14]))


def adult_from(citizen_number: str) -> date:
    """The day on which the bearer is 18; born on 29 February, on 1 March where that year has no such day."""
    born = born_on(citizen_number)
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def identifier_read(text: str | None) -> Identifier:
    """What a written number is, in its normal form; blank is the scheme none; raises a Refusal that says what is
    wrong and what to do, and never repeats the number, for it may be a person's.
    """
    written = _UNSEEN.sub("", unicodedata.normalize("NFKC", text or "")).upper()
    value = written.translate(_NO_DASHES)
    if not value:
        return Identifier("none", "")
    if _OLD_IN_WORDS.fullmatch(written):
        return Identifier("old-number", written)
    if _SHORTENED.fullmatch(written):
        raise CodeDigitsLost()
    if not (value.isascii() and value.isalnum()):
        raise CodeShape(length=len(value))
    return _identifier_of_length(value)


_NO_DASHES = {ord(c): None for c in _DASHES}


def _identifier_of_length(value: str) -> Identifier:
    if len(value) == 18:
        return _eighteen(value)
    if len(value) == 15 and _digits(value):
        return _fifteen(value)
    if len(value) == 9:
        return _nine(value)
    if (len(value) == 13 and _digits(value)) or (len(value) == 15 and any(map(str.isdigit, value))):
        return Identifier("old-number", value)  # these kinds never had a check character
    raise CodeShape(length=len(value))


def _eighteen(value: str) -> Identifier:
    # First, because one citizen number in 31 also passes as a code, while a real code never has the place and
    # the day of birth of a citizen number.
    if citizen_number_valid(value):
        raise NaturalPerson()
    for position, c in enumerate(value, 1):
        if c not in USCC_LETTERS:
            meant = _SOUNDALIKES.get(c)
            raise CodeCharacters(
                position=position,
                found=c,
                hint=f" (perhaps the digit {meant} is meant)" if meant else "",
                hint_zh=f"（可能是数字{meant}）" if meant else "",
            )
    due = uscc_check(value[:17])
    if due != value[17]:
        raise CodeCheckCharacter(found=value[17], due=due)
    return Identifier("uscc", value)


def _fifteen(value: str) -> Identifier:
    due = registration_number_check(value[:14])
    if due != value[14]:
        raise OldNumberCheckDigit(found=value[14], due=due)
    return Identifier("registration-number", value)


def _nine(value: str) -> Identifier:
    due = organisation_code_check(value[:8])
    if due != value[8]:
        raise OrganisationCodeCheckCharacter(found=value[8], due=due)
    return Identifier("organisation-code", value)


def _digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


@functools.lru_cache(maxsize=4096)
def _is_place(six: str) -> bool:
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(six))


def _is_day(eight: str) -> bool:
    try:
        date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return True
