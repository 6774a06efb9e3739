"""Reading what was promised with a repair, as the public may see it."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q

from chengxin.cases.models import Case
from chengxin.records.models import Batch, Record
from chengxin.records.rules import Terms, replay, showable
from chengxin.records.selectors.filed import events_of

PROMISES = "repair-promises"  # the lawbook's source of that name
PROMISE = "repair-promise"  # and its record type
PROMISED = "promise"  # the channel of a batch that is one promise made here
_READ = 500


def promise_of(case: Case) -> Record | None:
    """The record that says what was promised in the case, as it was corrected last."""
    batch = Batch.objects.filter(channel=PROMISED, reason=f"case:{case.pk}").first()
    first = None if batch is None else Record.objects.filter(batch_id=batch.pk).first()
    return None if first is None else Record.objects.filter(row_key=first.row_key).order_by("-pk").first()


def promises_shown(
    *, on: date, known_at: datetime, subjects: list[int] | None = None, before: int | None = None
) -> Iterator[Record]:
    """The promises of organisations that may be shown on the day, the latest filed first; of these subjects, or of all."""
    found = Record.objects.filter(
        record_type=PROMISE, effect_from__lte=on, received_at__lte=known_at, subject__kind="organisation"
    ).filter(Q(shown_until__isnull=True) | Q(shown_until__gt=on))
    if subjects is not None:
        found = found.filter(subject__in=subjects)
    while chunk := list((found if before is None else found.filter(pk__lt=before)).order_by("-pk")[:_READ]):
        events = events_of([record.pk for record in chunk], known_at=known_at)
        for record in chunk:
            terms = Terms(record.effect_from, record.effect_until, record.shown_until)
            if showable(terms, replay(events[record.pk], known_at=known_at), on=on):
                yield record
        before = chunk[-1].pk
