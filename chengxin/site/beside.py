"""The sequencer and the chores beside the serving processes: one of each on this machine, and started again whenever it ends.

Each serving process has a thread for each that waits for a lock on one file; whoever has it runs the command as its child, and starts it again
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


def beside_keep(lock: Path, *command: str) -> None:
    """Keep this command running from now on, here or in another process that has the lock; the file holds its process id."""
    Thread(target=_keep, args=[lock, command], name=command[0], daemon=True).start()


def _keep(lock: Path, command: tuple[str, ...]) -> None:
    lock.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "chengxin.site.cli", *command, "--beside", str(os.getpid())]
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
