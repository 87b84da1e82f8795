"""
What the routes of the JSON edge ask of a request: whose key it carries, and which numbers and ids it names.
"""

from collections.abc import Mapping

from flask import g, request

from service.core.members import shown
from service.core.site import Scope, Site
from service.errors import InvalidField
from service.gate import Gate

LONGEST_DECISION_ID = 64


def caller(gate: Gate, scope: Scope = Scope.CHECK) -> Site:
    """
    Return the site whose key the request carries, and leave its name in `flask.g`; raises as `Gate.admit` does.
    """
    site = gate.caller(request.environ, scope=scope)
    g.site = site.name
    return site


def parameters(*known: str) -> Mapping[str, str]:
    """
    Return the query of the request.

    Raises:
        InvalidField: it has a parameter that the route does not know: whoever misspelt it would think it was heeded.
    """
    for name in request.args:
        if name not in known:
            only = f", only {', '.join(f'`{each}`' for each in known)}" if known else ""
            raise InvalidField(f"there is no parameter `{shown(name)}`{only}", field=shown(name))
    return request.args


def whole_number(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """
    Return a number of a query, from 1 to the most.

    Raises:
        InvalidField: it is none.
    """
    text = given.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise InvalidField(f"`{name}` must be a number from 1 to {most}", field=name)
    return int(text)


def is_plausible(decision_id: str) -> bool:
    """
    Tell whether a text can be a decision's id: PostgreSQL takes no NUL, and all of ours are short and plain.
    """
    return len(decision_id) <= LONGEST_DECISION_ID and decision_id.isascii() and decision_id.isprintable()
