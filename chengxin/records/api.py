"""The door of deliveries: files in, verdicts and refused rows out."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from chengxin import law as lawroom
from chengxin.actors.api import ClientKey, Most, PerClient, Text, on_disk
from chengxin.actors.services import call_count
from chengxin.kernel.days import day_of
from chengxin.records.selectors.batches import batch_accessible, batches_accessible, certificate_shown
from chengxin.records.services.batches import batch_ingest, refused_export, refused_read
from chengxin.records.services.certifying import batch_signature_open
from chengxin.signatures.api import SignatureText, SignedByOut

UNSIGNED: Any = Form("")  # type: ignore[type-arg]
router = Router(auth=ClientKey("batches"), throttle=PerClient(), tags=["batches 报送"])


class ConflictsOut(Schema):
    """What does not fit together in the file."""

    codes_with_several_names: int
    names_with_several_codes: int


class BatchOut(Schema):
    """What became of a delivery's rows."""

    batch: int | None
    source: str
    status: str
    rows: int
    accepted: int
    refused: int
    unchanged: int
    waiting: int
    refused_by_reason: dict[str, int]
    conflicts: ConflictsOut
    ignored_columns: list[str]
    dry_run: bool = False
    repeated: bool = False
    held_because: str = ""
    received_at: datetime | None = None
    certificate: SignedByOut | None = None
    seconds: float | None = None
    peak_memory_bytes: int | None = None


class RefusedOut(Schema):
    """A refused row: where it stood, the rule's words, and the row as it came."""

    line: int
    reason: str
    field: str | None
    message_zh: str
    message: str
    row: dict[str, Any]


@router.get("", response=list[BatchOut], summary="批次列表 / batches", operation_id="batches")
def batches(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """本主体报送的批次，新的在前。 / The caller's own batches, newest first."""
    found = batches_accessible(request.auth.key, request.auth.kind)  # type: ignore[attr-defined]
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_shown(batch) for batch in found[:most]]


@router.get("/{int:batch}", response=BatchOut, summary="一个批次 / one batch", operation_id="batch")
def batch_show(request: HttpRequest, batch: int) -> Any:
    """一个批次的结果。 / What became of one batch."""
    return _shown(batch_accessible(request.auth.key, request.auth.kind, batch))  # type: ignore[attr-defined]


@router.get(
    "/{int:batch}/refused", response=list[RefusedOut], summary="被拒的行 / refused rows", operation_id="batch_refused"
)
def batch_refused(request: HttpRequest, batch: int) -> Any:
    """被拒的行：原样、原因、如何更正。 / The refused rows as they came, each with its rule and what to do."""
    found = batch_accessible(request.auth.key, request.auth.kind, batch)  # type: ignore[attr-defined]
    by = request.auth.key  # type: ignore[attr-defined]
    return [row.__dict__ for row in refused_read(batch=found, by=by, at=timezone.now())]


@router.get(
    "/{int:batch}/refused.csv", summary="下载被拒的行 / refused rows to mend", operation_id="batch_refused_file"
)
def batch_refused_file(request: HttpRequest, batch: int) -> StreamingHttpResponse:
    """更正后可直接重新报送的 CSV。 / A CSV file to mend and send again."""
    found = batch_accessible(request.auth.key, request.auth.kind, batch)  # type: ignore[attr-defined]
    lines = refused_export(batch=found, by=request.auth.key, at=timezone.now())  # type: ignore[attr-defined]
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-{batch}.csv"'},
    )


class BatchSignatureOut(Schema):
    """The signature with which a delivery came: CMS in DER, as base64."""

    batch: int
    signature: str


@router.get(
    "/{int:batch}/signature", response=BatchSignatureOut, summary="报送的签名 / a delivery's signature", operation_id="batch_signature"
)  # fmt: skip
def batch_signature(request: HttpRequest, batch: int) -> Any:
    """供持有文件的人再次核验；查阅留痕。 / For whoever holds the file and verifies again; written down."""
    found = batch_accessible(request.auth.key, request.auth.kind, batch)  # type: ignore[attr-defined]
    held = batch_signature_open(batch=found, by=request.auth.key, at=timezone.now())  # type: ignore[attr-defined]
    return {"batch": found.pk, "signature": held}


# After the addresses of batches by number: a source's name would catch those too.
@router.post("/{source}", response=BatchOut, summary="报送文件 / send a file", operation_id="batch_ingest")
def batch_send(
    request: HttpRequest, source: str, file: File[UploadedFile], dry_run: bool = False, jurisdiction: Text = "cn",
    signature: SignatureText = UNSIGNED,
) -> Any:  # fmt: skip
    """逐行核验，整批入库或整批不入；可附报送单位的证书对文件字节的分离式签名（CMS）。 / Every row is judged; the batch lands whole or not at all. It may
    come with a detached signature (CMS) of the file's bytes by the sender's certificate.
    """
    at = timezone.now()
    law = lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE)
    call_count(asker=request.auth, kind="batches", purpose=source, law=law, at=at)  # type: ignore[attr-defined]
    with on_disk(file) as path:
        done = batch_ingest(
            source=source,
            path=path,
            by=request.auth.key,  # type: ignore[attr-defined]
            at=at,
            jurisdiction=jurisdiction,
            channel="api",
            file_name=file.name or path.name,
            dry_run=dry_run,
            signature=signature,
        )
    return done.as_dict()


def _shown(batch: Any) -> dict[str, Any]:
    counts = {key: getattr(batch.report, key) for key in ("rows", "accepted", "refused", "unchanged", "waiting")}
    detail = batch.report.detail
    return {
        "batch": batch.pk,
        "source": batch.source,
        "status": batch.status,
        "received_at": batch.received_at,
        "certificate": certificate_shown(batch),
        **counts,
        **{key: detail[key] for key in ("refused_by_reason", "conflicts", "ignored_columns", "held_because")},
    }
