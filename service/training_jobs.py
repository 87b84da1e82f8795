"""
Training that an admin starts from a page: `hamlet-train` in a process of its own, one at a time on a machine.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from service.config import FILE
from service.errors import TrainingBusy, TrainingMissing
from service.private_files import replace

# The end of what a job printed; progress of a fit is some fifty lines.
MOST_OUTPUT = 16_384
_LOCK, _ABOUT, _OUTPUT, _CODE, _GROUP = "lock", "about.json", "output", "exit-code", "process-group"
_PROGRAM = "from training.__main__ import main; main()"
# A fit takes minutes of a processor and what the others need of the caches, so it also yields at once to any of them.
LEARNING = ("adapt", "fit")
_LEARN = f"from service.training_jobs import step_aside; step_aside(); {_PROGRAM}"
# Going back takes a second, and is wanted most when the machine has none to spare.
_LOWEST, _AT_ONCE = "19", "0"
# In the background: neither the job nor its exit code hangs on whoever started it.
_SCRIPT = 'code=$1; shift; { nice -n "$@"; echo $? > "$code.new" && mv "$code.new" "$code"; } &'


@dataclass(frozen=True, slots=True)
class Job:
    """
    The latest job: what it does, who started it and when (ISO 8601, UTC), the end of what it printed so far, and its
    exit code; None while it runs, and if it was killed.
    """

    title: str
    who: str
    began_at: str
    output: str
    is_running: bool
    exit_code: int | None


def step_aside() -> None:
    """
    Have this process run only when no other of its session wants the processor, and on one processor alone: moved about
    by the scheduler, it would be in the way on whichever it was moved to. Where that cannot be had, as on other systems
    than Linux, its niceness has to do.
    """
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class TrainingJobs:
    """
    The jobs of a state folder, which all workers of a machine share.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        """
        Take the folder to keep the latest job in, and the settings of the service as variables.
        """
        self._folder = folder
        self._environ = environ
        self._clock = clock

    @property
    def is_possible(self) -> bool:
        """
        Whether what training needs is installed here; what only serves does without.
        """
        return find_spec("sklearn") is not None

    def start(self, title: str, who: str, arguments: Sequence[str]) -> None:
        """
        Run `hamlet-train` with some arguments, at the lowest priority but for going back, and on one processor, and do
        not wait for it.

        Raises:
            TrainingBusy: another job is running.
            TrainingMissing: `hamlet-train` cannot run here.
        """
        if not self.is_possible:
            raise TrainingMissing("training is not installed here; install requirements-train.lock")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("ab") as lock:
            try:
                # The job inherits the open file, and with it the lock: whoever dies lets go of it.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TrainingBusy("another training is under way; wait for its end") from None
            code = self._folder / _CODE
            for earlier in (code, self._folder / _GROUP):
                earlier.unlink(missing_ok=True)
            about = {"title": title, "who": who, "began_at": self._clock().isoformat(timespec="seconds")}
            replace(self._folder / _ABOUT, json.dumps(about))
            program = [sys.executable, "-c", _LEARN if arguments[0] in LEARNING else _PROGRAM, *arguments]
            priority = _AT_ONCE if arguments[0] == "rollback" else _LOWEST
            with (self._folder / _OUTPUT).open("wb") as output:
                starting = subprocess.Popen(  # noqa: S603 - our own program
                    ["/bin/sh", "-c", _SCRIPT, "sh", str(code), priority, *program],
                    env={**self._environment(), "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "160"},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=[lock.fileno()],
                    # A group, to be stopped by, but no session: Linux shares the processor out among sessions before it
                    # looks at priorities, so that even the lowest would get as much as all workers together.
                    process_group=0,
                )
            (self._folder / _GROUP).write_text(str(starting.pid), encoding="utf-8")
            starting.wait()

    def stop(self) -> None:
        """
        End the job that runs, if one does; what it has printed stays.
        """
        # No folder, and no job.
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            if self._is_running():
                # While the lock is held these processes live, and their group's number is nobody else's.
                os.killpg(int((self._folder / _GROUP).read_text(encoding="utf-8")), signal.SIGTERM)

    def latest(self) -> Job | None:
        """
        Return the job that runs, or else the last one; None if there was none.
        """
        try:
            about = json.loads((self._folder / _ABOUT).read_text(encoding="utf-8"))
            is_running = self._is_running()
            with (self._folder / _OUTPUT).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - MOST_OUTPUT))
                output = file.read().decode(errors="replace")
            code = self._folder / _CODE
            exit_code = int(code.read_text()) if code.exists() else None
        except (FileNotFoundError, ValueError):
            # The second: a job is just being written down, or there was no room to.
            return None
        return Job(**about, output=output, is_running=is_running, exit_code=exit_code)

    def forget(self, before: datetime) -> bool:
        """
        Remove what the latest job printed, and who started it, if that was before a moment; return whether it was.
        """
        job = self.latest()
        if job is None or job.is_running or datetime.fromisoformat(job.began_at) >= before:
            return False
        for name in (_ABOUT, _OUTPUT, _CODE):
            (self._folder / name).unlink(missing_ok=True)
        return True

    def _environment(self) -> dict[str, str]:
        # A setting in both of its forms is refused.
        given_otherwise = {f"{name}{FILE}" for name in self._environ}
        inherited = {name: value for name, value in os.environ.items() if name not in given_otherwise}
        return {**inherited, **self._environ}

    def _is_running(self) -> bool:
        with (self._folder / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
