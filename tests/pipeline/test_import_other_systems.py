import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from imported import imported

PENDING, DELETED, STAFF = "waits for a moderator", "deleted", "written by the site's own staff"


def post(number: int, *, spam: bool = False, deleted: bool = False, thread: str = "2") -> str:
    return f"""<post dsq:id="{number}"><id />
<message><![CDATA[<p>Post {number}</p>]]></message><createdAt>2024-05-06T07:08:09Z</createdAt>
<isDeleted>{str(deleted).lower()}</isDeleted><isSpam>{str(spam).lower()}</isSpam>
<author><email>ann@mail.example</email><name>Ann</name></author><ipAddress>192.0.2.7</ipAddress>
<thread dsq:id="{thread}" /></post>
"""


def disqus(*posts: str) -> str:
    thread = '<thread dsq:id="{}"><id/><link>{}</link><title>{}</title><author><name>Boss</name></author></thread>'
    return f"""<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
{"".join(posts)}{thread.format(2, "https://blog.example/rain", "Rain")}
{thread.format(3, "https://blog.example/sun", "")}{thread.format(4, "http://localhost:4000/sun", "")}
</disqus>"""


def test_disqus_keeps_spam_and_joins_threads_that_stand_behind_their_posts(tmp_path: Path) -> None:
    found = imported(tmp_path, disqus(post(1), post(2, spam=True), post(3, spam=True, deleted=True)))

    assert found.comments == [("<p>Post 1</p>", "ham"), ("<p>Post 2</p>", "spam"), ("<p>Post 3</p>", "spam")]
    assert found.rows[0] == {
        "source": "blog.example",
        "group": "https://blog.example/rain",
        "label": "ham",
        "name": "Ann",
        "comment": "<p>Post 1</p>",
        "article_title": "Rain",
        "date": "2024-05-06T07:08:09Z",
    }


def test_a_deleted_post_is_no_spam_and_an_orphan_belongs_to_the_site_of_most_threads(tmp_path: Path) -> None:
    found = imported(tmp_path, disqus(post(1, deleted=True), post(2, thread="99"), post(3, thread="4")))

    assert found.skipped == {DELETED: 1}
    assert [(row["source"], row.get("group")) for row in found.rows] == [
        ("blog.example", None),
        ("blog.example", "http://localhost:4000/sun"),
    ]


def test_a_disqus_file_with_a_stray_byte_and_bare_attributes_is_read_all_the_same(tmp_path: Path) -> None:
    text = disqus(post(1), post(2, spam=True)).replace('dsq:id="2"', "dsq:id=2")

    found = imported(tmp_path, "`" + text)

    assert [(label, comment) for comment, label in found.comments] == [
        ("ham", "<p>Post 1</p>"),
        ("spam", "<p>Post 2</p>"),
    ]
    assert {row["article_title"] for row in found.rows} == {"Rain"}
    assert found.damage[0].startswith("export:1: broken XML")


def isso(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256))")
        database.execute(
            "CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, created FLOAT NOT NULL,"
            " mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR)"
        )
        database.execute("INSERT INTO threads VALUES (1, '/rain', 'Rain')")
        comments = [
            (1, 1, 1_715_000_000.5, 1, "192.0.2.0", "I was there", "Ann", "ann@mail.example", None),
            (1, 2, 1_715_000_001.0, 2, "192.0.2.0", "Buy", "Bob", None, "https://bob.example"),
            (1, 3, 1_715_000_002.0, 4, "192.0.2.0", "", None, None, None),
        ]
        database.executemany(f"INSERT INTO comments VALUES ({','.join('?' * 9)})", comments)
    return path


def test_issos_database_gives_what_was_accepted(tmp_path: Path) -> None:
    found = imported(tmp_path, isso(tmp_path / "made").read_bytes(), "comments.bak")

    assert found.rows == [
        {
            "source": "comments",
            "group": "comments /rain",
            "label": "ham",
            "name": "Ann",
            "comment": "I was there",
            "article_title": "Rain",
            "date": "2024-05-06T12:53:20.500000+00:00",
        }
    ]
    assert found.skipped == {PENDING: 1, DELETED: 1}
    assert found.places == ["comments.bak, comment 2", "comments.bak, comment 3"]


def test_a_time_that_no_calendar_has_is_no_reason_to_lose_a_comment(tmp_path: Path) -> None:
    path = isso(tmp_path / "made")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE comments SET created = 1e300")

    (row,) = imported(tmp_path, path.read_bytes()).rows

    assert "date" not in row


def test_another_or_damaged_database_is_named_with_its_cure(tmp_path: Path) -> None:
    damaged = isso(tmp_path / "made").read_bytes()[:5_000]

    found = imported(tmp_path, damaged)

    assert found.damage[0].startswith("export: cannot be read as Isso's database (")


GENERIC = [
    {"id": "/rain", "title": "Rain", "comments": [{"author": "Ann", "text": "Hi", "created": "2024-05-06 07:08"}]}
]


def test_issos_generic_json_says_no_label_and_takes_the_one_given(tmp_path: Path) -> None:
    unlabelled = imported(tmp_path, json.dumps(GENERIC))

    labelled = imported(tmp_path, json.dumps([*GENERIC, {"comments": None}]), label="spam")

    assert list(unlabelled.skipped) == [
        "the file does not say whether it is spam or ham; --label says it for all such comments"
    ]
    assert unlabelled.places == ["export, record 1, comment 1"]
    assert labelled.comments == [("Hi", "spam")]
    assert labelled.skipped == {"no thread with comments": 1}


def remark(**given: Any) -> dict[str, Any]:
    user = {"name": "Ann", "id": given.pop("by", "ann"), "admin": False, "ip": "0f"}
    locator = {"site": "blog", "url": "https://blog.example/rain"}
    return {"id": "1", "text": "<p>Hi</p>", "user": user, "locator": locator, "time": "2024-05-06T07:08:09Z", **given}


def test_remark42_gives_ham_as_it_was_written_and_takes_nobody_blocked_for_a_spammer(tmp_path: Path) -> None:
    users = [{"id": "ann", "blocked": {"status": False}}, {"id": "bob", "blocked": {"status": True}}]
    admin = remark(user={"name": "Boss", "id": "boss", "admin": True})
    lines = [
        {"version": 1, "users": users, "posts": []},
        remark(orig="Hi *there*", title="Rain"), remark(by="bob"), remark(delete=True), admin,
    ]  # fmt: skip

    found = imported(tmp_path, "\n".join(map(json.dumps, lines)) + "\nnot json")

    assert found.comments == [("Hi *there*", "ham")]
    assert found.rows[0]["group"] == "https://blog.example/rain"
    assert found.skipped == {
        "of a user who was blocked, which may have been for rudeness": 1,
        DELETED: 1,
        STAFF: 1,
        "not JSON": 1,
    }
    assert found.places == ["export:3", "export:4", "export:5", "export:6"]


def test_remark42_without_anybody_blocked_or_verified_is_known_by_its_comments(tmp_path: Path) -> None:
    lines = [{"version": 1, "users": [], "posts": []}, remark(orig="Hi *there*")]

    found = imported(tmp_path, "\n".join(map(json.dumps, lines)))

    assert found.comments == [("Hi *there*", "ham")]


def test_commento_calls_flagged_spam_and_names_authors_that_stand_behind(tmp_path: Path) -> None:
    def comment(state: str, by: str = "a1", deleted: bool = False) -> dict[str, Any]:
        return {
            "commentHex": "c", "domain": "blog.example", "url": "/rain", "commenterHex": by, "markdown": state,
            "state": state, "creationDate": "2024-05-06T07:08:09Z", "deleted": deleted,
        }  # fmt: skip

    comments = [
        comment("approved"), comment("flagged", by="anonymous"), comment("unapproved"),
        comment("approved", deleted=True), comment("approved", by="b2"),
    ]  # fmt: skip
    authors = [
        {"commenterHex": "a1", "name": "Ann", "email": "ann@mail.example", "link": "https://ann.example"},
        {"commenterHex": "b2", "name": "Boss", "isModerator": True},
    ]

    found = imported(tmp_path, json.dumps({"version": 1, "comments": comments, "commenters": authors}))

    assert found.comments == [("approved", "ham"), ("flagged", "spam")]
    assert [(row.get("name"), row.get("url"), row["group"]) for row in found.rows] == [
        ("Ann", "https://ann.example", "blog.example /rain"),
        (None, None, "blog.example /rain"),
    ]
    assert found.skipped == {PENDING: 1, DELETED: 1, STAFF: 1}


@pytest.mark.parametrize(("cut", "rows"), [(0, 2), (60, 1)])
def test_comentario_calls_rejected_spam_and_a_cut_file_keeps_what_came_before(
    tmp_path: Path, cut: int, rows: int
) -> None:
    def comment(is_approved: bool, is_pending: bool = False, is_deleted: bool = False) -> dict[str, Any]:
        return {
            "id": "c", "pageId": "p", "markdown": "Hi", "url": "https://blog.example/rain#c", "userCreated": "u",
            "isApproved": is_approved, "isPending": is_pending, "isDeleted": is_deleted,
        }  # fmt: skip

    page = {"id": "p", "path": "/rain", "title": "Rain", "domainId": "d"}
    comments = [comment(True), comment(False, is_pending=True), comment(True, is_deleted=True), comment(False)]
    content = json.dumps({"version": 3, "pages": [page], "comments": comments})

    found = imported(tmp_path, content[: len(content) - cut])

    assert [label for _, label in found.comments] == ["ham", "spam"][:rows]
    assert (found.rows[0]["source"], found.rows[0]["article_title"]) == ("blog.example", "Rain")
    assert found.skipped == {PENDING: 1, DELETED: 1}
    assert len(found.damage) == 2 - rows


def test_rows_that_are_labelled_already_pass_as_they_are(tmp_path: Path) -> None:
    row = {"source": "blog.example", "label": "spam", "comment": " Buy ", "kind": "pills", "type": "trackback"}

    lines = imported(tmp_path, json.dumps(row) + '\n{"comment": "a", "label": "maybe"}\n')
    table = imported(tmp_path, "comment,label,email\n Buy ,spam,bob@mail.example\n")

    assert lines.rows == [row]
    assert lines.skipped == {"label is 'maybe', not one of ham, spam": 1}
    assert table.rows == [{"source": "export", "label": "spam", "comment": " Buy "}]


@pytest.mark.parametrize(
    "content", [disqus(post(1)), json.dumps([{"comment_content": "x" * 70_000, "comment_approved": "1"}])]
)
def test_neither_e_mail_nor_ip_address_reaches_the_rows(tmp_path: Path, content: str) -> None:
    found = imported(tmp_path, content)

    assert "mail.example" not in json.dumps(found.rows)
    assert "192.0.2" not in json.dumps(found.rows)
