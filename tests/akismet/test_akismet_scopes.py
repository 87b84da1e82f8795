"""
What a key is for, over Akismet's protocol.
"""

from dataclasses import replace

import pytest
from akismet_edge import SITE, Edge, check
from edge_fakes import counted

from service.core.site import Scope


@pytest.mark.parametrize(
    ("scope", "call"),
    [(Scope.ADMIN, "comment-check"), (Scope.ADMIN, "verify-key"), (Scope.CHECK, "submit-spam")],
)
def test_a_key_for_other_things_is_as_good_as_none_and_counted_as_no_guess(edge: Edge, scope: Scope, call: str) -> None:
    edge.sites.site = replace(SITE, scopes=frozenset({scope}))
    before = counted(200, "missing-scope")

    response = edge.app().test_client().post(f"/1.1/{call}", data=check())

    assert (response.status_code, response.data) == (200, b"invalid")
    assert counted(200, "missing-scope") == before + 1
    assert not edge.labels.kept
