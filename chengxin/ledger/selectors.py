"""Reading the ledger: what was asked about a subject, and what an actor did."""

from datetime import datetime

from django.db.models import QuerySet

from chengxin.ledger.models import Entry


def readings_of(subjects: list[int], *, known_at: datetime) -> QuerySet[Entry]:
    """Every reading and change that names one of these subjects up to the instant, oldest first."""
    return Entry.objects.filter(subject__in=subjects, at__lte=known_at).order_by("at", "id")
