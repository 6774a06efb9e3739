"""Replacing keys while everything runs: a new version, everything put under it, the old versions forgotten.

Each step can be done again, and killed at any moment: until a key is retired, all that it sealed is readable. Every change of keys passes through
`key_add` and `keys_retire`; where it takes two persons, both are called by what another confirmed (desk/deeds.py).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import Key, suite_named
from chengxin.ledger.services import trace
from chengxin.vault.selectors import keys_of, stores_of

LOT = 500
PATIENCE = 3600.0  # seconds for which transactions from before are waited for
GRACE = 1.0  # seconds that may lie between a seal and its statement, or between a reading and its unsealing

Advance = Callable[[int], None]


class KeysBusy(Refusal):
    """Somebody else is replacing keys at this moment. Wait until that is done, and call this again."""

    code = "keys-busy"
    status = 409
    zh = "另有人正在更换密钥。请等其完成后再试。"


class KeyInUse(Refusal):
    """{left} values of the ring {ring} do not lie under its newest key yet. Put them under it first: chengxin keys --reseal {ring}."""

    code = "key-in-use"
    status = 409
    zh = "密钥组{ring}还有{left}个值不在最新密钥之下。请先执行 chengxin keys --reseal {ring}。"


class TransactionsOpen(Refusal):
    """A transaction from before has been open for an hour and may hold values of an old key. End it, and call this again."""

    code = "transactions-open"
    status = 409
    zh = "有一个更早开始的事务已持续一小时，其中可能有旧密钥的值。请结束该事务后再试。"


@dataclass(frozen=True)
class Rotation:
    """What became of a ring: the contract of `chengxin keys`."""

    ring: str
    version: int
    suite: str
    resealed: int = 0
    retired: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {**self.__dict__, "retired": list(self.retired)}


def key_add(*, ring: str, by: str, at: datetime, suite: str | None = None) -> Rotation:
    """Give the ring a new key version, which seals from now on; what older ones sealed stays readable."""
    stores_of(ring)
    with _alone(), transaction.atomic():
        keys = keys_of(ring)
        last = keys.read()[-1]
        key = Key.drawn(last.version + 1, suite_named(suite or settings.CHENGXIN_SUITE))
        trace(
            event="vault.key.added", by=by, at=at, about=f"key:{ring}:{key.version}", detail={"suite": key.suite.name}
        )
        keys.add(key)
    return Rotation(ring, key.version, key.suite.name)


def values_reseal(*, ring: str, by: str, at: datetime, advance: Advance = lambda done: None) -> Rotation:
    """Put everything that lies under the ring under its newest key, lot by lot, while others read and write; finished when nothing
    is left, also of transactions that began before this.
    """
    stores = stores_of(ring)
    with _alone():
        key, done = keys_of(ring).read()[-1], 0
        for last in (False, True):
            if last:
                _transactions_ended()
            while True:
                lots = [count for store in stores for count in _lots(store.renew(key, LOT), advance)]
                done += sum(lots)
                if not lots:
                    break
        with transaction.atomic():
            trace(event="vault.key.resealed", by=by, at=at, about=f"key:{ring}:{key.version}", detail={"values": done})
    return Rotation(ring, key.version, key.suite.name, resealed=done)


def keys_retire(*, ring: str, by: str, at: datetime) -> Rotation:
    """Forget every key of the ring but the newest; refused while anything lies under another."""
    stores = stores_of(ring)
    with _alone():
        keys = keys_of(ring)
        *old, key = keys.read()
        if old:
            _transactions_ended()
            if left := sum(store.left(key) for store in stores):
                raise KeyInUse(ring=ring, left=left)
            _transactions_ended()  # whoever still sees a value as it was before
        versions = tuple(each.version for each in old)
        for version in versions:
            keys.retire(version)
        with transaction.atomic():
            for store in stores:
                store.forget(key)
            trace(
                event="vault.key.retired", by=by, at=at, about=f"key:{ring}:{key.version}", detail={"retired": versions}
            )
    return Rotation(ring, key.version, key.suite.name, retired=versions)


def _lots(counts: Iterator[int], advance: Advance) -> Iterator[int]:
    for count in counts:
        advance(count)
        yield count


@contextmanager
def _alone() -> Iterator[None]:
    """Only one replaces keys at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext('chengxin.keys'))")
        if not cursor.fetchone()[0]:
            raise KeysBusy
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext('chengxin.keys'))")


def _transactions_ended() -> None:
    """Wait until every transaction that began before now is over: one of them may bring a value of an old key, or still see one."""
    time.sleep(GRACE)
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        since = cursor.fetchone()[0]
        while True:
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                """
                select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
                    and pid <> pg_backend_pid() and xact_start < %s
                """,
                [since],
            )
            if not cursor.fetchone()[0]:
                return
            if time.monotonic() > until:
                raise TransactionsOpen
            time.sleep(0.1)
