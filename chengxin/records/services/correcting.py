"""Correcting one record: what was found to be wrong is filed anew, right, and the claim that was wrong is superseded."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal
from chengxin.law.models import RecordType
from chengxin.records import rules
from chengxin.records.bulk.judging import Judge
from chengxin.records.bulk.storing import Landing
from chengxin.records.models import LINES_PER_BATCH, Batch, Record, Report
from chengxin.records.selectors.batches import row_refusal
from chengxin.records.selectors.filed import events_of
from chengxin.records.services.events import RecordUnknown, record_supersede
from chengxin.subjects.services.matching import names_index_due

CHANNEL = "correction"


class CorrectionUnfit(Refusal):
    """The record cannot be corrected like this: {why}"""

    code = "correction-unfit"
    zh = "不能这样更正该记录：{why_zh}"


def record_correct(*, record: int, changes: Mapping[str, str], by: str, at: datetime, reason: str) -> int:
    """File the record anew with these fields changed (field → text as on a form, empty for nothing), superseding it; returns
    the new record. It is judged like any row, so that no correction brings in what no file could. Refuses a record that
    no longer stands, a field that it lacks, and a change that changes nothing.
    """
    with transaction.atomic():
        old = Record.objects.select_related("batch").select_for_update(of=("self",)).filter(pk=record).first()
        if old is None:
            raise RecordUnknown(record=record)
        if rules.replay(events_of([record], known_at=at)[record], known_at=at).gone:
            raise CorrectionUnfit(
                why="it was withdrawn or replaced, or is about somebody else",
                why_zh="已撤回、已被更正，或者不属于该主体",
            )
        law = lawroom.load().on(at.astimezone(CHINA_TIME).date(), old.batch.jurisdiction)
        record_type = law.record_types[old.record_type]
        row = {**fields_written(old, record_type), **_changes_read(record_type, changes)}
        # What was sent was mended on its way in; what is filed is judged as it stands, in the units in which it is kept.
        source = law.sources[old.batch.source].model_copy(update={"fixed": {}, "odd_values": {}, "units": {}})
        received_on = old.received_at.astimezone(CHINA_TIME).date()
        judge = Judge(law, source, record_type, received_on, {name: name for name in row})
        judged = judge.row_judge(1, row, row.get(record_type.roles.code) or "")
        if len(judged.refused):
            rule, field = judged.refused["reason"][0], judged.refused["field"][0]
            why_zh, why = row_refusal(rule, field, row.get(field), record_type, source)
            raise CorrectionUnfit(why=why, why_zh=why_zh)
        if not len(judged.claims):
            raise CorrectionUnfit(why="its number names nobody", why_zh="号码不能确定主体")
        batch = _batch_for(old, by=by, at=at, reason=reason)
        with connection.cursor() as cursor:
            landing = Landing(cursor.cursor, batch, source.key, record_type.key, by, at)
            landing.claims_store(judged.claims)
            names_index_due(cursor.cursor)
        if not landing.tally.accepted:
            raise CorrectionUnfit(why="the register holds this very claim already", why_zh="库中已有完全相同的记录")
        new = batch * LINES_PER_BATCH + 1
        if judged.claims["row_key"][0] != old.row_key.hex:
            record_supersede(record=record, by=by, at=at, new=new, reason=reason)
    return new


def fields_written(record: Record, record_type: RecordType) -> dict[str, str | None]:
    """field → text for all that the register holds of the record, as a form would bring it."""
    roles = record_type.roles
    body: dict[str, Any] = record.body if isinstance(record.body, dict) else json.loads(record.body)
    row: dict[str, str | None] = {name: None if value is None else str(value) for name, value in body.items()}
    row |= {
        roles.document: record.document,
        roles.authority: record.authority,
        roles.decided_on: str(record.decided_on),
    }
    if roles.authority_code:
        row[roles.authority_code] = record.authority_code
    return row


def _changes_read(record_type: RecordType, changes: Mapping[str, str]) -> dict[str, str | None]:
    if not changes:
        raise CorrectionUnfit(why="no field was given", why_zh="没有填写任何更正项")
    for name in changes:
        if name not in record_type.fields or name in record_type.person_fields:
            known = "、".join(n for n in record_type.fields if n not in record_type.person_fields)
            raise CorrectionUnfit(
                why=f"{name} is none of its fields: {known}", why_zh=f"没有“{name}”这一项；可更正：{known}"
            )
    return {name: text.strip() or None for name, text in changes.items()}


def _batch_for(old: Record, *, by: str, at: datetime, reason: str) -> int:
    """A delivery of one row, in the name of whoever sent the record that it corrects."""
    came = old.batch
    batch = Batch.objects.create(
        source=came.source, jurisdiction=came.jurisdiction, actor=came.actor, channel=CHANNEL, received_at=at,
        file_name=came.file_name, file_digest=hashlib.sha256(f"{old.pk} {at.isoformat()} {by}".encode()).hexdigest(),
        lawbook_digest=lawroom.load().digest, status=Batch.Status.LANDED, reason=f"{old.pk}: {reason}",
    )  # fmt: skip
    conflicts = {"codes_with_several_names": 0, "names_with_several_codes": 0}
    detail = {"refused_by_reason": {}, "ignored_columns": [], "subjects_created": 0, "late": 0, "held_because": ""}
    Report.objects.create(
        batch=batch, rows=1, accepted=1, refused=0, unchanged=0, waiting=0, detail={**detail, "conflicts": conflicts}
    )
    return batch.pk
