"""The signatures with which deliveries came: kept beside their batch, and opened for whoever verifies again."""

from datetime import datetime
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.records.models import Batch, BatchSignature
from chengxin.signatures.selectors import Certified
from chengxin.signatures.services import signature_keep, signature_open


class BatchUnsigned(Refusal):
    """Batch {batch} came without a signature."""

    code = "batch-unsigned"
    status = 404
    zh = "批次{batch}没有电子签名。"


def batch_signature_keep(certified: Certified | None, *, batch: int, by: str, at: datetime) -> None:
    """Keep who signed beside the batch, once."""
    words: dict[str, Any] = {"event": "records.batch.certified", "about": f"batch:{batch}", "by": by}
    signature_keep(BatchSignature, certified, beside={"batch_id": batch}, at=at, **words)


def batch_signature_open(*, batch: Batch, by: str, at: datetime) -> str:
    """The signature with which a batch came, in base64, for whoever holds the file and must verify it again: written down before it is given."""
    words: dict[str, Any] = {"event": "records.signature.opened", "about": f"batch:{batch.pk}", "by": by}
    held = signature_open(BatchSignature, beside={"batch_id": batch.pk}, at=at, **words)
    if held is None:
        raise BatchUnsigned(batch=batch.pk)
    return held["signature"]
