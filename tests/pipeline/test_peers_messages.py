from email import policy
from email.parser import BytesParser

import pytest

from bench.quality.messages import mailbox, wrap
from training.data.rows import Row


def test_a_comment_becomes_a_message_with_its_author_its_url_and_its_text() -> None:
    row = Row("blog", "spam", "Zoë “Z” <z@x>, Ltd.", "Grüße\r\nand more\rlines", url="http://ann.example/?a=b")

    message = BytesParser(policy=policy.default).parsebytes(wrap(row))

    assert message["From"].addresses[0].display_name == "Zoë “Z” <z@x>, Ltd."
    assert message["From"].addresses[0].addr_spec == "author@comment.invalid"
    assert message.get_content() == "http://ann.example/?a=b\n\nGrüße\nand more\nlines\n"
    assert not message.defects


@pytest.mark.parametrize("name", ["Ann", 'the "real" Ann', "a\\b", "Ann, Ltd.", "安", "x" * 300, "ж" * 300])
def test_every_name_arrives_as_it_was(name: str) -> None:
    message = BytesParser(policy=policy.default).parsebytes(wrap(Row("blog", "ham", name, "Hello")))

    assert message["From"].addresses[0].display_name == name


def test_a_name_cannot_add_a_header() -> None:
    message = BytesParser(policy=policy.default).parsebytes(wrap(Row("blog", "ham", "A\r\nSubject: x\n\nB", "Hello")))

    assert message.keys() == ["From", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert message.get_content() == "Hello\n"


def test_neither_name_nor_url_leaves_the_address_and_the_text() -> None:
    message = wrap(Row("blog", "ham", " ", "Hello"))

    assert message.startswith(b"From: <author@comment.invalid>\n")
    assert message.endswith(b"\n\nHello\n")


def test_a_line_of_a_comment_never_splits_a_mailbox() -> None:
    message = wrap(Row("blog", "ham", "Ann", "From here on\n\nFrom me to you"))

    box = mailbox([message, message])

    assert [line for line in box.split(b"\n") if line.startswith(b"From ")] == [
        b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970"
    ] * 2
