"""What a file of merchants must be, what is found of a shop, and when its platform answers: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any, Literal
from urllib.parse import urlsplit

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.periods import months_after
from chengxin.kernel.wording import words_fit
from chengxin.law.models import CommitmentForm, Goods

Type = Literal["id", "text", "url", "code", "number", "day", "choice", "choices", "digest"]


@dataclass(frozen=True)
class Column:
    """A column of a file: how a cell is read, its values, and whether it says who a person is, so that it is kept sealed alone."""

    type: Type
    required: bool = False
    values: tuple[str, ...] = ()
    codes: str = ""  # the shelf or code list of its values
    sealed: bool = False


@dataclass(frozen=True)
class Layout:
    """A kind of file: its columns, and those that name a row beside its shop."""

    columns: Mapping[str, Column]
    item: tuple[str, ...] = ()


_VERIFIED = {
    "evidence": Column("choice", required=True, values=("business-licence", "identity-card", "official-register", "other")),
    "digest": Column("digest", required=True),
    "verified_on": Column("day", required=True),
}  # fmt: skip
LAYOUTS: Mapping[str, Layout] = {
    "shops": Layout(
        {
            "shop": Column("id", required=True),
            "title": Column("text", required=True),
            "url": Column("url"),
            "kind": Column("choice", required=True, values=("unit", "individual")),
            "name": Column("text", required=True),
            "number": Column("number", required=True),
            "legal_representative": Column("text", sealed=True),
            "legal_representative_number": Column("number", sealed=True),
            "principal": Column("text", sealed=True),
            "principal_number": Column("number", sealed=True),
            "exemption": Column("choice", codes="registration-exemptions"),
            "categories": Column("choices", codes="goods"),
            **_VERIFIED,
            "changed_on": Column("day"),
            "closed_on": Column("day"),
        }
    ),
    "licences": Layout(
        {
            "shop": Column("id", required=True),
            "licence": Column("choice", required=True, codes="merchant-licences"),
            "number": Column("text", required=True),
            "holder": Column("code"),
            "valid_from": Column("day", required=True),
            "valid_to": Column("day"),
            "link": Column("url"),
            "digest": Column("digest", required=True),
            "removed_on": Column("day"),
        },
        item=("licence", "number"),
    ),
    "suppliers": Layout(
        {
            "shop": Column("id", required=True),
            "supplier": Column("code", required=True),
            "name": Column("text", required=True),
            "category": Column("choice", required=True, codes="goods"),
            "licence": Column("choice", codes="merchant-licences"),
            "number": Column("text"),
            "valid_to": Column("day"),
            **_VERIFIED,
            "removed_on": Column("day"),
        },
        item=("supplier", "category"),
    ),
    "products": Layout(
        {
            "shop": Column("id", required=True),
            "product": Column("id", required=True),
            "title": Column("text", required=True),
            "category": Column("choice", required=True, codes="goods"),
            "specification": Column("text"),
            "maker": Column("text"),
            "maker_code": Column("code"),
            "origin": Column("text"),
            "price": Column("text"),
            "licence": Column("choice", codes="merchant-licences"),
            "number": Column("text"),
            "url": Column("url"),
            "digest": Column("digest", required=True),
            "removed_on": Column("day"),
        },
        item=("product",),
    ),
    "promises": Layout(
        {
            "shop": Column("id", required=True),
            "promise": Column("choice", required=True, codes="service-promises"),
            "words": Column("text", required=True),
            "url": Column("url"),
            "from_on": Column("day", required=True),
            "digest": Column("digest", required=True),
            "removed_on": Column("day"),
        },
        item=("promise",),
    ),
}
_LONGEST = 200
FIRST_DAY = date(1990, 1, 1)  # the calendar of working days begins there

# Why a row is refused: code → (zh, en). The row is kept sealed as it came, with this beside it.
REASONS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填项为空", "a required value is missing"),
    "id-shape": ("编号只能由字母、数字、-、_、.、:组成，最长64位", "an id is of letters, digits and - _ . : only, 64 at most"),
    "too-long": ("超过200个字符", "more than 200 characters"),
    "url-shape": ("网址须以https://或http://开头", "an address begins with https:// or http://"),
    "link-unofficial": ("官方页面的链接须为https，且在法规库写明的政府网站上", "a link to an official page is https, at a host that the lawbook names for the licence"),
    "code-wrong": ("统一社会信用代码不成立", "this is no unified social credit code"),
    "person-number-wrong": ("自然人的证件号码不成立", "this is no citizen number"),
    "not-a-day": ("不是日期（YYYY-MM-DD）", "this is no day (YYYY-MM-DD)"),
    "in-the-future": ("晚于报送之日", "later than the day of filing"),
    "not-a-value": ("不是可选的值", "this is none of the values"),
    "digest-shape": ("材料摘要须为64位十六进制小写数字（SHA-256）", "a document’s digest is 64 lower-case hexadecimal digits (SHA-256)"),
    "days-disordered": ("止日早于起日", "the last day comes before the first"),
    "representative-missing": ("单位须报送法定代表人和主要负责人", "a unit names its legal representative and its principal"),
    "person-of-unit": ("个人店铺没有法定代表人和主要负责人；单位的，写了号码须写姓名", "an individual has no representative; of a unit’s, a number stands beside its name"),
    "exemption-missing": ("个人须写明属于哪种依法不需要登记的情形", "an individual says why no registration is needed"),
    "exemption-of-unit": ("单位没有不需要登记的情形", "a unit has no such exemption"),
    "seller-name-disagrees": ("本库所持这个号码的姓名不是所报的姓名，请核实", "a name is not the one held for its number: verify it"),
    "seller-minor": ("所报的自然人在报送之日未满十八周岁，本库不收录", "the person is under 18 on the day of filing and is not kept here"),
    "person-in-public": ("公开的栏目含有公民身份号码或者手机号码", "a column that is shown holds a citizen number or a mobile number"),
    "twice-in-file": ("同一文件中已有这一项", "the same item stands in this file before"),
    "shop-unknown": ("该平台没有报送过这家店铺", "the platform has filed no such shop"),
}  # fmt: skip

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")


def mobile_within(text: str) -> bool:
    """Whether a mobile telephone number stands in the text."""
    return _MOBILE.search(text) is not None


def mobiles_masked(text: str) -> str:
    """The text with every mobile telephone number hidden."""
    return _MOBILE.sub("*" * 11, text)


REPRESENTING = ("legal_representative", "principal")  # whom a unit names beside itself, each with a number or without
OPENED = "merchants.identity.read"  # told of whoever is behind a shop that an agency opened
FILED = "merchants.shop.filed"  # told of whoever a shop was filed for
IDENTITY = "merchant-identity"  # the lawbook's purpose for which an agency opens who is behind a shop


class IdentityClosed(Refusal):
    """{actor} may not open who is behind a shop: {readers} may, in a case of their own ({basis})."""

    code = "merchants-identity-closed"
    status = 403
    zh = "{actor}不能打开店铺经营者的身份信息：只有{readers}可以，且限于自己办理的案件（{basis}）。"


class IdentityCaseUnnamed(Refusal):
    """{actor} opens who is behind a shop in a case of its own only ({basis}). Name the case's number: it is kept beside the reading, which whoever it is about sees."""

    code = "merchants-identity-case-unnamed"
    zh = "{actor}只能在自己办理的案件中打开店铺经营者的身份信息（{basis}）。请写明案号，案号与查看一并留痕，本人可以看到。"


class KindUnknown(Refusal):
    """Platforms file no "{kind}" of merchants. They file: {known}."""

    code = "merchants-kind-unknown"
    status = 404
    zh = "平台不报送“{kind}”。可报送：{known}。"


class NotAPlatform(Refusal):
    """{actor} is a {kind}: merchants are filed by platforms, each its own (E-Commerce Law, art. 27)."""

    code = "merchants-not-a-platform"
    status = 403
    basis = "《电子商务法》第27条"
    zh = "{actor}属于{kind}：平台内经营者由平台报送，各平台报送自己的（电子商务法第二十七条）。"


class FiledForAnother(Refusal):
    """{by} may not act for {platform}: a platform acts for itself, and the operator files what a platform hands over."""

    code = "merchants-filed-for-another"
    status = 403
    zh = "{by}不能代{platform}办理：平台自己办理，运行单位可代为报送平台交来的文件。"


class ColumnsUnfit(Refusal):
    """The file's columns are not those of {kind}. Missing: {missing}. Not among them: {unknown}. Nothing was read."""

    code = "merchants-columns-unfit"
    zh = "文件的列与{kind}不符。缺少：{missing}。多出：{unknown}。未读取任何内容。"


class FileUnreadable(Refusal):
    """The file cannot be read as {form}. Send CSV in UTF-8 with a heading, or Parquet, of at most {most} rows."""

    code = "merchants-file-unreadable"
    zh = "文件无法按{form}读取。请报送带表头的UTF-8编码CSV，或者Parquet，最多{most}行。"


class FilingUnknown(Refusal):
    """There is no filing {filing} that {actor} may see."""

    code = "merchants-filing-unknown"
    status = 404
    zh = "没有{actor}可以查看的报送{filing}。"


class RefusedUnknown(Refusal):
    """Filing {filing} has no refused row of line {lines}. Nothing was sent again; its refused rows say their lines."""

    code = "merchants-refused-unknown"
    status = 404
    zh = "报送{filing}没有第{lines}行被拒的资料。没有重新报送任何一行；行号见被拒的行。"


class ResendOvertaken(Refusal):
    """Since filing {filing} its platform has filed these again, so that the older rows would stand over newer ones: {items}. Nothing was sent again.
    Leave these lines out; where the older words are the right ones after all, file them as new rows.
    """

    code = "merchants-resend-overtaken"
    status = 409
    zh = "报送{filing}之后，平台又报送过这些：{items}；较早的行会盖住较新的。没有重新报送任何一行。请去掉这些行；确实以较早的为准的，请作为新的一行报送。"


class ShopUnknown(Refusal):
    """{platform} has filed no shop "{shop}"."""

    code = "shop-unknown"
    status = 404
    zh = "{platform}没有报送过店铺“{shop}”。"


class TicketUnknown(Refusal):
    """There is no ticket {ticket} that {actor} may see."""

    code = "merchants-ticket-unknown"
    status = 404
    zh = "没有{actor}可以查看的工单{ticket}。"


class TicketClosed(Refusal):
    """Ticket {ticket} is closed: nothing is added to it."""

    code = "merchants-ticket-closed"
    status = 409
    zh = "工单{ticket}已办结，不能再答复。"


class NotTheRegulator(Refusal):
    """{actor} may not dismiss, settle, reopen or escalate a ticket: a department or the operator does; the platform replies, and mends what was found."""

    code = "merchants-not-the-regulator"
    status = 403
    zh = "{actor}不能撤销、办结、重开或者移送工单：由部门或者运行单位办理；平台可以答复，并改正所指的问题。"


class TicketStillOpen(Refusal):
    """Ticket {ticket} is open: only one that was closed is opened again."""

    code = "merchants-ticket-still-open"
    status = 409
    zh = "工单{ticket}尚未办结，不能重开。"


class TicketHeld(Refusal):
    """A ticket is escalated to a department or the supervisor that acts, and to another than holds it now; {to} is none of these."""

    code = "merchants-ticket-held"
    zh = "工单只能移送给可用的部门或者主管部门，且不是现在承办的单位；{to}不是。"


class EvidenceUnfit(Refusal):
    """Evidence is named by the SHA-256 of each paper, 64 lower-case hexadecimal digits, at most {most} of them. The papers stay with the platform."""

    code = "merchants-evidence-unfit"
    zh = "证明材料写摘要（SHA-256，64位十六进制小写数字），至多{most}份；材料由平台保存。"


# What a step of a ticket is. A ticket is open until one of the closing kinds, and again from a reopening on.
REPLY, MENDED, DISMISSED, SETTLED, REOPENED, ESCALATED = (
    "reply",
    "mended",
    "dismissed",
    "settled",
    "reopened",
    "escalated",
)
CLOSING = (MENDED, DISMISSED, SETTLED)
DECIDING = (DISMISSED, SETTLED, REOPENED, ESCALATED)  # a regulator's, with reasons
SEEN_BY_PEOPLE = ("patrol-unmet",)  # findings of an officer's: no file mends them, a regulator closes them
TICKET_WITHIN, LOOK_WITHIN = "merchant-ticket-within", "merchant-reply-look-within"
MOST_EVIDENCE = 10


@dataclass(frozen=True)
class Stood:
    """One step of a ticket, as far as it decides where the ticket stands: its kind, until when the next is due, to whom it went."""

    kind: str
    due_on: date | None = None
    to: str = ""


@dataclass(frozen=True)
class Standing:
    """Where a ticket stands: its state, whose turn it is, until when, who holds it, and whether a regulator opened it again."""

    state: str
    turn: str  # "platform", "regulator", or nobody's
    due_on: date
    holder: str
    reopened: bool

    def late(self, on: date) -> bool:
        """Whether whoever's turn it is has let its day pass."""
        return bool(self.turn) and self.due_on < on


def ticket_standing(due_on: date, steps: Sequence[Stood]) -> Standing:
    """Where a ticket stands after these steps, in their order. A reply is the regulator's to look at; reopened or escalated, the platform answers anew."""
    state, turn, due, holder, reopened = "open", "platform", due_on, "", False
    for step in steps:
        due = step.due_on or due
        if step.kind in CLOSING:
            state, turn, reopened = step.kind, "", False
        elif step.kind == REPLY:
            turn = "regulator"
        else:
            state, turn = "open", "platform"
            holder, reopened = step.to or holder, reopened or step.kind == REOPENED
    return Standing(state, turn, due, holder, reopened)


def evidence_fit(digests: Sequence[str]) -> list[str]:
    """The digests of the papers, each once; refuses what is none."""
    named = list(dict.fromkeys(each.strip() for each in digests if each.strip()))
    if len(named) > MOST_EVIDENCE or not all(map(digest_holds, named)):
        raise EvidenceUnfit(most=MOST_EVIDENCE)
    return named


def columns_known(kind: str, named: Iterable[str]) -> None:
    """Refuse to change a column that rows of the kind do not have."""
    if unknown := sorted(set(named) - set(LAYOUTS[kind].columns)):
        raise ColumnsUnfit(kind=kind, missing="-", unknown=", ".join(unknown)[:200])


def columns_fit(kind: str, found: Sequence[str]) -> Layout:
    """The kind's layout; refuses columns that are missing, or not among its own."""
    layout = LAYOUTS.get(kind)
    if layout is None:
        raise KindUnknown(kind=kind, known=", ".join(LAYOUTS))
    missing = [name for name, column in layout.columns.items() if column.required and name not in found]
    unknown = [name[:40] for name in found if name not in layout.columns]
    if missing or unknown:
        raise ColumnsUnfit(kind=kind, missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")
    return layout


# --- what is found of a shop ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Licence:
    """A licence as it was filed for a shop."""

    key: str
    number: str
    holder: str
    valid_from: date
    valid_to: date | None
    link: str = (
        ""  # what was seen at its official page, where one was filed and looked at: found, gone, differs, unreachable
    )

    def holds(self, on: date) -> bool:
        """Whether it is in force on the day (its last day included)."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Supplier:
    """From whom a shop buys goods of a category, as its platform filed it: code, name in its normal form, licence, when it was verified."""

    code: str
    category: str
    name: str
    licence: str
    valid_to: date | None
    verified_on: date

    @property
    def item(self) -> str:
        """How a finding names it."""
        return f"{self.code}/{self.category}"


@dataclass(frozen=True)
class Shop:
    """A shop as its platform last said it: of a unit its code and name, of an individual neither."""

    shop: str
    unit: bool
    code: str
    name: str  # in its normal form
    categories: tuple[str, ...]
    verified_on: date
    licences: tuple[Licence, ...] = ()
    suppliers: tuple[Supplier, ...] = ()


@dataclass(frozen=True)
class Held:
    """What the register holds of a code: every name in its normal form, and how the subject ended, where it did."""

    names: frozenset[str]
    ended: str = ""


@dataclass(frozen=True, order=True)
class Finding:
    """Something that a platform must mend or explain: about which shop, what, of which item."""

    shop: str
    finding: str
    item: str = ""
    words: str = field(default="", compare=False)


def unlike(shops: Iterable[Shop]) -> dict[str, list[str]]:
    """The codes that are filed with more than one name, each with its names."""
    names: dict[str, set[str]] = {}
    for shop in shops:
        if shop.unit:
            names.setdefault(shop.code, set()).add(shop.name)
    return {code: sorted(each) for code, each in names.items() if len(each) > 1}


def state_of(shop: Shop, held: Held | None) -> str:
    """How far the platform's word about a shop agrees with what is held: an individual is the platform's to verify alone."""
    if not shop.unit:
        return "by-platform"
    if held is None:
        return "not-held"
    if held.ended:
        return "ended"
    return "verified" if shop.name in held.names else "name-unlike"


def needs_of(goods: Mapping[str, Goods], shop: Shop, on: date) -> list[dict[str, Any]]:
    """What a shop must hold for its goods on the day: each need with its state (`held`, `expired`, `missing`) and the licences by which."""
    found = []
    for category in shop.categories:
        for key, need in goods[category].needs.items() if category in goods else ():
            if shop.unit or not need.units_only:
                fit = [each for each in shop.licences if each.key in need.any_of]
                state = "held" if any(e.holds(on) for e in fit) else "expired" if fit else "missing"
                found.append({"category": category, "need": key, "state": state, "licences": [e.number for e in fit if state != "held" or e.holds(on)]})  # fmt: skip
    return found


def item_worded(goods: Mapping[str, Goods], item: str) -> tuple[str, str]:
    """What a finding is about in Chinese and English words: the goods and what they need by their titles, a number or a name as it is."""
    zh, en = list[str](), list[str]()
    of: Goods | None = None
    for part in item.split("/") if item else ():
        need = of.needs.get(part) if of else None
        of = goods.get(part)
        title = need.title if need else of.title if of else None
        zh.append(title.zh if title else part)
        en.append(title.en if title else part)
    return " · ".join(zh), " · ".join(en)


def overdue_from(verified_on: date, months: int) -> date:
    """The first day on which a verification is older than the place allows."""
    return months_after(verified_on, months)


def findings_of(
    shop: Shop, held: Held | None, goods: Mapping[str, Goods], *, borrowed: Sequence[str], months: int, on: date
) -> list[Finding]:
    """Everything about a shop that its platform must mend on the day; nothing for what the register simply does not hold."""
    found = []
    state = state_of(shop, held)
    if state in ("name-unlike", "ended"):
        found.append(Finding(shop.shop, state, words=held.ended if held and state == "ended" else ""))
    if borrowed:
        found.append(Finding(shop.shop, "code-borrowed", words=str(len(borrowed))))
    for licence in shop.licences:
        if shop.unit and licence.holder and licence.holder != shop.code:
            found.append(Finding(shop.shop, "licence-of-another", licence.number))
        if licence.valid_to is not None and licence.valid_to < on:
            renewed = any(other.key == licence.key and other.holds(on) for other in shop.licences)
            found += (
                [] if renewed else [Finding(shop.shop, "licence-expired", licence.number, licence.valid_to.isoformat())]
            )
        if licence.link in ("gone", "differs"):
            found.append(Finding(shop.shop, f"link-{licence.link}", licence.number))
    for need in needs_of(goods, shop, on):
        if need["state"] == "missing":
            found.append(Finding(shop.shop, "licence-missing", f"{need['category']}/{need['need']}"))
    if overdue_from(shop.verified_on, months) < on:
        found.append(Finding(shop.shop, "identity-overdue", words=shop.verified_on.isoformat()))
    return found


def suppliers_judged(
    shop: Shop, held: Mapping[str, Held], goods: Mapping[str, Goods], *, months: int, on: date
) -> list[Finding]:
    """What is found of a shop's suppliers on the day: another name than its code's, a firm that has ended, a licence expired or none filed for goods
    that need one, a verification too old. Nothing for a code that the register does not hold.
    """
    found = []
    for each in shop.suppliers:
        of = held.get(each.code)
        if of is not None and of.ended:
            found.append(Finding(shop.shop, "supplier-ended", each.item, of.ended))
        elif of is not None and each.name not in of.names:
            found.append(Finding(shop.shop, "supplier-name-unlike", each.item))
        if each.valid_to is not None and each.valid_to < on:
            found.append(Finding(shop.shop, "supplier-licence-expired", each.item, each.valid_to.isoformat()))
        if not each.licence and each.category in goods and goods[each.category].needs:
            found.append(Finding(shop.shop, "supplier-licence-missing", each.item))
        if overdue_from(each.verified_on, months) < on:
            found.append(Finding(shop.shop, "supplier-overdue", each.item, each.verified_on.isoformat()))
    return found


# --- statements of reasons -------------------------------------------------------------------------------------------------------


class StatementUnfit(Refusal):
    """This statement cannot be published: {why} Write it again; what is public names no person."""

    code = "statement-unfit"
    basis = "《电子商务法》第36条；《个人信息保护法》第25条"
    zh = "该说明不能公示：{why_zh}请重新填写；公示的内容不得指明自然人。"


class StatementFiled(Refusal):
    """{platform} has published statement {number} with other words. What was published is not edited: correct it, or withdraw it."""

    code = "statement-filed"
    status = 409
    zh = "{platform}已经公示过编号{number}的说明，内容不同。公示过的不能改写，请用更正或者撤回。"


class StatementUnknown(Refusal):
    """There is no statement {number} of {platform}."""

    code = "statement-unknown"
    status = 404
    zh = "{platform}没有编号{number}的说明。"


class StatementWithdrawn(Refusal):
    """Statement {number} was withdrawn: nothing is added to it."""

    code = "statement-withdrawn"
    status = 409
    zh = "编号{number}的说明已经撤回，不能再添加内容。"


class StatementContested(Refusal):
    """Statement {number} is contested already; its platform answers by {due}. After that it may be contested again."""

    code = "statement-contested"
    status = 409
    basis = "《电子商务法》第59条"
    zh = "编号{number}的说明已有申诉，平台应在{due}前答复；答复之后可以再次申诉。"


class CommitmentTextChanged(Refusal):
    """The text of {form} is of {now} now, not of {shown} as it was shown to you. Read it, and sign that."""

    code = "commitment-text-changed"
    status = 409
    zh = "承诺书“{form}”现行文本自{now}起施行，不是您看到的{shown}的文本。请阅读后再签署。"


class CommitmentStepUnfit(Refusal):
    """This commitment cannot be {kind} now: {why}"""

    code = "commitment-step-unfit"
    status = 409
    zh = "这份承诺现在不能{kind_zh}：{why_zh}"


class FormUnfit(Refusal):
    """{form} is no commitment that this signer makes on {on}. The forms for a {signer} are: {known}."""

    code = "commitment-form-unfit"
    zh = "{on}没有供{signer}签署的承诺书“{form}”。可用的有：{known}。"


class DigestUnfit(Refusal):
    """Of a signed paper its digest is kept: 64 lower-case hexadecimal digits (SHA-256)."""

    code = "commitment-digest-unfit"
    zh = "请写明所签文件的摘要：64位十六进制小写数字（SHA-256）。"


class SignerCodeless(Refusal):
    """{signer} has no unified social credit code here, so no certificate can be held against it. An individual seller signs on paper; of a
    platform the operator says the code (chengxin actors --coded).
    """

    code = "commitment-signer-codeless"
    status = 409
    zh = "本库没有{signer}的统一社会信用代码，无法核对证书。个人卖家签署纸质承诺；平台的代码由运行单位登记（chengxin actors --coded）。"


class SignatureUnknown(Refusal):
    """Commitment {commitment} was not signed by certificate."""

    code = "commitment-signature-unknown"
    status = 404
    zh = "承诺{commitment}没有以证书签名。"


class CommitmentUnknown(Refusal):
    """There is no commitment {commitment}."""

    code = "commitment-unknown"
    status = 404
    zh = "没有承诺{commitment}。"


class BreachUnfit(Refusal):
    """This breach cannot be linked: {why}"""

    code = "commitment-breach-unfit"
    zh = "不能关联该违诺线索：{why_zh}"


class DutyUnfit(Refusal):
    """This cannot be filed: {why}"""

    code = "platform-duty-unfit"
    zh = "不能登记：{why_zh}"


PUBLIC_WORDS = {
    "reference": ("The ground", "依据"),
    "facts": ("The facts", "事实"),
    "contest": ("How to contest", "申诉途径"),
}
MOST_WORDS = 2000
CONTEST = "statement-contest"  # the procedure by which a shop contests what its platform did
OWN_ACCOUNT = "public"  # by whom what a shop does by its own account is written down


def person_told(text: str) -> bool:
    """Whether words that are to be public hold a citizen number or a mobile number."""
    return citizen_number_within(text) or mobile_within(text)


def statement_fit(said: Mapping[str, Any], measures: Iterable[str], on: date) -> dict[str, str]:
    """The words of a statement as they are published; refuses a measure that is none, days out of order, and whatever names a person."""
    if said["measure"] not in set(measures):
        raise StatementUnfit(why=f"{said['measure']} is no measure.", why_zh=f"没有“{said['measure']}”这种措施。")
    if said["decided_on"] > on or said["until"] is not None and said["until"] < said["from_on"]:
        raise StatementUnfit(why="its days are out of order.", why_zh="日期前后不符。")
    return {name: words_public(said[name], what) for name, what in PUBLIC_WORDS.items()}


def words_public(words: str, what: tuple[str, str]) -> str:
    """Words that anybody will read; refuses none, too many, and a citizen or mobile number among them."""
    kept = words_fit(words, what, most=MOST_WORDS, needed=True)
    if person_told(kept):
        raise StatementUnfit(
            why=f"{what[0].lower()} holds a person’s telephone number.", why_zh=f"{what[1]}含有个人的电话号码。"
        )
    return kept


def form_text(form: CommitmentForm) -> str:
    """The text of a commitment, a line a promise: what its digest is of."""
    return "\n".join(f"{key}: {promise.text.zh}" for key, promise in form.promises.items())


def form_signed(form: CommitmentForm, *, key: str, platform: str, shop: str, code: str, signed_on: date) -> str:
    """The text whose bytes a signer signs by certificate: which form, who, where and when, and every promise. The same for the same answers."""
    head = [
        "chengxin commitment 1", f"form: {key} {form.in_force.from_}", f"signer: {code}", f"platform: {platform}", f"shop: {shop or '-'}",
        f"signed-on: {signed_on}",
    ]  # fmt: skip
    return "\n".join([*head, "", form.title.zh, form_text(form), ""])


def digest_holds(written: str) -> bool:
    """Whether it is a SHA-256 in lower case."""
    return re.fullmatch(r"[0-9a-f]{64}", written) is not None


@dataclass(frozen=True)
class Contest:
    """A contest of a statement: when, until when its platform answers, and when it did."""

    step: int
    due_on: date | None
    answered_on: date | None

    def late(self, on: date) -> bool:
        """Whether it was answered after its day, or is not answered and the day is over."""
        return self.due_on is not None and (self.answered_on or on) > self.due_on


def contests_of(steps: Sequence[tuple[int, str, date, date | None]]) -> list[Contest]:
    """The contests among a statement's steps (number, kind, day, last day), each with the answer that came after it: the first to the first."""
    answers = [(number, day) for number, kind, day, _ in steps if kind == "answered"]
    found = []
    for number, kind, _, due_on in steps:
        if kind == "contested":
            answer = next((each for each in answers if each[0] > number), None)
            if answer is not None:
                answers.remove(answer)
            found.append(Contest(number, due_on, answer[1] if answer else None))
    return found


# --- rows of a file that the command files one by one -------------------------------------------------------------------------------


class CellUnfit(Refusal):
    """{column} is missing, or not as it must be: {wanted}. The row was not filed."""

    code = "merchants-cell-unfit"
    zh = "{column}缺少或者不合要求：{wanted_zh}。该行未报送。"


CellType = Literal["text", "day", "number", "yes"]
_CELLS: Mapping[CellType, tuple[str, str]] = {
    "text": ("须填写，至多4000字", "words, 4,000 characters at most"),
    "day": ("日期（YYYY-MM-DD）", "a day (YYYY-MM-DD)"),
    "number": ("正整数", "a whole number from 1"),
    "yes": ("true 或者 false", "true or false"),
}
# What a file of each kind says of a row, as the API takes it: column → (type, whether it is needed).
ROWS: Mapping[str, Mapping[str, tuple[CellType, bool]]] = {
    "statements": {
        "number": ("text", True), "shop": ("text", True), "measure": ("text", True), "ground": ("text", True), "reference": ("text", True),
        "facts": ("text", True), "contest": ("text", True), "decided_on": ("day", True), "from_on": ("day", True), "until": ("day", False),
        "detected_by_machine": ("yes", True), "decided_by_machine": ("yes", True),
    },
    "breaches": {
        "commitment": ("number", True), "promise": ("text", True), "source": ("text", True), "reference": ("text", True), "digest": ("text", True),
        "record": ("number", False),
    },
    "disclosures": {"kind": ("text", True), "title": ("text", True), "words": ("text", True), "url": ("text", False), "since": ("day", True)},
    "payers": {"code": ("text", True), "name": ("text", True), "state": ("text", True), "document": ("text", True), "decided_on": ("day", True)},
}  # fmt: skip
_STATEMENT_IDS = ("number", "shop")


def row_typed(kind: str, row: Mapping[str, str | None]) -> dict[str, Any]:
    """A row's cells as what they are; refuses one that is missing or is no such thing."""
    found: dict[str, Any] = {}
    for column, (type_, needed) in ROWS[kind].items():
        cell = (row.get(column) or "").strip()
        value = _cell_typed(type_, cell) if cell else None
        bad_id = kind == "statements" and column in _STATEMENT_IDS and not re.fullmatch(r"[0-9A-Za-z_.:-]{1,64}", cell)
        if value is None and (cell or needed) or bad_id:
            zh, en = _CELLS[type_]
            raise CellUnfit(column=column, wanted=en, wanted_zh=zh)
        found[column] = "" if value is None and type_ == "text" else value
    if kind == "statements" and found["ground"] not in ("illegal", "terms"):
        raise CellUnfit(column="ground", wanted="illegal, terms", wanted_zh="illegal、terms")
    return found


def _cell_typed(type_: CellType, cell: str) -> Any:
    if type_ == "text":
        return cell if len(cell) <= 4000 and "\0" not in cell else None
    if type_ == "yes":
        return {"true": True, "false": False}.get(cell.lower())
    if type_ == "number":
        return int(cell) if re.fullmatch(r"[1-9][0-9]{0,15}", cell) else None
    try:
        return date.fromisoformat(cell) if len(cell) == 10 else None
    except ValueError:
        return None


# --- official pages of licences ------------------------------------------------------------------------------------------------------


def link_official(link: str, hosts: Iterable[str]) -> bool:
    """Whether an address is one to which the register goes: https, at one of the hosts or below it, at the usual port, nobody's name in it."""
    try:
        where = urlsplit(link)
        port = where.port
    except ValueError:
        return False
    host = where.hostname or ""
    fit = re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) is not None
    below = any(host == each or host.endswith(f".{each}") for each in hosts)
    return where.scheme == "https" and fit and below and port in (None, 443) and where.username is None


def page_state(status: int, page: str, number: str) -> str:
    """What an official page says of a licence: that it stands there by its number, that it does not, or that there is no such page."""
    if status in (404, 410):
        return "gone"
    if status != 200:
        return "unreachable"
    plain = unescape(re.sub(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", "", page, flags=re.S | re.I))
    return "found" if _bare(number) in _bare(plain) else "differs"


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
