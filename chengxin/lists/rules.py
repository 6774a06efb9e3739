"""Which lists a record puts its subject on, and which measures follow in a matter. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chengxin.cases.rules import Telling
from chengxin.kernel.days import day_due
from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after
from chengxin.kernel.written import day_written, letter_written, sentence
from chengxin.law import Law
from chengxin.law.models import KINDS_ZH, Basis, ListEntry, Measure, Procedure
from chengxin.records.rules import Effect, Standing, Terms, effect

CLEAN_YEARS, MOST_YEARS = "clean-years", 10


@dataclass(frozen=True)
class Fact:
    """One record as a rule sees it: what it is, by which document of which authority, its term, and its standing."""

    record: int
    record_type: str
    authority: str
    document: str
    decided_on: date
    terms: Terms
    severity: str | None
    body: Mapping[str, Any]
    standing: Standing
    statement: str = ""


@dataclass(frozen=True)
class Following:
    """A measure that follows from a fact through a list; suspended while the fact is verified or stayed."""

    measure: Measure
    listing: ListEntry
    fact: Fact
    suspended: bool


def record_types_deciding(law: Law, matter: str) -> list[str]:
    """The record types through which any measure in the matter can follow: nothing else need be read."""
    lists = {key for measure in measures_in(law, matter) for key in measure.lists}
    return sorted({law.lists[key].record_type for key in lists if key in law.lists})


def measures_in(law: Law, matter: str) -> list[Measure]:
    """The measures on organisations in the matter that are in force on the law's day, by key."""
    found = [m for m in law.measures.values() if matter in m.matters and "organisation" in m.subject_kinds]
    return sorted(found, key=lambda m: m.key)


def listed(entry: ListEntry, fact: Fact) -> bool:
    """Whether the fact is one that puts its subject on the list."""
    if entry.record_type != fact.record_type:
        return False
    values = {**fact.body, "severity": fact.severity}
    return all(values.get(name) in allowed for name, allowed in entry.where.items())


def measures_following(law: Law, matter: str, facts: Iterable[Fact], *, on: date) -> list[Following]:
    """Every measure in the matter that follows on the day from a fact in effect, and those whose fact is suspended."""
    following: list[Following] = []
    facts = list(facts)
    for measure in measures_in(law, matter):
        for entry in lists_of(law, measure):
            for fact in facts:
                state = effect(fact.terms, fact.standing, on=on) if listed(entry, fact) else Effect.NONE
                if state is not Effect.NONE:
                    following.append(Following(measure, entry, fact, state is Effect.SUSPENDED))
    return following


def lists_of(law: Law, measure: Measure) -> Sequence[ListEntry]:
    """The lists from which the measure follows, as far as the law of the day has them."""
    return [law.lists[key] for key in measure.lists if key in law.lists]


def carried_out_wrongly(entries: Iterable[ListEntry], last: Fact, *, on: date) -> bool:
    """Whether a measure carried out on the day through one of these lists should not have been: the claim that stands last where it
    rested was taken out or is about somebody else, or puts its subject on none of the lists on that day. One that was repaired or
    has expired since was right when it was used.
    """
    if last.standing.withdrawn or last.standing.unmatched:
        return True
    terms = last.terms
    in_term = terms.effect_from <= on and (terms.effect_until is None or on < terms.effect_until)
    return not in_term or not any(listed(entry, last) for entry in entries)


# --- a clean record -----------------------------------------------------------------------------------------------------------


class YearsUnfit(Refusal):
    """{years} years cannot be asked about: from 1 to {most}."""

    code = "clean-years-unfit"
    zh = "不能查询连续{years}年：只能是1至{most}年。"


class Clean(StrEnum):
    """Whether a subject had no adverse record in so many years running."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does_not_hold"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class CleanRecord:
    """The answer to "no adverse record in so many years running", with what was looked at: a fact with its days, never a score.

    `against` are the adverse records that count; `good` says that it holds and a favourable record is in effect.
    """

    outcome: Clean
    good: bool
    years: int
    since: date
    until: date
    record_types: Sequence[str]
    against: Sequence[Fact]
    favourable: Sequence[Fact]
    registered_on: date | None


def clean_record(
    law: Law, facts: Iterable[Fact], *, registered_on: date | None, on: date, years: int | None = None
) -> CleanRecord:
    """Whether no adverse record that counts on the day was decided in the years before it (by default those of the lawbook).

    One past its term, repaired, withdrawn, ended or under objection does not count against its subject. Where the registration is
    not known nobody can say; a subject that is younger than the years has not had them.
    """
    number = law.parameter(CLEAN_YEARS) if years is None else years
    if not 1 <= number <= MOST_YEARS:
        raise YearsUnfit(years=number, most=MOST_YEARS)
    since = months_after(on, -12 * number)
    tones = {key: law.record_types[key].tone for key in law.record_types}
    counting = [fact for fact in facts if effect(fact.terms, fact.standing, on=on) is Effect.COUNTS]
    # One that was decided before the years began and counts still has stood in them.
    against = [f for f in counting if tones.get(f.record_type) == "adverse"]
    favourable = [f for f in counting if tones.get(f.record_type) == "favourable"]
    if against or (registered_on is not None and registered_on > since):
        outcome = Clean.DOES_NOT_HOLD
    else:
        outcome = Clean.CANNOT_SAY if registered_on is None else Clean.HOLDS
    looked_at = sorted(key for key, tone in tones.items() if tone == "adverse")
    good = outcome is Clean.HOLDS and bool(favourable)
    return CleanRecord(outcome, good, number, since, on, looked_at, against, favourable, registered_on)


# --- entering a list ------------------------------------------------------------------------------------------------------


class ListUnknown(Refusal):
    """There is no list {key} whose entries are decided in this register. Those that are: {known}."""

    code = "list-unknown"
    status = 404
    zh = "没有在本系统作出列入决定的名单{key}。可用的：{known}。"


class GroundUnfit(Refusal):
    """Record {record} is no ground for the list {title}: {why} ({basis}). No basis, no record."""

    code = "list-ground-unfit"
    zh = "记录{record}不能作为列入“{title}”的依据：{why_zh}（{basis}）。没有依据，不得列入。"


class AlreadyListed(Refusal):
    """The subject stands on the list already, by record {record}, or an entry by this ground is under way."""

    code = "list-already-entered"
    status = 409
    zh = "该主体已在名单上（记录{record}），或者正以同一依据办理列入。"


class HonourBarred(Refusal):
    """{title}: whoever stands on {lists} is not entered ({basis}). Once that record is repaired, removed or past its term, apply again; if it is wrong, object to it."""

    code = "honour-barred"
    status = 409
    zh = "{title}：目前在“{lists_zh}”上的，不予认定（{basis}）。该记录修复、移出或者期满后可以再申请；记录有误的，请先提出异议。"


class NotAppliedFor(Refusal):
    """One cannot ask to be entered on {key}. The lists that one can apply for: {known}."""

    code = "list-not-applied-for"
    status = 409
    zh = "名单{key}不接受申请。可以申请的：{known}。"


class AuthorityUnfit(Refusal):
    """{authority} is no department that could decide on the application. The departments are: {known}."""

    code = "honour-authority-unfit"
    zh = "{authority}不是可以认定的主管部门。可选的部门：{known}。"


class RegistrationMissing(Refusal):
    """The register holds no registration in effect of {number}: there is nothing on which the entry could rest."""

    code = "honour-registration-missing"
    status = 409
    zh = "库中没有{number}有效的登记记录，申请没有依据。"


class ObjectionLate(Refusal):
    """Objections to this could be made until {day}; it is not under objection any more."""

    code = "honour-objection-late"
    status = 409
    zh = "公示期已于{day}届满，不再接受异议。"


class ListingNotPermitted(Refusal):
    """{actor} is a {kind}: only a department, or who runs the register for one, decides on a list ({basis})."""

    code = "listing-not-permitted"
    status = 403
    zh = "{actor}属于{kind_zh}：只有主管部门（或者代其办理的运行单位）可以决定列入名单（{basis}）。"


@dataclass(frozen=True)
class Objectable:
    """A state in which anybody may object, and the first day on which the one from which the time counts may have begun, if there is
    time left; no such day where clocks may stand still, for then only the case itself tells.
    """

    state: str
    counts_from: str
    since: date | None


def objectable(law: Law, procedure: Procedure, *, on: date) -> list[Objectable]:
    """In which states of the procedure anybody may object on the day."""
    still = any(state.stands_still for state in procedure.states.values())
    found = []
    for step in procedure.steps:
        if step.by == "anybody":
            timed = step.within is not None and not still
            found.append(
                Objectable(step.from_, step.counts_from, _begun_since(law, step.within, on) if timed else None)
            )
    return found


def _begun_since(law: Law, key: str | None, on: date) -> date:
    """The first day from which so much time is not over on the day."""
    number, unit, since = law.parameter(str(key)), law.parameters[str(key)].unit, on
    while day_due(since - timedelta(days=1), number, unit) >= on:
        since -= timedelta(days=1)
    return since


def list_decided_here(law: Law, key: str) -> ListEntry:
    """The list of this key, if its entries are decided here."""
    entry = law.lists.get(key)
    if entry is None or entry.decided_here is None:
        known = ", ".join(k for k, e in sorted(law.lists.items()) if e.decided_here)
        raise ListUnknown(key=key, known=known)
    return entry


def ground_admissible(law: Law, entry: ListEntry, fact: Fact, *, on: date) -> None:
    """Whether an entry on the list may rest on the fact: of a kind that the list names, and in effect on the day."""
    values = {**fact.body, "severity": fact.severity}
    named = any(
        ground.record_type == fact.record_type and all(values.get(n) in allowed for n, allowed in ground.where.items())
        for ground in entry.grounds
    )
    if not named:
        why, zh = "the list does not name records of this kind", "名单没有列明此类记录"
    elif effect(fact.terms, fact.standing, on=on) is not Effect.COUNTS:
        why, zh = f"it has no effect today ({fact.standing.word})", "该记录目前不产生效力"
    else:
        return
    raise GroundUnfit(record=fact.record, title=entry.title.zh, why=why, why_zh=zh, basis=law.cite(entry.basis[0]).zh)


def lists_applied_for(law: Law) -> list[ListEntry]:
    """The favourable lists that a subject may ask to be entered on, by key."""
    return [entry for _, entry in sorted(law.lists.items()) if entry.applied_for]


def honour_unbarred(law: Law, entry: ListEntry, on_lists: Iterable[str]) -> None:
    """Refuses where the subject stands on a list that bars the entry; one under objection, repaired or past its term bars nothing."""
    barring = [law.lists[key] for key in entry.barred_by if key in set(on_lists) and key in law.lists]
    if barring:
        raise HonourBarred(
            title=entry.title.zh, lists=", ".join(b.title.en for b in barring), lists_zh="、".join(b.title.zh for b in barring),
            basis=law.cite(entry.basis[-1]).zh,
        )  # fmt: skip


MAY_DECIDE = ("department", "operator")


def listing_permitted(law: Law, entry: ListEntry, *, kind: str, actor: str) -> None:
    """Whether this kind of actor may propose an entry on the list."""
    if kind not in MAY_DECIDE:
        raise ListingNotPermitted(
            actor=actor, kind=kind, kind_zh=KINDS_ZH.get(kind, kind), basis=law.cite(entry.basis[0]).zh
        )


def entry_notice(law: Law, entry: ListEntry, *, ground: Fact, **told: Any) -> tuple[str, str]:
    """What the notice that goes before the entry is called, and its words."""
    if law.record_types[entry.record_type].tone == "favourable":
        return "拟认定告知书", honour_notice_written(law, entry, **told)
    return "列入事先告知书", notice_written(law, entry, ground=ground, **told)


def consequences(law: Law, key: str) -> list[Measure]:
    """The measures that follow from standing on the list, by key."""
    found = [m for m in law.measures.values() if key in m.lists and "organisation" in m.subject_kinds]
    return sorted(found, key=lambda m: m.key)


def notice_written(
    law: Law,
    entry: ListEntry,
    *,
    number: str,
    key: str,
    firm: str,
    code: str,
    ground: Fact,
    reasons: str,
    on: date,
    authority: str,
) -> str:
    """The notice that goes before an entry: what is intended and why, on which basis, what would follow, what can be done about it
    and until when. In Chinese, then in English.
    """
    procedure = law.procedures[str(entry.entry)]
    reply = next((s for s in procedure.steps if s.by == "subject" and s.within), None)
    days = law.parameter(reply.within) if reply and reply.within else 0
    measures = consequences(law, entry.key)
    bases = "、".join(law.cite(b).zh for b in entry.basis)
    followed = "；".join(f"{m.title.zh}（{law.cite(m.basis[0]).zh}）" for m in measures) or "无"
    zh = letter_written(
        "列入事先告知书",
        mark=f"案件编号：{number}　查询码：{key}",
        to=f"{firm}（统一社会信用代码：{code}）",
        opening=f"本机关拟将你单位列入{entry.title.zh}。现将拟列入的事实、理由、依据和你单位享有的权利告知如下：",
        clauses=[
            f"事实和理由：{sentence(reasons)}所依据的是{ground.authority}{day_written(ground.decided_on)}作出的{ground.document}（记录编号{ground.record}）。",
            f"法律依据：{bases}。",
            f"列入后的措施：{followed}。",
            f"如何移出：{sentence(entry.exit.zh)}",
            f"陈述、申辩：你单位可以自收到本告知书之日起{days}个工作日内，凭案件编号和查询码在网上提出，或者书面提出。",
            "其他救济：列入后，你单位可以对该记录提出异议，也可以依法申请行政复议或者提起行政诉讼。",
        ],
        sign=authority,
        on=on,
    )
    en = [
        f"Notice before entry: {entry.title.en}",
        f"Case {number}, key {key}. To: {firm} ({code}).",
        f"Grounds: {reasons} Record {ground.record}: {ground.document}. Basis: {'; '.join(law.cite(b).en for b in entry.basis)}.",
        "What would follow: "
        + ("; ".join(f"{m.title.en} ({law.cite(m.basis[0]).en})" for m in measures) or "nothing")
        + ".",
        f"How one comes off: {entry.exit.en}.",
        f"You may answer within {days} working days of receipt, with number and key; object once listed; ask for reconsideration or sue.",
    ]
    return "\n".join([*zh, "", *en]) + "\n"


def honour_notice_written(
    law: Law, entry: ListEntry, *, number: str, key: str, firm: str, code: str, reasons: str, on: date, authority: str
) -> str:
    """What the subject of a proposed favourable entry is told. In Chinese, then in English."""
    bases = "、".join(law.cite(b).zh for b in entry.basis)
    zh = letter_written(
        "拟认定告知书",
        mark=f"案件编号：{number}　查询码：{key}",
        to=f"{firm}（统一社会信用代码：{code}）",
        opening=f"本机关拟将你单位列入{entry.title.zh}。现将有关事项告知如下：",
        clauses=[
            f"理由：{sentence(reasons)}",
            f"依据：{bases}。",
            "公示：认定之前先行公示，公示期内任何人可以提出异议；凭案件编号和查询码可以查看办理进度，也可以撤回。",
            f"如何退出：{sentence(entry.exit.zh)}",
        ],
        sign=authority,
        on=on,
    )
    en = [
        f"Proposed entry: {entry.title.en}. Case {number}, key {key}. To: {firm} ({code}).",
        f"Grounds: {reasons} Basis: {'; '.join(law.cite(b).en for b in entry.basis)}.",
        "It is shown before it is decided, and anybody may object. With number and key you can follow it or take it back.",
        f"How one comes off: {entry.exit.en}.",
    ]
    return "\n".join([*zh, "", *en]) + "\n"


# --- lists kept current elsewhere --------------------------------------------------------------------------------------------

MAY_FOLLOW = ("operator", "credit-centre", "supervisor")
FOLLOWED = ("adverse", "favourable")


class ListsNotYours(Refusal):
    """{actor} is a {kind}: the changes of lists are given to the centres and the supervising departments that keep the lists elsewhere."""

    code = "lists-not-yours"
    status = 403
    zh = "{actor}属于{kind}：名单的变动只提供给在别处维护名单的信用中心和主管部门。"


class PlaceUnknown(Refusal):
    """The lawbook has no place {place}. Its places are: {known}."""

    code = "place-unknown"
    status = 404
    zh = "法典中没有地区{place}。可用的：{known}。"


def following_permitted(kind: str, actor: str) -> None:
    """Whether this kind of actor is given the changes of lists."""
    if kind not in MAY_FOLLOW:
        raise ListsNotYours(actor=actor, kind=kind)


def lists_followed(law: Law) -> list[ListEntry]:
    """The lists whose changes are given: those made of published decisions for or against organisations. Supervision classes are none, nor
    is anything about a natural person.
    """
    made_of = [(entry, law.record_types[entry.record_type]) for _, entry in sorted(law.lists.items())]
    return [
        entry
        for entry, kind in made_of
        if kind.tone in FOLLOWED and kind.publication == "public" and not kind.of_persons
    ]


# --- setting measures going -------------------------------------------------------------------------------------------------


class MeasureUnknown(Refusal):
    """There is no measure "{measure}" in the lawbook of {jurisdiction} today. A measure that is not published there is none."""

    code = "measure-unknown"
    status = 404
    basis = "《上海市社会信用条例》第32条；《浙江省公共信用信息管理条例》第28条"
    zh = "{jurisdiction}今日的法典中没有措施“{measure}”。未经公布的措施不得实施。"


class MeasureNotYours(Refusal):
    """{actor} is a {kind}: measures are set going by {allowed}."""

    code = "measure-not-yours"
    status = 403
    zh = "{actor}属于{kind_zh}：措施由{allowed_zh}启动。"


class DryRunStale(Refusal):
    """The dry run {dry_run} is not one of the measure {measure}, or the register has changed since. Run it again, look at the counts, and activate then."""

    code = "dry-run-stale"
    status = 409
    zh = "试算{dry_run}不是措施{measure}的试算，或者此后数据已有变化。请重新试算、核对数字之后再启动。"


class ActivationUnchanged(Refusal):
    """The measure {measure} already is so for {agency}: nothing changed."""

    code = "activation-unchanged"
    status = 409
    zh = "措施{measure}对{agency}的状态未变。"


class TaskUnknown(Refusal):
    """There is no task "{task}" that you may answer or doubt: a task is answered by the agency to which it was given. Choose one of your own list of tasks."""

    code = "task-unknown"
    status = 404
    zh = "没有您可以办理或者提出疑义的任务“{task}”：任务由所下达的单位办理。请从本单位的任务清单中选择。"


class AnswerUnfit(Refusal):
    """A task is answered by one of {known}; what is not done needs its reason, and a remedy needs what was done to restore and undo."""

    code = "task-answer-unfit"
    zh = "任务的办理结果须是“已办”或者“未办”；未办的须写明理由，补救任务须写明怎样恢复名誉、消除影响。"


class MeasureOfPersons(Refusal):
    """The measure {measure} meets natural persons whom a deciding document names ({basis}). This register holds none, so there is nobody to raise a task
    for: its authority acts on the document.
    """

    code = "measure-of-persons"
    zh = "措施{measure}只及于决定文书载明的自然人（{basis}）。本库不存自然人，不能下达任务；由主管机关依决定文书执行。"


def measure_of(law: Law, key: str) -> Measure:
    """The measure on organisations, if it is published in the lawbook of the day."""
    found = law.measures.get(key)
    if found is None:
        raise MeasureUnknown(measure=key, jurisdiction=law.jurisdiction)
    if "organisation" not in found.subject_kinds:
        raise MeasureOfPersons(measure=key, basis=law.cite(found.basis[0]).zh)
    return found


def setting_going_permitted(kind: str, allowed: Iterable[str], actor: str) -> None:
    """Whether this kind of actor may set a measure going."""
    if kind not in allowed:
        raise MeasureNotYours(
            actor=actor, kind=kind, kind_zh=KINDS_ZH.get(kind, kind), allowed=", ".join(allowed),
            allowed_zh="、".join(KINDS_ZH.get(each, each) for each in allowed),
        )  # fmt: skip


def answer_fit(kind: str, outcome: str, known: Iterable[str], reason: str) -> None:
    """Whether a task of this kind can be answered so."""
    if outcome not in known or ((outcome != "done" or kind == "remedy") and not reason.strip()):
        raise AnswerUnfit(known=", ".join(known))


class TaskGroundless(Refusal):
    """Nothing may be carried out on record {record}: it is {state} and has no effect today. Leave the measure undone, or wait until
    the record counts again.
    """

    code = "task-groundless"
    status = 409
    zh = "记录{record}目前不产生效力（{state}），不得据以采取措施。请不要实施，或者待其恢复效力后再办。"


class TaskMisplaced(Refusal):
    """Record {record} is not about the enterprise of task {task}: it was laid on that one by mistake. Answer the task as not done, with that
    reason; whoever the record is about has a task of its own.
    """

    code = "task-misplaced"
    status = 409
    zh = "记录{record}不属于任务{task}所列的企业，是误记在其名下的。请以此为由答复“未办”；该记录所属的企业另有任务。"


class NothingToTell(Refusal):
    """Of task {task} nobody is waiting to be told: no measure was carried out, or its subject has been told already."""

    code = "task-nothing-to-tell"
    status = 409
    zh = "任务{task}没有待送达的告知：尚未采取措施，或者已经送达。"


class ToldTooLate(Refusal):
    """The time to tell the subject ended on {day} ({basis}): the measure has no effect, and its task is open again. Answer it anew; the
    subject is then told anew.
    """

    code = "task-told-too-late"
    status = 409
    zh = "告知当事人的期限已于{day}届满（{basis}）：该措施不产生效力，任务退回重办。请重新办理，并重新告知。"


class TaskState(StrEnum):
    """Where a task stands: the agency has not answered; it was carried out, and its subject is being told; nobody was told in time, so
    that it is open again; it is done, or will not be.
    """

    OPEN = "open"
    TELLING = "telling"
    RETURNED = "returned"
    DONE = "done"
    NOT_DONE = "not-done"


def task_state(outcome: str | None, tell_by: date | None, *, told: bool, on: date) -> TaskState:
    """Where a task stands on the day by its latest answer, and whether its subject was told in time."""
    if outcome is None:
        return TaskState.OPEN
    if tell_by is None or told:
        return TaskState(outcome)
    return TaskState.TELLING if on <= tell_by else TaskState.RETURNED


def measure_told(
    law: Law,
    measure: Measure,
    fact: Fact,
    *,
    firm: str,
    agency: str,
    tell_by: date,
    document: str,
    basis: Basis,
    on: date,
) -> Telling:
    """What its subject is told of a measure: what and by which statute, by whom, why, how long, and what can be done about it."""
    until = fact.terms.effect_until
    last = until - timedelta(days=1) if until else None
    statutes = [law.cite(each) for each in measure.basis]
    zh = letter_written(
        "采取措施告知书",
        mark=document,
        to=firm,
        opening="本机关依法对你单位采取措施，现告知如下：",
        clauses=[
            f"措施：{measure.title.zh}。{sentence(measure.effect.zh)}",
            f"法律依据：{'、'.join(cited.zh for cited in statutes)}。",
            f"事实和理由：{fact.authority}{day_written(fact.decided_on)}作出的{fact.document}（记录编号{fact.record}）。",
            f"期限：{f'至{day_written(last)}（含当日）；' if last else ''}{sentence(measure.ends.zh)}",
            "救济：认为记录有误的，可以对该记录提出异议；已经改正并履行义务的，可以申请信用修复；"
            "对本措施不服的，可以依法申请行政复议或者提起行政诉讼。",
            f"送达：本告知书应当在{day_written(tell_by)}前送达（{law.cite(basis).zh}）；逾期未送达的，该措施不产生效力。",
        ],
        sign=agency,
        on=on,
    )
    en = [
        f"Notice of a measure. To: {firm}.",
        f"Measure: {measure.title.en}. {measure.effect.en}. Statute: {'; '.join(cited.en for cited in statutes)}. By: {agency}.",
        f"Reason: record {fact.record}, {fact.document}. Until: {f'{last}. ' if last else ''}{measure.ends.en}.",
        "You may object to the record if it is wrong, ask for its repair if you have put it right, ask for reconsideration, or sue.",
        f"Unless this is served by {tell_by} ({law.cite(basis).en}), the measure has no effect.",
    ]
    return Telling("采取措施告知书 / Notice of a measure", "\n".join([*zh, "", *en]) + "\n")


def remedy_told(
    law: Law,
    measure: Measure,
    *,
    firm: str,
    agency: str,
    document: str,
    record: int,
    due_on: date,
    basis: Basis,
    on: date,
    misplaced: bool = False,
) -> Telling:
    """What the subject is told when a measure that was carried out on it turns out to have rested on a wrong record, or (`misplaced`) on
    a record of somebody else.
    """
    cited = law.cite(basis)
    zh = letter_written(
        "补救告知书",
        to=firm,
        opening=f"{agency}曾对你单位采取的措施“{measure.title.zh}”（{law.cite(measure.basis[0]).zh}），所依据的{document}"
        f"（记录编号{record}）现已查明{'不属于你单位' if misplaced else '有误'}。现将补救事项告知如下：",
        clauses=[
            f"{agency}应当在{day_written(due_on)}前解除该措施，为你单位恢复名誉、消除影响，并将办理结果告知你单位（{cited.zh}）。",
            "因该措施受到损失的，你单位可以依法申请行政复议、提起行政诉讼或者请求赔偿。",
        ],
        sign=agency,
        on=on,
    )
    en = [
        f"To: {firm}. The measure “{measure.title.en}” was carried out by {agency} on record {record} ({document}), which is now found "
        f"{'not to be about you' if misplaced else 'to be wrong'}.",
        f"By {due_on} {agency} lifts it, restores your reputation, undoes its effects, and tells you what it did ({cited.en}).",
        "For what you lost by it you may ask for reconsideration, sue, or claim compensation.",
    ]
    return Telling("补救告知书 / Notice of remedy", "\n".join([*zh, "", *en]) + "\n")


def remedied_told(measure: Measure, *, firm: str, agency: str, outcome: str, reason: str, on: date) -> Telling:
    """What the subject is told of how a wrong measure was made good, or why not."""
    done = outcome == "done"
    zh = letter_written(
        "补救结果告知书",
        to=firm,
        opening=f"对你单位采取的措施“{measure.title.zh}”所依据的记录有误。现将补救结果告知如下：",
        clauses=[
            f"{'补救情况' if done else '未予补救的理由'}：{sentence(reason)}",
            "对上述结果不服的，你单位可以依法申请行政复议或者提起行政诉讼。",
        ],
        sign=agency,
        on=on,
    )
    en = [
        f"To: {firm}. {agency} says of the measure “{measure.title.en}”: {'made good' if done else 'not made good'}. {reason}",
        "If you disagree you may ask for reconsideration or sue.",
    ]
    return Telling("补救结果告知书 / What was done to make good", "\n".join([*zh, "", *en]) + "\n")
