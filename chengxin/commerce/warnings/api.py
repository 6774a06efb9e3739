"""The door of consumer warnings: authorities draft and handle them, platforms acknowledge them, merchants reply, anybody reads them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, text_kept
from chengxin.commerce.warnings import services
from chengxin.commerce.warnings.selectors import reply_to_sign, warning_by_key, warning_public, warnings_public
from chengxin.signatures.api import SignatureText, SignedOnOut, SignedTextOut, SigningTextOut

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["warnings 消费警示"])


OPEN, REPLY = PerAddress("60/m", "warnings-reading"), PerAddress("10/m", "warnings-replying")
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{6,15}$")]
Long = Annotated[str, StringConstraints(max_length=4000), AfterValidator(text_kept)]
Words = Annotated[str, StringConstraints(max_length=2000), AfterValidator(text_kept)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{0,64}$")]
Counted = Annotated[int, Field(ge=0, le=1_000_000_000)]


class WarningReplyOut(Schema):
    """A reply of the merchant's; `certificate` where it was signed by one."""

    words: str
    at: datetime
    certificate: SignedOnOut | None


class WarningOut(Schema):
    """A warning as anybody sees it. `state`: `published`, `suspended` (its ground is under objection), `withdrawn` or `fallen` (its ground holds no
    more): then its words are gone and that it holds no more stands in their place.
    """

    number: str
    state: str
    title: str
    title_en: str
    goods: str
    goods_en: str
    gtin: str
    code: str
    name: str
    platform: str
    platform_title: str
    shop: str
    shop_title: str
    facts: str
    facts_en: str
    advice: str
    advice_en: str
    danger: str
    reasons: str
    until: date
    ground: str
    ground_key: str
    ground_title: str
    ground_title_en: str
    list_key: str
    article: str
    decided_by: str
    document: str
    authority: str
    authority_title: str
    published_at: datetime | None
    off_at: datetime | None
    shown_until: datetime | None
    replies: list[WarningReplyOut]
    page: str


class WarningStepOut(Schema):
    """A step that was taken."""

    number: int
    to: str
    title: str
    title_en: str
    doer: str
    by: str
    at: datetime
    words: str
    certificate: SignedOnOut | None


class WarningOpenOut(Schema):
    """A step that can be taken now, by whom, and until when."""

    to: str
    by: str
    title: str
    title_en: str
    last_day: date | None


class WarningPushOut(Schema):
    """What a platform was told last, by when its receipt is due, and the receipt."""

    push: int
    platform: str
    platform_title: str
    kind: str
    at: datetime
    due_on: date
    receipted_at: datetime | None
    found: int | None
    url: str
    words: str
    late: bool


class WarningFileOut(WarningOut):
    """A warning as whoever handles it sees it; of the platforms `waiting` have not acknowledged it, `late` of them past their day."""

    step: str
    step_title: str
    step_title_en: str
    last_day: date | None
    opened_at: datetime
    opened_by: str
    steps: list[WarningStepOut]
    open: list[WarningOpenOut]
    pushes: list[WarningPushOut]
    waiting: int
    late: int


class WarningWaitingOut(WarningPushOut):
    """What waits for the platform's receipt, with the warning as it stands."""

    warning: WarningOut


class WarningDoneOut(Schema):
    """Where it stands after a step; `key` is the merchant's for its reply, shown once; `told` how many platforms were told."""

    number: str
    step: str
    state: str
    last_day: date | None
    until: date
    key: str
    told: int


class WarningIn(Schema):
    """A draft: one ground by its key (`record` for `list-entry` and `sampling`, `recall` for `recall`), the words in both languages, and the day
    on which it is over.
    """

    ground: Literal["list-entry", "sampling", "recall"]
    list_key: Id = ""
    record: Annotated[int, Field(ge=1, le=2**62)] | None = None
    recall: Annotated[int, Field(ge=1, le=2**62)] | None = None
    platform: Id = ""
    shop: Id = ""
    title: Words
    title_en: Words
    goods: Words = ""
    goods_en: Words = ""
    facts: Words
    facts_en: Long
    advice: Words
    advice_en: Words
    until: date


class WarningStepIn(Schema):
    """The reasons; told to the merchant without."""

    words: Words = ""


class WarningReceiptIn(Schema):
    """How many offers the platform found, where it tells its consumers, and what else."""

    found: Counted
    url: Annotated[Text, StringConstraints(pattern=r"^(https://[^\s]+)?$")] = ""
    words: Words = ""


class WarningReplyIn(Schema):
    """The key that the merchant was given, and its reply."""

    key: Annotated[Text, StringConstraints(max_length=64)]
    words: Words
    signed_on: date | None = None


class WarningSignedReplyIn(WarningReplyIn):
    """The same, with a detached signature (CMS) of the reply's text by the unit's certificate if there is one, and the day on which it was made."""

    signature: SignatureText = ""


class WarningSearchIn(Schema):
    """Words of the goods, the shop, the unit or the title; a platform by its key or name."""

    words: Annotated[Text, StringConstraints(max_length=100)] = ""
    platform: Annotated[Text, StringConstraints(max_length=100)] = ""


@router.get(
    "",
    auth=None,
    throttle=OPEN,
    response=list[WarningOut],
    summary="公示的消费警示 / warnings shown",
    operation_id="warnings",
)
def listed(request: HttpRequest, most: Most = 100) -> Any:
    """现在公示的消费警示，最新的在前；撤回的、依据不成立的仍在原处。 / Those shown now, the latest first; those taken back in their place."""
    return warnings_public(known_at=timezone.now())[:most]


@router.post(
    "/search",
    auth=None,
    throttle=OPEN,
    response=list[WarningOut],
    summary="查找 / search",
    operation_id="warnings_search",
)
def search(request: HttpRequest, asked: WarningSearchIn) -> Any:
    """按商品、店铺、单位、平台查找公示的警示。 / Among those shown, by goods, shop, unit or platform."""
    return warnings_public(known_at=timezone.now(), words=asked.words, platform=asked.platform)


@router.get(
    "/handled",
    response=list[WarningFileOut],
    summary="办理中的警示 / warnings handled",
    operation_id="warnings_handled",
)
def handled(request: HttpRequest, most: Most = 100) -> Any:
    """本单位办理的警示，自起草起，含各平台的回执。 / The caller's own from the draft on, with the platforms' receipts."""
    return services.warnings_read(asker=_asker(request), at=timezone.now(), most=most)


@router.get(
    "/waiting",
    response=list[WarningWaitingOut],
    summary="待回执 / waiting for receipt",
    operation_id="warnings_waiting",
)
def waiting(request: HttpRequest) -> Any:
    """等待本平台回执的内容：发布、暂不产生效力、撤回、依据不成立。 / What waits for the calling platform's receipt."""
    return services.warnings_waiting(asker=_asker(request), at=timezone.now())


@router.post("", response={201: WarningDoneOut}, summary="起草 / draft", operation_id="warning_draft")
def draft(request: HttpRequest, said: WarningIn) -> Any:
    """以一项有效的决定为依据起草。 / On one decided ground that is in force."""
    words = said.dict()
    rests = {name: words.pop(name) for name in ("ground", "list_key", "record", "recall", "platform", "shop", "until")}
    done = services.warning_draft(**rests, said=words, asker=_asker(request), at=timezone.now())
    return Status(201, done.as_dict())


@router.get(
    "/{number}", auth=None, throttle=OPEN, response=WarningOut, summary="一个警示 / a warning", operation_id="warning"
)
def one(request: HttpRequest, number: Number) -> Any:
    """公示的警示，答复在旁；已结束的只答“已结束”。 / As it is shown, the replies beside it; one that is over answers so and no more."""
    return warning_public(number, known_at=timezone.now())


@router.get("/{number}/file", response=WarningFileOut, summary="办理情况 / its file", operation_id="warning_file")
def file(request: HttpRequest, number: Number) -> Any:
    """各步骤、可办理的步骤和期限、各平台的回执。 / Its steps, what can be done until when, and the platforms' receipts."""
    return services.warning_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/{number}/steps/{to}", response=WarningDoneOut, summary="办理 / a step", operation_id="warning_step")
def step(
    request: HttpRequest, number: Number, to: Literal["heard", "published", "dropped", "withdrawn"], said: WarningStepIn
) -> Any:
    """告知商家、发布、不发布、撤回；危及生命的先行发布由第二人在工作台办理。 / Danger to life is stated by a second officer at the desk."""
    done = services.warning_step(number=number, to=to, words=said.words, asker=_asker(request), at=timezone.now())
    return done.as_dict()


@router.post("/{number}/receipt", response=WarningPushOut, summary="回执 / receipt", operation_id="warning_receipt")
def receipt(request: HttpRequest, number: Number, said: WarningReceiptIn) -> Any:
    """平台回执最近一次推送。 / The platform acknowledges what it was told last."""
    return services.warning_receipt(
        number=number, found=said.found, url=said.url, words=said.words, asker=_asker(request), at=timezone.now()
    )


@router.post(
    "/{number}/reply",
    auth=None,
    throttle=REPLY,
    response=WarningDoneOut,
    summary="商家答复 / the merchant's reply",
    operation_id="warning_reply",
)
def reply(request: HttpRequest, number: Number, said: WarningSignedReplyIn) -> Any:
    """凭编号和查询码答复，可附单位证书的签名；与警示一并公示。 / By number and key, signed by certificate if there is one; shown beside the warning."""
    return services.warning_reply(number=number, **said.dict(), at=timezone.now()).as_dict()


@router.post(
    "/{number}/reply/text", auth=None, throttle=REPLY, response=SigningTextOut, summary="供签名的全文 / the text to be signed",
    operation_id="warning_reply_text",
)  # fmt: skip
def reply_text(request: HttpRequest, number: Number, said: WarningReplyIn) -> Any:
    """单位用证书签名的，对这段文本的字节作分离式签名（CMS）。 / What a unit signs by certificate, detached (CMS): the bytes of this text."""
    reply = reply_to_sign(warning_by_key(number, said.key), said.words, signed_on=said.signed_on, at=timezone.now())
    return {"code": reply.code, "text": reply.text}


@router.get(
    "/{number}/steps/{int:step}/signature", response=SignedTextOut, summary="答复的签名 / a reply's signature", operation_id="warning_signature"
)  # fmt: skip
def signature(request: HttpRequest, number: Number, step: int) -> Any:
    """供办理机关再次核验；查阅留痕。 / For whoever handles the warning and verifies again; written down."""
    return services.warning_signature(number=number, step=step, asker=_asker(request), at=timezone.now())


def _asker(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]
