"""
What a moderator's click in WordPress does in Hamlet, and one in Hamlet in WordPress.
"""

import pytest
from asking_blog import Blog, ours, theirs
from running_service import free_port, wait_until


@ours
@pytest.mark.parametrize(
    ("name", "comment", "click", "status", "told"),
    [
        ("lea", "Are there pills that help against hiccups in winter", "approve", "approved", [("ham", "Mo")]),
        ("max", "Thanks to the seller of golden watches at the station", "spam", "spam", [("spam", "Mo")]),
        ("ned", "My uncle was a porter at the casino of Baden", "unspam", "unapproved", [("ham", "Mo")]),
        ("ole", "These pills were a joke between two old friends", "trash", "trash", []),
    ],
)
def test_a_click_that_says_what_a_comment_is_tells_hamlet_too(
    blog: Blog, name: str, comment: str, click: str, status: str, told: list[tuple[str, str]]
) -> None:
    blog.receives(name, comment)

    blog.wordpress.click(name, click)

    assert (blog.wordpress.status_of(name), blog.labels_of(name)) == (status, told)


@ours
def test_a_click_while_hamlet_is_down_is_told_later(blog: Blog) -> None:
    blog.receives("pia", "No pills at all were on the table of the judge")
    blog.ask(f"http://127.0.0.1:{free_port()}")
    blog.wordpress.click("pia", "approve")

    blog.ask()
    before = blog.labels_of("pia")
    blog.wordpress.run_cron("hamlet_label")

    assert (before, blog.labels_of("pia")) == ([], [("ham", "Mo")])


@theirs
def test_a_click_in_akismets_plugin_acts_on_the_next_comment(blog: Blog) -> None:
    text = "The ferry to the island of silver leaves at noon with two hundred free tickets for readers"
    blog.receives("quin", text)
    blog.wordpress.click("quin", "spam")
    # Akismet's plugin says so while the page is made, or from its own queue.
    after = blog.receives("rob", f"Hello! {text}")

    assert (blog.wordpress.status_of("quin"), after) == ("spam", "unapproved")


@ours
@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("text", "label", "before", "after"),
    [
        ("Two pills a day said the label of the bottle", "ham", "unapproved", "approved"),
        ("Pills from the garage of a friend of mine", "spam", "unapproved", "spam"),
        ("Thanks for nothing but the great bargain at the docks", "spam", "approved", "spam"),
        ("The old casino burnt down in the year of the comet", "ham", "spam", "approved"),
    ],
)
def test_a_click_in_hamlet_moves_the_comment(blog: Blog, text: str, label: str, before: str, after: str) -> None:
    name = f"{before}-{after}"
    assert blog.receives(name, text) == before

    blog.label(name, label)

    wait_until(lambda: blog.wordpress.status_of(name) == after)


@ours
def test_a_click_in_hamlet_leaves_the_trash_alone(blog: Blog, secret: str) -> None:
    blog.receives("sue", "The pills of my grandmother were all blue")
    blog.wordpress.click("sue", "trash")

    answer = blog.webhook("sue", secret)

    assert answer.status_code == 200
    assert blog.wordpress.status_of("sue") == "trash"


@ours
def test_nobody_but_hamlet_moves_a_comment(blog: Blog, secret: str) -> None:
    blog.receives("tom", "Sleeping pills were found behind the organ")

    wrong = blog.webhook("tom", "of another")
    old = blog.webhook("tom", secret, seconds_ago=400)
    held = blog.wordpress.status_of("tom")
    right = blog.webhook("tom", secret)

    assert (wrong.status_code, old.status_code, right.status_code) == (401, 401, 200)
    assert (held, blog.wordpress.status_of("tom")) == ("unapproved", "approved")
