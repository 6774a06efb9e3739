"""Checks and objections at once, on real connections: what was accepted before a check began is in its answer."""

import random
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import Words
from chengxin.checks.services.asking import check_perform
from chengxin.inspections.models import Draw
from chengxin.inspections.rules import DrawOpen
from chengxin.inspections.services import draw_commit
from chengxin.records.models import Record
from chengxin.rights import services
from chengxin.rights.services import Claimant
from tests.world import NOW, OPERATOR, code, later, penalty, sent

SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
FIRMS, PER_FIRM = 50, 20


def checked(n: int, at: datetime) -> str:
    """What a check of the n-th firm says at the instant."""
    answer = check_perform(asker=OPERATOR, matter="supervision-frequency", number=code(n), on=at.date(), at=at)
    return str(answer.outcome)


@pytest.mark.usefixtures("database_apart")
def test_no_check_that_begins_after_an_objections_acceptance_finds_the_record_live(tmp_path: Path) -> None:
    """Checks and objections woven at random, each on a real connection of its own: 1,000 rounds."""
    sent(tmp_path, *(penalty(n) for n in range(1, FIRMS + 1)))
    records = {r.body["code"]: r.pk for r in Record.objects.all()}
    told: dict[int, list[tuple[float, float, str]]] = {n: [] for n in range(FIRMS)}
    accepted: dict[int, float] = {}
    plan = [(n, what) for n in range(FIRMS) for what in ("object", *("check",) * (PER_FIRM - 1))]
    chance = random.Random(7)
    chance.shuffle(plan)
    turns = iter(plan)
    lock = threading.Lock()

    def work() -> None:
        try:
            while True:
                with lock:
                    turn = next(turns, None)
                if turn is None:
                    return
                n, what = turn
                if what == "check":
                    begun, at = time.monotonic(), timezone.now()
                    outcome = checked(n + 1, at)
                    told[n].append((begun, time.monotonic(), outcome))
                else:
                    at = timezone.now()
                    receipt = services.objection_file(
                        record=records[code(n + 1)], number=code(n + 1), claimant=SOMEBODY, grounds="异议", at=at
                    )
                    services.case_decide(
                        number=receipt.number, asker=OPERATOR, to="accepted", words=Words(), at=timezone.now()
                    )
                    accepted[n] = time.monotonic()
        finally:
            connection.close()

    with time_machine.travel(later(hours=1), tick=True):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(accepted) == FIRMS and sum(map(len, told.values())) + FIRMS == 1000
    late = [(n, outcome) for n, found in told.items() for begun, _, outcome in found if begun > accepted[n]]
    early = [outcome for n, found in told.items() for _, ended, outcome in found if ended < accepted[n]]
    assert [each for each in late if each[1] != "suspended"] == []
    assert len(late) > 100 and "applies" in early, "the weave had both before and after"


@pytest.mark.usefixtures("database_apart")
def test_of_two_commitments_to_a_draw_at_once_one_is_let_in_and_the_other_told_of_it() -> None:
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    both, said = threading.Barrier(8), list[str]()

    def work(n: int) -> None:
        words = {"domain": "食品经营", "asker": Asker("market", "department"), "at": NOW}
        both.wait()
        try:
            draw_commit(seed_hash=f"{n:064x}", **words)  # type: ignore[arg-type]
        except DrawOpen as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["draw-open"] * 7 and Draw.objects.count() == 1
