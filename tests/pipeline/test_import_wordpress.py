import csv
import io
import json
from pathlib import Path
from time import thread_time

import pytest
from imported import imported

from training.errors import BadData

PENDING = "waits for a moderator"
TRASH = "in the trash, where not only spam goes"


def comment(number: int, status: str, text: str = "I was there.", more: str = "") -> str:
    return f"""<wp:comment>
<wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[Ann {number}]]></wp:comment_author>
<wp:comment_author_email>ann@mail.example</wp:comment_author_email>
<wp:comment_author_url>https://ann.example/</wp:comment_author_url>
<wp:comment_author_IP>192.0.2.7</wp:comment_author_IP>
<wp:comment_date_gmt><![CDATA[2024-05-06 07:08:09]]></wp:comment_date_gmt>
<wp:comment_content>
  <![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved><![CDATA[{status}]]></wp:comment_approved>
<wp:comment_type>comment</wp:comment_type>
{more}</wp:comment>
"""


def note(key: str, value: str) -> str:
    return f"""<wp:commentmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value>
</wp:commentmeta>"""


def history(event: str, time: float, user: str = "") -> str:
    by = f's:4:"user";s:{len(user)}:"{user}";' if user else ""
    return note("akismet_history", f'a:2:{{s:4:"time";d:{time};s:5:"event";s:{len(event)}:"{event}";{by}}}')


def wxr(*comments: str, version: str = "1.2", before: str = "", title: str = "Rain &amp; sun") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
{before}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wp="http://wordpress.org/export/{version}/">
<channel><title>Blog</title><link>https://blog.example/start</link><language>de-DE</language>
<wp:author><wp:author_id>1</wp:author_id></wp:author>
<item><title>{title}</title><link>https://blog.example/rain</link>
<content:encoded><![CDATA[Long text]]></content:encoded>
<wp:post_id>5</wp:post_id>{"".join(comments)}</item></channel></rss>"""


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_approved_comment_of_a_wxr_is_ham_under_its_article_and_without_addresses(
    tmp_path: Path, version: str
) -> None:
    found = imported(tmp_path, wxr(comment(1, "1"), version=version))

    assert found.rows == [
        {
            "source": "blog.example",
            "group": "https://blog.example/rain",
            "label": "ham",
            "language": "de",
            "name": "Ann 1",
            "comment": "I was there.",
            "url": "https://ann.example/",
            "article_title": "Rain & sun",
            "date": "2024-05-06 07:08:09",
        }
    ]


def test_the_status_is_the_label_and_what_nobody_decided_is_left_out_with_its_line(tmp_path: Path) -> None:
    found = imported(tmp_path, wxr(*map(comment, range(5), ["1", "spam", "0", "trash", "odd"])))

    assert [label for _, label in found.comments] == ["ham", "spam"]
    assert found.skipped == {PENDING: 1, TRASH: 1, "of the status 'odd', which is unknown": 1}
    assert found.places == ["export:32", "export:44", "export:56"]


def test_what_a_moderator_told_akismet_goes_before_the_status(tmp_path: Path) -> None:
    missed = comment(1, "0", "missed", note("akismet_result", "false") + note("akismet_user_result", "true"))
    freed = comment(2, "0", "freed", note("akismet_result", "true") + note("akismet_user_result", "false"))

    assert imported(tmp_path, wxr(missed, freed)).comments == [("missed", "spam"), ("freed", "ham")]


def test_in_the_trash_a_moderators_earlier_word_counts_no_more(tmp_path: Path) -> None:
    found = imported(tmp_path, wxr(comment(1, "trash", more=note("akismet_user_result", "false"))))

    assert (found.rows, found.skipped) == ([], {TRASH: 1})


def test_the_last_report_in_akismets_history_is_a_moderators_word_but_not_what_a_webhook_did(tmp_path: Path) -> None:
    reports = history("report-ham", 20.5, "eve") + history("report-spam", 10.5, "eve") + history("webhook-spam", 30.5)

    found = imported(tmp_path, wxr(comment(1, "0", "said", reports), comment(2, "0", more=history("webhook-ham", 1))))

    assert found.comments == [("said", "ham")]
    assert found.skipped == {PENDING: 1}


def test_comments_of_the_blogs_own_authors_and_notes_of_plugins_are_left_out(tmp_path: Path) -> None:
    own = comment(1, "1", more="<wp:comment_user_id>1</wp:comment_user_id>")
    order = comment(2, "1").replace(">comment<", ">order_note<")
    member = comment(3, "1", "member", "<wp:comment_user_id>7</wp:comment_user_id>")

    found = imported(tmp_path, wxr(own, order, member))

    assert found.comments == [("member", "ham")]
    assert set(found.skipped) == {
        "written by the site's own staff",
        "of the type 'order_note', which no reader writes",
    }


def test_a_pingback_is_marked(tmp_path: Path) -> None:
    found = imported(tmp_path, wxr(comment(1, "1").replace(">comment<", ">pingback<")))

    assert [row["type"] for row in found.rows] == ["pingback"]


def test_a_wxr_that_breaks_is_read_on_from_the_broken_comment_and_says_where(tmp_path: Path) -> None:
    nested = "a <![CDATA[ b ]]> & <b>c</b> ]]> d"

    found = imported(tmp_path, wxr(comment(1, "1"), comment(2, "spam", nested), comment(3, "1", "last")))

    assert found.comments == [("I was there.", "ham"), (nested, "spam"), ("last", "ham")]
    assert found.damage == [
        "export:28: broken XML (not well-formed (invalid token)); from line 20 on read without its rules"
    ]
    assert {row["article_title"] for row in found.rows} == {"Rain & sun"}


def test_a_wxr_with_an_unclosed_comment_an_unknown_entity_and_a_cut_end_keeps_what_is_whole(tmp_path: Path) -> None:
    unclosed = comment(1, "1", "unclosed").replace("</wp:comment>", "")
    entity = comment(2, "spam").replace("Ann 2]]>", "]]>Zo&euml;")

    found = imported(tmp_path, wxr(unclosed, entity, comment(3, "1")).partition("Ann 3")[0])

    assert found.comments == [("unclosed", "ham"), ("I was there.", "spam")]
    assert found.rows[1]["name"] == "Zoë"


@pytest.mark.parametrize("encoding", ["gb2312", "no-such"])
def test_an_encoding_that_the_xml_parser_does_not_know_is_no_end(tmp_path: Path, encoding: str) -> None:
    text = wxr(comment(1, "1")).replace("UTF-8", encoding)

    found = imported(tmp_path, text)

    assert found.comments == [("I was there.", "ham")]
    assert "broken XML" in found.damage[0]


def test_a_declared_entity_is_refused_before_it_can_expand(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n'

    found = imported(tmp_path, wxr(comment(1, "1", "ok"), before=bomb))

    assert found.rows == []
    assert found.damage[0].startswith("export:2: declares the entity 'a'")


REST = {
    "id": 3,
    "post": 5,
    "author_name": "Ann",
    "author_email": "ann@mail.example",
    "author_url": "",
    "author_ip": "192.0.2.7",
    "date_gmt": "2024-05-06T07:08:09",
    "content": {"rendered": "<p>I was &amp; am there</p>", "raw": "I was & am there"},
    "link": "https://blog.example/rain/#comment-3",
    "status": "spam",
    "type": "comment",
}


def test_the_rest_api_gives_the_text_as_written_and_its_pages_may_follow_each_other(tmp_path: Path) -> None:
    pages = [[REST, {**REST, "status": "hold"}], [{**REST, "status": "approved", "content": {"rendered": "<p>b</p>"}}]]

    found = imported(tmp_path, "\n".join(map(json.dumps, pages)))

    assert found.comments == [("I was & am there", "spam"), ("<p>b</p>", "ham")]
    assert found.rows[0]["group"] == "https://blog.example/rain/"
    assert found.places == ["export, record 2"]


CLI = {
    "comment_ID": "1",
    "comment_post_ID": "5",
    "comment_author": "Ann",
    "comment_content": "I was there",
    "comment_approved": "1",
    "comment_date_gmt": "0000-00-00 00:00:00",
    "comment_date": "2024-05-06 07:08:09",
}


def test_wp_clis_json_has_its_file_for_a_source(tmp_path: Path) -> None:
    found = imported(tmp_path, json.dumps([CLI, "x"]), "blog.txt")

    assert [(row["source"], row["group"], row["date"]) for row in found.rows] == [
        ("blog", "blog 5", "2024-05-06 07:08:09")
    ]
    assert found.skipped == {"not a JSON object": 1}


def test_json_as_powershell_writes_it_is_read(tmp_path: Path) -> None:
    assert len(imported(tmp_path, json.dumps([CLI]).encode("utf-16")).rows) == 1


def test_without_the_text_the_cure_is_named(tmp_path: Path) -> None:
    found = imported(tmp_path, json.dumps([{"comment_ID": "1", "comment_approved": "1"}]))

    assert found.skipped == {"has no comment_content: export it again with that column": 1}


def test_cut_json_gives_what_came_before_and_the_line(tmp_path: Path) -> None:
    found = imported(tmp_path, json.dumps([CLI, CLI], indent=1)[:-40])

    assert len(found.rows) == 1
    assert found.damage == [
        "export:11: not JSON from here on (Unterminated string starting at); what stands before it was read"
    ]


CSV = 'comment_ID;comment_author;comment_content;comment_approved\n1;Ann;"two\nlines; one";1\n2;Bob;Buy;spam\n'


def test_wp_comments_as_csv_with_semicolons(tmp_path: Path) -> None:
    assert imported(tmp_path, CSV).comments == [("two\nlines; one", "ham"), ("Buy", "spam")]


def test_wp_comments_as_mariadb_prints_it_in_batch_mode(tmp_path: Path) -> None:
    table = 'comment_author\tcomment_content\tcomment_approved\nAnn\tone\\ntwo "three\\tfour\\\\n\t1\n'

    assert imported(tmp_path, table).comments == [('one\ntwo "three\tfour\\n', "ham")]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("text", ["one\ntwo", "one\ttwo", 'the "best"', '"best" it said\nof C:\\new'])
def test_wp_comments_with_tabs_and_quotes_where_a_csv_needs_them(tmp_path: Path, text: str, ending: str) -> None:
    table = io.StringIO()
    rows = [("comment_author", "comment_approved", "comment_content"), ("Ann", "1", "C:\\temp"), ("Bob", "1", text)]
    csv.writer(table, "excel-tab", lineterminator=ending).writerows([*rows, ("Eve", "spam", "Buy")])

    assert imported(tmp_path, table.getvalue()).comments == [("C:\\temp", "ham"), (text, "ham"), ("Buy", "spam")]


@pytest.mark.parametrize("text", ['"one" two', '"one', 'o"ne', '"one"', '""'])
def test_quotes_in_batch_mode_are_those_of_a_comment(tmp_path: Path, text: str) -> None:
    table = f"comment_author\tcomment_content\tcomment_approved\nAnn\t{text}\t1\nBob\ta\\nb\t1\nEve\t{text}\t1\n"

    assert imported(tmp_path, table).comments == [(text, "ham"), ("a\nb", "ham"), (text, "ham")]


def test_a_carriage_return_which_mariadb_does_not_escape_ends_no_row(tmp_path: Path) -> None:
    table = "comment_author\tcomment_content\tcomment_approved\nAnn\tone\r\\ntwo\t1\nBob\tBuy\tspam\r\n"

    found = imported(tmp_path, table)

    assert found.comments == [("one\r\ntwo", "ham"), ("Buy", "spam")]
    assert found.skipped == {}


def test_a_carriage_return_within_quotes_of_a_comment_makes_no_csv_of_what_mariadb_prints(tmp_path: Path) -> None:
    table = 'comment_author\tcomment_content\tcomment_approved\nAnn\t"one\r\\ntwo"\t1\nBob\t"Buy\tspam\n'

    assert imported(tmp_path, table).comments == [('"one\r\ntwo"', "ham"), ('"Buy', "spam")]


def test_a_csv_without_a_status_takes_the_label_that_is_given_for_it(tmp_path: Path) -> None:
    table = "comment_author,comment_content\nAnn,Buy\n"

    found = imported(tmp_path, table, label="spam")

    assert found.comments == [("Buy", "spam")]


def test_a_csv_is_no_dump_for_the_sql_in_its_comments(tmp_path: Path) -> None:
    table = 'comment_author,comment_content,comment_approved\nAnn,"I ran\nDROP TABLE posts;\nonce",1\n'

    assert imported(tmp_path, table).comments == [("I ran\nDROP TABLE posts;\nonce", "ham")]


def test_a_csv_line_that_is_not_utf_8_is_left_out_alone(tmp_path: Path) -> None:
    found = imported(tmp_path, CSV.encode() + b"3;Eve;caf\xe9;1\n4;Eve;tea;1\n")

    assert len(found.rows) == 3
    assert (found.skipped, found.places) == ({"not UTF-8": 1}, ["export:5"])


SQL = r"""-- MariaDB dump 10.19
/*!40101 SET NAMES utf8mb4; it's a comment */;
CREATE VIEW x AS SELECT 1;
CREATE TABLE `wp_comments` (
  `comment_ID` bigint(20) unsigned NOT NULL,
  `comment_post_ID` bigint(20) NOT NULL,
  `comment_author` tinytext NOT NULL,
  `comment_content` text NOT NULL,
  `comment_approved` varchar(20) NOT NULL DEFAULT '1',
  `user_id` bigint(20),
  PRIMARY KEY (`comment_ID`),
  KEY `author` (`comment_author`(10))
) ENGINE=InnoDB;
INSERT INTO `wp_comments` VALUES (1,5,'Ann','It''s; (fine)\nhere \\ \"so\"','1',0),
(2,5,'Bob','INSERT INTO `x` VALUES','spam',NULL);
INSERT INTO `wp_comments` VALUES (3,5,'Eve',_binary 'wait','0',0),
(4,5,'Boss','Thanks','1',9),(5,5,'too few');
INSERT INTO `wp_commentmeta` (`meta_id`, `comment_id`, `meta_key`, `meta_value`) VALUES
(1,3,'akismet_user_result','true');
INSERT INTO wp_posts (ID, post_title, post_type) VALUES (5,'Rain','post'),(5,'Rain, first','revision');
INSERT INTO `wp_options` (`option_name`, `option_value`) VALUES ('home','https://blog.example/start');
INSERT INTO `wp_usermeta` (user_id, meta_key, meta_value) VALUES
(9,'wp_capabilities','a:1:{s:13:\"administrator\";b:1;}');
"""


def test_a_dump_joins_comments_with_notes_titles_site_and_staff_that_stand_behind_them(tmp_path: Path) -> None:
    found = imported(tmp_path, SQL)

    assert found.comments == [
        ('It\'s; (fine)\nhere \\ "so"', "ham"),
        ("INSERT INTO `x` VALUES", "spam"),
        ("wait", "spam"),
    ]
    assert {(row["source"], row["group"], row["article_title"]) for row in found.rows} == {
        ("blog.example", "blog.example 5", "Rain")
    }
    assert found.places == ["export:17, comment 4", "export:17"]


def test_a_cut_dump_gives_the_rows_before_the_cut_and_the_line(tmp_path: Path) -> None:
    found = imported(tmp_path, SQL.partition("Bob")[0])

    assert [label for _, label in found.comments] == ["ham"]
    assert found.damage == ["export:15: a row of wp_comments without an end: cut, or a wrong quote"]


def test_a_dump_without_comments_says_which_tables_to_dump(tmp_path: Path) -> None:
    found = imported(tmp_path, "CREATE TABLE `node` (\n  `id` int\n);\nINSERT INTO `node` VALUES (1);\n")

    assert found.damage == ["export: no comments of WordPress in it; dump the tables wp_comments and wp_commentmeta"]


@pytest.mark.parametrize("content", ["", "hello", "{}", '{"code": "rest_forbidden"}', "<html></html>", "[1, 2]"])
def test_what_is_no_export_is_refused_by_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadData, match=r"export: no export that is known; docs/training\.md lists them"):
        imported(tmp_path, content)


@pytest.mark.no_cover
def test_a_file_of_spaces_is_refused_in_no_time(tmp_path: Path) -> None:
    began = thread_time()

    with pytest.raises(BadData, match="no export that is known"):
        imported(tmp_path, " " * 65_000)

    assert thread_time() - began < 0.5
