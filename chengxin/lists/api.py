"""The door of subjects' files."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from chengxin import law as lawroom
from chengxin.actors.api import ClientKey, Instant, Most, PerClient, Text, at_most
from chengxin.lists.selectors import file_shown, task_shown, tasks_counted, tasks_open
from chengxin.lists.services import informing
from chengxin.lists.services import measures as setting
from chengxin.lists.services.following import MOST_CHANGES, changes_read
from chengxin.lists.services.reading import clean_read, subject_read

router = Router(auth=ClientKey("subjects"), throttle=PerClient(), tags=["subjects 主体"])
followed = Router(auth=ClientKey("lists"), throttle=PerClient(), tags=["lists 名单"])
measures = Router(auth=ClientKey("measures"), throttle=PerClient(), tags=["measures 措施"])

# The number of a change, and how many of them a caller asks for at most.
After = Annotated[int, Field(ge=0, le=2**63 - 1)]
MostChanges = Annotated[int, at_most(MOST_CHANGES)]


class SubjectOut(Schema):
    """A subject's whole file as of a day and an instant."""

    subject: int
    on: date
    known_at: datetime
    identifiers: list[dict[str, Any]]
    names: list[dict[str, Any]]
    records: list[dict[str, Any]]


@router.get("/{code}", response=SubjectOut, summary="企业档案 / an enterprise's file", operation_id="subject_show")
def subject_show(
    request: HttpRequest, code: str, on: date | None = None, known_at: Instant | None = None, jurisdiction: Text = "cn"
) -> Any:
    """某日、按某时所知的全部记录；查阅留痕。 / Every record as of a day, as known at an instant; the reading is traced."""
    at = timezone.now()
    day = on or timezone.localdate(at)
    file = subject_read(
        number=code,
        asker=request.auth,  # type: ignore[attr-defined]
        on=day,
        at=at,
        known_at=known_at,
        jurisdiction=jurisdiction,
    )
    return file_shown(file, lawroom.load().on(day, jurisdiction))


class LookedAtOut(Schema):
    """A kind of adverse record that was looked at."""

    record_type: str
    title: str
    title_en: str


class BearingOut(Schema):
    """A record that bears on the answer."""

    record: int
    record_type: str
    authority: str
    document: str
    decided_on: date


class CleanOut(Schema):
    """Whether there was no adverse record in so many years running: a fact with its days and basis, never a score."""

    outcome: str
    good: bool
    years: int
    since: date
    until: date
    registered_on: date | None
    looked_at: list[LookedAtOut]
    against: list[BearingOut]
    favourable: list[BearingOut]
    article: str
    article_en: str
    verified: bool


@router.get(
    "/{code}/clean", response=CleanOut, summary="连续几年无不良记录 / no adverse record", operation_id="subject_clean"
)
def subject_clean(
    request: HttpRequest,
    code: str,
    years: int | None = None,
    on: date | None = None,
    jurisdiction: Text = "cn",
    purpose: Text = "",
) -> Any:
    """过期、已修复、撤回、异议中的不算；写明看了什么、到哪一天、依据。 / Past-term, repaired, withdrawn and disputed ones do not count."""
    at = timezone.now()
    return clean_read(
        number=code, asker=request.auth, on=on or timezone.localdate(at), at=at, years=years,  # type: ignore[attr-defined]
        jurisdiction=jurisdiction, purpose=purpose,
    )  # fmt: skip


class DryRunIn(Schema):
    """Which measure, by whose law."""

    measure: Text
    jurisdiction: Text = "cn"


class DryRunOut(Schema):
    """Whom the measure would meet today, and of its lists' records those that it would not."""

    dry_run: int
    measure: str
    jurisdiction: str
    on: date
    subjects: int
    records: int
    disputed: int
    past_term: int
    over: int
    weakly_matched: int


class ActivationIn(DryRunIn):
    """Which agency is asked, on which dry run; `active: false` asks it no more."""

    agency: Text
    dry_run: int | None = None
    active: bool = True


class ActivationOut(Schema):
    """Whether the agency is asked, since when."""

    measure: str
    jurisdiction: str
    agency: str
    active: bool
    at: datetime


class TaskOut(Schema):
    """A task: what is to be done about which record, by when, and the measure's own words."""

    task: int
    kind: str
    measure: str
    title: str
    title_en: str
    effect: str
    mandatory: bool
    article: str
    record: int
    document: str
    code: str
    due_on: date
    state: str
    tell_by: date | None
    notice: int | None


class TaskAnswerIn(Schema):
    """`done`, or `not-done` with the reason."""

    outcome: Text
    reason: Text = ""
    document: Text = ""


class TaskAnswerOut(Schema):
    """The answer as it was written down; for a measure carried out, the notice to its subject and the day until which that is to be served."""

    task: int
    outcome: str
    reason: str
    at: datetime
    notice: int | None
    tell_by: date | None


class ProofIn(Schema):
    """What proves that the notice of a measure was served."""

    proof: Text


class ServedOut(Schema):
    """That the notice was served, and when."""

    task: int
    notice: int
    proof: str
    at: datetime


class CountOut(Schema):
    """What came of one measure with one agency."""

    measure: str
    agency: str
    kind: str
    raised: int
    done: int
    telling: int
    not_done: int
    open: int
    fallen: int
    late: int


class ChangeOut(Schema):
    """A change to be made on a list kept elsewhere: `entered` and `corrected` put the record on (in the place of `replaces`, where there is
    one), `left` and `suspended` take it off; with the decision behind it. Of the subject only its number.
    """

    change: int
    list: str
    kind: str
    record: int
    replaces: int | None
    code: str
    on: date
    at: datetime
    authority: str
    authority_code: str | None
    document: str
    decided_on: date
    effect_from: date
    effect_until: date | None


class ChangesOut(Schema):
    """A page of changes, the number after which to go on, and whether there are more now."""

    changes: list[ChangeOut]
    cursor: int
    more: bool


@followed.get(
    "/{jurisdiction}/changes",
    response=ChangesOut,
    summary="名单的变动 / changes of lists",
    operation_id="list_changes",
)
def changes(request: HttpRequest, jurisdiction: str, after: After = 0, most: MostChanges = 1000) -> Any:
    """从上次的编号之后接着取：列入、更正、暂不产生效力、移出；依次照办，即与本库的名单一致。 / In order, from where the caller stopped."""
    asker = request.auth  # type: ignore[attr-defined]
    return changes_read(jurisdiction=jurisdiction, after=after, most=most, asker=asker, at=timezone.now()).__dict__


@measures.post("/dry-runs", response=DryRunOut, summary="试算 / dry run", operation_id="measure_dry_run")
def dry_run(request: HttpRequest, asked: DryRunIn) -> Any:
    """某措施今日会及于多少主体，多少在异议中、已过期限、仅按名称认定。 / Whom a measure would meet today."""
    found = setting.measure_dry_run(**asked.dict(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return found.as_dict()


@measures.post(
    "/activations", response=ActivationOut, summary="启动、停止 / activate, stop", operation_id="measure_activate"
)
def activate(request: HttpRequest, asked: ActivationIn) -> Any:
    """据最新的试算启动；数据有变化的须重新试算。 / On a dry run that is not older than the data."""
    words: dict[str, Any] = {
        "measure": asked.measure, "jurisdiction": asked.jurisdiction, "agency": asked.agency,
        "asker": request.auth, "at": timezone.now(),  # type: ignore[attr-defined]
    }  # fmt: skip
    if asked.active:
        return setting.measure_activate(**words, dry_run=asked.dry_run or 0)
    return setting.measure_deactivate(**words)


@measures.get("/tasks", response=list[TaskOut], summary="待办任务 / my tasks", operation_id="tasks")
def tasks(request: HttpRequest, most: Most = 50) -> Any:
    """本单位尚未答复、尚未送达告知的任务，先到期的在前。 / The caller's tasks not yet answered, or of which nobody was told yet."""
    at = timezone.now()
    return [
        task_shown(task, at=at)
        for task in tasks_open(request.auth, at=at)[:most]  # type: ignore[attr-defined]
    ]


@measures.post(
    "/tasks/{int:task}/answer", response=TaskAnswerOut, summary="办理任务 / answer a task", operation_id="task_answer"
)
def task_answer(request: HttpRequest, task: int, asked: TaskAnswerIn) -> Any:
    """已办，或者未办及理由。 / Done, or not done and why."""
    made = setting.task_answer(task=task, **asked.dict(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {
        "task": task,
        "outcome": made.outcome,
        "reason": made.reason,
        "at": made.at,
        "notice": made.notice_id,
        "tell_by": made.tell_by,
    }


@measures.post(
    "/tasks/{int:task}/service",
    response=ServedOut,
    summary="告知已送达 / the subject was told",
    operation_id="task_served",
)
def task_served(request: HttpRequest, task: int, asked: ProofIn) -> Any:
    """措施的告知书已送达当事人；逾期未送达的，措施不产生效力，任务退回。 / Proof that the subject was told in time."""
    made = informing.task_served(task=task, proof=asked.proof, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"task": task, "notice": made.notice_id, "proof": made.detail, "at": made.at}


@measures.get("/statistics", response=list[CountOut], summary="统计 / statistics", operation_id="measure_statistics")
def statistics(request: HttpRequest) -> Any:
    """按措施和单位：下达、已办、未办、待办、逾期。 / By measure and agency: raised, done, not done, open, late."""
    return [count.__dict__ for count in tasks_counted(request.auth, at=timezone.now())]  # type: ignore[attr-defined]
