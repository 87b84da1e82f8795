"""
What a library imports of its own accord, and nobody here asks for.
"""

import sys
from importlib.util import find_spec
from types import ModuleType


def spare(*, traces: bool) -> None:
    """
    Have redis-py, which is not imported yet, do without its half for asyncio, 1.2 MB of a worker, and without
    OpenTelemetry, 3 MB, which it imports wherever it is installed, unless `traces` are sent.
    """
    if not traces:
        sys.modules["opentelemetry"] = None  # type: ignore[assignment]
    library = find_spec("redis")
    # In place of what imports all of that half; a module that is asked for by its whole name is found all the same.
    empty = ModuleType("redis.asyncio")
    empty.__path__ = [f"{folder}/asyncio" for folder in (library and library.submodule_search_locations) or ()]
    sys.modules[empty.__name__] = empty
