"""
What coverage need not follow, because other tests run it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def uncovered() -> Iterator[None]:
    """
    Have coverage look away, and from processes that are begun meanwhile for as long as they run; the marker `no_cover`
    does the first alone, and not in fixtures.
    """
    coverage = Coverage.current()
    hints = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("COVERAGE_")}
    if coverage:
        coverage.stop()
    try:
        yield
    finally:
        os.environ.update(hints)
        if coverage:
            coverage.start()
