"""
The machine, and how busy others keep it while something is measured.
"""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


def name() -> str:
    """
    Return what a figure of this machine should stand beside.
    """
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{CORES} cores of {model}, {memory:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} before the start"
    )


@dataclass(frozen=True, slots=True)
class Busy:
    """
    Processor seconds of the machine so far, and those of them in which a core had nothing to do.
    """

    machine: float
    idle: float

    @classmethod
    def now(cls) -> Self:
        """
        Return a reading.
        """
        # The first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
        ticks = [int(value) / TICKS for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return cls(sum(ticks), ticks[3] + ticks[4])

    def cores_since(self, earlier: "Busy") -> float:
        """
        Return how many cores were busy on average since an earlier reading.
        """
        passed = self.machine - earlier.machine
        return CORES * (passed - (self.idle - earlier.idle)) / passed if passed else 0.0
