"""
A request and its answer, as the server and what answers hand them to each other.
"""

from typing import Any

# A request as WSGI describes it (PEP 3333).
Environ = dict[str, Any]
# In it: when the request was read from the wire, by `time.perf_counter`.
BEGAN = "hamlet.began"
Headers = list[tuple[str, str]]
# Status, headers and body.
RawAnswer = tuple[int, Headers, bytes]
