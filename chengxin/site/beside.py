"""The sequencer beside the serving processes: one on this machine, and started again whenever it ends.

Each serving process has a thread that waits for a lock on one file; whoever has it runs the sequencer as its child, and starts it again
when it ends. A serving process that dies gives the lock up, and the next one takes over; its child sees that its parent is gone, and ends. So
whichever process is killed, entries go on getting their places.
"""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

FIRST, LONGEST = (
    1.0,
    30.0,
)  # seconds between an end and the next start: twice as long each time that it ends at once, to the longest


def sequencer_keep(lock: Path) -> None:
    """Keep the sequencer running from now on, here or in another process that has the lock; the file holds its process id."""
    Thread(target=_keep, args=[lock], name="sequencer", daemon=True).start()


def _keep(lock: Path) -> None:
    lock.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "chengxin.site.cli", "ledger", "sequence", "--beside", str(os.getpid())]
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for as long as another process keeps it
        pause = FIRST / 2
        while True:
            started = time.monotonic()
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            file.truncate(0)
            file.write(f"{process.pid}\n")
            file.flush()
            process.wait()
            pause = FIRST if time.monotonic() - started > LONGEST else min(2 * pause, LONGEST)
            time.sleep(pause)
