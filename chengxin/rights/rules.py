"""Whether an objection or a repair may be asked for, and what the steps of its case mean for the record. Pure."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from chengxin.cases.rules import Course
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.periods import months_after
from chengxin.kernel.written import day_written, letter_written, sentence
from chengxin.law import Law
from chengxin.law.models import Doer, Procedure, RecordType, Severity, State, Words
from chengxin.records.rules import Standing, Terms, showable

OBJECTION, REPAIR, REMOVAL = "objection", "repair", "removal"
DOUBT, COMPLAINT = "doubt", "complaint"
FORUMS = ("reconsideration", "lawsuit")
# Whoever answers for a recorded firm has no account here: what they do is written down in the public's name, with the case.
BY_SUBJECT = "public"
MOST_WORDS = 2000
MOST_STATEMENT = 500


class RecordNotTheirs(Refusal):
    """The register holds no record {record} about {number}. Compare both with the page of the enterprise."""

    code = "record-not-theirs"
    status = 404
    zh = "库中没有关于{number}的记录{record}。请与企业页面上的编号核对。"


class RecordNotYours(Refusal):
    """The register holds no record {record} about you. Compare it with what is recorded of you."""

    code = "record-not-yours"
    status = 404
    zh = "库中没有关于您的记录{record}。请与“关于我的记录”中的编号核对。"


class RecordGone(Refusal):
    """Record {record} has no effect any more and is not shown: it is {state}. There is nothing to ask for."""

    code = "record-gone"
    status = 409
    zh = "记录{record}已不再有效，也不再公示（{state_zh}），无须再提出申请。"


class CaseOpen(Refusal):
    """There is already an open case of this kind about record {record}, since {day}. Follow it with the number and key of its receipt."""

    code = "case-already-open"
    status = 409
    zh = "关于记录{record}已有同类申请正在办理（{day}收到）。请凭回执编号和查询码查看。"


class FoundRight(Refusal):
    """Record {record} was found right on {day} (case {number}) and has not changed since: the same doubt is not raised twice ({basis}).
    If you think that answer wrong, put it to the department that supervises social credit; what you do not carry out you answer as not
    done, with the reason.
    """

    code = "doubt-answered"
    status = 409
    zh = (
        "记录{record}已于{day}核实无误（案件{number}），此后没有变化，不能就同一记录重复提出疑义（{basis}）。"
        "认为核实结论不当的，请报社会信用主管部门；不予实施的，以“未办”答复并写明理由。"
    )


class RepairTooEarly(Refusal):
    """Record {record} may be repaired only when its shortest showing term is over: from {day} ({basis})."""

    code = "repair-too-early"
    status = 409
    zh = "记录{record}的最短公示期尚未届满，{day}起方可申请信用修复（{basis}）。"


class NothingToRepair(Refusal):
    """Record {record} is not adverse to its subject: there is nothing to repair. If it is wrong, object to it."""

    code = "nothing-to-repair"
    status = 409
    zh = "记录{record}不是不利信息，无须修复。内容有误的，请提出异议。"


class NotOnAList(Refusal):
    """Record {record} is no entry on a list that one can ask to come off ({title})."""

    code = "not-on-a-list"
    status = 409
    zh = "记录{record}（{title}）不是可以申请移出的名单记录。"


class PromiseMissing(Refusal):
    """A repair needs {lacking} ({basis}). Confirm it and send the request again."""

    code = "repair-promise-missing"
    zh = "申请信用修复须{lacking_zh}（{basis}）。请确认后重新提交。"


class OrderUnfit(Refusal):
    """A repair cannot be asked for by a court's order like this: {why}"""

    code = "repair-order-unfit"
    zh = "不能这样凭法院裁定申请信用修复：{why_zh}"


class WordsWrong(Refusal):
    """{why} Say in at most {most} characters what is wrong and why."""

    code = "words-wrong"
    zh = "{why_zh}请在{most}字以内说明哪里有误、理由是什么。"


class ComplaintUnfit(Refusal):
    """No complaint can be made like this: {why}"""

    code = "complaint-unfit"
    zh = "不能这样投诉：{why_zh}"


class ComplaintOpen(Refusal):
    """A complaint about case {case} is being looked into already, since {day}: follow it with the number and key of its receipt."""

    code = "complaint-already-open"
    status = 409
    zh = "对案件{case}的投诉正在办理（{day}收到）。请凭其回执编号和查询码查看。"


class NotYetAccepted(Refusal):
    """The case {number} is not accepted yet: words stand beside a record only when it is known whose they are. Wait until it is; the case says who decides and
    by when.
    """

    code = "case-not-yet-accepted"
    status = 409
    zh = "案件{number}尚未受理：核实身份之后，当事人的说明才能与记录一并展示。请等待受理，由谁办理、最迟何时，见案件进度。"


class KeyNotSubjects(Refusal):
    """The key of case {number} ({title}) follows that case and makes nobody the subject of the record. To put words beside the record its subject objects to it,
    and uses the number and key of that receipt once the objection is accepted.
    """

    code = "case-key-not-subjects"
    status = 409
    zh = (
        "案件{number}（{title_zh}）的查询码只能查看该案进度，不代表记录的当事人。需要附加说明的，请由当事人对该记录提出异议，受理后凭异议回执的编号和"
        "查询码填写。"
    )


class NotAccepted(Refusal):
    """Case {number} was not accepted, for the reasons in its file: nobody has seen whose words these are. Put right what was lacking, ask anew, and use
    the number and key of the new receipt.
    """

    code = "case-not-accepted"
    status = 409
    zh = "案件{number}不予受理（理由见案件）：没有核实是谁的说明。请补正后重新提出，凭新回执的编号和查询码填写。"


class RecordElsewhere(Refusal):
    """What the case {number} is about stands now as record {record} and is about somebody else, since it was corrected: nothing of it is shown
    about you, so there is nothing beside which your words could stand.
    """

    code = "record-elsewhere"
    status = 409
    zh = "案件{number}所涉记录已经更正，现为记录{record}，不再是关于你单位的记录，也不再对你单位展示，无须附加说明。"


class StatementUnfit(Refusal):
    """These words cannot stand beside a record: {why}"""

    code = "statement-unfit"
    zh = "这段说明不能与记录一并展示：{why_zh}"


class CorrectionMissing(Refusal):
    """To correct a record, say what it should say: at least one field with its right value."""

    code = "correction-missing"
    zh = "更正记录须写明正确的内容：至少填写一项。"


class ContestUnfit(Refusal):
    """Reconsideration or a lawsuit cannot be marked like this: {why}"""

    code = "contest-unfit"
    zh = "不能这样标注复议或者诉讼：{why_zh}"


class ContestNotYours(Refusal):
    """{actor} neither decided record {record} nor runs the register: the mark is entered by one of these, or by the subject."""

    code = "contest-not-yours"
    status = 403
    zh = "{actor}既不是记录{record}的决定机关，也不是运行单位：由这两者或者当事人标注。"


class NotTheirEntry(Refusal):
    """Case {number} was opened by whoever is recorded: it is no entry of staff that staff could take back as a mistake. Enter what the organ
    or the court decided, or that it was withdrawn.
    """

    code = "not-their-entry"
    status = 409
    zh = "案件{number}由当事人提出，不是办理单位自己的登记，不能以登记有误撤销。请登记复议机关或者法院的决定，或者当事人撤回。"


class NothingPending(Refusal):
    """An objection to record {record} can be left to reconsideration or the court only when one is marked as under way. Mark it first."""

    code = "nothing-pending"
    status = 409
    zh = "记录{record}没有标注正在进行的复议或者诉讼，异议不能转由其处理。请先标注。"


class Change(StrEnum):
    """What a step of a case does to the record that it is about."""

    SUSPEND = "suspend"
    CORRECT = "correct"
    TAKE_OUT = "take-out"
    REPAIR = "repair"
    UNREPAIR = "unrepair"
    END = "end"
    RESUME = "resume"
    MARK = "mark"
    UNMARK = "unmark"


_OUTCOMES = {
    "corrected": Change.CORRECT,
    "record-withdrawn": Change.TAKE_OUT,
    "not-verifiable": Change.TAKE_OUT,
    "repaired": Change.REPAIR,
    "removed": Change.END,
}


def record_changes(before: State | None, after: State) -> Iterator[Change]:
    """What it does to the record that its case comes from one state to the next, in the order in which it is done: what is
    found to be wrong is put right before the record could have effect again.
    """
    was = before is not None and before.suspends
    if before is not None and before.outcome == "repaired" and after.outcome == "not-repaired":
        yield Change.UNREPAIR
    if after.outcome in _OUTCOMES:
        yield _OUTCOMES[after.outcome]
    marked = before is not None and before.marks
    if after.marks != marked:
        yield Change.MARK if after.marks else Change.UNMARK
    if after.suspends and not was:
        yield Change.SUSPEND
    if was and not after.suspends:
        yield Change.RESUME


def words_fit(words: str) -> str:
    """The words as they are kept; refuses none at all and too many."""
    words = words.strip()
    if not words:
        raise WordsWrong(why="Nothing was said.", why_zh="没有写理由。", most=MOST_WORDS)
    if len(words) > MOST_WORDS:
        raise WordsWrong(why=f"{len(words)} characters are too many.", why_zh=f"{len(words)}字过长。", most=MOST_WORDS)
    return words


def statement_fit(words: str) -> str:
    """The words as they will stand beside the record, empty to take them back; refuses too many, and a person's number."""
    words = words.strip()
    if len(words) > MOST_STATEMENT:
        raise StatementUnfit(
            why=f"they are longer than {MOST_STATEMENT} characters.", why_zh=f"超过{MOST_STATEMENT}个字符。"
        )
    if citizen_number_within(words):
        raise StatementUnfit(why="they hold a person's identity number.", why_zh="含有自然人的公民身份号码。")
    return words


def objection_admissible(*, record: int, standing: Standing) -> None:
    """Whatever the register still uses or shows may be objected to; refuses what it does neither with."""
    _stands(record, standing)


def again_admissible(
    law: Law, procedure: Procedure, *, record: int, number: str, answered_on: date, changed: bool
) -> None:
    """Whether whoever opened the case of that number, which found the record right, may open another of its kind."""
    if procedure.again == "record-changed" and not changed:
        basis = law.cite(procedure.basis[0]).zh
        raise FoundRight(record=record, day=answered_on, number=number, basis=basis)


# What a complaint may be about, and against whom of those who act in a case.
COMPLAINED: dict[str, Words] = {
    "late": Words(zh="逾期不办", en="Not done in time"),
    "refused": Words(zh="拒绝无理", en="Refused without good reason"),
    "manner": Words(zh="办理方式不当", en="Handled improperly"),
}
AGAINST: tuple[Doer, ...] = ("authority", "provider", "credit-centre")


def complained_of(course: Course) -> list[Doer]:
    """Against whom of those who act in the case one may complain: whoever has a step of their own in its procedure."""
    acting = {step.by for step in course.procedure.steps}
    return [doer for doer in AGAINST if doer in acting]


def complaint_fit(course: Course, *, what: str, against: str) -> None:
    """Whether the handling of the case can be complained about so. The case of an agency, and a complaint itself, bear none."""
    if course.procedure.key in (DOUBT, COMPLAINT):
        raise ComplaintUnfit(why="this case is none of the subject's.", why_zh="这不是当事人提出的申请。")
    if what not in COMPLAINED:
        raise ComplaintUnfit(
            why=f"say one of {', '.join(COMPLAINED)}.", why_zh=f"事由只能是{'、'.join(COMPLAINED)}之一。"
        )
    whom = complained_of(course)
    if against not in whom:
        raise ComplaintUnfit(why=f"against one of {', '.join(whom)}.", why_zh=f"对象只能是{'、'.join(whom)}之一。")


def contest_fit(*, forum: str, document: str, since: date, evidence: bool, on: date) -> None:
    """Whether reconsideration or a lawsuit can be marked: which, under what number, since when, and with what to show for it."""
    if forum not in FORUMS:
        raise ContestUnfit(
            field="forum",
            why="it is either administrative reconsideration or a lawsuit.",
            why_zh="须是行政复议或者行政诉讼之一。",
        )
    if not document.strip():
        raise ContestUnfit(field="document", why="the case number is missing.", why_zh="缺少案号。")
    if since > on:
        raise ContestUnfit(field="since", why=f"{since} is still to come.", why_zh=f"{day_written(since)}尚未到来。")
    if not evidence:
        raise ContestUnfit(
            field="papers", why="add the notice of acceptance or docketing.", why_zh="请附受理通知书或者立案通知书。"
        )


def contest_may_enter(kind: str, actor: str, *, sender: str) -> bool:
    """Whether staff may enter reconsideration or a lawsuit: who sent the record, and who runs the register."""
    return kind in ("operator", "credit-centre") or actor == sender


def repair_admissible(
    law: Law, record_type: RecordType, *, record: int, standing: Standing, severity: Severity | None, decided_on: date,
    on: date, performed: bool, promised: bool, order: str = "", evidence: bool = False,
) -> None:  # fmt: skip
    """A repair may be asked for when the shortest showing term is over, the duty is performed and the promise is given
    (Order 36 of 2025, as FIELDS 6.9 reads it); refuses with the day from which it may be, or with what is lacking. A court's order
    that approves a plan of reorganisation or a settlement stands for performance where the law of the day says so.
    """
    _stands(record, standing)
    if record_type.tone != "adverse":
        raise NothingToRepair(record=record)
    rule = record_type.repair
    basis = law.cite((rule.basis if rule else record_type.basis)[0]).zh
    first = repair_from(law, record_type, severity=severity, decided_on=decided_on)
    if first is not None and on < first:
        raise RepairTooEarly(record=record, day=first, basis=basis)
    lacking = []
    if order and not (rule and rule.by_order and rule.from_ <= on):
        raise OrderUnfit(
            why="no law in force lets it stand for performance.", why_zh="现行规定没有以法院裁定代替履行。"
        )
    if order and not evidence:
        raise OrderUnfit(why="add the order itself.", why_zh="请附裁定书。")
    if not performed and not order:
        lacking.append(("已改正并履行全部义务", "that the breach is corrected and every duty performed"))
    if not promised:
        lacking.append(("作出信用承诺", "the public promise"))
    if lacking:
        zh, en = zip(*lacking, strict=True)
        raise PromiseMissing(lacking=" and ".join(en), lacking_zh="、".join(zh), basis=basis)


def repair_from(law: Law, record_type: RecordType, *, severity: Severity | None, decided_on: date) -> date | None:
    """The first day on which a repair may be asked for; nothing where no shortest term is set for records of this class."""
    rule = record_type.repair
    key = rule.months_key(severity) if rule and rule.from_ <= law.day else None
    return months_after(decided_on, law.parameter(key)) if key else None


def repair_notice(
    law: Law,
    record_type: RecordType,
    *,
    firm: str,
    document: str,
    authority: str,
    first: date | None,
    exit_: Words | None,
    on: date,
) -> str:
    """What goes out with the decision itself: what its subject must do to have the record repaired, from when, and where."""
    rule, procedure = record_type.repair, law.procedures[REPAIR]
    basis = (rule.basis if rule else procedure.basis)[0]
    clocks = [s for s in procedure.steps if s.by == "authority" and s.within]
    within = law.parameter(str(clocks[0].within)) if clocks else 0
    clauses = [
        "修复的条件：违法行为已经改正，决定规定的义务已经全部履行，并公开承诺所提交的材料真实有效。",
        f"申请的时间：{f'{day_written(first)}起' if first else '义务履行完毕之后'}可以提出申请（{law.cite(basis).zh}）。",
        "申请的方式：在本库该企业页面的记录下方提出，或者向作出决定的机关书面提出，不收取任何费用。",
        f"办理的期限：作出决定的机关在{within}个工作日内作出是否准予修复的决定。",
        "修复的效果：准予修复后，该记录停止公示、停止共享和使用，据此采取的措施同时解除。",
    ]
    if rule and rule.by_order:
        by_order = law.cite(rule.by_order[0]).zh
        clauses.append(f"重整、和解：法院裁定批准重整计划或者认可和解协议的，可以凭裁定书申请（{by_order}）。")
    if exit_:
        clauses.append(f"如何移出：{sentence(exit_.zh)}")
    zh = letter_written(
        "信用修复告知书", to=firm, opening=f"本机关已对你单位作出{document}。现将申请信用修复的有关事项告知如下：",
        clauses=clauses, sign=authority, on=on,
    )  # fmt: skip
    en = [
        f"Notice of repair, with decision {document}. To: {firm}.",
        "Correct the breach, perform all that the decision orders, and promise publicly that your papers are true.",
        f"Ask from {first} on" if first else "Ask as soon as that is done",
        "on the page of the enterprise, below the record, or in writing to whoever decided. No fee. "
        f"Decided within {within} working days; once granted, the record is neither shown nor used and measures are lifted.",
        *([f"How one comes off the list: {exit_.en}."] if exit_ else []),
    ]
    return "\n".join([*zh, "", *en]) + "\n"


def _stands(record: int, standing: Standing) -> None:
    if standing.gone or standing.repaired_on is not None:
        zh = {"withdrawn": "已撤回", "unmatched": "不属于该主体", "superseded": "已更正", "repaired": "已修复"}
        raise RecordGone(record=record, state=standing.word, state_zh=zh.get(standing.word, standing.word))


def repairable(terms: Terms, standing: Standing, *, on: date) -> bool:
    """Whether anything is left to repair on the day: the record is still shown or still has effect."""
    shown = showable(terms, standing, on=on)
    counts = terms.effect_until is None or on < terms.effect_until
    return not standing.gone and standing.repaired_on is None and (shown or counts)
