"""The open door of the ledger: what was signed, and the proofs. No key is asked for; nothing can be listed but what is public."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from chengxin.ledger.models import Checkpoint
from chengxin.ledger.selectors import (
    checkpoint_latest,
    checkpoints_after,
    consistency_of,
    entry_opened,
    inclusion_of,
    log_key,
    public_keys,
)

router = Router(auth=None, tags=["ledger 账本"])

Number = Annotated[int, Field(ge=0, lt=2**63)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Salt = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class LogReceiptOut(Schema):
    """What whoever was answered keeps: the entry's number, salt and commitment, and the log's signed promise of it."""

    entry: int
    salt: str
    commitment: str
    note: str


class LogKeysOut(Schema):
    """Which log this is, and every key with which it signs or has signed."""

    origin: str
    keys: list[str]


class CheckpointOut(Schema):
    """One signed checkpoint."""

    size: int
    root: str
    note: str
    at: datetime


class InclusionIn(Schema):
    """Entry and commitment as they stand in a receipt; the size of a checkpoint, by default the last."""

    entry: Number
    commitment: Hash
    size: Number | None = None


class InclusionOut(Schema):
    """The proof, as `chengxin-verify inclusion` reads it."""

    entry: int
    commitment: str
    index: int
    proof: list[str]
    checkpoint: str


class ConsistencyOut(Schema):
    """The proof, as `chengxin-verify consistency` reads it."""

    first: str
    second: str
    proof: list[str]


class OpeningIn(Schema):
    """Entry and salt as they stand in a receipt."""

    entry: Number
    salt: Salt


class OpeningOut(Schema):
    """The text that the commitment is made of, as `chengxin-verify receipt --text` reads it."""

    entry: int
    text: str


@router.get("/keys", response=LogKeysOut, summary="日志及其公钥 / the log and its keys", operation_id="ledger_keys")
def keys(request: HttpRequest) -> Any:
    """签过和在用的全部公钥；请从别处再取得一份。 / Every key that signs or has signed; get them from somewhere else as well."""
    return {"origin": log_key().origin, "keys": public_keys()}


@router.get(
    "/checkpoint",
    summary="最新的检查点 / the last checkpoint",
    operation_id="ledger_checkpoint",
    openapi_extra={"responses": {200: {"description": "tlog-checkpoint", "content": {"text/plain": {"schema": {"type": "string"}}}}}},
)  # fmt: skip
def checkpoint(request: HttpRequest) -> HttpResponse:
    """签名文书原文（C2SP tlog-checkpoint）；账本还是空的时为空。 / The signed note itself; empty before the first entry."""
    latest = checkpoint_latest()
    return HttpResponse(latest.note if latest else "", content_type="text/plain; charset=utf-8")


@router.get(
    "/checkpoints",
    response=list[CheckpointOut],
    summary="历次检查点 / the checkpoints",
    operation_id="ledger_checkpoints",
)
def checkpoints(request: HttpRequest, after: int = 0, most: int = 100) -> Any:
    """大于某一大小的检查点，从小到大。 / The checkpoints beyond a size, the smallest first."""
    return [_checkpoint(each) for each in checkpoints_after(max(0, min(after, 2**62)), most=max(1, min(most, 1000)))]


def _checkpoint(found: Checkpoint) -> dict[str, Any]:
    return {"size": found.size, "root": bytes(found.root).hex(), "note": found.note, "at": found.at}


@router.get(
    "/consistency",
    response=ConsistencyOut,
    summary="一致性证明 / a consistency proof",
    operation_id="ledger_consistency",
)
def consistency(request: HttpRequest, first: int, second: int) -> Any:
    """两个检查点之间只有追加。 / That between two checkpoints the ledger only grew."""
    return consistency_of(first, second).as_dict()


@router.post(
    "/inclusion", response=InclusionOut, summary="包含证明 / an inclusion proof", operation_id="ledger_inclusion"
)
def inclusion(request: HttpRequest, asked: InclusionIn) -> Any:
    """凭回执取得这条留痕已经写入账本的证明。 / For whoever holds the receipt: the proof that its entry stands in the ledger."""
    return inclusion_of(asked.entry, bytes.fromhex(asked.commitment), size=asked.size).as_dict()


@router.post("/opening", response=OpeningOut, summary="留痕原文 / the text of an entry", operation_id="ledger_opening")
def opening(request: HttpRequest, asked: OpeningIn) -> Any:
    """凭回执中的盐取得账本就此所存的原文。 / For whoever holds the receipt's salt: what the ledger holds of the question."""
    return {"entry": asked.entry, "text": entry_opened(asked.entry, bytes.fromhex(asked.salt))}
