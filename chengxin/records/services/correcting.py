"""Correcting one record: what was found to be wrong is filed anew, right, and the claim that was wrong is superseded."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from chengxin import law as lawroom
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal
from chengxin.law.models import RecordType
from chengxin.records import rules
from chengxin.records.models import Record
from chengxin.records.selectors.filed import events_of, fields_written
from chengxin.records.services.events import RecordUnknown, record_supersede
from chengxin.records.services.filing import RowUnfit, record_file

CHANNEL = "correction"


class CorrectionUnfit(Refusal):
    """The record cannot be corrected like this: {why}"""

    code = "correction-unfit"
    zh = "不能这样更正该记录：{why_zh}"


def record_correct(
    *, record: int, changes: Mapping[str, str], by: str, at: datetime, reason: str, case: int | None = None
) -> int:
    """File the record anew with these fields changed (field → text as on a form, empty for nothing), superseding it; returns
    the new record, in the name of whoever sent the old one and received when that was. Refuses a record that no longer
    stands, a field that it lacks, what no file could bring in, and a change that changes nothing.
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
        came = old.batch
        law = lawroom.load().on(at.astimezone(CHINA_TIME).date(), came.jurisdiction)
        record_type = law.record_types[old.record_type]
        row = {**fields_written(old, record_type), **_changes_read(record_type, changes)}
        try:
            filed = record_file(
                source=came.source, row=row, actor=came.actor, jurisdiction=came.jurisdiction, channel=CHANNEL, by=by, at=at,
                reason=f"{old.pk}: {reason}", file_name=came.file_name,
                received_on=old.received_at.astimezone(CHINA_TIME).date(), case=case,
            )  # fmt: skip
        except RowUnfit as unfit:
            raise CorrectionUnfit(**unfit.data) from unfit
        if filed.row_key != old.row_key:
            record_supersede(record=record, by=by, at=at, new=filed.record, reason=reason, case=case)
    return filed.record


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
