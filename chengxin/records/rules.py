"""What makes a row a record, and what a record's events make of it. Pure: dates and law entries come as arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Source
from chengxin.subjects.rules.persons import PersonNameDisagrees, PersonUnder18

# --- why a row is refused -------------------------------------------------------------------------------------------


class ValueMissing(Refusal):
    """The column "{field}" is empty, and a record cannot stand without it. Fill it in from the decision and send the row again."""

    code = "value-missing"
    zh = "“{field}”为空，缺少该项不能入库。请按决定文书补填后重新报送。"


class TextTooLong(Refusal):
    """The text in "{field}" is longer than the {most} characters that the template allows. Shorten it and send the row again."""

    code = "text-too-long"
    zh = "“{field}”超过模板规定的{most}个字符。请缩短后重新报送。"


class ChoiceUnknown(Refusal):
    """ "{value}" is not one of the values that "{field}" may have: {choices}. Use one of these and send the row again."""

    code = "choice-unknown"
    zh = "“{value}”不是“{field}”的可选值（{choices}）。请改用可选值后重新报送。"


class NumberUnreadable(Refusal):
    """ "{value}" in "{field}" is not a whole number. Write digits only and send the row again."""

    code = "number-unreadable"
    zh = "“{field}”的“{value}”不是整数。请只填数字后重新报送。"


class DayInFuture(Refusal):
    """The day {value} in "{field}" lies after the day of receipt: a decision that is not yet made cannot be filed. Correct the day and send the row again."""

    code = "day-in-future"
    zh = "“{field}”的日期{value}晚于接收日，尚未作出的决定不能入库。请更正日期后重新报送。"


class DaysDisordered(Refusal):
    """The day {value} in "{field}" comes before the day in "{other}". Correct one of them and send the row again."""

    code = "days-disordered"
    zh = "“{field}”的日期{value}早于“{other}”。请更正后重新报送。"


class CodesDisagree(Refusal):
    """The organisation code {value} is not the one inside the unified social credit code of the same row (places 9 to 17,
    GB 32100-2015). Correct one of them and send the row again.
    """

    code = "codes-disagree"
    basis = "GB 32100-2015"
    zh = "组织机构代码{value}与同一行统一社会信用代码第9至17位不一致（GB 32100-2015）。请更正后重新报送。"


class NaturalPersonNotTaken(Refusal):
    """The row is about a natural person, and records of this kind are about organisations only; it is kept sealed and was not read further. Take the row out."""

    code = "natural-person"
    zh = "该行的行政相对人是自然人，而此类记录只关于法人和非法人组织；该行已密封保存、未作他用。请删除该行。"


class TermMissing(Refusal):
    """The row gives no end for a record that must have one, and the lawbook gives no term for it either. Fill in "{field}" and send the row again."""

    code = "term-missing"
    zh = "该记录必须有期限，但“{field}”为空，法规库也未规定期限。请补填后重新报送。"


class NameUnusable(Refusal):
    """The name "{value}" holds no character that a name could have. Write the name as registered and send the row again."""

    code = "name-unusable"
    zh = "名称“{value}”中没有可用的文字。请填写登记名称后重新报送。"


ROW_REFUSALS: tuple[type[Refusal], ...] = (
    ValueMissing,
    TextTooLong,
    ChoiceUnknown,
    NumberUnreadable,
    DayInFuture,
    DaysDisordered,
    CodesDisagree,
    NaturalPersonNotTaken,
    TermMissing,
    NameUnusable,
    PersonUnder18,
    PersonNameDisagrees,
)


# --- a file's columns ------------------------------------------------------------------------------------------------


def columns_map(source: Source, headers: Sequence[str]) -> dict[str, str]:
    """field → heading, by the edition that knows most of the file's headings, then by the others."""
    editions = sorted(source.editions, key=lambda e: -sum(h in headers for many in e.columns.values() for h in many))
    columns: dict[str, str] = {}
    for edition in editions:
        for name, headings in edition.columns.items():
            for heading in headings:
                if heading in headers and name not in columns and heading not in columns.values():
                    columns[name] = heading
    return columns


def weight(law: Law, record_type: str) -> int:
    """How much hangs on a row of this type: one, and one more for each mandatory measure that may follow from its record."""
    lists = {key for key, entry in law.lists.items() if entry.record_type == record_type}
    return 1 + sum(measure.mandatory and bool(lists & set(measure.lists)) for measure in law.measures.values())


# --- what events make of a record -----------------------------------------------------------------------------------


class Kind(StrEnum):
    """Kinds of event that a record may meet."""

    FILED = "filed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    SETTLED = "settled"
    REPAIRED = "repaired"
    UNREPAIRED = "unrepaired"
    ENDED = "ended"
    UNMATCHED = "unmatched"
    MATCHED = "matched"
    CONTESTED = "contested"
    CONCLUDED = "concluded"


# What the register itself lets happen to a record, and what therefore holds of the record that takes its place. What a sender says of
# its own row has no detail: its next row says it anew.
CARRIED = (Kind.DISPUTED, Kind.CONTESTED, Kind.REPAIRED, Kind.ENDED)


class RowAgainst(Refusal):
    """Line {line} of batch {batch} says otherwise than a decision: record {record} {word} (case {case}). Whoever runs the register reads
    both and releases it (`chengxin waiting {batch}:{line} --release --reason REASON`) or rejects it.
    """

    code = "row-against-decision"
    status = 409
    zh = (
        "批次{batch}第{line}行与已有的决定不同：记录{record}{word_zh}（案件{case}）。由运行单位或者信用中心核对后放行"
        "（chengxin waiting {batch}:{line} --release --reason 理由），或者不予采用。"
    )


class ReleaseNotYours(Refusal):
    """{actor} is a {kind}: a row that says otherwise than a decision is released by the operator or a credit centre, never by its sender.
    If the decision is wrong, ask whoever took it to review it.
    """

    code = "release-not-yours"
    status = 403
    zh = "{actor}属于{kind}：与已有决定不同的行，只能由运行单位或者信用中心放行，报送单位不能自行放行。认为决定有误的，请向作出决定的机关提出。"


# What a case did to a record, in words after its number.
DECIDED_WORDS = {
    Kind.WITHDRAWN: ("已撤回", "was taken out"),
    Kind.SUPERSEDED: ("已更正", "was corrected"),
    Kind.REPAIRED: ("已修复", "was repaired"),
    Kind.ENDED: ("已提前结束", "was ended"),
    Kind.UNMATCHED: ("放行后又撤销", "was released and taken back"),
}


class EventNotAllowed(Refusal):
    """A record that is {state} cannot be {kind}: {why}."""

    code = "event-not-allowed"
    status = 409
    zh = "处于“{state}”状态的记录不能执行“{kind}”：{why}。"


@dataclass(frozen=True)
class Event:
    """One event of a record: its place in the sequence, what happened, at which instant, and from which day it holds."""

    number: int
    kind: Kind
    at: datetime
    on: date | None = None
    by: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """A record's term of effect and of showing, half-open; no end means open-ended by the statute of its type."""

    effect_from: date
    effect_until: date | None
    shown_until: date | None


@dataclass(frozen=True)
class Standing:
    """What a record's events make of it, as known at an instant."""

    replaced: bool = False
    withdrawn: bool = False
    unmatched: bool = False
    disputes: int = 0
    repaired_on: date | None = None
    ended_on: date | None = None
    contests: int = 0

    @property
    def contested(self) -> bool:
        """Administrative reconsideration or a lawsuit is under way; by itself that stays nothing."""
        return self.contests > 0

    @property
    def disputed(self) -> bool:
        """An objection, a doubt or a stay suspends it, or what it rests on is suspended or has fallen."""
        return self.disputes > 0

    @property
    def gone(self) -> bool:
        """Replaced by a corrected claim, withdrawn by its provider, or found to be about somebody else."""
        return self.replaced or self.withdrawn or self.unmatched

    @property
    def word(self) -> str:
        """The state in one word, as pages and the API name it."""
        if self.withdrawn:
            return "withdrawn"
        if self.unmatched:
            return "unmatched"
        if self.replaced:
            return "superseded"
        if self.repaired_on is not None:
            return "repaired"
        if self.disputed:
            return "disputed"
        return "ended" if self.ended_on is not None else "standing"


def replay(events: Iterable[Event], *, known_at: datetime) -> Standing:
    """The state that the events known at the instant make, taken in their order; a pure fold with no default branch."""
    standing = Standing()
    for event in sorted(events, key=lambda e: e.number):
        if event.at <= known_at:
            standing = _after(standing, event)
    return standing


def _after(standing: Standing, event: Event) -> Standing:
    match event.kind:
        case Kind.FILED:
            return standing
        case Kind.SUPERSEDED:
            return _with(standing, replaced=True)
        case Kind.WITHDRAWN:
            return _with(standing, withdrawn=True)
        case Kind.DISPUTED:
            return _with(standing, disputes=standing.disputes + 1)
        case Kind.SETTLED:
            return _with(standing, disputes=standing.disputes - 1)
        case Kind.REPAIRED:
            return _with(standing, repaired_on=_earlier(standing.repaired_on, event.on))
        case Kind.UNREPAIRED:
            return _with(standing, repaired_on=None)
        case Kind.ENDED:
            return _with(standing, ended_on=_earlier(standing.ended_on, event.on))
        case Kind.UNMATCHED:
            return _with(standing, unmatched=True)
        case Kind.MATCHED:
            return _with(standing, unmatched=False)
        case Kind.CONTESTED:
            return _with(standing, contests=standing.contests + 1)
        case Kind.CONCLUDED:
            return _with(standing, contests=standing.contests - 1)


def _opened_by(event: Event) -> object:
    """By what a mark was opened, which alone closes it: a case, the state of what the record rests on, or nothing of the kind."""
    return "ground" if "ground" in event.detail else event.detail.get("case")


OVER = {Kind.DISPUTED: Kind.SETTLED, Kind.CONTESTED: Kind.CONCLUDED}


def marks_open(events: Iterable[Event], kind: Kind) -> list[Event]:
    """The events by which the record came to be disputed or contested and is so still. What a case began only that case ends, what its
    ground brought about only its ground; what nobody opened a case for ends in the order in which it began.
    """
    held: list[Event] = []
    for event in sorted(events, key=lambda e: e.number):
        if event.kind is kind:
            held.append(event)
        elif event.kind is OVER[kind]:
            same = (each for each in held if _opened_by(each) == _opened_by(event))
            if (ended := next(same, None)) is not None:
                held.remove(ended)
    return held


def cases_holding(events: Iterable[Event], kind: Kind) -> dict[int, Event]:
    """The cases that dispute the record (`disputed`) or mark it (`contested`) and do so still, each with the event by which it began."""
    return {each.detail["case"]: each for each in marks_open(events, kind) if "case" in each.detail}


def _with(standing: Standing, **change: Any) -> Standing:
    return Standing(**{**standing.__dict__, **change})


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def event_admissible(standing: Standing, kind: Kind, *, on: date | None) -> None:
    """Refuse an event that the record's state does not admit; says nothing where it does."""
    if kind is Kind.FILED:
        raise EventNotAllowed(state=standing.word, kind=kind, why="a record is filed once, as its first event")
    if standing.withdrawn and kind not in (Kind.SETTLED, Kind.CONCLUDED):
        raise EventNotAllowed(
            state=standing.word,
            kind=kind,
            why="a withdrawn record can meet nothing but the end of an open objection or lawsuit",
        )
    if kind is Kind.CONCLUDED and not standing.contested:
        raise EventNotAllowed(state=standing.word, kind=kind, why="no reconsideration or lawsuit is under way")
    if kind is Kind.SETTLED and not standing.disputed:
        raise EventNotAllowed(state=standing.word, kind=kind, why="no objection is open")
    if (kind is Kind.UNMATCHED and standing.unmatched) or (kind is Kind.MATCHED and not standing.unmatched):
        raise EventNotAllowed(
            state=standing.word, kind=kind, why="a match is undone once, and only an undone one is made again"
        )
    if kind is Kind.UNREPAIRED and standing.repaired_on is None:
        raise EventNotAllowed(state=standing.word, kind=kind, why="it is not repaired")
    if kind is Kind.SUPERSEDED and standing.replaced:
        raise EventNotAllowed(
            state=standing.word, kind=kind, why="it is already replaced; correct the claim that stands now"
        )
    if kind in (Kind.REPAIRED, Kind.ENDED) and on is None:
        raise EventNotAllowed(state=standing.word, kind=kind, why="the day from which it holds is missing")


def ground_doubted(events: Iterable[Event]) -> Event | None:
    """The event by which the record came to have no effect since what it rests on is being verified or has fallen, where it is so still."""
    return next((each for each in marks_open(events, Kind.DISPUTED) if "ground" in each.detail), None)


def carries(standing: Standing) -> bool:
    """Whether an entry can have its effect on a record that stands so: not while it is disputed or stayed, nor when it is gone."""
    return not standing.disputed and not standing.gone


def end_admissible(events: Iterable[Event], over: Event) -> None:
    """Refuse to end what another holds: what a case began only that case ends, and what none began no case."""
    for begun, kind in OVER.items():
        if over.kind is kind and all(_opened_by(each) != _opened_by(over) for each in marks_open(events, begun)):
            raise EventNotAllowed(
                state=begun,
                kind=kind,
                why="what a case or a ground brought about ends with it; take the next step of that case instead",
            )


class Effect(StrEnum):
    """Whether a record counts on a day."""

    COUNTS = "counts"
    SUSPENDED = "suspended"
    NONE = "none"


def effect(terms: Terms, standing: Standing, *, on: date) -> Effect:
    """Whether the record counts on the day: in term, not replaced, not withdrawn, not repaired, not ended; suspended
    while anything disputes it: an objection that suspends, a doubt, a stay, or what it rests on (boundary 5).
    """
    in_term = terms.effect_from <= on and (terms.effect_until is None or on < terms.effect_until)
    over = any(day is not None and day <= on for day in (standing.repaired_on, standing.ended_on))
    if not in_term or over or standing.gone:
        return Effect.NONE
    return Effect.SUSPENDED if standing.disputed else Effect.COUNTS


def showable(terms: Terms, standing: Standing, *, on: date) -> bool:
    """Whether the record may be shown to the public on the day: within its showing term, not gone, repaired or ended. A
    showing term that is over when the record's effect begins is none: such a record is not shown before either.
    """
    until = terms.shown_until
    over = any(day is not None and day <= on for day in (standing.repaired_on, standing.ended_on))
    return not standing.gone and not over and (until is None or terms.effect_from < until and on < until)
