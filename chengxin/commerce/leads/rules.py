"""What a lead must be, which leads are one, what may be asked of a platform, and how leads are counted. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chengxin.commerce.complaints.rules import AGENCIES, charge_for
from chengxin.commerce.merchants.rules import mobiles_masked
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import persons_masked

__all__ = ["AGENCIES", "charge_for"]
PROCEDURE = "violation-report"
MOST_WORDS, MOST_REASONS, MOST_DIGESTS = 4000, 1000, 20
# Who may open who reported, where it is in charge: an agency that handles cases. Whoever only hands leads on may not.
OPENING = ("department", "court")
# Who may hand in what; an association is let in as a service firm.
SENT_BY: Mapping[str, tuple[str, ...]] = {
    "public": ("public", "department", "credit-centre", "supervisor", "operator"),
    "platform": ("platform",),
    "association": ("service-firm", "department", "credit-centre", "supervisor", "operator"),
    "department": ("department", "court", "credit-centre", "supervisor", "operator"),
    "monitoring": ("service-firm", "department", "credit-centre", "supervisor", "operator"),
}
# States after which a further lead about the same is a new one.
OVER = ("not-filed", "decided", "closed")
LATE = ("overdue", "undecided")
# So many characters in a row of a report make a quotation of it.
QUOTED = 12


class LeadUnknown(Refusal):
    """There is no lead {number} among those that you may see. Its number is JB, a day and a running number, as on the receipt."""

    code = "lead-unknown"
    status = 404
    zh = "没有您可以查看的线索{number}。编号由JB、日期和序号组成，请与回执核对。"


class LeadKeyUnknown(LeadUnknown):
    """No report has the number {number} and this key together. Both stand on the receipt; the key was shown once."""

    code = "lead-key-unknown"
    zh = "编号{number}与所填的查询码不相符。两者都在回执上，请从回执照抄；查询码只显示一次。"


class LeadUnfit(Refusal):
    """The report cannot be taken: {why} Change it and send it again; nothing of it was kept."""

    code = "lead-unfit"
    zh = "举报不能收下：{why_zh}请改正后再提交，目前没有保存。"


class LeadStepUnfit(Refusal):
    """This step cannot be taken so: {why}"""

    code = "lead-step-unfit"
    zh = "这一步不能这样办理：{why_zh}"


class ReporterClosed(Refusal):
    """{actor} may not open who reported: only the agency that is in charge of the lead may, in a case of its own and with its reason."""

    code = "reporter-closed"
    status = 403
    zh = "{actor}不能打开举报人的身份：只有正在办理的机关可以，并须写明案号和理由。"


class ReporterUnnamed(Refusal):
    """Whoever reported this gave no name: there is nobody to open."""

    code = "reporter-unnamed"
    status = 404
    zh = "这件举报没有署名，没有可以打开的身份。"


class ReporterWithoutCase(Refusal):
    """Name the case, and say why you must know who reported: both are kept, and the reporter sees them."""

    code = "reporter-without-case"
    zh = "请写明案号，并写明为什么必须知道举报人是谁：两者都会留下，举报人可以看到。"


class ReporterWithin(Refusal):
    """These words would tell who reported: {why} Write them anew without it."""

    code = "reporter-within"
    zh = "所写的内容会暴露举报人：{why_zh}请去掉后重新写。"


class MaterialUnfit(Refusal):
    """Material cannot be asked for or given like this: {why}"""

    code = "lead-material-unfit"
    zh = "不能这样要求或者提供材料：{why_zh}"


class MaterialUnknown(Refusal):
    """There is no request {number} for material among yours."""

    code = "lead-material-unknown"
    status = 404
    zh = "没有发给您的材料要求{number}。"


class LeadNotJoined(Refusal):
    """The lead {number} is handled by itself: there is nothing to part."""

    code = "lead-not-joined"
    status = 409
    zh = "线索{number}没有与其他线索合并，无需分开。"


class LeadFilingUnknown(Refusal):
    """There is no filing {filing} of leads among yours."""

    code = "lead-filing-unknown"
    status = 404
    zh = "没有您报送的第{filing}批线索。"


# Why a lead is refused: code → (zh, en). The row of a file is kept sealed as it came, with this beside it.
REASONS: Mapping[str, tuple[str, str]] = {
    "kind-unknown": ("没有这一种类", "there is no such kind of misconduct"),
    "source-unknown": ("没有这一来源", "there is no such source"),
    "sender-unfit": ("不能报送来自这一来源的线索", "this sender cannot hand in what comes from this source"),
    "nobody-named": (
        "没有写明统一社会信用代码、平台，也没有描述是谁、在哪里",
        "neither a code, a platform nor a description says whom it is about",
    ),
    "platform-unknown": ("没有这一平台", "there is no such platform"),
    "shop-alone": ("店铺须连同平台写明", "a shop is named with its platform"),
    "shop-unknown": ("该平台没有报送过这家店铺", "the platform has filed no such shop"),
    "code-wrong": ("统一社会信用代码不成立", "this is no unified social credit code"),
    "words-missing": ("没有写明事实，或者超过4000字", "what happened is missing, or longer than 4000 characters"),
    "person-within": (
        "含有公民身份号码，或者被举报对象中写有个人的手机号码：对个人卖家请写平台和店铺",
        "it holds a citizen number, or a mobile number where it says whom it is about: name an individual seller by platform and shop",
    ),
    "day-wrong": ("日期有误，或者晚于报送之日、早于一年之前", "the day is none, lies after the day of filing, or more than a year before"),
    "reach-missing": ("姓名和联系方式须一并写明，或者都不写", "name and how to be reached are given together, or not at all"),
    "digest-wrong": ("证据的摘要须为SHA-256，最多20个", "a digest of evidence is none (SHA-256), or there are more than 20"),
    "too-long": ("有一项过长", "a value is too long"),
    "unreadable": ("这一行读不出来", "the row cannot be read"),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A lead as it is handed in: whom it is about (by code, by platform and shop, or by a description alone), what happened, the digests of its
    evidence, and, where they say so, who reports.
    """

    source: str
    kind: str
    words: str
    received_on: date
    platform: str = ""
    shop: str = ""
    code: str = ""
    about: str = ""
    digests: tuple[str, ...] = ()
    name: str = ""
    reach: str = ""
    reference: str = ""


def joinable(told: Told) -> dict[str, str] | None:
    """By what another lead about the same is found: shop and kind, or code and kind. None where whom it is about stands in a description."""
    if told.shop:
        return {"platform": told.platform, "shop": told.shop, "kind": told.kind}
    if told.code:
        return {"platform": told.platform, "shop": "", "code": told.code, "kind": told.kind}
    return None if told.about else {"platform": told.platform, "shop": "", "code": "", "kind": told.kind}


def outside(text: str) -> str:
    """The words as anybody but their writer and the agency in charge sees them: telephone and identity numbers hidden."""
    return mobiles_masked(persons_masked(text))


def reporter_hidden(text: str, *, reporters: Iterable[Mapping[str, str]], reports: Iterable[str] = ()) -> None:
    """Refuses words that name a reporter or how to reach them, or that quote what they wrote."""
    for who in reporters:
        if any(len(each) > 1 and each in text for each in (who["name"], who["reach"])):
            raise ReporterWithin(
                why="they name the reporter, or how to reach them.", why_zh="写有举报人的姓名或者联系方式。"
            )
    for words in reports:
        if any(words[n : n + QUOTED] in text for n in range(len(words) - QUOTED + 1)):
            raise ReporterWithin(why="they quote the report.", why_zh="引用了举报人的原话。")


@dataclass(frozen=True)
class Count:
    """How many leads of a kind, or of an agency, and what became of them. `told` are all reports, `received` each matter once; `late` had once run
    out of time.
    """

    key: str
    told: int
    received: int
    filed: int
    not_filed: int
    decided: int
    closed: int
    late: int
    open: int


def count(key: str, leads: Iterable[tuple[int, str, frozenset[str]]]) -> Count:
    """The counts of one kind or agency; of each lead how often it was told, the state in which it stands, and those in which it ever was."""
    found = list(leads)
    now = [state for _, state, _ in found]
    ever = [states for _, _, states in found]
    not_filed, decided, closed = (now.count(state) for state in ("not-filed", "decided", "closed"))
    return Count(
        key,
        told=sum(many for many, _, _ in found),
        received=len(found),
        filed=sum("filed" in states for states in ever),
        not_filed=not_filed,
        decided=decided,
        closed=closed,
        late=sum(not states.isdisjoint(LATE) for states in ever),
        open=len(found) - not_filed - decided - closed,
    )
