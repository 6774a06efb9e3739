"""What a consent is, and whether it lets a reading through. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chengxin.cases.rules import Telling
from chengxin.disclosure.rules.disclosing import asker_barred
from chengxin.kernel.days import day_due, day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.periods import months_after
from chengxin.kernel.wording import words_fit
from chengxin.kernel.written import letter_written
from chengxin.law import Law
from chengxin.law.models import OfPersons, Purpose

LONGEST, ACKNOWLEDGE = "consent-longest-months", "withdrawal-acknowledge-within"
OPEN_DAYS = "consent-request-open-days"
MOST_DAYS = 1_100  # beyond the longest term that any place has
REFERENCE, MOST_REFERENCE = ("the reference", "自己的编号"), 100
MOST_USE, MOST_TIMES = 200, 1000
COUNTERS = ("credit-centre", "operator")  # who takes papers for any grantee; an authority takes those to itself


class PurposeNotConsented(Refusal):
    """Nobody consents to "{title}": a person is read for it {by}, so a consent would change nothing."""

    code = "purpose-not-consented"
    zh = "“{title_zh}”不以同意为依据（{by_zh}），无须也不能作出同意。"


class GranteeUnfit(Refusal):
    """This cannot be allowed: {why}"""

    code = "consent-grantee-unfit"
    basis = "《个人信息保护法》第14条、第23条"
    zh = "不能作出这一同意：{why_zh}"


class TypesUnfit(Refusal):
    """Name at least one kind of record of those that "{title}" may read: {known}. Found: {found}."""

    code = "consent-types-unfit"
    basis = "《个人信息保护法》第23条"
    zh = "请在“{title_zh}”可以查询的记录种类中至少选一种：{known}。所填：{found}。"


class TermUnfit(Refusal):
    """A consent runs from a day that is not over to a later one, at most {months} months on ({basis}): {starts_on} to {ends_on} does not."""

    code = "consent-term-unfit"
    basis = "《个人信息保护法》第14条"
    zh = "同意的期限须自今天或者以后的某日起、止于其后的某日，最长{months}个月（{basis}）：{starts_on}至{ends_on}不符合。"


class TimesUnfit(Refusal):
    """How often it may be used is a number from 1 to {most}; for "{title}" it is once."""

    code = "consent-times-unfit"
    basis = "《个人信息保护法》第14条"
    zh = "使用次数须为1至{most}的数字；“{title_zh}”只能用一次。"


class UseUnnamed(Refusal):
    """A consent for "{title}" is for one named use: write which, as "accountant at the head office, 2026", in at most {most} characters and without
    anybody's number.
    """

    code = "consent-use-unnamed"
    basis = "《个人信息保护法》第14条、第23条"
    zh = "对“{title_zh}”的同意只用于一次写明的用途：请写明是哪一次，如“2026年总部会计岗位招聘”，不超过{most}字，不写证件号码。"


class RequestUnknown(Refusal):
    """There is no request like this for you: unknown, of another body, or opened by somebody else. Ask whoever sent you the link for a new one."""

    code = "consent-request-unknown"
    status = 404
    zh = "没有可供您办理的同意请求：编号不存在、不是您单位的，或者已由他人打开。请向发给您链接的单位要一个新的。"


class RequestOver(Refusal):
    """This request is over: it was not answered in time, or whoever asked is admitted no more. Nothing was allowed."""

    code = "consent-request-over"
    status = 410
    zh = "这一请求已经失效：逾期未答复，或者请求的单位不再准入。没有作出任何同意。"


class RequestAnswered(Refusal):
    """You answered this request already. What you allowed stands among your consents, where you take it back."""

    code = "consent-request-answered"
    status = 409
    zh = "您已经答复过这一请求。已经同意的，在“我的同意”中查看和撤回。"


class RequestRepeated(Refusal):
    """A request with your reference {reference} was made already. Give each its own, or none."""

    code = "consent-request-repeated"
    status = 409
    zh = "您的编号{reference}已经用于另一请求。每个请求用各自的编号，或者不填。"


class ReferenceUnfit(Refusal):
    """The reference may not hold a person's identity or telephone number: it is your own number for this request."""

    code = "consent-reference-unfit"
    basis = "《个人信息保护法》第6条"
    zh = "自己的编号中不得含有公民身份号码或者手机号码：它只是您对这一请求的编号。"


class DaysUnfit(Refusal):
    """A request says for how many days the consent is to run, from 1 to {most}."""

    code = "consent-days-unfit"
    basis = "《个人信息保护法》第14条"
    zh = "请写明同意的天数，为1至{most}的数字。"


def reference_fit(written: str) -> str:
    """The partner's own reference as it is kept; refuses a person's number."""
    kept = words_fit(written, REFERENCE, most=MOST_REFERENCE)
    if _NUMBERS.search(kept):
        raise ReferenceUnfit
    return kept


def term_days(days: int) -> int:
    """For how many days a consent is asked; refuses none, and more than any place allows, whose own longest term is asked afterwards."""
    if not 1 <= days <= MOST_DAYS:
        raise DaysUnfit(most=MOST_DAYS)
    return days


# What looks like an identity or a mobile number, whatever its check digit.
_NUMBERS = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


class State(StrEnum):
    """Where a consent stands on a day."""

    NOT_BEGUN = "not-begun"
    IN_FORCE = "in-force"
    USED_UP = "used-up"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Terms:
    """What a person allows: to whom, of what, from when until when (not included), how often, and for which named use."""

    grantee: str
    purpose: str
    record_types: Sequence[str]
    starts_on: date
    ends_on: date
    most: int | None = None
    named_use: str = ""


def terms_read(form: Mapping[str, str], record_types: Sequence[str]) -> Terms:
    """The terms as a form brings them; a day that is none is refused here, all else by `consent_fit`."""
    most = form.get("most", "").strip()
    return Terms(
        form.get("grantee", ""), form.get("purpose", ""), list(record_types), day_read(form.get("starts_on", "")), day_read(form.get("ends_on", "")),
        (int(most) if most.isdecimal() and len(most) < 6 else 0) if most else None, form.get("named_use", ""),
    )  # fmt: skip


def consent_fit(law: Law, purpose: Purpose, persons: OfPersons, terms: Terms, *, kind: str, today: date) -> Terms:
    """The terms as they are kept; refuses what the lawbook does not let a person allow. `kind` is the grantee's."""
    words = {"title": purpose.title.en, "title_zh": purpose.title.zh}
    if persons.by != "consent":
        by, by_zh = _RIGHTS[persons.by]
        raise PurposeNotConsented(by=by, by_zh=by_zh, **words)
    if barred := asker_barred(law, purpose, persons, kind):
        raise GranteeUnfit(why=barred.en, why_zh=barred.zh)
    types = tuple(dict.fromkeys(terms.record_types))
    if not types or not set(types) <= set(persons.shows):
        raise TypesUnfit(known=", ".join(persons.shows), found=", ".join(types)[:200] or "—", **words)
    months = law.parameter(LONGEST)
    if not today <= terms.starts_on < terms.ends_on <= months_after(terms.starts_on, months):
        basis = law.cite(law.parameters[LONGEST].basis[0]).zh
        raise TermUnfit(months=months, basis=basis, starts_on=terms.starts_on, ends_on=terms.ends_on)
    most = 1 if persons.once and terms.most is None else terms.most
    if (most is not None and not 1 <= most <= MOST_TIMES) or (persons.once and most != 1):
        raise TimesUnfit(most=MOST_TIMES, **words)
    named = terms.named_use.strip()
    if (persons.once and not named) or len(named) > MOST_USE or citizen_number_within(named):
        raise UseUnnamed(most=MOST_USE, **words)
    return Terms(terms.grantee, terms.purpose, types, terms.starts_on, terms.ends_on, most, named)


_RIGHTS = {
    "subject": ("by themselves", "由本人查询"),
    "statute": ("by an authority on a statute", "由机关依法查询"),
    "yes-or-no": ("never: it says yes or no", "只答是或者否"),
}


def state_of(*, starts_on: date, ends_on: date, most: int | None, used: int, withdrawn: bool, on: date) -> State:
    """Where a consent stands: withdrawn before all else, and past its last use or day no more."""
    if withdrawn:
        return State.WITHDRAWN
    if on >= ends_on:
        return State.OVER
    if most is not None and used >= most:
        return State.USED_UP
    return State.IN_FORCE if starts_on <= on else State.NOT_BEGUN


def acknowledge_by(law: Law, *, withdrawn_on: date) -> date:
    """The last day on which the grantee takes note of a withdrawal."""
    return day_due(withdrawn_on, law.parameter(ACKNOWLEDGE), law.parameters[ACKNOWLEDGE].unit)


def withdrawal_told(law: Law, purpose: str, *, consent: int, grantee: str, centre: str, on: date) -> Telling:
    """What the grantee is told; it names no person, for the grantee knows the consent by its number."""
    entry = law.purposes.get(purpose)
    title = entry.title if entry else None
    due, cited = acknowledge_by(law, withdrawn_on=on), law.cite(law.parameters[ACKNOWLEDGE].basis[0])
    zh = letter_written(
        "撤回同意告知书",
        to=grantee,
        opening=f"第{consent}号同意（用途：{title.zh if title else purpose}）已由本人撤回。现告知如下：",
        clauses=[
            "自撤回之时起，凭该同意的查询一律不予办理；已经查得的信息不得再用。",
            f"请于{due.year}年{due.month}月{due.day}日前签收（{cited.zh}）。",
            "撤回同意不影响撤回前基于同意已进行的处理的效力。",
        ],
        sign=centre,
        on=on,
    )
    en = [
        f"To: {grantee}. Consent {consent} ({title.en if title else purpose}) was withdrawn by the person on {on}. From then on nothing is read on "
        "it, and what was read is used no more.",
        f"Take note of this by {due} ({cited.en}). What was done before the withdrawal stays lawful.",
    ]
    return Telling("撤回同意告知书 / A consent was withdrawn", "\n".join([*zh, "", *en]) + "\n")
