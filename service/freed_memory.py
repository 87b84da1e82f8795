"""
Memory that was freed, given back to the system.
"""

import ctypes


def give_back() -> None:
    """
    Give back what the C library keeps of freed memory, where it can be told to: glibc keeps pages between others that
    are in use, and for good.
    """
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
