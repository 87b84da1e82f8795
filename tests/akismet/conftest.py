"""
Akismet's edge around fakes, and a client of it.
"""

import pytest
from akismet_edge import Edge
from flask.testing import FlaskClient


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def client(edge: Edge) -> FlaskClient:
    return edge.app().test_client()
