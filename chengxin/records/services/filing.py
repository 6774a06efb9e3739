"""Filing one record that was made here and not in a file: judged like any row, so that nothing enters that no file could bring."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.records.bulk.judging import Judge
from chengxin.records.bulk.storing import Landing
from chengxin.records.models import LINES_PER_BATCH, Batch, Report
from chengxin.records.selectors.batches import row_refusal
from chengxin.records.services.events import records_carry
from chengxin.subjects.services.matching import names_index_due


class RowUnfit(Refusal):
    """The record cannot be filed like this: {why}"""

    code = "row-unfit"
    zh = "不能这样入库：{why_zh}"


@dataclass(frozen=True)
class Filed:
    """A record just filed, and which claim it is."""

    record: int
    row_key: UUID


def record_file(
    *,
    source: str,
    row: Mapping[str, str | None],
    actor: str,
    jurisdiction: str,
    channel: str,
    by: str,
    at: datetime,
    reason: str,
    received_on: date | None = None,
    file_name: str = "",
    case: int | None = None,
) -> Filed:
    """File one row, field → text as on a form (amounts in yuan), as a delivery of the actor's by this source.

    `received_on` is the day by which it counts as received, by default that of `at`; `case` the one that decided it. Refuses what a file's row would be refused
    for, a row that names nobody, and a claim that is held already.
    """
    today = at.astimezone(CHINA_TIME).date()
    law = lawroom.load().on(today, jurisdiction)
    record_type = law.record_types[law.sources[source].record_type]
    # What a file brings is mended on its way in; this is taken as it stands.
    plain = law.sources[source].model_copy(update={"fixed": {}, "odd_values": {}, "units": {}})
    judge = Judge(law, plain, record_type, received_on or today, {name: name for name in row})
    judged = judge.row_judge(1, row, row.get(record_type.roles.code) or "")
    if len(judged.refused):
        rule, field = judged.refused["reason"][0], judged.refused["field"][0]
        why_zh, why = row_refusal(rule, field, row.get(field), record_type, plain)
        raise RowUnfit(why=why, why_zh=why_zh)
    if not len(judged.claims):
        raise RowUnfit(why="its number names nobody", why_zh="号码不能确定主体")
    with transaction.atomic():
        batch = _batch_of_one(
            source=source, jurisdiction=jurisdiction, actor=actor, channel=channel, received_at=at, file_name=file_name,
            file_digest=hashlib.sha256(f"{sorted(row.items())} {at.isoformat()} {by}".encode()).hexdigest(), reason=reason,
        )  # fmt: skip
        with connection.cursor() as cursor:
            landing = Landing(cursor.cursor, batch.pk, source, record_type.key, by, at, case=case)
            landing.claims_store(judged.claims)
            records_carry(replaced=landing.replaced, by=by, at=at)
            names_index_due(cursor.cursor)
        if not landing.tally.accepted:
            raise RowUnfit(why="the register holds this very claim already", why_zh="库中已有完全相同的记录")
        trace(
            event="records.batch.landed", by=by, at=at, about=f"batch:{batch.pk}",
            detail={"source": source, "channel": channel, "rows": 1, "accepted": 1, "reason": reason},
        )  # fmt: skip
    return Filed(batch.pk * LINES_PER_BATCH + 1, UUID(judged.claims["row_key"][0]))


def _batch_of_one(**words: object) -> Batch:
    batch = Batch.objects.create(**words, lawbook_digest=lawroom.load().digest, status=Batch.Status.LANDED)
    conflicts = {"codes_with_several_names": 0, "names_with_several_codes": 0}
    detail = {"refused_by_reason": {}, "ignored_columns": [], "subjects_created": 0, "late": 0, "held_because": ""}
    Report.objects.create(
        batch=batch, rows=1, accepted=1, refused=0, unchanged=0, waiting=0, detail={**detail, "conflicts": conflicts}
    )
    return batch
