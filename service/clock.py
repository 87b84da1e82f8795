"""
The time of this machine, for whoever puts parts together and hands it to them.
"""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
