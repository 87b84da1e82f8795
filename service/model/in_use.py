"""
The model in use: another one is taken up within seconds of its promotion, between two requests.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from service.freed_memory import give_back
from service.model.folder import Distrust, ModelError, current
from service.model.scorer import Scorer

# The file is read again and not watched: no notice of the kernel's comes from a network file system.
LOOK_SECONDS = 2.0

logger = logging.getLogger("hamlet.model")


class ModelInUse:
    """
    Has the model that the file CURRENT names. A class, since it remembers the last one that could be trusted.

    While the one that is named cannot be used, the one before goes on serving, and the log says so.
    """

    def __init__(
        self,
        models: Path,
        *,
        on_taken: Callable[[str, str | None, float], None],
        on_failure: Callable[[Distrust], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Take the folder of models; `on_taken` is told the version taken up, the one before and the seconds that loading
        took, `on_failure` the reason of each fault.
        """
        self._models = models
        self._on_taken = on_taken
        self._on_failure = on_failure
        self._monotonic = monotonic
        self._folder: Path | None = None
        self._last_fault: str | None = None
        self.scorer: Scorer | None = None

    @property
    def version(self) -> str | None:
        """
        The version that serves; None while there is none to trust.
        """
        return self.scorer.version if self.scorer else None

    def look(self, loaded: Scorer | None = None) -> None:
        """
        Take up the model that is named, unless it serves already: `loaded` as it is, if that is the one.
        """
        try:
            folder = current(self._models)
            if folder != self._folder:  # of which a copy may have another name than its card
                began = self._monotonic()
                self._take(loaded if loaded and loaded.version == folder.name else Scorer.load(folder), began)
                self._folder = folder
        except ModelError as error:
            self._tell(error)
        else:
            self._last_fault = None

    def watch(self, loaded: Scorer | None = None) -> None:
        """
        Look now, and every two seconds in a thread of its own. `loaded` is as for `look`.
        """
        self.look(loaded)

        def look_again() -> None:
            while True:
                time.sleep(LOOK_SECONDS)
                self.look()

        threading.Thread(target=look_again, name="model", daemon=True).start()

    def _take(self, scorer: Scorer, began: float) -> None:
        before = self.version
        # One assignment: a request that has begun keeps the model that it asked for.
        self.scorer = scorer
        self._on_taken(scorer.version, before, self._monotonic() - began)
        logger.info("model %s serves", scorer.version)
        # No later collection need look through the model's words again.
        gc.collect()
        gc.freeze()
        give_back()

    def _tell(self, error: ModelError) -> None:
        # Once, and not every two seconds.
        if (fault := str(error)) == self._last_fault:
            return
        self._last_fault = fault
        self._on_failure(error.reason)
        serves = f"model {self.version} goes on serving" if self.scorer else "every comment is held"
        logger.error("%s, since the current model cannot be used: %s", serves, fault)
