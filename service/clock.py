"""
The time of this machine, for whoever puts parts together and hands it to them.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """
    Return the present moment, in UTC.
    """
    return datetime.now(UTC)
