"""
The folder of the numbers, which is told apart here from what else lies in it: somebody may have named one that has
files of theirs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

# Where prometheus_client looks for the folder.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# As prometheus_client names what a process counts.
_NAME = re.compile(r"(?:counter|histogram|summary|gauge_[a-z]+)_(\d+)\.db")


def processes_by_file(folder: Path) -> Iterator[tuple[Path, int]]:
    """
    Yield the files of numbers in a folder, each with the id of the process that counts, or counted, in it.
    """
    for file in folder.iterdir():
        if match := _NAME.fullmatch(file.name):
            yield file, int(match[1])
