"""What in a reading a person should look at, and who may say what to it; what a data incident is, and who may go on with it. Pure.

A finding is about the use, never about whoever was read about: no rule sees more of a subject than that two readings were of the same one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from chengxin.cases.rules import Telling
from chengxin.kernel.days import CHINA_TIME, working_days_between
from chengxin.kernel.errors import Refusal
from chengxin.kernel.written import day_written, letter_written
from chengxin.law import Law
from chengxin.law.models import Detector, Doer, Words

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


# --- incidents ----------------------------------------------------------------------------------------------------------------

PROCEDURE, KINDS, CLOSING = "data-incident", "incident-kinds", "closing-access"
HERE, READER = "here", "reader"
PLACES: dict[str, Words] = {
    READER: Words(zh="取得过信息的单位", en="Whoever had data from here"),
    HERE: Words(zh="本系统", en="Here"),
}
ORIGINS: dict[str, Words] = {
    "report": Words(zh="举报或者通报", en="A report"),
    "finding": Words(zh="查询审计的线索", en="A finding about use"),
    "self": Words(zh="该单位自行报告", en="Reported by itself"),
    "ledger": Words(zh="账本核验不符", en="The ledger’s own verification failed"),
}
# What is told of an incident, by article 57: which data and why, what harm, what was done, what a person can do, and whom to ask.
SAID: dict[str, tuple[str, str]] = {
    "data": ("the kinds of data", "信息种类"),
    "cause": ("the cause", "原因"),
    "harm": ("the harm that it may do", "可能造成的危害"),
    "advice": ("what whoever is concerned can do", "个人可以采取的减轻危害的措施"),
    "contact": ("whom to ask", "联系方式"),
}
RECIPIENT = ("whom it was handed to", "移送或者通知的机关")
LONGEST_DAYS = 3_660
_NUMBER = re.compile(r"SJ(\d{8})-(\d{6,12})")
# Steps after which whoever had the incident is no longer the one who says that it is over.
WEIGHED = ("exempt", "closed")


class IncidentUnknown(Refusal):
    """There is no incident {number} that is yours to see. A number is SJ, a day and a running number (SJ20261122-000001)."""

    code = "incident-unknown"
    status = 404
    zh = "没有您可以查看的事件{number}。编号由SJ、日期和序号组成（如SJ20261122-000001）。"


class IncidentUnfit(Refusal):
    """No incident is entered like this: {why}"""

    code = "incident-unfit"
    zh = "不能这样登记信息安全事件：{why_zh}"


class IncidentNotYours(Refusal):
    """{actor} cannot do this to incident {number}: {why}"""

    code = "incident-not-yours"
    status = 403
    zh = "{actor}不能这样办理事件{number}：{why_zh}"


class LedgerWhole(Refusal):
    """The ledger was verified and everything in it agrees: no incident follows from it."""

    code = "incident-ledger-whole"
    status = 409
    zh = "账本已经核验，各条均相符，不能据此登记事件。"


def incident_number_parts(written: str) -> int | None:
    """The incident's own number in `SJ20261122-000001`; nothing where it is written otherwise."""
    found = _NUMBER.fullmatch(written.strip())
    return int(found[2]) if found else None


def days_fit(since: date, until: date, *, on: date) -> None:
    """The days in which data was read that the incident concerns: from the first to the last, half-open, none of them to come."""
    if not since < until or (until - since).days > LONGEST_DAYS or since > on:
        raise IncidentUnfit(
            why=f"the days run from {since} up to, not with, {until}: give days in order, of ten years at most, begun.",
            why_zh=f"起止日期为{since}至{until}（不含止日）：应当先后有序、已经开始、不超过十年。",
        )


def incident_doers(asker: Asking, reader: str) -> set[Doer]:
    """Which parts the asker plays: who runs or supervises the register, or the firm at which it happened."""
    doers: set[Doer] = set()
    if may_audit(asker):
        doers.add("credit-centre")
    if asker.key == reader:
        doers.add("provider")
    return doers


def weighing_permitted(number: str, to: str, *, reader: str, account: int, asker: Asking) -> None:
    """Nobody says of their own incident that nobody is told, or that it is over."""
    if to in WEIGHED and asker.key == reader and asker.account in (None, account):
        raise IncidentNotYours(
            number=number, actor=asker.key, why="nobody weighs an incident of their own.", why_zh="不得判断自己的事件。"
        )


def public_kinds(law: Law) -> Mapping[str, Words]:
    """The kinds of incident, with their titles."""
    return law.code_lists[KINDS].choices


def incident_told(
    law: Law, said: Mapping[str, str], *, number: str, kind: str, where: str, since: date, until: date, to: str, centre: str, measures: Sequence[str],
    on: date,
) -> Telling:  # fmt: skip
    """What a person is told, with what article 57 wants in it."""
    title, cited = public_kinds(law)[kind], law.cite(law.procedures[PROCEDURE].basis[0])
    last = until - timedelta(days=1)
    zh = letter_written(
        "个人信息安全事件告知书",
        to=to,
        opening=f"您的个人信息可能受到一起事件（编号{number}，{title.zh}）的影响。依照{cited.zh}，现告知如下：",
        clauses=[
            f"发生在：{where}；涉及{day_written(since)}至{day_written(last)}取得的信息。",
            *(f"{SAID[name][1]}：{said[name]}。" for name in ("data", "cause", "harm")),
            f"已采取的补救措施：{'；'.join(measures) or '见办理情况'}。",
            *(f"{SAID[name][1]}：{said[name]}。" for name in ("advice", "contact")),
        ],
        sign=centre,
        on=on,
    )
    en = [
        f"Your data may be concerned by incident {number} ({title.en}) at {where}: what was had from {since} to {last}. {cited.en}.",
        *(f"{SAID[name][0].capitalize()}: {said[name]}" for name in SAID),
        f"Measures taken: {'; '.join(measures)}",
    ]
    return Telling("个人信息安全事件告知书 / A data incident", "\n".join([*zh, "", *en]) + "\n")
