"""What somebody typed: a number, a name, or something that must not be looked up; and the clocks of whoever answers back. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chengxin.cases.rules import DOERS
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import NaturalPerson, citizen_number_within, identifier_read
from chengxin.kernel.names import name_normal
from chengxin.law import Citation, Law
from chengxin.law.models import Doer, Procedure, Words

LONGEST = 200  # characters; no registered name is longer (the templates' own limit)
SHORTEST = 3  # characters of a name: fewer have no trigram to search by, and would list half the register

_BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\-\u2010-\u2015\u2212\uff0d]+")
_DIGITS_OF_A_NUMBER = 6  # a code begins with its division's six digits; names with that many are written in Chinese


class QueryEmpty(Refusal):
    """Nothing was asked. Type the name of an enterprise, or its unified social credit code."""

    code = "query-empty"
    zh = "没有输入内容。请输入企业名称，或者统一社会信用代码。"


class QueryTooShort(Refusal):
    """The name is too short to search by: give at least {least} characters, best the whole registered name, or the code."""

    code = "query-too-short"
    zh = "名称太短，无法查询：请至少输入{least}个字，最好是登记的全称，或者输入统一社会信用代码。"


class QueryTooLong(Refusal):
    """The query is longer than {most} characters, which no registered name is. Give the name or the code alone."""

    code = "query-too-long"
    zh = "输入超过{most}个字符，没有这么长的登记名称。请只输入名称或者代码。"


class QueryTooBroad(Refusal):
    """Too many names are like this one. Give more of the name, best the whole registered name, or the code."""

    code = "query-too-broad"
    zh = "与此相近的名称太多。请输入更完整的名称，最好是登记的全称，或者输入统一社会信用代码。"


class PersonAsked(Refusal):
    """This looks like the identity number of a natural person. Nobody can be looked up by it here: this register shows
    organisations only. The number was neither searched for nor written down. For an enterprise, type its name or its code.
    """

    code = "natural-person"
    basis = "GB 11643-1999"
    zh = "这像是自然人的公民身份号码。这里只有组织，不能按身份号码查询任何人；该号码没有用于查询，也没有留存。查企业请输入名称或者统一社会信用代码。"


class NumberMiscopied(Refusal):
    """No enterprise can have this number: its length or its check character is wrong. A unified social credit code has 18
    characters, an old registration number 15, an organisation code 9. Compare it with the licence and type it again.
    """

    code = "number-miscopied"
    basis = "GB 32100-2015"
    zh = (
        "企业不会有这样的号码：位数或者校验位不对。统一社会信用代码18位，旧注册号15位，组织机构代码9位。"
        "请对照营业执照核对后重新输入。"
    )


@dataclass(frozen=True)
class Query:
    """What is asked for: a number with its scheme, or the normal form of a name."""

    scheme: str = ""
    value: str = ""
    name: str = ""


def query_read(text: str) -> Query:
    """What the text asks for; refuses a person's number without repeating it, and what nothing can be found by."""
    if len(text) > LONGEST:
        raise QueryTooLong(most=LONGEST)
    if citizen_number_within(text):
        raise PersonAsked
    if number_like(text):
        return number_query(text)
    name = name_normal(text)
    if not name:
        raise QueryEmpty
    old = _old_in_words(text)
    if old:
        return Query("old-number", old)
    if len(name) < SHORTEST:
        raise QueryTooShort(least=SHORTEST)
    return Query(name=name)


def number_query(text: str) -> Query:
    """The number that the text is; refuses one that its check character forbids, and a person's, repeating neither."""
    if citizen_number_within(text):
        raise PersonAsked
    try:
        identifier = identifier_read(text)
    except NaturalPerson:
        raise PersonAsked from None
    except Refusal:
        # Said in one way for every fault: which place is wrong helps a sender, but here it may be a person's number.
        raise NumberMiscopied from None
    if identifier.scheme == "none":
        raise QueryEmpty
    return Query(identifier.scheme, identifier.value)


def number_like(text: str) -> bool:
    """Whether the text is meant as a number: letters and digits only, with as many digits as any code has."""
    bare = _bare(text)
    digits = sum(c.isdigit() for c in bare)
    return bare.isascii() and bare.isalnum() and (digits >= _DIGITS_OF_A_NUMBER or (len(bare) == 9 and digits > 0))


def _bare(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def _old_in_words(text: str) -> str:
    """An old number in words, such as 企独浙总字第000123号; empty for anything else."""
    try:
        identifier = identifier_read(text)
    except Refusal:
        return ""
    return identifier.value if identifier.scheme == "old-number" else ""


# --- the clocks of whoever answers back -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timed:
    """Who must do one of these things within so many working days; on the day of receipt where that is nought."""

    by: Words
    acts: list[Words]
    days: int


@dataclass(frozen=True)
class Remedy:
    """One procedure as it runs in the places, with its clocks in the order of its steps."""

    places: list[str]
    title: Words
    basis: list[Citation]
    clocks: list[Timed]


def remedies_of(procedure: str, laws: Iterable[Law]) -> list[Remedy]:
    """The procedure by each of the laws, places that have the very same under one; the order is theirs."""
    found: list[Remedy] = []
    for law in laws:
        made = _remedy(law, law.procedures[procedure])
        same = next((each for each in found if replace(each, places=made.places) == made), None)
        if same:
            same.places.append(law.jurisdiction)
        else:
            found.append(made)
    return found


def _remedy(law: Law, procedure: Procedure) -> Remedy:
    acts: dict[tuple[Doer, str], dict[Words, None]] = {}
    for step in procedure.steps:
        if step.within:
            acts.setdefault((step.by, step.within), {})[step.act or procedure.states[step.to].title] = None
    clocks = [Timed(DOERS[by], list(named), law.parameter(within)) for (by, within), named in acts.items()]
    return Remedy([law.jurisdiction], procedure.title, [law.cite(basis) for basis in procedure.basis], clocks)
