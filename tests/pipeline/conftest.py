import pytest

from training.behaviour.checks import read_suite


@pytest.fixture
def short_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A twentieth of the behavioural suite, where other gates are meant: the whole of it takes ten seconds each time.
    """
    some = read_suite()[::20]
    monkeypatch.setattr("training.gates.behaviour.read_suite", lambda: some)
