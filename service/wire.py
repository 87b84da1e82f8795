"""
A request and its answer, as the server and what answers hand them to each other.
"""

from typing import Any

# A request as WSGI describes it (PEP 3333).
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
# Status, headers and body.
RawAnswer = tuple[int, Headers, bytes]
