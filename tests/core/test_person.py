"""
What on a site's lists is about a person, and what is about somebody else.
"""

import pytest

from service.core.entries import Action, Entry, Kind
from service.core.person import Person

ANN = Person(email="Ann@mail.example", name="Zoë", ip="8.8.8.8")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.EMAIL, "ann@mail.example"),
        (Kind.REGEX, r"^ann@mail\.example$"),
        (Kind.REGEX, r"\bANN@mail\.example\b"),
        (Kind.REGEX, r"^8\.8\.8\.8$"),
        (Kind.ADDRESS, "8.8.8.8"),
        (Kind.AUTHOR, "zoë"),
    ],
)
def test_an_entry_is_about_the_person_that_it_names(kind: Kind, value: str) -> None:
    assert ANN.is_named_by(Entry(kind, value, Action.REJECT))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.EMAIL, "joann@mail.example"),
        (Kind.EMAIL, "ann@mail.example.org"),
        (Kind.EMAIL, "@mail.example"),
        (Kind.REGEX, r"^joann@mail\.example$"),
        (Kind.REGEX, r"8\.8\.8\.80"),
        (Kind.DOMAIN, "mail.example"),
        (Kind.ADDRESS, "8.8.8.0/24"),
    ],
)
def test_an_entry_about_somebody_else_stays_though_the_person_is_spelt_in_it(kind: Kind, value: str) -> None:
    assert not ANN.is_named_by(Entry(kind, value, Action.REJECT))


@pytest.mark.parametrize(
    "note",
    ["by ann@mail.example.", "用户ann@mail.example投诉", "<ANN@mail.example>", "from 8.8.8.8: spam", "Zoe\u0308 asked"],
)
def test_a_note_tells_of_the_person(note: str) -> None:
    assert ANN.is_told_in(note)


@pytest.mark.parametrize("note", ["by joann@mail.example", "ann@mail.example.org", "from 8.8.8.80", "from 18.8.8.8"])
def test_a_note_about_somebody_else_stays(note: str) -> None:
    assert not ANN.is_told_in(note)
