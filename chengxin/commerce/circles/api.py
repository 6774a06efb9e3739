"""The door of what stands around a trade: departments call platforms to their duty, platforms answer, anybody reads what stands."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, text_kept
from chengxin.actors.selectors import actors_of_kinds
from chengxin.commerce.circles import services
from chengxin.commerce.circles.selectors import (
    associations_shown,
    firms_filed,
    members_known,
    platform_acts,
    price_cases,
)

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["circles 主体"])


OPEN = PerAddress("60/m", "circles-reading")
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{6,15}$")]
Words = Annotated[str, StringConstraints(max_length=2000), AfterValidator(text_kept)]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
RecordId = Annotated[int, Field(ge=1, le=2**62)]


class NeglectHeadOut(Schema):
    """Which duty of which platform, by which article, and which department."""

    number: str
    platform: str
    platform_title: str
    duty: str
    duty_title: str
    duty_title_en: str
    article: str
    article_en: str
    authority: str
    authority_title: str
    facts: str
    state: str
    state_title: str
    state_title_en: str


class NeglectActOut(Schema):
    """An interview, a circular, or a demand with its day, by its document."""

    to: str
    title: str
    title_en: str
    on: date
    document: str
    mend_by: date | None


class NeglectAnswerOut(Schema):
    """What the platform answered: `replied`, `contested` or `reported`."""

    to: str
    words: str
    on: date


class PlatformActOut(NeglectHeadOut):
    """What a department did about a platform's duty, with the platform's answers; shown only while it stands."""

    acts: list[NeglectActOut]
    answers: list[NeglectAnswerOut]


class NeglectStepOut(NeglectActOut):
    """A step that was taken; `record` is the penalty that was decided."""

    doer: str
    words: str
    digest: str
    record: int | None


class NeglectOpenOut(Schema):
    """A step that can be taken now, by whom, and until when."""

    to: str
    by: str
    title: str
    title_en: str
    last_day: date | None


class NeglectOut(NeglectHeadOut):
    """A file as its two sides see it; `shown`: whether anybody sees it now."""

    document: str
    digest: str
    opened_on: date
    last_day: date | None
    shown: bool
    steps: list[NeglectStepOut]
    open: list[NeglectOpenOut]


class NeglectIn(Schema):
    """Which duty of the checklist a platform neglects, what was found, and by which document."""

    platform: Annotated[Text, StringConstraints(max_length=63)]
    duty: Annotated[Text, StringConstraints(max_length=64)]
    facts: Words
    document: Words
    digest: Digest


class NeglectStepIn(Schema):
    """The reasons, or the platform's words; the document of an act or the platform's evidence, the day of a demand, a penalty's record."""

    words: Words
    document: Words = ""
    digest: Digest = ""
    mend_by: date | None = None
    record: RecordId | None = None


@router.get(
    "/platforms/{platform}/acts",
    auth=None,
    throttle=OPEN,
    response=list[PlatformActOut],
    summary="平台履责督促（公示） / acts about a platform",
    operation_id="platform_acts",
)
def acts(request: HttpRequest, platform: Text) -> Any:
    """现在公示的约谈、通报、责令改正和平台的答复；已改正、不成立、异议中的不公示。 / What stands now, with the platform's answers."""
    return platform_acts(platform, known_at=timezone.now())


@router.get(
    "/neglects", response=list[NeglectOut], summary="平台履责督促 / files about duties", operation_id="neglects"
)
def neglects(request: HttpRequest, most: Most = 100) -> Any:
    """部门看本部门的，平台看关于自己的。 / A department's own, or those about the calling platform."""
    return services.neglects_read(asker=_asker(request), at=timezone.now(), most=most)


@router.post("/neglects", response={201: NeglectOut}, summary="登记 / open a file", operation_id="neglect_open")
def neglect_open(request: HttpRequest, wanted: NeglectIn) -> Any:
    """主管部门对照义务清单登记，并告知平台。 / The department in charge, against an item of the checklist; the platform is told."""
    return Status(201, services.neglect_open(**wanted.dict(), asker=_asker(request), at=timezone.now()))


@router.get("/neglects/{number}", response=NeglectOut, summary="一件督促 / a file", operation_id="neglect")
def neglect(request: HttpRequest, number: Number) -> Any:
    """各步骤、可办理的步骤和期限。 / Its steps, and what can be done until when."""
    return services.neglect_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/neglects/{number}/steps/{to}", response=NeglectOut, summary="办理 / a step", operation_id="neglect_step")
def neglect_step(
    request: HttpRequest,
    number: Number,
    to: Literal[
        "replied", "reported", "contested", "interviewed", "circulated", "demanded", "mended", "penalised", "dropped"
    ],
    wanted: NeglectStepIn,
) -> Any:
    """部门：约谈、通报、责令改正、终止、写明处罚；平台：答复、报告改正、提出异议。 / The department's steps, or the platform's."""
    asker = _asker(request)
    return services.neglect_step(number=number, to=to, **wanted.dict(), asker=asker, at=timezone.now())


# --- firms that support e-commerce -------------------------------------------------------------------------------------


class FirmSaidOut(Schema):
    """What one department or platform says, by which document; `record` is the decision where there is one."""

    state: str
    document: str
    since: date
    by: str
    by_title: str
    record: int | None


class SupportingFirmOut(Schema):
    """A firm of a kind, and who filed it."""

    code: str
    name: str
    kind: str
    kind_title: str
    kind_title_en: str
    filed: list[FirmSaidOut]


class SupportingFirmIn(Schema):
    """A firm as it is registered or filed, by which document; a department's decision by its record."""

    code: Annotated[Text, StringConstraints(max_length=18)]
    kind: Annotated[Text, StringConstraints(max_length=64)]
    name: Words
    state: Literal["registered", "ended", "revoked", "unlicensed"] = "registered"
    document: Words
    digest: Digest
    since: date
    record: RecordId | None = None


@router.get(
    "/firms",
    auth=None,
    throttle=OPEN,
    response=list[SupportingFirmOut],
    summary="支持电子商务的企业 / firms that support e-commerce",
    operation_id="supporting_firms",
)
def firms(
    request: HttpRequest, kind: Annotated[str, StringConstraints(pattern=r"^[a-z-]{0,64}$")] = "", most: Most = 100
) -> Any:
    """按类别列出，只有企业和其他组织，附文书。 / By kind, organisations only, each by its document."""
    return firms_filed(known_at=timezone.now(), kind=kind)[:most]


@router.post(
    "/firms",
    response={201: list[SupportingFirmOut]},
    summary="登记企业 / file a firm",
    operation_id="supporting_firm_file",
)
def firm_file(request: HttpRequest, wanted: SupportingFirmIn) -> Any:
    """由部门或者平台凭文书登记、终止；吊销、无证由部门凭已报送的决定登记。 / By a department or a platform; a decision by its record."""
    at = timezone.now()
    services.firm_file(**wanted.dict(), asker=_asker(request), at=at)
    return Status(201, firms_filed(known_at=at, code=wanted.code))


# --- associations --------------------------------------------------------------------------------------------------------


Id = Annotated[Text, StringConstraints(max_length=63)]
UnitCode = Annotated[Text, StringConstraints(max_length=18)]


class CharterOut(Schema):
    """The association's charter, by its document."""

    title: str
    document: str
    digest: str
    adopted_on: date


class DisciplineStepOut(Schema):
    """`reply` and `appeal` of the member, `upheld` and `withdrawn` of the association."""

    kind: str
    words: str
    on: date


class DisciplineOut(Schema):
    """An association's own act against a member under its charter; `class` is always `reference`: no measure, record or check rests on it."""

    number: str
    association: str
    association_title: str
    class_: str = Field(alias="class", serialization_alias="class")
    charter: str
    charter_document: str
    code: str
    name: str
    act: str
    act_title: str
    act_title_en: str
    article: str
    facts: str
    document: str
    decided_on: date
    until: date
    reply_by: date
    state: str
    steps: list[DisciplineStepOut]


class DisciplineOpenedOut(Schema):
    """The act, and the member's key for its answers, shown once."""

    discipline: DisciplineOut
    key: str


class AssociationOut(Schema):
    """An association: its charter, how many members its file has, and its acts that stand."""

    association: str
    title: str
    members: int
    charter: CharterOut | None
    acts: list[DisciplineOut]


class MemberOut(Schema):
    """A firm of the association's members' file."""

    code: str
    name: str
    state: str
    since: date


class ReferenceOut(Schema):
    """What associations did to a firm, for reference."""

    code: str
    class_: str = Field(alias="class", serialization_alias="class")
    acts: list[DisciplineOut]


class CharterIn(Schema):
    """The charter, by its document and digest."""

    title: Words
    document: Words
    digest: Digest
    adopted_on: date


class MemberIn(Schema):
    """A firm that is a member since the day, or left."""

    code: UnitCode
    name: Words
    state: Literal["member", "left"] = "member"
    since: date


class DisciplineIn(Schema):
    """What was done to which member, under which article of the charter, by which document, and until when."""

    code: UnitCode
    act: Id
    article: Words
    facts: Words
    document: Words
    digest: Digest
    decided_on: date
    until: date


class DisciplineCloseIn(Schema):
    """The reasons."""

    words: Words


class DisciplineAnswerIn(Schema):
    """The member's key, and its reply or appeal."""

    key: Annotated[Text, StringConstraints(max_length=64)]
    kind: Literal["reply", "appeal"]
    words: Words


class ReferenceIn(Schema):
    """A firm's code."""

    code: UnitCode


@router.get(
    "/associations",
    auth=None,
    throttle=OPEN,
    response=list[AssociationOut],
    summary="协会 / associations",
    operation_id="associations",
)
def associations(request: HttpRequest, most: Most = 100) -> Any:
    """协会的章程、会员数和公示的惩戒；惩戒是协会自己的行为，仅供参考。 / Their charters, and their own acts that stand, for reference."""
    at = timezone.now()
    return associations_shown((each.key for each in actors_of_kinds(["association"])[:most]), known_at=at)


@router.post(
    "/charters", response={201: AssociationOut}, summary="报送章程 / file the charter", operation_id="charter_file"
)
def charter_file(request: HttpRequest, wanted: CharterIn) -> Any:
    """协会报送自己的章程。 / By the association itself."""
    return Status(201, services.charter_file(**wanted.dict(), asker=_asker(request), at=timezone.now()))


@router.get(
    "/members", response=list[MemberOut], summary="会员档案 / the members' file", operation_id="association_members"
)
def members(request: HttpRequest) -> Any:
    """协会自己的会员档案；其他单位看不到。 / The calling association's own; nobody else sees it."""
    asker = _asker(request)
    return members_known(asker.key, known_at=timezone.now()) if asker.kind == "association" else []


@router.post(
    "/members", response=list[MemberOut], summary="登记会员 / file a member", operation_id="association_member_file"
)
def member_file(request: HttpRequest, wanted: MemberIn) -> Any:
    """会员只是企业和其他组织。 / Firms and other organisations only."""
    return services.member_file(**wanted.dict(), asker=_asker(request), at=timezone.now())


@router.get(
    "/disciplines", response=list[DisciplineOut], summary="协会的惩戒 / its own acts", operation_id="disciplines"
)
def disciplines(request: HttpRequest) -> Any:
    """协会自己作出的，公示和未公示的。 / The calling association's own, shown or not."""
    return services.disciplines_read(asker=_asker(request), at=timezone.now())


@router.post(
    "/disciplines",
    response={201: DisciplineOpenedOut},
    summary="惩戒会员 / discipline a member",
    operation_id="discipline_open",
)
def discipline_open(request: HttpRequest, wanted: DisciplineIn) -> Any:
    """依章程条款，先告知会员。 / Under an article of the charter; the member is told first."""
    made, key = services.discipline_open(**wanted.dict(), asker=_asker(request), at=timezone.now())
    return Status(201, {"discipline": made, "key": key})


@router.post(
    "/disciplines/{number}/steps/{to}",
    response=DisciplineOut,
    summary="处理申诉、撤回 / uphold, withdraw",
    operation_id="discipline_close",
)
def discipline_close(
    request: HttpRequest, number: Number, to: Literal["upheld", "withdrawn"], wanted: DisciplineCloseIn
) -> Any:
    """申诉期间不公示。 / While an appeal is open the act is not shown."""
    return services.discipline_close(number=number, to=to, words=wanted.words, asker=_asker(request), at=timezone.now())


@router.post(
    "/disciplines/{number}/answer",
    auth=None,
    throttle=PerAddress("10/m", "circles-answering"),
    response=DisciplineOut,
    summary="会员答复、申诉 / the member's answer",
    operation_id="discipline_answer",
)
def discipline_answer(request: HttpRequest, number: Number, wanted: DisciplineAnswerIn) -> Any:
    """凭编号和查询码。 / By number and key."""
    return services.discipline_answer(number=number, **wanted.dict(), at=timezone.now())


@router.post(
    "/references",
    response=ReferenceOut,
    summary="协会资料（仅供参考） / for reference",
    operation_id="association_reference",
)
def references(request: HttpRequest, wanted: ReferenceIn) -> Any:
    """机关参考，企业可见谁查过；不产生任何措施。 / For authorities; the firm sees who read it, and nothing follows."""
    return services.reference_read(code=wanted.code, asker=_asker(request), at=timezone.now())


# --- price behaviour -------------------------------------------------------------------------------------------------------


class PriceCaseOut(Schema):
    """A penalty under the Price Law: the firm, the authority, its document, the ground, and until when it is shown."""

    record: int
    code: str
    name: str
    authority: str
    document: str
    decided_on: date
    violation: str
    ground: str
    shown_until: date | None


@router.get(
    "/price-cases",
    auth=None,
    throttle=OPEN,
    response=list[PriceCaseOut],
    summary="价格行为 / price behaviour",
    operation_id="price_cases",
)
def price_cases_shown(request: HttpRequest, most: Most = 100) -> Any:
    """电子商务企业依价格法受到的处罚，只列公示期内、没有异议的。 / Penalties of e-commerce firms under the Price Law that are shown today."""
    return price_cases(known_at=timezone.now(), most=most)


def _asker(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]
