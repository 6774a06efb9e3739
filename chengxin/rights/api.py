"""The doors of objections and repairs: one for whoever is recorded, without an account, one for whoever decides."""

import base64
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.accounts.services.confirming import four_eyes, proposals_put, put_of
from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, address_of, text_kept
from chengxin.actors.selectors import Asker
from chengxin.cases.selectors import course_of, deeds_counted, tasks_of
from chengxin.cases.services.running import PaperIn, Words
from chengxin.kernel.errors import Refusal
from chengxin.lists.services import listing
from chengxin.rights import services
from chengxin.rights.rules import MOST_WORDS
from chengxin.rights.selectors import case_file
from chengxin.rights.services import Claimant
from chengxin.signatures.api import SignatureText, SignedOnOut, SignedTextOut, SigningTextOut

# Whoever is recorded has no account here. The rate keeps a program from opening cases by the thousand.
rights = Router(auth=None, throttle=PerAddress("30/m"), tags=["rights 权利"])
cases = Router(auth=ClientKey("cases"), throttle=PerClient(), tags=["cases 办理"])

Number = Annotated[str, StringConstraints(max_length=40), AfterValidator(text_kept)]
Long = Annotated[str, StringConstraints(max_length=4 * MOST_WORDS), AfterValidator(text_kept)]


class PaperUnreadable(Refusal):
    """The content of the paper "{title}" is not base64. Encode the file and send it again."""

    code = "paper-unreadable"
    zh = "材料“{title}”的内容不是 base64 编码。请编码后重新提交。"


class PaperInSchema(Schema):
    """One paper: what it is called, its media type, and the file in base64."""

    title: Text
    media_type: Number
    content: str


class ClaimantIn(Schema):
    """Who asks and how to reach them; `acting_for` where it is somebody for the subject."""

    name: Text
    reach: Text
    acting_for: Text = ""


class ObjectionIn(Schema):
    """Which record about whom, who objects, and why."""

    record: int
    code: Number
    claimant: ClaimantIn
    grounds: Long
    papers: list[PaperInSchema] = Field(default_factory=list, max_length=10)


class RepairIn(ObjectionIn):
    """The same for a repair, with the two things that its subject declares."""

    performed: bool
    promised: bool
    order: Text = ""


class HonourIn(Schema):
    """Which favourable list, for whom, decided by which department, who asks, and why."""

    list: Number
    code: Number
    authority: Number
    claimant: ClaimantIn
    grounds: Long
    papers: Sequence[PaperInSchema] = Field(default_factory=tuple, max_length=10)
    jurisdiction: Number = "cn"


class HonourObjectionIn(Schema):
    """To which published entry, who objects, and why."""

    number: Number
    claimant: ClaimantIn
    grounds: Long


class HonourObjectedOut(Schema):
    """The case into which the objection went."""

    number: str


class ContestIn(ObjectionIn):
    """Reconsideration (`reconsideration`) or a lawsuit (`lawsuit`): its case number, since when, and the notice of acceptance or docketing."""

    forum: Number
    document: Text
    since: date


class ContestEnterIn(Schema):
    """The same by whoever decided or runs the register: by what it is known, where it is pending, and the decision to stay if there is one."""

    record: int
    code: Number
    forum: Number
    document: Text
    since: date
    grounds: Long
    organ: Text = ""
    stayed: Text = ""
    papers: list[PaperInSchema] = Field(default_factory=list, max_length=10)


class DoubtIn(Schema):
    """Which of the caller's tasks rests on a record that it doubts, and why."""

    task: int
    grounds: Long


class ChoiceOut(Schema):
    """What may be done next: by whom, until when, by which article."""

    to: str
    title: str
    title_en: str
    by: str
    last_day: date | None
    article: str


class CaseReceiptOut(Schema):
    """The receipt: its key is shown once."""

    number: str
    key: str
    record: int
    procedure: str
    on: date
    state: str
    suspended: bool
    next: Sequence[ChoiceOut]


class FollowIn(Schema):
    """The number and the key of a receipt; in the body, so that neither stands in an address or a log."""

    number: Number
    key: Number


class ComplaintIn(FollowIn):
    """What is complained of (`late`, `refused`, `manner`), against whom (`authority`, `provider`, `credit-centre`), and why."""

    what: Number
    against: Number
    grounds: Long


class AnswerIn(FollowIn):
    """A step by whoever holds the receipt."""

    to: Number
    reasons: Long = ""
    papers: list[PaperInSchema] = Field(default_factory=list, max_length=10)
    signed_on: date | None = None


class SignedAnswerIn(AnswerIn):
    """The same, with a detached signature (CMS) of the reply's text by the firm's certificate if there is one, and the day on which it was made."""

    signature: SignatureText = ""


class StatementIn(FollowIn):
    """The subject's own words beside the record that the case is about."""

    words: Long


class StepIn(Schema):
    """A step by whoever decides: to which state, with what words; `changes` (field → right value) where it corrects the record."""

    to: Number
    reasons: Long = ""
    document: Text = ""
    served: Text = ""
    approved_by: Text = ""
    changes: dict[str, Long] = Field(default_factory=dict)


class ListingIn(Schema):
    """Which list, on which record as its ground, about whom, and why."""

    list: Number
    record: int
    code: Number
    reasons: Long
    jurisdiction: Number = "cn"


class ProposedOut(Schema):
    """The case of a proposed entry, the key for its subject, and the notice to be served."""

    number: str
    key: str
    list_key: str
    record: int
    state: str
    last_day: date | None
    notice: str


class ToldOut(Schema):
    """One step that was taken; `certificate` where its words were signed by certificate."""

    number: int
    to: str
    title: str
    title_en: str
    on: date
    at: datetime
    by: str
    reasons: str
    document: str
    certificate: SignedOnOut | None


class OpenOut(ChoiceOut):
    """What may be done next, with what it needs and the day that must be over before."""

    not_before: date | None
    needs: list[str]
    article_en: str


class PaperOut(Schema):
    """A paper of the case's file."""

    paper: int
    title: str
    size: int
    sha256: str


class DeedOut(Schema):
    """Training, an interview or the like, written down in the case."""

    kind: str
    title: str
    title_en: str
    on: date
    note: str


class DeedIn(Schema):
    """What was done, and when."""

    kind: Number
    on: date
    note: Text = ""


class DeedCountOut(Schema):
    """Of all repairs asked for: in how many each deed was written down, and in how many any."""

    procedure: str
    cases: int
    deeds: dict[str, int]
    any: int


class RepairNoticeIn(Schema):
    """Which record about whom."""

    record: int
    code: Number


class RepairNoticeOut(Schema):
    """The notice, to be served with the decision."""

    notice: str


class MeasureToldOut(Schema):
    """A measure that was carried out because of the record (`carry-out`), or what is to be lifted (`lift`) or made good (`remedy`):
    by whom, until when, and where it stands. A measure has effect when its subject is told of it (`done`), not before (`telling`).
    """

    task: int
    kind: str
    title: str
    title_en: str
    agency: str
    due_on: date
    state: str
    reason: str
    answered_at: datetime | None


class CaseOut(Schema):
    """Where a case stands, what was done in it and what may be done next."""

    number: str
    procedure: str
    record: int
    jurisdiction: str
    opened_on: date
    state: str
    state_title: str
    state_title_en: str
    final: bool
    suspended: bool
    last_day: date | None
    steps: list[ToldOut]
    choices: list[OpenOut]
    statement: str
    papers: list[PaperOut]
    measures: list[MeasureToldOut]
    deeds: list[DeedOut]


class CaseForStaff(CaseOut):
    """The same with what the claimant said, for whoever decides."""

    claimant: dict[str, str]


class DoneOut(Schema):
    """Where the case stands after a step, the record that replaced a wrong one, and how many answers were given anew."""

    number: str
    state: str
    final: bool
    suspended: bool
    last_day: date | None
    record: int | None
    reissued: int


class PutOut(Schema):
    """A step that takes two: who proposed it (`account` of the staff, or `client`, a program), until when another may confirm it, and its `state`: `pending`,
    `confirmed`, `refused` or `expired`.
    """

    proposal: int
    kind: str
    about: str
    account: int | None
    client: int | None
    at: datetime
    until: datetime
    state: str
    answered_at: datetime | None


@rights.post("/objections", response=CaseReceiptOut, summary="提出异议 / object", operation_id="objection_file")
def objection_file(request: HttpRequest, asked: ObjectionIn) -> Any:
    """对一条记录提出异议；回执的查询码只显示一次。 / Object to a record; the receipt's key is shown once."""
    receipt = services.objection_file(
        record=asked.record, number=asked.code, claimant=Claimant(**asked.claimant.dict()), grounds=asked.grounds,
        papers=_papers(asked.papers), at=timezone.now(),
    )  # fmt: skip
    return receipt.as_dict()


@rights.post(
    "/repairs", response=CaseReceiptOut, summary="申请信用修复 / ask for a repair", operation_id="repair_request"
)
def repair_request(request: HttpRequest, asked: RepairIn) -> Any:
    """申请修复一条不利记录；说明已改正、已履行，并作出承诺。 / Ask for the repair of an adverse record."""
    receipt = services.repair_request(
        record=asked.record, number=asked.code, claimant=Claimant(**asked.claimant.dict()), grounds=asked.grounds,
        performed=asked.performed, promised=asked.promised, order=asked.order, papers=_papers(asked.papers), at=timezone.now(),
    )  # fmt: skip
    return receipt.as_dict()


@rights.post(
    "/removals",
    response=CaseReceiptOut,
    summary="申请移出名单 / ask to come off a list",
    operation_id="removal_request",
)
def removal_request(request: HttpRequest, asked: ObjectionIn) -> Any:
    """已履行义务或者符合移出条件的，申请提前移出。 / Ask to come off a list before its term."""
    receipt = services.removal_request(
        record=asked.record, number=asked.code, claimant=Claimant(**asked.claimant.dict()), grounds=asked.grounds,
        papers=_papers(asked.papers), at=timezone.now(),
    )  # fmt: skip
    return receipt.as_dict()


@rights.post(
    "/contests", response=CaseReceiptOut, summary="标注复议或者诉讼 / under review", operation_id="contest_file"
)
def contest_file(request: HttpRequest, asked: ContestIn) -> Any:
    """已申请行政复议或者提起行政诉讼的，写明案号、日期并附证据。 / Mark a record as under reconsideration or lawsuit."""
    receipt = services.contest_file(
        record=asked.record, number=asked.code, claimant=Claimant(**asked.claimant.dict()), grounds=asked.grounds, forum=asked.forum,
        document=asked.document, since=asked.since, papers=_papers(asked.papers), at=timezone.now(),
    )  # fmt: skip
    return receipt.as_dict()


@rights.post("/honours/applications", response=CaseReceiptOut, summary="申请认定 / apply", operation_id="honour_apply")
def honour_apply(request: HttpRequest, asked: HonourIn) -> Any:
    """申请列入守信名单，向一个主管部门提出；凭回执可以撤回。 / Ask a department for an entry on a favourable list."""
    receipt = services.honour_apply(
        list_key=asked.list, number=asked.code, authority=asked.authority, claimant=Claimant(**asked.claimant.dict()),
        grounds=asked.grounds, papers=_papers(asked.papers), jurisdiction=asked.jurisdiction, at=timezone.now(),
    )  # fmt: skip
    return receipt.as_dict()


@rights.post(
    "/honours/objections", response=HonourObjectedOut, summary="对公示提出异议 / object", operation_id="honour_object"
)
def honour_object(request: HttpRequest, asked: HonourObjectionIn) -> Any:
    """任何人在公示期内说明理由提出；决定须予答复。 / By anybody, with reasons, while it is published; the decision must answer it."""
    number = services.honour_object(
        number=asked.number, claimant=Claimant(**asked.claimant.dict()), grounds=asked.grounds, at=timezone.now()
    )
    return {"number": number}


@rights.post(
    "/complaints", response=CaseReceiptOut, summary="投诉办理 / complain of handling", operation_id="complaint_file"
)
def complaint_file(request: HttpRequest, asked: ComplaintIn) -> Any:
    """凭案件编号和查询码投诉逾期、拒绝无理或者办理方式不当；主管部门限期答复。 / By the case's number and key; the supervising department answers."""
    words: dict[str, Any] = {"what": asked.what, "against": asked.against, "grounds": asked.grounds}
    return services.complaint_file(number=asked.number, key=asked.key, **words, at=timezone.now()).as_dict()


@rights.post("/follow", response=CaseOut, summary="查询办理进度 / where it stands", operation_id="case_follow")
def case_follow(request: HttpRequest, asked: FollowIn) -> Any:
    """凭回执编号和查询码。 / By the number and the key of the receipt."""
    at = timezone.now()
    lookup_count(page="case", address=address_of(request), at=at)
    return services.case_followed(number=asked.number, key=asked.key, at=at).as_dict()


@rights.post(
    "/answer", response=DoneOut, summary="撤回、申请复核 / take back, ask for review", operation_id="case_answer"
)
def case_answer(request: HttpRequest, asked: SignedAnswerIn) -> Any:
    """当事人自己的一步，可附材料和单位证书对全文的签名。 / A step by whoever holds the receipt, with papers and a signature of its text by the unit's
    certificate if there is one.
    """
    return services.case_answer(key=asked.key, signature=asked.signature, **_said(asked), at=timezone.now()).as_dict()


@rights.post(
    "/answer/text", response=SigningTextOut, summary="供签名的全文 / the text to be signed", operation_id="case_answer_text"
)  # fmt: skip
def case_answer_text(request: HttpRequest, asked: AnswerIn) -> Any:
    """单位用证书签名的，对这段文本的字节作分离式签名（CMS）。 / What a unit signs by certificate, detached (CMS): the bytes of this text."""
    at = timezone.now()
    lookup_count(page="case", address=address_of(request), at=at)
    reply = services.answer_text(key=asked.key, **_said(asked), at=at)
    return {"code": reply.code, "text": reply.text}


@rights.post(
    "/statements", response=CaseOut, summary="当事人的说明 / in one's own words", operation_id="statement_make"
)
def statement_make(request: HttpRequest, asked: StatementIn) -> Any:
    """受理之后，与记录一并展示的一段说明；空即撤下。 / A few words shown beside the record once the case is accepted; empty takes them back."""
    at = timezone.now()
    services.statement_answer(number=asked.number, key=asked.key, words=asked.words, at=at)
    return services.case_followed(number=asked.number, key=asked.key, at=at).as_dict()


@cases.get("", response=list[CaseOut], summary="待办 / my tasks", operation_id="cases")
def case_list(request: HttpRequest, most: Most = 50) -> Any:
    """轮到本单位办理的案件，先到期的在前。 / The cases in which it is the caller's turn, the first due first."""
    asker = request.auth  # type: ignore[attr-defined]
    tasks, at = islice(tasks_of(asker), most), timezone.now()
    return [case_file(task.case, task.mine, known_at=at).as_dict() for task in tasks]


@cases.post("/listings", response=ProposedOut, summary="拟列入名单 / propose an entry", operation_id="listing_propose")
def listing_propose(request: HttpRequest, asked: ListingIn) -> Any:
    """以名单列明的一条记录为依据，拟将其主体列入；返回须送达的告知书。 / Propose to enter a subject on a list; the notice to be served comes back."""
    proposed = listing.listing_propose(
        list_key=asked.list, record=asked.record, number=asked.code, asker=request.auth, reasons=asked.reasons,  # type: ignore[attr-defined]
        jurisdiction=asked.jurisdiction, at=timezone.now(),
    )  # fmt: skip
    return proposed.as_dict()


@cases.post("/repair-notices", response=RepairNoticeOut, summary="修复告知书 / notice", operation_id="repair_notice")
def repair_notice(request: HttpRequest, asked: RepairNoticeIn) -> Any:
    """与处罚、列入决定一并送达：怎样修复、最早何时、在哪里。 / To be served with the decision: what to do, from when, where."""
    notice = services.repair_notice(record=asked.record, number=asked.code, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"notice": notice}


@cases.get("/deeds", response=DeedCountOut, summary="培训、约谈统计 / deeds counted", operation_id="deeds_counted")
def deeds(request: HttpRequest) -> Any:
    """申请修复的案件中，记有培训、约谈的各有多少。 / Of all repairs asked for, how many bear training or an interview."""
    return deeds_counted(request.auth, "repair").__dict__  # type: ignore[attr-defined]


@cases.post("/doubts", response=CaseReceiptOut, summary="对记录有疑义 / doubt a record", operation_id="doubt_raise")
def doubt_raise(request: HttpRequest, asked: DoubtIn) -> Any:
    """实施单位对任务所依据的记录有疑义的，告知提供单位核实；核实期间不产生效力。 / The provider verifies it; meanwhile it has no effect."""
    receipt = services.doubt_raise(task=asked.task, grounds=asked.grounds, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return receipt.as_dict()


@cases.post("/contests", response=DoneOut, summary="登记复议或者诉讼 / enter a contest", operation_id="contest_enter")
def contest_enter(request: HttpRequest, asked: ContestEnterIn) -> Any:
    """由作出决定的机关或者运行单位登记，立即标注。 / By whoever decided or runs the register; marked at once."""
    return services.contest_enter(
        record=asked.record, number=asked.code, forum=asked.forum, document=asked.document, since=asked.since,
        grounds=asked.grounds, organ=asked.organ, stayed=asked.stayed, papers=_papers(asked.papers),
        asker=request.auth, at=timezone.now(),  # type: ignore[attr-defined]
    ).as_dict()  # fmt: skip


@cases.get("/proposals", response=list[PutOut], summary="待复核的步骤 / steps proposed", operation_id="case_proposals")
def case_proposals(request: HttpRequest, most: Most = 50) -> Any:
    """本单位提出的须由两人办理的步骤及其结果，新的在前。 / The caller's steps that take two, and what became of them, the newest first."""
    asker = request.auth  # type: ignore[attr-defined]
    found = proposals_put(asker, at=timezone.now(), kinds=[services.CASE_STEP], most=most)
    return [each.as_dict() for each in found]


@cases.get("/{number}", response=CaseForStaff, summary="一个案件 / one case", operation_id="case")
def case_show(request: HttpRequest, number: str) -> Any:
    """案件的步骤、可以采取的下一步和申请人的陈述；查阅留痕。 / Its steps, choices and the claimant's words; the reading is traced."""
    shown, claimant = services.case_read(number=number, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {**shown.as_dict(), "claimant": claimant}


@cases.get(
    "/{number}/steps/{int:step}/signature", response=SignedTextOut, summary="答复的签名 / a reply's signature", operation_id="case_signature"
)  # fmt: skip
def case_signature(request: HttpRequest, number: str, step: int) -> Any:
    """供办理单位再次核验；查阅留痕。 / For whoever handles the case and verifies again; written down."""
    return services.answer_signature(number=number, step=step, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@cases.post("/{number}/deeds", response=DeedOut, summary="记录培训、约谈 / record a deed", operation_id="deed_record")
def deed(request: HttpRequest, number: str, asked: DeedIn) -> Any:
    """记入案件并计数；除决定机关自己的规则要求的外，不是修复的条件。 / Counted; no condition of repair unless the agency's own rule says so."""
    asker: Asker = request.auth  # type: ignore[attr-defined]
    words: dict[str, Any] = {"kind": asked.kind, "day": asked.on, "note": asked.note}
    made = services.deed_record(number=number, asker=asker, at=timezone.now(), **words)
    title = course_of(made.case).procedure.deeds[made.kind].title
    return {"kind": made.kind, "title": title.zh, "title_en": title.en, "on": made.on, "note": made.note}


@cases.post(
    "/{number}/steps", response={200: DoneOut, 202: PutOut}, summary="办理一步 / take a step", operation_id="case_step"
)
def case_step(request: HttpRequest, number: str, asked: StepIn) -> Any:
    """受理、转交、维持、更正等；对记录的影响在同一事务内发生。须由两人办理的，只是提出（202），由本单位人员在工作台复核。 / Accept, forward, uphold, correct; what it
    means for the record happens with it. Where it takes two it is proposed (202), and a person of the caller's confirms it at the desk.
    """
    words = Words(asked.reasons.strip(), asked.document.strip(), asked.served.strip(), asked.approved_by.strip())
    asker, at = request.auth, timezone.now()  # type: ignore[attr-defined]
    step: dict[str, Any] = {"number": number, "asker": asker, "to": asked.to, "words": words, "at": at}
    if four_eyes(services.CASE_STEP, at=at):
        made = services.case_propose(**step, changes=asked.changes or {}, programs=True)
        return Status(202, put_of(made, at=at).as_dict())
    return services.case_decide(**step, changes=asked.changes).as_dict()


def _said(asked: AnswerIn) -> dict[str, Any]:
    """A step by whoever holds the receipt, as the services take it."""
    words = Words(reasons=asked.reasons)
    return {"number": asked.number, "to": asked.to, "words": words, "papers": _papers(asked.papers), "signed_on": asked.signed_on}  # fmt: skip


def _papers(given: Sequence[PaperInSchema]) -> list[PaperIn]:
    papers = []
    for paper in given:
        try:
            papers.append(PaperIn(paper.title, paper.media_type, base64.b64decode(paper.content, validate=True)))
        except ValueError:
            raise PaperUnreadable(title=paper.title[:80]) from None
    return papers
