"""
What is weak or broken about an installation, each with its cure. Nothing is changed, and no service need run.
"""

from collections.abc import Iterator, Mapping

from service.config import Settings
from service.doctor import counters, exposure, files, model, store
from service.doctor.finding import Finding

__all__ = ["Finding", "examine"]


def examine(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """
    Yield all that is found, from the machine outwards.
    """
    yield from exposure.of_variables(environ)
    yield from files.examine(settings, environ)
    yield from exposure.examine(settings)
    yield from store.examine(settings)
    yield from counters.examine(settings)
    yield from model.examine(settings)
