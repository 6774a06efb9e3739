"""The signatures with which deliveries came: kept beside their batch, and opened for whoever verifies again."""

from base64 import b64encode
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.records.models import Batch, BatchSignature, batch_signature_bound
from chengxin.records.selectors.certifying import Certified
from chengxin.vault.selectors import seal_of


class BatchUnsigned(Refusal):
    """Batch {batch} came without a signature."""

    code = "batch-unsigned"
    status = 404
    zh = "批次{batch}没有电子签名。"


def signature_keep(certified: Certified | None, *, batch: int, by: str, at: datetime) -> None:
    """Keep who signed beside the batch, once; the signature itself sealed, since certificates name persons too."""
    if certified is None or BatchSignature.objects.filter(batch=batch).exists():
        return
    bound = batch_signature_bound({"batch_id": batch})
    sealed = seal_of("vault").seal_json({"signature": b64encode(certified.raw).decode()}, bound)
    words = asdict(certified.by)
    BatchSignature.objects.create(batch_id=batch, sealed=sealed, at=at, by=by, **words)
    detail = {name: words[name] for name in ("issuer", "serial", "fingerprint")}
    trace(event="records.batch.certified", by=by, at=at, about=f"batch:{batch}", detail=detail)


def batch_signature_open(*, batch: Batch, by: str, at: datetime) -> str:
    """The signature with which a batch came, in base64, for whoever holds the file and must verify it again: written down before it is given."""
    with transaction.atomic():
        found = BatchSignature.objects.filter(batch=batch).first()
        if found is None:
            raise BatchUnsigned(batch=batch.pk)
        trace(event="records.signature.opened", by=by, at=at, about=f"batch:{batch.pk}")
        held = seal_of("vault").unseal_json(bytes(found.sealed), batch_signature_bound({"batch_id": batch.pk}))
        return str(held["signature"])
