"""
Entries as owners write them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.entries import Action, Kind
from service.core.entry_lines import of_line, to_line, warnings
from service.core.entry_values import BadEntry
from service.core.phrases import phrase


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("casino", Kind.WORD, "casino"),
        ("Payday LOANS", Kind.WORD, "payday loans"),
        ("very very cheap", Kind.WORD, "very very cheap"),
        ("赌博网站", Kind.WORD, "赌博网站"),
        ("😀", Kind.WORD, "😀"),
        ("203.0.113.7", Kind.ADDRESS, "203.0.113.7"),
        ("203.0.113.", Kind.ADDRESS, "203.0.113.0/24"),
        ("192.0.2.*", Kind.ADDRESS, "192.0.2.0/24"),
        ("192.0.2.9/24", Kind.ADDRESS, "192.0.2.0/24"),
        ("::ffff:192.0.2.9", Kind.ADDRESS, "192.0.2.9"),
        ("2001:DB8::/32", Kind.ADDRESS, "2001:db8::/32"),
        ("Eve@Mail.example", Kind.EMAIL, "eve@mail.example"),
        ("@mail.example", Kind.EMAIL, "@mail.example"),
        ("spam.example.com", Kind.DOMAIN, "spam.example.com"),
        ("https://www.Spam.example.com/x?y", Kind.DOMAIN, "spam.example.com"),
        ("*.xyz", Kind.DOMAIN, "xyz"),
        (".top", Kind.DOMAIN, "top"),
        ("EVIL.COM", Kind.DOMAIN, "evil.com"),
        ("'evil.com'", Kind.DOMAIN, "evil.com"),
        ("“evil.com”", Kind.DOMAIN, "evil.com"),
        ("<https://evil.com/a>", Kind.DOMAIN, "evil.com"),
        ("//evil.com", Kind.DOMAIN, "evil.com"),
        ("http:/evil.com", Kind.DOMAIN, "evil.com"),
        ("*.evil.com/*", Kind.DOMAIN, "evil.com"),
        ("*://*.evil.com/*", Kind.DOMAIN, "evil.com"),
        ("||evil.com^", Kind.DOMAIN, "evil.com"),
        ("evil.com # a note", Kind.DOMAIN, "evil.com"),
        ("domain: xyz", Kind.DOMAIN, "xyz"),
        ("<Eve@Mail.example>", Kind.EMAIL, "eve@mail.example"),
        ("mailto:eve@mail.example", Kind.EMAIL, "eve@mail.example"),
        ("email: Eve <eve@mail.example>", Kind.EMAIL, "eve@mail.example"),
        ("eve@mail.example,", Kind.EMAIL, "eve@mail.example"),
        ("*@mail.example", Kind.EMAIL, "@mail.example"),
        ("@handle", Kind.WORD, "@handle"),
        ("[2001:db8::1]", Kind.ADDRESS, "2001:db8::1"),
        ("[2001:db8::1]:443", Kind.ADDRESS, "2001:db8::1"),
        ("203.0.113.7:8080", Kind.ADDRESS, "203.0.113.7"),
        ("regex: buy.{1,20}now", Kind.REGEX, "buy.{1,20}now"),
        ("24/7", Kind.WORD, "24 7"),
        ("9/11", Kind.WORD, "9 11"),
        ("192.0.*", Kind.ADDRESS, "192.0.0.0/16"),
        ("192.0.0.0/255.255.0.0", Kind.ADDRESS, "192.0.0.0/16"),
        ("word:10.0.0.0/99", Kind.WORD, "10 0 0 0 99"),
        ("06.12.34.56.78", Kind.WORD, "06.12.34.56.78"),
        ("089.123.456.78-90", Kind.WORD, "089.123.456.78-90"),
        ("115.0.5790.170", Kind.WORD, "115.0.5790.170"),
        ("192.0.2.7/login", Kind.WORD, "192 0 2 7 login"),
        ("Author: Bob ", Kind.AUTHOR, "bob"),
        ("word:press", Kind.WORD, "press"),
    ],
)
def test_a_line_is_what_it_looks_like_or_says_that_it_is(line: str, kind: Kind, value: str) -> None:
    assert of_line(line) == (kind, value)
    assert of_line(f"  {line}\t") == (kind, value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("...", "no words in it"),
        ("", "1 to 500 characters"),
        ("x" * 501, "1 to 500 characters"),
        ("word: see example.com", "holds a link"),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", "at most 12 words"),
        ("address: 300.1.1.1", "no address"),
        ("10.0.0.0/99", "no range such as 192.0.2.0/24"),
        (" 300.0.0.0/8", "no range such as 192.0.2.0/24"),
        ("10.0.0.0/8/2", "write word:10.0.0.0/8/2 if the text is meant"),
        ("10.0.0.0/255.0.0.255", "no range such as 192.0.2.0/24"),
        ("10.0.0.0/-8", "no range such as 192.0.2.0/24"),
        ("10.0.0.0 / 8", "no range such as 192.0.2.0/24"),
        ("10.0.0.0/", "no range such as 192.0.2.0/24"),
        ("10.0.0.0/8, 192.168.0.0/16", "no range such as 192.0.2.0/24"),
        ("10.0.0.1-10.0.0.9", "no range such as 192.0.2.0/24"),
        ("10.0.0.1 – 10.0.0.9", "no range such as 192.0.2.0/24"),
        ("2001:db8::1-2001:db8::9", "write word:2001:db8::1-2001:db8::9 if the text is meant"),
        ("10.0.*.*", "no range such as 192.0.2.0/24"),
        ("2001:db8::/129", "no range such as 192.0.2.0/24"),
        ("2001:db8::/32/1", "no range such as 192.0.2.0/24"),
        ("2001:db8:0:0:0:0:0:0/129", "no range such as 192.0.2.0/24"),
        ("domain: http://", "no domain"),
        ("domain: ev il", "no domain"),
        ("# evil.com", "no domain"),
        ("domain: evil,com", "no domain"),
        ("domain: evil.*", "no domain"),
        ("domain: evil..com", "no domain"),
        ("domain: [::1]", "no domain"),
        ("site:evil.com", "no domain"),
        ("see evil.com", "no domain"),
        ("evil.com, worse.com", "more than one"),
        ("0.0.0.0 evil.com", "more than one"),
        ("203.0.113.7, 203.0.113.8", "no range such as 192.0.2.0/24"),
        ("203.0.113.7 203.0.113.8", "no range such as 192.0.2.0/24"),
        ("email: @handle", "no e-mail address"),
        ("email: @*.mail.example", "no e-mail address"),
        ("email: eve@.example", "no e-mail address"),
        ("email: eve", "no e-mail address"),
        ("author: \u200b", "no name"),
        ("regex: (a", "no expression of RE2: missing"),
        ("regex:", "an entry has 1 to 500 characters"),
        ("Author: ", "an entry has 1 to 500 characters"),
    ],
)
def test_what_could_match_nothing_is_refused_with_the_cure(line: str, message: str) -> None:
    with pytest.raises(BadEntry, match=message):
        of_line(line)


@given(st.text(max_size=60) | st.text(alphabet="0aB :./-@$½ｓс赌", max_size=20))
def test_a_list_that_was_written_out_and_read_back_matches_the_same(line: str) -> None:
    try:
        kind, value = of_line(line)
    except BadEntry:
        return

    back, value_back = of_line(to_line(kind, value))

    assert back is kind
    assert (phrase(value_back) == phrase(value)) if kind is Kind.WORD else (value_back == value)


@pytest.mark.parametrize(
    ("kind", "value", "action", "message"),
    [
        (Kind.AUTHOR, "ann", Action.ACCEPT, "type this name"),
        (Kind.EMAIL, "ann@x.org", Action.ACCEPT, "type this e-mail"),
        (Kind.WORD, "hello", Action.ACCEPT, "anyone can write it"),
        (Kind.DOMAIN, "x.org", Action.ACCEPT, "anyone can link to it"),
        (Kind.DOMAIN, "xyz", Action.HOLD, "every domain that ends in .xyz"),
        (Kind.DOMAIN, "youtube.com", Action.REJECT, "readers link to youtube.com as well"),
        (Kind.DOMAIN, "t.me", Action.HOLD, "readers link to t.me as well"),
        (Kind.REGEX, r"\bказино\b", Action.HOLD, "no letters but a to z"),
        (Kind.REGEX, r"супер\w+", Action.HOLD, "no letters but a to z"),
        (Kind.REGEX, "/casino/i", Action.HOLD, "looks for the slashes too"),
        (Kind.ADDRESS, "10.0.0.0/8", Action.REJECT, "wide range"),
        (Kind.ADDRESS, "2001::/16", Action.REJECT, "wide range"),
    ],
)
def test_what_opens_too_much_is_warned_of(kind: Kind, value: str, action: Action, message: str) -> None:
    (warning,) = warnings(kind, value, action)

    assert message in warning


@pytest.mark.parametrize(
    ("kind", "value", "action"),
    [
        (Kind.ADDRESS, "203.0.113.7", Action.ACCEPT),
        (Kind.ADDRESS, "2001:db8::/32", Action.REJECT),
        (Kind.AUTHOR, "ann", Action.HOLD),
        (Kind.DOMAIN, "youtube.com.evil.org", Action.REJECT),
        (Kind.REGEX, r"\bcasino\b", Action.HOLD),
        (Kind.REGEX, "/casino/.*/free", Action.HOLD),
    ],
)
def test_what_is_sound_is_not(kind: Kind, value: str, action: Action) -> None:
    assert warnings(kind, value, action) == []
