"""How a platform is called to its duty, and what of it is shown; which words may be kept. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from chengxin.commerce.merchants.rules import digest_holds, person_told
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import CITIZEN_SHAPE, uscc_valid
from chengxin.kernel.periods import months_after
from chengxin.kernel.wording import WordsUnfit, words_fit

PROCEDURE: Final = "platform-neglect"
DUTIES: Final = "platform-duties"
PENALTY: Final = "administrative-penalty"
SEEING_ALL: Final = ("supervisor", "operator")
# What a department does with a platform that neglects its duty, each of which is shown while it stands.
ACTS: Final = ("interviewed", "circulated", "demanded")
SHOWN: Final = (*ACTS, "reported")
# Which steps the department takes, and which the platform.
OF_DEPARTMENT: Final = (*ACTS, "mended", "penalised", "dropped")
OF_PLATFORM: Final = ("replied", "reported", "contested")
# After these nothing more is done; how many files that are not closed are looked through for those whose turn it is.
CLOSED: Final = ("mended", "penalised", "dropped", "lapsed")
MOST_OWING: Final = 500
MOST_WORDS: Final = 2000


class NeglectUnknown(Refusal):
    """There is no file {number} about a platform's duty that you may see."""

    code = "neglect-unknown"
    status = 404
    zh = "没有编号为{number}的平台履责督促，或者无权查看。"


class NotInCharge(Refusal):
    """{actor} cannot do this: {why}"""

    code = "circle-not-in-charge"
    status = 403
    zh = "{actor}不能办理：{why_zh}"


class NeglectUnfit(Refusal):
    """This cannot be written down of a platform: {why}"""

    code = "neglect-unfit"
    zh = "不能登记该平台履责督促：{why_zh}"


class PersonNamed(Refusal):
    """{what} holds a natural person's identity or mobile number. Only organisations stand here: take it out."""

    code = "circle-names-person"
    basis = "《个人信息保护法》第25条"
    zh = "{what_zh}含有个人的身份号码或者手机号码。这里只写组织，请删去。"


class PaperUnfit(Refusal):
    """A document is named by its number and the SHA-256 of its text: 64 lower-case hexadecimal digits."""

    code = "circle-paper-unfit"
    zh = "请写明文书的编号和全文的摘要（SHA-256，64位十六进制小写数字）。"


def said(words: str, en: str, zh: str, *, most: int = MOST_WORDS, needed: bool = True, field: str = "words") -> str:
    """Words as they are kept and may be read by anybody; refuses none, too many, and a number that is a person's, naming the field."""
    try:
        kept = words_fit(words, (en, zh), most=most, needed=needed)
    except WordsUnfit as unfit:
        unfit.data["field"] = field
        raise
    if re.search(CITIZEN_SHAPE, kept) or person_told(kept):
        raise PersonNamed(what=en, what_zh=zh, field=field)
    return kept


def paper(document: str, digest: str) -> tuple[str, str]:
    """A document's number and digest; refuses one without the other."""
    named = said(document, "The document's number", "文书编号", most=200, field="document")
    if not digest_holds(digest):
        raise PaperUnfit(field="digest")
    return named, digest


def mend_by_fit(to: str, mend_by: date | None, *, last: date | None, on: date) -> date | None:
    """The day by which it is to be put right: a demand names one to come, before the file itself ends, and nothing else does."""
    if to != "demanded":
        return None
    if mend_by is None or mend_by <= on or last is not None and mend_by > last:
        raise NeglectUnfit(
            why=f"a demand names a day to come, until {last} at the latest.",
            why_zh=f"责令改正须写明改正期限，最迟{last}。",
            field="mend_by",
        )
    return mend_by


def contest_fit(contested: bool) -> None:
    """Whether the platform may object: once a file, since what it objects to is not shown meanwhile; after that there are review and lawsuit."""
    if contested:
        raise NeglectUnfit(
            why="an objection was decided already; ask for reconsideration, or sue.",
            why_zh="异议已经处理过；可以申请行政复议或者提起诉讼。",
        )


# --- firms that support e-commerce -------------------------------------------------------------------------------------

KINDS: Final = "supporting-firms"
# What is said of a firm: that it is registered or filed, that this ended, or what a decision says that is filed as a record about it.
FILING_FIRMS: Final = ("department", "platform")
STATED: Final = ("registered", "ended")
DECIDED: Final = ("revoked", "unlicensed")


class FirmUnfit(Refusal):
    """This firm cannot go into the archive: {why}"""

    code = "supporting-firm-unfit"
    zh = "该企业不能列入档案：{why_zh}"


def is_firm(code: str) -> bool:
    """Whether a firm of this code is listed: a sole trader (GB 32100: 92…) is a person in business, and is not."""
    return uscc_valid(code) and not code.startswith("92")


def firm_fit(
    code: str, kind: str, kinds: Iterable[str], state: str, *, department: bool, since: date, on: date
) -> None:
    """Whether a firm may be filed so: a code of an organisation, a known kind and day, and what only a department says by a decision."""
    if not is_firm(code):
        raise FirmUnfit(
            why="it has no unified social credit code of a firm; sole traders are not listed.",
            why_zh="没有企业的统一社会信用代码；个体工商户不列入。",
            field="code",
        )
    if kind not in set(kinds) or state not in (*STATED, *DECIDED) or since > on:
        raise FirmUnfit(why="its kind, state or day is none.", why_zh="类别、状态或者日期有误。", field="since")
    if state in DECIDED and not department:
        raise FirmUnfit(
            why="only a department says so, by a decision.", why_zh="只能由部门依据决定登记。", field="state"
        )


# --- associations --------------------------------------------------------------------------------------------------------

ACTS_OF_ASSOCIATIONS: Final = "association-acts"
REPLY_WITHIN, SHOWN_MONTHS = "association-reply-within", "association-act-shown-months"
REFERENCE: Final = "reference"
# Who may read an association's acts of a firm, for reference.
REFERRING: Final = ("department", "supervisor", "credit-centre")


class AssociationOnly(Refusal):
    """{actor} is no association: members are kept and disciplined by an association under its own charter."""

    code = "association-only"
    status = 403
    basis = "《优化营商环境条例》第29条"
    zh = "{actor}不是协会：会员档案和惩戒由协会依自己的章程办理。"


class DisciplineUnfit(Refusal):
    """An association cannot do this to a member: {why}"""

    code = "association-discipline-unfit"
    basis = "《优化营商环境条例》第29条"
    zh = "协会不能这样惩戒会员：{why_zh}"


class DisciplineUnknown(Refusal):
    """There is no act {number} of an association that you may see, or the key is another's."""

    code = "association-act-unknown"
    status = 404
    zh = "没有编号为{number}的协会惩戒，或者无权查看、查询码不符。"


def term_fit(decided_on: date, until: date, *, months: int, on: date) -> None:
    """Whether the act's days hold: decided already, and over in the place's time."""
    last = months_after(decided_on, months)
    if decided_on > on or not on < until <= last:
        raise DisciplineUnfit(
            why=f"it was decided already and ends by {last}.",
            why_zh=f"决定日期和终止日期有误，最迟{last}终止。",
            field="until",
        )


def act_state(steps: Sequence[tuple[str, date]], *, told_by: date, until: date, on: date) -> str:
    """How an act stands on the day: `told` (the member still has time to reply), `stands`, `appealed`, `withdrawn` or `over`. Only what stands is
    shown: while an appeal is open it is not, however long the association takes.
    """
    taken = [kind for kind, _ in steps]
    if "withdrawn" in taken:
        return "withdrawn"
    if on >= until:
        return "over"
    if "appeal" in taken and "upheld" not in taken:
        return "appealed"
    return "stands" if "reply" in taken or "upheld" in taken or on > told_by else "told"


def answer_fit(kind: str, taken: Iterable[str], state: str) -> None:
    """Whether the member may still say so: an appeal once, nothing of an act that is over."""
    if kind not in ("reply", "appeal") or state in ("withdrawn", "over") or kind == "appeal" and "appeal" in set(taken):
        raise DisciplineUnfit(why="it is over, or an appeal was made already.", why_zh="已经终止，或者已经申诉过。")


def close_fit(to: str, state: str) -> None:
    """Whether the association may do so: uphold where there is an appeal, withdraw whenever it is not over."""
    if to == "upheld" and state != "appealed" or to not in ("upheld", "withdrawn") or state in ("withdrawn", "over"):
        raise DisciplineUnfit(
            why="there is no appeal to decide, or it is over.", why_zh="没有待处理的申诉，或者已经终止。"
        )


# --- price behaviour -------------------------------------------------------------------------------------------------------

PRICE_LAW: Final = "price-law"


def instrument_words(title: str) -> str:
    """How a decision's ground names a law: its title, without the country before it."""
    return title.removeprefix("中华人民共和国")
