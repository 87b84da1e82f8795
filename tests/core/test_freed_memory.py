"""
Freed memory goes back to the system, also from between what is still in use.
"""

import re
from pathlib import Path

from service.freed_memory import give_back

# Larger than what Python keeps in arenas of its own, smaller than what the C library maps by itself.
BLOCK, BLOCKS = 4_000, 20_000


def test_what_was_freed_below_what_is_in_use_is_given_back() -> None:
    blocks = [bytes(BLOCK) for _ in range(BLOCKS)]
    blocks[: -BLOCKS // 100] = []
    kept = resident()

    give_back()

    assert kept - resident() > BLOCK * BLOCKS / 2


def resident() -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return 1024 * int(found[1])
