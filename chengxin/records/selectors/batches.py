"""Reading deliveries, and their refused rows with the rule's own words."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from chengxin import law as lawroom
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_read, identifier_read
from chengxin.kernel.money import amount_read
from chengxin.kernel.sealing import Seal
from chengxin.law.models import MoneyUnit, RecordType, Source
from chengxin.records import rules
from chengxin.records.bulk.storing import NOTES
from chengxin.records.models import Batch, Refused
from chengxin.signatures.selectors import certificate_words
from chengxin.vault.selectors import seal_of

# The kinds of actor that see every sender's deliveries; all others see their own.
SEEING_ALL = ("operator", "credit-centre")

# Columns that stand before a refused row's own when it is written out to be mended; ignored when it comes back.
LINE, REASON, MESSAGE = "原行号 line", "拒绝原因 reason", "说明 message"


class BatchUnknown(Refusal):
    """There is no batch {batch} that {actor} may see."""

    code = "batch-unknown"
    status = 404
    zh = "没有{actor}可以查看的批次{batch}。"


@dataclass(frozen=True)
class RefusedRow:
    """A refused row, unsealed: where it stood, which rule refused it, and what it says as it came."""

    line: int
    reason: str
    field: str | None
    message_zh: str
    message: str
    row: dict[str, Any]


def certificate_shown(batch: Batch) -> dict[str, Any] | None:
    """By which certificate a delivery was signed; nothing where it came without."""
    return certificate_words(getattr(batch, "signature", None))


def intake_seal() -> Seal:
    """The seal of the intake zone: rows that are not filed are kept under it as they came."""
    return seal_of("intake")


def batches_accessible(actor: str, kind: str) -> QuerySet[Batch]:
    """The batches that the actor may see: its own, or for the operator and a credit centre all of them."""
    batches = Batch.objects.select_related("report", "signature").order_by("-pk")
    return batches if kind in SEEING_ALL else batches.filter(actor=actor)


def batch_accessible(actor: str, kind: str, batch: int) -> Batch:
    """One batch that the actor may see; unknown and forbidden look alike."""
    found = batches_accessible(actor, kind).filter(pk=batch).first()
    if found is None:
        raise BatchUnknown(batch=batch, actor=actor)
    return found


def refused_rows(batch: Batch) -> Iterator[RefusedRow]:
    """Each refused row of the batch with the rule's own words, in the file's order."""
    law = lawroom.load().on(batch.received_at.astimezone().date(), batch.jurisdiction)
    source = law.sources[batch.source]
    record_type = law.record_types[source.record_type]
    headings = {
        heading: name for edition in source.editions for name, many in edition.columns.items() for heading in many
    }
    for refused in Refused.objects.filter(batch=batch).order_by("line").iterator(chunk_size=2000):
        row = json.loads(intake_seal().unseal(bytes(refused.sealed)))
        kept = row.pop(NOTES, None)
        value = next((v for h, v in row.items() if headings.get(h) == refused.field), None)
        refusal = row_refusal(refused.reason, refused.field, value, record_type, source, kept)
        if record_type.of_persons:
            # Whoever sent it has the file and the line; persons are written out nowhere.
            refusal = tuple(words.replace(str(value), "…") if value else words for words in refusal)  # type: ignore[assignment]
            row = {}
        yield RefusedRow(refused.line, refused.reason, refused.field, refusal[0], refusal[1], row)


def row_refusal(
    reason: str,
    field: str | None,
    value: str | None,
    record_type: RecordType,
    source: Source,
    kept: dict[str, str] | None = None,
) -> tuple[str, str]:
    """The rule's message in Chinese and English, with the value that broke it; a reader's rule is asked again for its words."""
    if kept:
        return kept["zh"], kept["en"]
    definition = record_type.fields.get(field or "")
    if field and definition and (read := _READERS.get(definition.type)):
        try:
            read(value, source.units.get(field, definition.unit or "yuan"))
        except Refusal as refusal:
            if refusal.code == reason:
                return refusal.message_zh, refusal.message
    title = definition.title if definition else None
    choices = lawroom.load().on(source.in_force.from_, source.jurisdiction).choices(definition) if definition else {}
    other = record_type.fields.get((definition.not_before or definition.not_after or "") if definition else "")
    data = {
        "field": title.zh if title else field,
        "value": value,
        "most": definition.most if definition else None,
        "choices": "、".join(c.zh for c in choices.values()),
        "other": other.title.zh if other else "",
    }
    refusal_class = next((r for r in rules.ROW_REFUSALS if r.code == reason), None)
    if refusal_class is None:
        return reason, reason
    built = refusal_class(**data)
    return built.message_zh, refusal_class(
        **{**data, "field": title.en if title else field, "other": other.title.en if other else ""}
    ).message


_READERS: dict[str, Callable[[str | None, MoneyUnit], object]] = {
    "code": lambda value, unit: identifier_read(value),
    "old-number": lambda value, unit: identifier_read(value),
    "citizen-number": lambda value, unit: citizen_number_read(value, invented=settings.CHENGXIN_INVENTED_DIVISION),
    "day": lambda value, unit: day_read(value),
    "amount": amount_read,
}


def refused_csv(batch: Batch) -> Iterator[str]:
    """The refused rows as the lines of a CSV file to mend and send again: their own columns as they came, the rule beside
    them. Begins with a byte-order mark, so that a spreadsheet reads it as UTF-8; nothing at all where nothing was refused.
    """
    line = io.StringIO()
    writer: Any = None
    for refused in refused_rows(batch):
        if writer is None:
            line.write("\ufeff")
            writer = csv.DictWriter(line, [LINE, REASON, MESSAGE, *refused.row], extrasaction="ignore")
            writer.writeheader()
        note = f"{refused.message_zh} / {refused.message}"
        writer.writerow({LINE: refused.line, REASON: refused.reason, MESSAGE: note, **refused.row})
        yield line.getvalue()
        line.seek(0)
        line.truncate()
