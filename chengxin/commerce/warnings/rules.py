"""What a consumer warning may rest on, whom it may name, how long it lasts and how it is shown. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from chengxin.commerce.merchants.rules import person_told
from chengxin.kernel.days import CHINA_TIME, day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import CITIZEN_SHAPE

PROCEDURE: Final = "consumer-warning"
BY_TWO: Final = "case-step"  # the act of the shelf `four_eyes` whose duty and hours danger to life takes, on or off
GROUNDS: Final = "warning-grounds"
LIST_ENTRY, SAMPLING, RECALL = "list-entry", "sampling", "recall"
SAMPLED: Final = "product-sampling"
RECEIPT_WITHIN, LONGEST = "warning-receipt-within", "warning-longest-days"
AUTHORITIES: Final = ("department", "supervisor", "operator")
SEEING_ALL: Final = ("supervisor", "operator")
# The states of the procedure in which a warning is before the public, and those in which it was.
OUT: Final = ("urgent", "published")
# The steps that an authority takes by its own name; danger to life is a second officer's.
STEPS: Final = ("heard", "published", "dropped", "withdrawn")
# Every text of a warning: how long at most, and what it is called.
TEXTS: Final[Mapping[str, tuple[int, str, str]]] = {
    "title": (100, "标题", "the title"),
    "title_en": (200, "英文标题", "the title in English"),
    "goods": (200, "商品", "the goods"),
    "goods_en": (200, "商品的英文名称", "the goods in English"),
    "facts": (2000, "警示内容", "what is warned of"),
    "facts_en": (4000, "英文警示内容", "what is warned of, in English"),
    "advice": (1000, "消费者应当怎么做", "what consumers should do"),
    "advice_en": (2000, "消费者应当怎么做（英文）", "what consumers should do, in English"),
}
OPTIONAL: Final = ("goods", "goods_en")
MOST_WORDS: Final = 2000


class WarningUnknown(Refusal):
    """There is no consumer warning {number}, or none that was published."""

    code = "warning-unknown"
    status = 404
    zh = "没有编号为{number}的消费警示，或者没有发布。"


class WarningEnded(Refusal):
    """The consumer warning {number} has ended: it is shown no more."""

    code = "warning-ended"
    status = 410
    zh = "编号为{number}的消费警示已结束，不再公示。"


class WarningNotYours(Refusal):
    """{actor} may not draft or handle this consumer warning: {why}"""

    code = "warning-not-yours"
    status = 403
    basis = "《消费者权益保护法》第33条"
    zh = "{actor}不能起草或者办理这个消费警示：{why_zh}"


class WarningGroundUnfit(Refusal):
    """A consumer warning cannot rest on this: {why} It rests on a decided entry on a list that is in force, a failed sampling result, or a recall under way."""

    code = "warning-ground-unfit"
    status = 409
    basis = "《消费者权益保护法》第33条"
    zh = "消费警示不能以此为依据：{why_zh}依据须是有效的列入名单决定、不合格的抽查检验结果或者进行中的召回。"


class WarningWordsUnfit(Refusal):
    """The words of a consumer warning do not fit: {why}"""

    code = "warning-words-unfit"
    zh = "消费警示的文字不合要求：{why_zh}"


class WarningNamesPerson(Refusal):
    """A consumer warning names no natural person: {what} holds a person’s name, identity or mobile number. Take it out; of an individual
    seller the shop’s name on the platform is enough.
    """

    code = "warning-names-person"
    basis = "《个人信息保护法》第25条"
    zh = "消费警示不写自然人：{what_zh}含有个人的姓名、身份号码或者手机号码。请删去；个人卖家只写平台上的店铺名称。"


class WarningShopUnfit(Refusal):
    """The shop {shop} cannot be named: {why}"""

    code = "warning-shop-unfit"
    status = 409
    zh = "不能写店铺{shop}：{why_zh}"


class WarningTermUnfit(Refusal):
    """A consumer warning ends on a day after today and at most {most} days from now; {until} does not fit. Choose a day until {last}."""

    code = "warning-term-unfit"
    basis = "《消费者权益保护法》第33条"
    zh = "消费警示须写明到期日，在今天之后、不超过{most}天；{until}不合要求。请选择不晚于{last}的日期。"


class WarningSecondWanted(Refusal):
    """Danger to life is stated by a second officer: {why} Otherwise the merchant is heard first."""

    code = "warning-second-wanted"
    status = 403
    basis = "《消费者权益保护法》第33条"
    zh = "危及生命须由第二人写明：{why_zh}否则须先听取商家答复。"


class WarningKeyWrong(Refusal):
    """There is no consumer warning with this number and key to which a reply can be given now. Number and key stand in the letter."""

    code = "warning-key-wrong"
    status = 404
    zh = "没有与此编号和查询码相符、现在可以答复的消费警示。编号和查询码写在告知书上。"


class ReceiptNotDue(Refusal):
    """Nothing about the consumer warning {number} waits for a receipt of {platform}."""

    code = "warning-receipt-not-due"
    status = 409
    zh = "消费警示{number}没有等待{platform}回执的内容。"


class PlatformOnly(Refusal):
    """{actor} is no platform: warnings are pushed to platforms, which acknowledge them."""

    code = "warning-platform-only"
    status = 403
    zh = "{actor}不是平台：消费警示推送给平台，由平台回执。"


# --- what a draft says ---------------------------------------------------------------------------------------------------


def texts_fit(said: Mapping[str, str], persons: Iterable[str] = ()) -> dict[str, str]:
    """The words of a draft as they are kept; refuses what is missing or too long in either language, and any natural person in them."""
    known = [name for name in (each.strip() for each in persons) if len(name) > 1]
    kept = {}
    for name, (most, zh, en) in TEXTS.items():
        written = str(said.get(name) or "").strip()
        if not written and name not in OPTIONAL:
            raise WarningWordsUnfit(why=f"{en} is missing.", why_zh=f"缺少{zh}。")
        if len(written) > most:
            raise WarningWordsUnfit(why=f"{en} is longer than {most} characters.", why_zh=f"{zh}超过{most}字。")
        nobody_named(written, zh, en, known)
        kept[name] = written
    return kept


def nobody_named(words: str, zh: str, en: str, persons: Iterable[str] = ()) -> str:
    """The words, unless they hold a citizen or mobile number, or the name of one of these persons."""
    if re.search(CITIZEN_SHAPE, words) or person_told(words) or any(name in words for name in persons):
        raise WarningNamesPerson(what=en, what_zh=zh)
    return words


def words_fit(words: str, zh: str, en: str) -> str:
    """Words that go into a warning's file and may be read by anybody: some, not too many, and nobody in them."""
    kept = words.strip()
    if len(kept) > MOST_WORDS:
        raise WarningWordsUnfit(why=f"{en} is longer than {MOST_WORDS} characters.", why_zh=f"{zh}超过{MOST_WORDS}字。")
    return nobody_named(kept, zh, en)


def term_fit(until: date, *, most: int, on: date) -> date:
    """The day on which the warning is over; refuses one that is not to come, or too far."""
    last = on + timedelta(days=most)
    if not on < until <= last:
        raise WarningTermUnfit(until=until, most=most, last=last)
    return until


def shop_named(shop: str, kind: str, closed: bool, *, same_unit: bool, ground: str) -> None:
    """Whether a warning may name the shop: one of the unit that the ground is about; an individual seller's only as where the goods
    that failed or are called back are sold, for a list entry is about its unit alone.
    """
    if closed:
        raise WarningShopUnfit(shop=shop, why="it is closed.", why_zh="店铺已经关闭。")
    if kind == "unit" and not same_unit:
        raise WarningShopUnfit(shop=shop, why="it is another unit’s.", why_zh="它属于别的单位。")
    if kind != "unit" and ground == LIST_ENTRY:
        raise WarningShopUnfit(
            shop=shop, why="an entry on a list is about its unit alone.", why_zh="列入名单只关于该单位。"
        )


def second_fit(
    *, first: int, second: int | None, duty: str, duties: Iterable[str], until: datetime, at: datetime
) -> int:
    """The account of the second officer who states danger to life; refuses the first, a program, whoever lacks the duty, and too late."""
    if not second:
        raise WarningSecondWanted(
            why="it takes a person who is signed in.", why_zh="须由登录的人员办理，程序不能办理。"
        )
    if second == first:
        raise WarningSecondWanted(why="whoever drafted it cannot be the second.", why_zh="起草人不能再作为第二人。")
    if duty not in set(duties):
        raise WarningSecondWanted(why=f"the account lacks the duty {duty}.", why_zh=f"该账户没有“{duty}”职责。")
    if at > until:
        raise WarningSecondWanted(
            why=f"the time for it was over at {until.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}.",
            why_zh=f"办理时间已于{until.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}届满。",
        )
    return second


# --- how a warning stands ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """What became of the ground by an instant: it `holds`, is `suspended`, or has `fallen` since when."""

    state: str
    since: datetime | None = None


@dataclass(frozen=True)
class Life:
    """When a warning was published and taken back, what became of its ground, and the day on which it is over."""

    published_at: datetime | None
    withdrawn_at: datetime | None
    ground: Ground
    until: date

    @property
    def off_at(self) -> datetime | None:
        """From when it holds no more: taken back, or its ground fallen, whichever came first."""
        return min((each for each in (self.withdrawn_at, self.ground.since) if each is not None), default=None)

    @property
    def shown_off_until(self) -> datetime | None:
        """Until when that it holds no more is shown: for as long as it had been published, a day at least."""
        if self.published_at is None or self.off_at is None:
            return None
        return self.off_at + max(self.off_at - self.published_at, timedelta(days=1))


def state_of(life: Life, *, at: datetime) -> str:
    """How a warning stands before the public: `unpublished`, `published`, `suspended`, `withdrawn`, `fallen` or `ended`."""
    if life.published_at is None or life.published_at > at:
        return "unpublished"
    over = datetime.combine(life.until, time.min, CHINA_TIME)
    off, shown = life.off_at, life.shown_off_until
    if off is not None and shown is not None and off < over and off <= at:
        if at >= shown:
            return "ended"
        return "withdrawn" if off == life.withdrawn_at else "fallen"
    if at >= over:
        return "ended"
    return "suspended" if life.ground.state == "suspended" else "published"


def fallen_since(states: Iterable[tuple[datetime, str]]) -> datetime | None:
    """From when the ground has fallen and stayed so, by its states at the instants at which it may have changed, in order."""
    since: datetime | None = None
    for at, state in states:
        since = (since or at) if state == "fallen" else None
    return since


def push_wanted(state: str, last: str | None) -> str | None:
    """What a platform is to be told now: how the warning stands, where that is not what it was told last. Whoever was never told of a
    warning is not told that it is over.
    """
    if state in ("published", "suspended"):
        return state if state != last and (last is not None or state == "published") else None
    return state if state in ("withdrawn", "fallen") and last not in (None, "withdrawn", "fallen") else None


def number_parts(number: str) -> tuple[str, int] | None:
    """The day and the count of a warning's number; nothing where it is none."""
    day, _, count = number.partition("-")
    if len(day) != 8 or not 6 <= len(count) <= 15 or not (day + count).isascii() or not (day + count).isdigit():
        return None
    return day, int(count)


def day_start(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time.min, CHINA_TIME)


def late(due_on: date, *, at: datetime) -> bool:
    """Whether a receipt that was due on the day is overdue at the instant."""
    return due_on < day_of(at)
