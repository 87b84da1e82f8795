"""
The trace that a request is part of, as its caller says in `traceparent` (W3C Trace Context).
"""

import re
import secrets
from dataclasses import dataclass
from typing import Self

_TRACEPARENT = re.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """
    A trace, the span of it that asked, and the one that this request is.
    """

    trace_id: str
    parent_id: str
    span_id: str
    flags: str = "01"

    @classmethod
    def read(cls, traceparent: str) -> Self | None:
        """
        Return what a header says; None where it says nothing that the standard knows.

        >>> context = TraceContext.read("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        >>> context.trace_id, context.parent_id
        ('0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331')
        >>> TraceContext.read("00-00000000000000000000000000000000-b7ad6b7169203331-01")
        """
        match = _TRACEPARENT.fullmatch(traceparent)
        if not match or match[1] == "ff" or (match[1] == "00" and match[5]):
            return None
        if not match[2].strip("0") or not match[3].strip("0"):
            return None
        return cls(match[2], match[3], secrets.token_hex(8), match[4])

    @property
    def answered(self) -> str:
        """
        Return the value of the header `traceresponse`, by which a caller finds this request among the spans.
        """
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"
