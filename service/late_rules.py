"""
Routes that learn to build URLs when a page asks for the first one.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """
    A route by which URLs are built late. By itself Werkzeug compiles two functions for each route at once, which is a
    twentieth of the start; most are never called.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: Callable[..., tuple[str, str]] | None = None

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            compiled = compiled or Rule._compile_builder(self, append_unknown)
            return compiled(rule, **values)

        return build
