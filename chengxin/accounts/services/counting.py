"""Counting what is tried, where every serving process counts it."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import salted_hmac

from chengxin.accounts import rules
from chengxin.accounts.models import Attempt
from chengxin.actors.rules import network_of
from chengxin.kernel.errors import Refusal

FORGOTTEN_AFTER = timedelta(days=1)


@contextmanager
def attempt_counted(
    *tried: tuple[str, rules.Limit], at: datetime, untold: tuple[type[Refusal], ...] = ()
) -> Iterator[None]:
    """Count an attempt before it is looked at, so that many at once are no more than one after the other; one that succeeds is
    forgotten, and those of before about the same account with it. After a refusal of a kind in `untold`, from which nobody learns anything,
    the first count is taken back; that of the address stays. Call it outside of a transaction: a refusal must not undo the count.
    """
    marks = [(attempt_mark(about), limit) for about, limit in tried]
    made = Attempt.objects.bulk_create(Attempt(about=mark, at=at) for mark, _ in marks)
    own = Attempt.objects.filter(pk__in=[each.pk for each in made])
    try:
        for mark, limit in marks:
            limit.holds(Attempt.objects.filter(about=mark, at__gt=at - limit.within).count())
    except rules.TriedTooOften:
        own.delete()  # else whoever goes on trying would lock the account for good
        raise
    try:
        yield
    except untold:
        own.filter(about=marks[0][0]).delete()
        raise
    own.delete()
    Attempt.objects.filter(Q(about=marks[0][0]) | Q(at__lt=at - FORGOTTEN_AFTER)).delete()


def lookup_count(*, page: str, address: str, at: datetime) -> None:
    """Count one look-up of a public page from the address before it is looked up, found or not, in every serving process; refuses what is beyond the
    limit, and leaves it uncounted, so that the page opens again by itself. Call it outside of a transaction.
    """
    limit, mark = rules.OF_LOOKUPS, attempt_mark(f"lookup:{page}:{network_of(address)}")
    made = Attempt.objects.create(about=mark, at=at)
    within = Attempt.objects.filter(about=mark, at__gt=at - limit.within).order_by("at", "pk")
    counted = within.count()
    if counted > limit.most:
        made.delete()
        first = within.values_list("at", flat=True).first() or at
        wait = math.ceil((first + limit.within - at).total_seconds())
        raise rules.LookedUpTooOften(minutes=math.ceil(wait / 60), retry_after=wait)
    if counted == 1:
        Attempt.objects.filter(at__lt=at - FORGOTTEN_AFTER).delete()


def attempt_mark(about: str) -> bytes:
    """What is kept of an account's name, an identity or an address: none of them can be read from it."""
    return salted_hmac("chengxin.accounts.Attempt", about, algorithm="sha256").digest()
