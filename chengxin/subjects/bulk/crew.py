"""Processes that match a file's batches side by side, over one register in memory; the answers come back in the file's order.

They are started afresh, not forked: Polars' threads do not survive a fork. Each ends by itself when its caller has gone,
however that ended.
"""

import contextlib
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, cast

import chengxin
from chengxin.kernel.errors import Refusal
from chengxin.subjects.bulk.keeping import frame_open, register_open
from chengxin.subjects.bulk.matching import Answered, batch_match
from chengxin.subjects.rules.judging import Model

# Batches a worker may be ahead of the one that is written next: what waits is held in memory.
_AHEAD = 3
# Each worker is one thread; as many as there are cores, each with as many threads, would stand in each other's way.
THREADS = dict.fromkeys(("POLARS_MAXTHREADS", "OMP_NUMTHREADS", "OPENBLAS_NUMTHREADS", "MKL_NUMTHREADS"), "1")


class WorkerLost(Refusal):
    """A worker process ended (status {status}) before it had answered; mostly memory ran out. Nothing was written: start again
    with fewer workers.
    """

    code = "worker-lost"
    status = 503
    zh = "一个工作进程在答完之前结束（状态 {status}），多半是内存不足。没有写出任何结果：请减少 --workers 后重新开始。"


@dataclass(frozen=True)
class Task:
    """What every worker is told: where register and names lie, and how to answer."""

    register: Path
    asked: Path
    rows: int
    top: int
    by: Model | None


@dataclass
class Crew:
    """Workers that are ready."""

    hands: dict[Connection, subprocess.Popen[bytes]] = field(default_factory=dict)

    def answers(self, starts: Sequence[int]) -> Iterator[Answered]:
        """What `batch_match` says of the batch at each start, in the order of the starts."""
        todo, idle, ready = deque(enumerate(starts)), deque(self.hands), dict[int, Answered]()
        for number in range(len(starts)):
            while number not in ready:
                while idle and todo and todo[0][0] < number + _AHEAD * len(self.hands):
                    self._tell(idle.popleft(), todo.popleft())
                for done in wait([hand for hand in self.hands if hand not in idle]):
                    place, answer = self._told(done)
                    ready[place] = answer
                    idle.append(cast(Connection, done))
            yield ready.pop(number)

    def _tell(self, hand: Connection, what: Any) -> None:
        try:
            hand.send(what)
        except OSError as failure:
            raise self._lost(hand) from failure

    def _told(self, hand: Any) -> Any:
        try:
            return hand.recv()
        except (EOFError, OSError) as failure:
            raise self._lost(hand) from failure

    def _lost(self, hand: Connection) -> WorkerLost:
        return WorkerLost(status=self.hands[hand].wait())


@contextlib.contextmanager
def crew_started(workers: int, task: Task) -> Iterator[Crew]:
    """So many workers, all with the register open: its files may be deleted now."""
    crew = Crew()
    try:
        for _ in range(workers):
            hand, process = _hired()
            crew.hands[hand] = process
            crew._tell(hand, task)
        for hand in crew.hands:
            crew._told(hand)
        yield crew
    finally:
        for hand, process in crew.hands.items():
            hand.close()
            process.kill()
            process.wait()


def _hired() -> tuple[Connection, subprocess.Popen[bytes]]:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            env=os.environ | THREADS | {"PYTHONPATH": import_path()},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # An interrupt at the terminal is the caller's to deal with.
            start_new_session=True,
        )
    return ours, process


def import_path() -> str:
    """Where this very program is imported from, whatever folder the caller stands in."""
    own = str(Path(chengxin.__file__).parents[1])
    return os.pathsep.join(filter(None, (own, os.environ.get("PYTHONPATH"))))


def main(words: Sequence[str]) -> None:
    """A worker's life: a task, then the starts of batches until the caller closes the line."""
    with Connection(int(words[0])) as line, contextlib.suppress(EOFError, OSError):
        task: Task = line.recv()
        register, asked = register_open(task.register), frame_open(task.asked)
        line.send(None)
        while True:
            place, start = line.recv()
            line.send((place, batch_match(asked.slice(start, task.rows), register, task.top, task.by)))


if __name__ == "__main__":
    main(sys.argv[1:])
