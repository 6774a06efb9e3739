"""What a file of trades must be, and until when its days are kept: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after
from chengxin.law.models import TradeKind

# The trade is completed after the day of its order; the law counts from there, the register from the order's day and a year more.
COMPLETED_WITHIN_MONTHS = 12
# An order's payments and parcels are looked for among those of so many days after it.
RECONCILED_WITHIN_DAYS = 60
# Nobody asks for trades of other years, and days far from ours cannot be counted on from.
YEARS = (1990, 2100)
# In a column of the platform's own ids, more than one in so many that read like a telephone or citizen number is no chance.
LOOKALIKES_ONE_IN = 100


class KindUnknown(Refusal):
    """Platforms file no such kind as "{kind}". The kinds are: {known}."""

    code = "trade-kind-unknown"
    status = 404
    zh = "平台报送的资料中没有“{kind}”这一种。可用的种类：{known}。"


class NotASender(Refusal):
    """{actor} is a {kind}; by the lawbook the trades of a platform are filed by: {senders} ({basis})."""

    code = "trades-not-a-sender"
    status = 403
    zh = "{actor}属于{kind}；按法规库，交易资料由{senders}报送（{basis}）。"


class FiledForAnother(Refusal):
    """{by} may not file the trades of {platform}: a platform files its own, and the operator files what a platform hands over."""

    code = "trades-filed-for-another"
    status = 403
    zh = "{by}不能报送{platform}的交易资料：平台报送自己的，运行单位可代为报送平台交来的文件。"


class ColumnsUnfit(Refusal):
    """The file's columns are not those of {kind}. Missing: {missing}. Not among them: {unknown}. Nothing was read; take out what is not asked for
    and name the others as the lawbook does.
    """

    code = "trades-columns-unfit"
    zh = "文件的列与{kind}不符。缺少：{missing}。多出：{unknown}。未读取任何内容；请删去未要求的列，其余按法规库命名。"


class PersonsInFile(Refusal):
    """The column {column} holds values that read like {what}. The whole file is refused and nothing of it is kept: buyers come under the platform's
    own pseudonyms, 32 hexadecimal digits that only the platform can trace back.
    """

    code = "trades-persons-in-file"
    basis = "《个人信息保护法》第6条；《电子商务法》第25条"
    zh = "{column}列的值像是{what_zh}。整份文件被拒绝，未保留任何内容：买家须以平台自己的假名报送，即只有平台能够还原的32位十六进制数。"


class FileUnreadable(Refusal):
    """The file cannot be read as {form}. Send CSV in UTF-8 with a heading, or Parquet."""

    code = "trades-file-unreadable"
    zh = "文件无法按{form}读取。请报送带表头的UTF-8编码CSV，或者Parquet。"


class InstantUnzoned(Refusal):
    """The column {column} bears instants without a time zone. Write them in UTC, or with their offset."""

    code = "trades-instant-unzoned"
    zh = "{column}列的时间没有时区。请写成UTC时间，或者带时差。"


class DaysDisordered(Refusal):
    """A whole filing covers the days from `from` to `to`, both included; {first} to {last} is no such span."""

    code = "trades-days-disordered"
    zh = "完整报送须写明起止日期（均含）；{first}至{last}不成立。"


class SpanDisordered(Refusal):
    """The days go from the first to the last, both included, within the years {least} to {most}; {first} to {last} is no such span."""

    code = "trades-span-disordered"
    zh = "日期须从前到后（均含），在{least}年至{most}年之间；{first}至{last}不成立。"


class StillKept(Refusal):
    """Trades of {day} are kept until {until} at the least ({basis}). Nothing was removed; name a day before {before}."""

    code = "trades-still-kept"
    status = 409
    zh = "{day}的交易资料至少保存到{until}（{basis}）。未清除任何内容；请写{before}以前的日期。"


class FilingUnknown(Refusal):
    """There is no filing {filing} that {actor} may see."""

    code = "trades-filing-unknown"
    status = 404
    zh = "没有{actor}可以查看的报送{filing}。"


class TradesClosed(Refusal):
    """{actor} may not read the {kind} of {platform}: a platform reads its own, and in their work read them: {readers} ({basis})."""

    code = "trades-closed"
    status = 403
    zh = "{actor}不能查看{platform}的{kind}：平台查看自己的；因履职可以查看的：{readers}（{basis}）。"


class CaseUnnamed(Refusal):
    """{actor} reads the {kind} of {platform} in a case of its own only ({basis}). Name the case's number: it is kept beside the reading."""

    code = "trades-case-unnamed"
    zh = "{actor}只能在自己办理的案件中查看{platform}的{kind}（{basis}）。请写明案号，案号与查看一并留痕。"


class RemovedForAnother(Refusal):
    """{by} may not remove the trades of {platform}: the platform does, or the operator, once they need not be kept."""

    code = "trades-removed-for-another"
    status = 403
    zh = "{by}不能清除{platform}的交易资料：保存期满后由平台自己或者运行单位清除。"


# Why a row is refused: code → (zh, en). The row is kept as it came, with this beside it.
REASONS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填项为空", "a required value is missing"),
    "id-shape": ("编号只能由字母、数字、-、_、.、:组成，最长64位", "an id is of letters, digits and - _ . : only, 64 at most"),
    "pseudonym-shape": ("假名须为32位十六进制小写数字", "a pseudonym is 32 lower-case hexadecimal digits"),
    "digest-shape": ("摘要须为32位十六进制小写数字", "a digest is 32 lower-case hexadecimal digits"),
    "code-wrong": ("统一社会信用代码不成立", "this is no unified social credit code"),
    "not-a-number": ("不是整数", "this is no whole number"),
    "below-least": ("小于最小值", "less than the least"),
    "above-most": ("大于最大值", "more than the most"),
    "not-an-instant": ("不是带时区的时间", "this is no instant with its time zone"),
    "in-the-future": ("晚于报送的时间", "later than the filing itself"),
    "not-a-choice": ("不在可选值之内", "none of the values that there are"),
    "needed": ("因另一列的值而必填", "needed because of another column’s value"),
    "row-twice": ("同一编号在本文件中已出现", "the same key stands in this file already"),
    "shop-differs": ("所指的订单或者包裹属于另一店铺", "the order or parcel that it names is another shop’s"),
    "outside-the-whole": ("不在本次完整报送的日期或者店铺之内", "outside the days or shops of this whole filing"),
}  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """What a whole filing covers: every row of these days (the last included), of these shops or of all."""

    first: date
    last: date
    shops: frozenset[str] = frozenset()

    def days(self) -> list[date]:
        """Each day covered."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def whole_of(first: date | None, last: date | None, shops: Iterable[str] = ()) -> Whole | None:
    """The cover of a whole filing; none where no days are named, refused where they are in disorder."""
    if first is None and last is None and not tuple(shops):
        return None
    if first is None or last is None or last < first or (last - first).days > 1100:
        raise DaysDisordered(first=first, last=last)
    return Whole(first, last, frozenset(shops))


def columns_fit(kind: TradeKind, found: Sequence[str]) -> None:
    """Refuses a file whose columns are not the kind's: one too many may hold what must not be read."""
    missing = [name for name, column in kind.columns.items() if column.required and name not in found]
    unknown = len([name for name in found if name not in kind.columns])
    if missing or unknown or len(set(found)) < len(found):
        # A file without its heading has a trade in its first line: what is not a column's name is counted, not repeated.
        raise ColumnsUnfit(kind=kind.key, missing=", ".join(missing) or "-", unknown=unknown or "-")


def reading_admitted(
    actor: str, actor_kind: str, platform: str, kind: TradeKind, *, cited: str, case_number: str
) -> None:
    """Refuses whoever may not read this kind of the platform's rows, whether or not there is such a platform, and an agency that names no case."""
    if actor_kind == "platform" and actor == platform:
        return
    told = {"actor": actor, "platform": platform, "kind": kind.title.en, "basis": cited}
    if actor_kind not in kind.readers.kinds:
        raise TradesClosed(readers=", ".join(kind.readers.kinds), **told)
    if actor_kind in kind.readers.with_case and not case_number.strip():
        raise CaseUnnamed(**told)


def span_fit(first: date, last: date) -> None:
    """Refuses days in disorder, and those of years in which there is nothing to read."""
    if last < first or first.year < YEARS[0] or last.year > YEARS[1]:
        raise SpanDisordered(first=first, last=last, least=YEARS[0], most=YEARS[1])


def removable_before(today: date, kept_months: int) -> date:
    """The first day that must still be kept: all before it may be removed."""
    return months_after(today, -(kept_months + COMPLETED_WITHIN_MONTHS))


def kept_until(day: date, kept_months: int) -> date:
    """Until when a day's trades are kept at the least."""
    return months_after(day, kept_months + COMPLETED_WITHIN_MONTHS)
