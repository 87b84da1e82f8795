"""
What one worker does when it starts. The parent's own needs (Alembic, the embedded Valkey) stay out of its memory.
"""

import multiprocessing
import os
import signal
import sys
import threading

from service import logs
from service.config import Settings
from service.leaving import Leaving


def load(settings: Settings) -> Leaving:
    """
    Return the application, in a process that has just started.
    """
    leaving = Leaving()
    _leave_with_the_parent()
    logs.ask_less()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_folder)
    if not settings.otlp_url:
        # redis-py imports it wherever it is installed, for measurements that nobody here asks for: 3 MB a worker.
        sys.modules["opentelemetry"] = None  # type: ignore[assignment]
    # Only now: prometheus_client reads the variable when it is imported.
    from service import app

    return leaving(app.create(settings, leaving.fault))


def _leave_with_the_parent() -> None:
    # A parent that was killed cannot stop its workers, and one of them would keep the port from the next service.
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
