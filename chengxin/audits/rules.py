"""What in a reading a person should look at, and who may say what to it. Pure.

A finding is about the use, never about whoever was read about: no rule sees more of a subject than that two readings were of the same one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from chengxin.kernel.days import CHINA_TIME, working_days_between
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Detector

# Whoever runs or supervises the register looks at its use; nobody decides about their own.
MAY_AUDIT = ("operator", "supervisor", "credit-centre")
DUTY = "audit"
WORDS, REASON, DOCUMENT = ("the answer", "答复"), ("the reasons", "理由"), ("the document's number", "文书文号")
MOST_WORDS, MOST_DOCUMENT = 1_000, 200
ANSWER_WITHIN = "abnormal-use-answer-within"

Kind = Literal["answered", "justified", "not-justified", "passed-on"]
DECISIONS: tuple[Kind, ...] = ("justified", "not-justified", "passed-on")


class FindingUnknown(Refusal):
    """There is no finding {finding} that is yours to read."""

    code = "finding-unknown"
    status = 404
    zh = "没有您可以查看的线索{finding}。"


class FindingNotYours(Refusal):
    """{actor} cannot decide finding {finding}: it is decided by the operator, the credit centre or the supervising department, and by nobody about their own use."""

    code = "finding-not-yours"
    status = 403
    zh = "{actor}不能处理线索{finding}：由运行单位、信用中心或者社会信用主管部门处理，任何单位不得处理自己的查询。"


class AnswerNotYours(Refusal):
    """Finding {finding} is about the use of somebody else; whoever read answers to it."""

    code = "finding-answer-not-yours"
    status = 403
    zh = "线索{finding}说的是别的单位的查询，由查询的单位说明。"


class ReaderNotHeard(Refusal):
    """Finding {finding} cannot be decided yet: the reader has not answered and has until {due}. Wait for either."""

    code = "finding-reader-not-heard"
    status = 409
    basis = "《中华人民共和国个人信息保护法》第51条"
    zh = "线索{finding}还不能处理：查询单位尚未说明，可以在{due}以前说明。请等待。"


class FindingDecided(Refusal):
    """Finding {finding} was decided on {on} ({kind}). What is read later becomes another finding."""

    code = "finding-decided"
    status = 409
    zh = "线索{finding}已于{on}处理（{kind}）。以后的查询另作线索。"


class DecisionUnknown(Refusal):
    """ "{kind}" is no decision. It is one of: {known}."""

    code = "finding-decision-unknown"
    zh = "“{kind}”不是一种处理。可以是：{known}。"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as the rules see it: of an actor's account, or of a program of it (account 0). `burst` and `same` count the same reader's
    readings up to this one within the minutes of the detector, of anybody and of this subject.
    """

    entry: int
    at: datetime
    reader: str
    account: int
    kind: str
    purpose: str
    case_number: str
    is_check: bool
    burst: int
    same: int
    # Whether the subject once let this very organisation read for a purpose that ties the two: as its own, or to become so.
    tied: bool = False
    # The room in which an account of the staff read, and its role.
    room: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A reading that a detector noticed: of whom, on which day in China, and what it compared with its threshold."""

    detector: str
    reader: str
    account: int
    on: date
    entry: int
    value: str


def noticed(law: Law, readings: Iterable[Reading]) -> Iterator[Noticed]:
    """What the detectors of the law notice in the readings, in their order."""
    for reading in readings:
        local = reading.at.astimezone(CHINA_TIME)
        for detector in law.detectors.values():
            looked_at = reading.kind in detector.askers and (detector.programs or reading.account)
            if looked_at and (value := _value(detector, reading, local, law)):
                yield Noticed(detector.key, reading.reader, reading.account, local.date(), reading.entry, value)


def _value(detector: Detector, reading: Reading, local: datetime, law: Law) -> str:
    """What the detector compared, where it notices the reading; else nothing."""
    match detector.key:
        case "out-of-hours":
            return _out_of_hours(detector, local)
        case "out-of-duty":
            if not permitted(law, reading.kind, reading.purpose):
                return reading.purpose
            return "" if role_permits(law, detector, reading.room, reading.role) else reading.role
        case "burst":
            return str(reading.burst) if reading.burst > (detector.above or 0) else ""
        case "same-subject":
            return str(reading.same) if reading.same > (detector.above or 0) else ""
        case "without-case":
            lacks = reading.is_check and reading.purpose in detector.purposes and not reading.case_number.strip()
            return reading.purpose if lacks else ""
        case "colleague":
            return reading.purpose if reading.tied and reading.purpose not in detector.purposes else ""
        case _:
            raise AssertionError(detector.key)  # the loader knows no other


def _out_of_hours(detector: Detector, local: datetime) -> str:
    assert detector.hours is not None  # the loader refuses such a detector without its hours
    within = detector.hours.first <= local.time() < detector.hours.last
    return "" if within and works_on(local.date()) else local.strftime("%H:%M")


def works_on(day: date) -> bool:
    """Whether it is a working day, days made up for included."""
    return working_days_between(day - timedelta(days=1), day) == 1


def permitted(law: Law, kind: str, purpose: str) -> bool:
    """Whether a purpose or matter of the lawbook is one for which this kind of actor may ask; of what the lawbook does not know nothing is
    said.
    """
    found = law.purposes.get(purpose) or law.matters.get(purpose)
    return found is None or kind in found.askers


def role_permits(law: Law, detector: Detector, room: str, role: str) -> bool:
    """Whether the role has the duty that this room asks of an account; of a room without one, and of no account, nothing is said."""
    duty, found = detector.duties.get(room), law.roles.get(role)
    return not role or duty is None or (found is not None and duty in found.duties)


def purposes_of(law: Law) -> Mapping[str, frozenset[str]]:
    """Every purpose and matter of the law, with the kinds of actor that may have it."""
    return {key: frozenset(each.askers) for shelf in (law.matters, law.purposes) for key, each in shelf.items()}


class Asking(Protocol):
    """Who asks, as far as the rules need to know."""

    @property
    def key(self) -> str:
        """The actor."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def account(self) -> int | None:
        """The account of one of its staff, if it is one."""

    @property
    def duties(self) -> frozenset[str]:
        """What that account may do."""


def may_audit(asker: Asking) -> bool:
    """Whether the asker reads what was noticed in everybody's use: of staff whose role has the duty, else whoever runs or supervises."""
    return asker.kind in MAY_AUDIT and (asker.account is None or DUTY in asker.duties)


def deciding_permitted(finding: int, reader: str, account: int, asker: Asking) -> None:
    """Whether the asker may decide about that use: never about their own, and without an account never about their actor's."""
    own = asker.key == reader and asker.account in (None, account)
    if own or not may_audit(asker):
        raise FindingNotYours(finding=finding, actor=asker.key)


def reader_heard(finding: int, *, answered: bool, due_on: date, today: date) -> None:
    """Whether the reader has been heard: it answered, or its time is over."""
    if not answered and today <= due_on:
        raise ReaderNotHeard(finding=finding, due=due_on)
