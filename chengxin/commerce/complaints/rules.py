"""What a complaint must be, who is asked first, what may be done next and with what, and what counts as solved. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal

from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_lines
from chengxin.law.models import ComplaintKind, Doer, Words

PLATFORM, RETURN, AGENCY = "platform-complaint", "no-reason-return", "consumer-complaint"
MOST_WORDS, MOST_REASONS = 2000, 1000
AGENCIES = ("department", "court", "credit-centre", "supervisor", "operator")
HOTLINES_BY = ("department", "credit-centre", "supervisor", "operator")
# The steps that say what is offered or paid, and so name a remedy.
OFFERING = ("offered", "compensated", "fund-paid")
PAYING, FUND_PAID = ("compensated", "fund-paid"), "fund-paid"
Outcome = Literal["solved", "open", "unsettled", "unconfirmed", "not-accepted", "dropped", "late"]


class ComplaintUnknown(Refusal):
    """There is no complaint {number} among those that you may see. Its number is TS, a day and a running number, as on the receipt."""

    code = "complaint-unknown"
    status = 404
    zh = "没有您可以查看的投诉{number}。编号由TS、日期和序号组成，请与回执核对。"


class ComplaintKeyUnknown(ComplaintUnknown):
    """No complaint has the number {number} and this key together. Both stand on the receipt; the key was shown once."""

    code = "complaint-key-unknown"
    zh = "编号{number}与所填的查询码不相符。两者都在回执上，请从回执照抄；查询码只显示一次。"


class ComplaintUnfit(Refusal):
    """The complaint cannot be taken: {why} Change it and send it again; nothing of it was kept."""

    code = "complaint-unfit-for-filing"
    zh = "投诉不能收下：{why_zh}请改正后再提交，目前没有保存。"


class ComplaintSenderUnfit(Refusal):
    """{actor} cannot hand in what came through {source}: a platform hands in what came to itself, and an agency the rest."""

    code = "complaint-sender-unfit"
    status = 403
    zh = "{actor}不能报送来自“{source}”的投诉：平台报送自己收到的，其余由机关报送。"


class StepUnfit(Refusal):
    """This step cannot be taken so: {why}"""

    code = "complaint-step-unfit"
    zh = "这一步不能这样办理：{why_zh}"


class IdentityClosed(Refusal):
    """{actor} may not open who complained: the agency that handles the complaint may, in a case of its own, and the platform where whoever complained said so."""

    code = "complaint-identity-closed"
    status = 403
    zh = "{actor}不能打开投诉人的身份：只有办理的机关在自己的案件中可以，投诉人同意的平台也可以。"


class CaseUnnamed(Refusal):
    """Name the case in which you open who complained: it is kept, and whoever complained sees it."""

    code = "complaint-case-unnamed"
    zh = "请写明因哪个案件打开投诉人的身份：案号会留下，投诉人可以看到。"


class JoiningUnfit(Refusal):
    """These complaints cannot be handled together, or apart, like this: {why}"""

    code = "complaint-joining-unfit"
    status = 409
    zh = "不能这样并案或者拆分：{why_zh}"


class FundUnfit(Refusal):
    """The fund cannot be declared, used or repaid like this: {why}"""

    code = "complaint-fund-unfit"
    zh = "保护金不能这样申报、使用或者追偿：{why_zh}"


class FundNotYours(Refusal):
    """{actor} cannot declare this fund: a platform declares its own, and a department, the credit centre or the operator that of an association."""

    code = "complaint-fund-not-yours"
    status = 403
    zh = "{actor}不能申报这项保护金：平台申报自己的，协会的由部门、信用中心或者运行单位申报。"


class ChargeUnfit(Refusal):
    """Nobody can be put in charge like this: {why}"""

    code = "complaint-charge-unfit"
    zh = "不能这样指定主管机关：{why_zh}"


class FilingUnknown(Refusal):
    """There is no filing {filing} of complaints among yours."""

    code = "complaint-filing-unknown"
    status = 404
    zh = "没有您报送的第{filing}批投诉。"


# Why a row of a file is refused: code → (zh, en). The row is kept sealed as it came, with this beside it.
REASONS: Mapping[str, tuple[str, str]] = {
    "kind-unknown": ("没有这一投诉类别", "there is no such kind of complaint"),
    "source-unknown": ("没有这一来源", "there is no such source"),
    "sender-unfit": ("不能报送来自这一来源的投诉", "what came through this source cannot be handed in by this sender"),
    "nobody-named": ("没有写明平台或者统一社会信用代码", "neither a platform nor a unified code is named"),
    "platform-unknown": ("没有这一平台", "there is no such platform"),
    "shop-unknown": ("该平台没有报送过这家店铺", "the platform has filed no such shop"),
    "code-wrong": ("统一社会信用代码不成立", "this is no unified social credit code"),
    "wants-unknown": ("没有这一请求", "there is no such thing to ask for"),
    "words-missing": ("没有写明事由，或者超过2000字", "what happened is missing, or longer than 2000 characters"),
    "person-within": ("含有公民身份号码", "it holds a citizen number"),
    "amount-wrong": ("金额有误", "the amount is none"),
    "day-wrong": ("日期有误，或者晚于报送之日", "a day is none, or lies after the day of filing"),
    "reach-missing": ("没有写明姓名和联系方式", "name and how to be reached are missing"),
    "too-long": ("有一项过长", "a value is too long"),
    "unreadable": ("这一行读不出来", "the row cannot be read"),
}


@dataclass(frozen=True)
class Told:
    """A complaint as it is handed in: whom it is about, what happened, who complains and how to reach them."""

    source: str
    kind: str
    wants: str
    words: str
    name: str
    reach: str
    received_on: date
    platform: str = ""
    shop: str = ""
    code: str = ""
    order: str = ""
    amount: Decimal | None = None
    goods_on: date | None = None
    reference: str = ""
    share: bool = False
    agency_first: bool = False


def procedure_first(told: Told, kind: ComplaintKind, *, channel: str, sent_on: date, return_days: int) -> str:
    """By which procedure a complaint begins: whoever was asked first answers. What came to an agency's line is the agency's; what came to a
    platform, or may be settled by it, the platform's; goods given back in time go their own way.
    """
    if (
        not told.platform
        or channel == "agency"
        or told.agency_first
        or kind.first == "agency"
        and channel != "platform"
    ):
        return AGENCY
    if kind.key == RETURN and return_in_time(told.goods_on, sent_on, return_days):
        return RETURN
    return PLATFORM


def return_in_time(goods_on: date | None, asked_on: date, days: int) -> bool:
    """Whether goods received on a day may still be given back without a reason; the day of receipt is not counted."""
    return goods_on is not None and goods_on <= asked_on <= goods_on + timedelta(days=days)


def charge_for(charges: Mapping[str, str], division: str) -> str | None:
    """Who is in charge in a division: the agency of the smallest division around it."""
    for length in (6, 4, 2, 0):
        if (found := charges.get(division[:length])) and len(division[:length]) == length:
            return found
    return None


def step_fit(
    procedure: str, to: str, *, remedy: str, amount: Decimal | None, ground: str, remedies: Mapping[str, Words],
    grounds: Mapping[str, Words], doer: Doer,
) -> None:  # fmt: skip
    """Refuses an offer that offers nothing, a remedy that is none, and goods not taken back on no listed ground."""
    if to in OFFERING and remedy not in remedies:
        raise StepUnfit(
            why=f"say what is offered, one of: {', '.join(remedies)}.",
            why_zh=f"请写明办法：{'、'.join(w.zh for w in remedies.values())}。",
        )
    if to not in OFFERING and (remedy or amount is not None):
        raise StepUnfit(
            why="only an offer, or money paid first, names a remedy.",
            why_zh="只有提出办法或者先行赔付才写明办法和金额。",
        )
    if to in PAYING and (amount is None or amount <= 0):
        raise StepUnfit(why="say how much was paid.", why_zh="请写明赔付的金额。")
    if amount is not None and amount < 0:
        raise StepUnfit(why="an amount is not below nothing.", why_zh="金额不能为负。")
    if procedure == RETURN and to == "refused":
        if ground not in grounds:
            raise StepUnfit(
                why=f"goods are taken back but for these: {', '.join(grounds)}.",
                why_zh=f"除下列情形外应当接受退货，请写明属于哪一种：{'、'.join(w.zh for w in grounds.values())}。",
            )
    elif ground:
        raise StepUnfit(why="only goods not taken back have such a ground.", why_zh="只有不接受退货才写明这种情形。")


FUND_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
FUND_DECLARERS = ("platform", "department", "credit-centre", "operator")


def fund_fit(
    *, key: str, keeper_code: str, code_holds: bool, amount: Decimal, digest: str, platforms: Sequence[str]
) -> None:
    """Refuses a fund that nobody could find, that a natural person keeps, or of which nothing is set aside."""
    faults = (
        (FUND_KEY.fullmatch(key) is None, "its key is of a-z, 0-9 and -.", "代码由小写字母、数字和连字符组成。"),
        (not code_holds or not firm_counted(keeper_code), "a firm or an association keeps it, by its code.", "保管人须是企业或者协会，写明统一社会信用代码。"),
        (not amount.is_finite() or not 0 < amount < 10**11, "say how much is set aside.", "请写明提取的数额。"),
        (re.fullmatch(r"[0-9a-f]{64}", digest) is None, "give the SHA-256 of the agreement.", "请写明约定文件的SHA-256摘要。"),
        (not platforms, "say of which platforms’ shops it pays.", "请写明适用于哪些平台的店铺。"),
    )  # fmt: skip
    for wrong, why, why_zh in faults:
        if wrong:
            raise FundUnfit(why=why, why_zh=why_zh)


def outcome_of(state_outcome: str | None, final: bool) -> Outcome:
    """What a state comes to, for the counts: solved is only what was done or paid, never what somebody did not answer."""
    if not final or state_outcome is None:
        return "open"
    if state_outcome == "solved":
        return "solved"
    if state_outcome == "unanswered":
        return "late"
    if state_outcome in ("dropped", "moved"):
        return "dropped"
    return state_outcome if state_outcome in ("unconfirmed", "not-accepted") else "unsettled"  # type: ignore[return-value]


def firm_counted(code: str) -> bool:
    """Whether a firm of this code has a solved rate of its own: a sole trader (GB 32100: 92…) is a person in business, of whom none is made."""
    return bool(code) and not code.startswith("92")


@dataclass(frozen=True)
class Rate:
    """How many complaints of a period were solved: of all that came, and of those that were taken up and have ended. What was taken back stands in
    neither; what was not accepted, or not answered in time, in the first alone.

    A share is None where fewer than the least number stand below the line.
    """

    key: str
    received: int
    ended: int
    solved: int
    unsettled: int
    unconfirmed: int
    not_accepted: int
    late: int
    dropped: int
    open: int
    of_received: float | None
    of_ended: float | None


def rate(key: str, outcomes: Iterable[Outcome], *, least: int) -> Rate:
    """The counts and both shares of one platform, firm or agency."""
    found = list(outcomes)
    many = {
        name: found.count(name)
        for name in ("solved", "unsettled", "unconfirmed", "not-accepted", "late", "dropped", "open")
    }
    received = len(found) - many["dropped"]
    ended = many["solved"] + many["unsettled"] + many["unconfirmed"]
    return Rate(
        key, received, ended, many["solved"], many["unsettled"], many["unconfirmed"], many["not-accepted"], many["late"], many["dropped"],
        many["open"],
        many["solved"] / received if received >= least and received else None,
        many["solved"] / ended if ended >= least and ended else None,
    )  # fmt: skip


# --- what became of a file: of complaints, and of leads ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Receipt:
    """What whoever told it keeps: number and key, the key shown once; who looks into it, until when, and with what it is handled."""

    number: str
    key: str
    on: date
    handler: str
    last_day: date | None
    joined: str
    unchanged: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The receipt as it is printed."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class FilingResult:
    """What became of a file: how many rows were taken in, joined, known already or refused, and the receipts by line."""

    filing: int
    rows: int
    accepted: int
    joined: int
    unchanged: int
    refused: int
    refused_by_reason: dict[str, int]
    receipts: Sequence[tuple[int, str, Receipt]]

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed; keys are for whoever sent the file to hand on."""
        receipts = [
            {"line": line, "reference": reference, "number": r.number, "key": r.key, "joined": r.joined}
            for line, reference, r in self.receipts
        ]
        return {**self.__dict__, "receipts": receipts}


def rows_digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """The digest by which a file is known, whatever the order of the cells in a row."""
    return sha256(json.dumps(list(rows), ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def refused_lines(rows: Iterable[tuple[int, str]], reasons: Mapping[str, tuple[str, str]]) -> str:
    """Refused rows as lines of a CSV file: line and reason, the reason in both languages."""
    head: list[Sequence[Any]] = [("line", "reason", "zh", "en")]
    return csv_lines([*head, *((line, reason, *reasons[reason]) for line, reason in rows)])
