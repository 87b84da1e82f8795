"""
What one worker does when it starts. The parent's own needs (Alembic, the embedded Valkey) stay out of its memory.
"""

import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

from service.config import Settings

if TYPE_CHECKING:
    from service.bridge import Bridge


def load(settings: Settings) -> "Bridge":
    """
    Return the application, in a process that has just started.
    """
    _leave_with_the_parent()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_folder)
    # Only now: prometheus_client reads the variable when it is imported.
    from service import app

    return app.create(settings)


def _leave_with_the_parent() -> None:
    # A parent that was killed cannot stop its workers, and one of them would keep the port from the next service.
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
