"""
`hamlet lists` and `hamlet sites keys`.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import hamlet
from running_service import command, environment
from stores import Store, decision, registered
from stores import recorded as keep

from service.clock import now
from service.core.comment import Asked, Comment
from service.core.decision import Verdict
from service.core.entries import Action, Kind
from service.core.site import Scope
from service.errors import Unauthorised
from service.gate import Gate
from service.listing import Listing, entry
from service.store.decisions import Decisions
from service.store.sites import Sites


def listed(state: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(hamlet(state, "lists", "list", "--site", "news", "--json").stdout)
    return found


def test_a_list_of_wordpress_is_taken_line_by_line(tmp_path: Path, news: Store) -> None:
    keys = "\ufeffcasino\r\n\r\n203.0.113.\r\nspam.example.com\r\nPayday loans\r\neve@mail.example\r\n"

    result = hamlet(tmp_path, "lists", "add", "--site", "news", "--file", "-", typed=keys)

    assert result.stdout == "reject: 5 entries on the lists of news.\n"
    assert [(entry["kind"], entry["value"], entry["action"]) for entry in listed(tmp_path)] == [
        ("word", "casino", "reject"),
        ("address", "203.0.113.0/24", "reject"),
        ("domain", "spam.example.com", "reject"),
        ("word", "payday loans", "reject"),
        ("email", "eve@mail.example", "reject"),
    ]


def test_what_is_written_out_can_be_read_again(tmp_path: Path, news: Store) -> None:
    hamlet(tmp_path, "lists", "add", "--site", "news", "casino", "regex:a.?b", "author:Best Loans", ".xyz")
    before = listed(tmp_path)
    lines = hamlet(tmp_path, "lists", "list", "--site", "news", "--lines").stdout

    hamlet(tmp_path, "lists", "remove", "--site", "news", *(str(entry["id"]) for entry in before))
    hamlet(tmp_path, "lists", "add", "--site", "news", "--file", "-", typed=lines)

    assert [{**entry, "id": 0} for entry in listed(tmp_path)] == [{**entry, "id": 0} for entry in before]


def test_an_entry_has_an_action_an_end_and_a_note_and_warns(tmp_path: Path, news: Store) -> None:
    options = ["--action", "accept", "--kind", "author", "--for", "30d", "--note", "our author"]
    result = hamlet(tmp_path, "lists", "add", "--site", "news", *options, "Ann")
    shown = hamlet(tmp_path, "lists", "list", "--site", "news").stdout

    assert result.stdout == "accept: 1 entry on the lists of news.\n"
    assert result.stderr == "note: ann: anyone can type this name and be accepted; an address is harder to forge\n"
    assert "accept  author  author:ann  until 20" in shown
    assert "(our author)" in shown
    assert listed(tmp_path)[0]["who"] == "command line"


def test_what_others_wrote_into_a_list_cannot_speak_to_the_terminal(tmp_path: Path, news: Store) -> None:
    note = "\x1b[2J\x1b]0;owned\x07\n    99  accept"
    hostile = entry("a\x1b[2Jd@x.org", Action.REJECT, Kind.EMAIL, note=note)
    Listing(news.engine, [], now).add("news", [hostile], "key")

    shown = hamlet(tmp_path, "lists", "list", "--site", "news").stdout

    assert shown == "     1  reject  email   a?[2jd@x.org  (?[2J?]0;owned? 99 accept)\n"


def test_lines_are_to_the_letter_but_for_a_terminal(tmp_path: Path, news: Store) -> None:
    hamlet(tmp_path, "lists", "add", "--site", "news", "regex:bell\x07  casino")
    arguments = ("lists", "list", "--site", "news", "--lines")
    reader, screen = os.openpty()

    piped = hamlet(tmp_path, *arguments).stdout
    subprocess.run(
        command(*arguments), env=environment(tmp_path, HAMLET_STATE_DIR=str(tmp_path)), stdout=screen, check=True
    )
    seen = os.read(reader, 1_000)

    assert piped == "regex:bell\x07  casino\n"
    assert seen == b"regex:bell? casino\r\n"
    os.close(reader)
    os.close(screen)


def test_what_a_file_brings_cannot_speak_to_the_terminal_either(tmp_path: Path, news: Store) -> None:
    recorded(tmp_path, news)
    file = ("--site", "news", "--file", "-")

    tried = hamlet(tmp_path, "lists", "try", *file, "--action", "accept", typed="regex:casino|\x07\n")
    refused = hamlet(tmp_path, "lists", "add", *file, typed="regex:(\x07\n")

    assert "casino|?  " in tried.stdout
    assert "note: casino|?: anyone can write it" in tried.stderr
    assert "missing ): (?" in refused.stderr
    assert "\x07" not in tried.output + refused.output


def test_a_line_that_is_wrong_is_named_and_nothing_is_added(tmp_path: Path, news: Store) -> None:
    result = hamlet(tmp_path, "lists", "add", "--site", "news", "--file", "-", typed="casino\n\nregex:(a\n")

    assert result.exit_code == 2
    assert "line 3: this is no expression of RE2: missing )" in result.stderr
    assert listed(tmp_path) == []


def test_a_file_that_is_not_in_utf_8_is_refused_in_a_line(tmp_path: Path, news: Store) -> None:
    (tmp_path / "words").write_bytes("Glücksspiel".encode("latin-1"))

    result = hamlet(tmp_path, "lists", "add", "--site", "news", "--file", str(tmp_path / "words"))

    assert (result.exit_code, "words is not in UTF-8" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "--site", "news"], "give values, or a --file"),
        (["add", "--site", "blgo", "casino"], "no site 'blgo'"),
        (["try", "--site", "blgo", "casino"], "no site 'blgo'"),
        (["add", "--site", "news", "--for", "soon", "casino"], "'soon' is no span of time; write 30m, 12h or 7d"),
        (["add", "--site", "news", "--note", "x" * 201, "casino"], "a note has at most 200 characters"),
        (["remove", "--site", "news", str(2**70)], "is not in the range"),
    ],
)
def test_what_cannot_be_done_says_why(tmp_path: Path, news: Store, arguments: list[str], message: str) -> None:
    result = hamlet(tmp_path, "lists", *arguments)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_state_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = hamlet(tmp_path / "file" / "state", "lists", "list", "--site", "news")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_removing_counts_what_was_there(tmp_path: Path, news: Store) -> None:
    hamlet(tmp_path, "lists", "add", "--site", "news", "casino")
    number = str(listed(tmp_path)[0]["id"])

    result = hamlet(tmp_path, "lists", "remove", "--site", "news", number, "999")

    assert result.stdout == "1 of 2 entries removed.\n"
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "`hamlet lists list` shows what is there" in result.stderr


def recorded(tmp_path: Path, store: Store) -> None:
    """
    Store comments under the secret that the command line will hash with.
    """
    hamlet(tmp_path, "settings")
    hamlet(tmp_path, "sites", "show", "news")
    decisions = Decisions(store.engine, (tmp_path / "secret").read_text().strip().encode())
    for number, (verdict, comment) in enumerate(
        [
            (Verdict.ACCEPT, Comment("Ann", "a casino story")),
            (Verdict.HOLD, Comment("Eve", "casino", email="eve@x.org")),
            (Verdict.ACCEPT, Comment("Eve", "hello", email="eve@x.org")),
            (Verdict.ACCEPT, Comment("Bob", "Thank you")),
        ]
    ):
        keep(decisions, Asked(store.site, comment), decision(f"{number:02}", verdict=verdict))


def test_a_dry_run_prints_what_would_change(tmp_path: Path, news: Store) -> None:
    recorded(tmp_path, news)

    result = hamlet(tmp_path, "lists", "try", "--site", "news", "casino", "eve@x.org", "@y.org")

    assert result.stdout == (
        "Of the last 4 comments of news they would have decided on 3.\n"
        "  accept -> reject         2  such as 02 00\n"
        "  hold   -> reject         1  such as 01\n"
        "recorded as                               accept    hold  reject\n"
        "casino                                         1       1       0\n"
        "eve@x.org                                      1       0       0\n"
    )
    assert result.stderr == "note: @y.org could not be tried: of e-mails and addresses only hashes are kept\n"
    assert listed(tmp_path) == []


def test_a_dry_run_for_programs_has_everything(tmp_path: Path, news: Store) -> None:
    recorded(tmp_path, news)

    arguments = ["--last", "3", "--action", "hold", "--json", "casino"]
    answer = json.loads(hamlet(tmp_path, "lists", "try", "--site", "news", *arguments).stdout)

    assert answer["comments"] == 3
    assert answer["entries"][0] == {
        "kind": "word",
        "value": "casino",
        "action": "hold",
        "accept": 0,
        "hold": 1,
        "reject": 0,
    }
    assert answer["changes"] == []


def test_keys_are_added_listed_and_removed(tmp_path: Path, news: Store) -> None:
    registered(Sites(news.engine), "blog")

    added = hamlet(tmp_path, "sites", "keys", "add", "news", "--scope", "admin", "--scope", "feedback")
    key = added.stdout.strip()
    site = Gate(Sites(news.engine)).admit(None, key, scope=Scope.ADMIN)
    rows = json.loads(hamlet(tmp_path, "sites", "keys", "list", "news", "--json").stdout)
    hamlet(tmp_path, "sites", "keys", "remove", "news", site.key_id)

    assert site.scopes == {Scope.ADMIN, Scope.FEEDBACK}
    assert added.stderr == ""
    assert {row["id"]: row["scopes"] for row in rows} == {
        news.site.key_id: ["check", "feedback"],
        site.key_id: ["admin", "feedback"],
    }
    with pytest.raises(Unauthorised):
        Gate(Sites(news.engine)).admit(None, key, scope=Scope.ADMIN)


def test_a_key_for_comments_has_a_twin_for_akismets_clients(tmp_path: Path, news: Store) -> None:
    added = json.loads(hamlet(tmp_path, "sites", "keys", "add", "news", "--scope", "check", "--json").stdout)
    other = json.loads(hamlet(tmp_path, "sites", "keys", "add", "news", "--scope", "admin", "--json").stdout)
    shown = json.loads(hamlet(tmp_path, "sites", "show", "news", "--json").stdout)

    assert added["akismet_key"] in shown["akismet_keys"]
    assert other["akismet_key"] is None
    assert len(shown["akismet_keys"]) == 2


def test_after_a_rotation_with_overlap_the_old_key_has_an_end(tmp_path: Path, news: Store) -> None:
    new = hamlet(tmp_path, "sites", "rotate", "news", "--overlap", "7d").stdout.strip()
    lines = hamlet(tmp_path, "sites", "keys", "list", "news").stdout.splitlines()

    assert [line.split()[0] for line in lines] == [news.site.key_id, new.split("_")[1]]
    assert "check, feedback         until 20" in lines[0]
    assert lines[1].endswith("no end")
    assert Gate(Sites(news.engine)).known(news.site.key_id).name == "news"


def test_languages_are_set_and_shown(tmp_path: Path, news: Store) -> None:
    hamlet(tmp_path, "sites", "set", "news", "--languages", "en, uk", "--hold-other-scripts", "on")
    shown = hamlet(tmp_path, "sites", "show", "news").stdout
    refused = hamlet(tmp_path, "sites", "set", "news", "--languages", "none")
    hamlet(tmp_path, "sites", "set", "news", "--languages", "none", "--hold-other-scripts", "off")

    assert "languages             en, uk; other scripts are held\n" in shown
    assert "give --languages too" in refused.stderr
    assert (
        "languages             none; other scripts are judged as any\n"
        in hamlet(tmp_path, "sites", "show", "news").stdout
    )


@pytest.mark.parametrize("command", [("list",), ("add", "casino"), ("try", "casino"), ("remove", "1")])
def test_a_site_that_is_none_is_told_with_those_that_there_are(
    tmp_path: Path, news: Store, command: tuple[str, ...]
) -> None:
    result = hamlet(tmp_path, "lists", *command, "--site", "nwes")

    assert result.exit_code == 2
    assert "there is no site 'nwes'; there are: news" in result.stderr
