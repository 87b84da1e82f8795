"""
Where WordPress leaves a visitor's comment.
"""

import subprocess
import time
from collections.abc import Callable

import pytest
from asking_blog import PLUGIN, Blog, both, ours
from running_service import free_port


def test_the_plugin_is_php(installed: Callable[[str, str], str]) -> None:
    done = subprocess.run(
        [installed("php", "php-cli"), "-l", PLUGIN], capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout


@both
def test_an_accepted_comment_is_published(blog: Blog) -> None:
    assert blog.receives(f"ann-{blog.way}", f"Many thanks for the recipe, it made our {blog.way} evening") == "approved"


@both
def test_a_held_comment_is_pending(blog: Blog) -> None:
    assert blog.receives(f"bob-{blog.way}", f"My doctor gave me pills for the {blog.way} trouble") == "unapproved"


@both
def test_a_rejected_comment_is_spam(blog: Blog) -> None:
    assert blog.receives(f"cas-{blog.way}", f"The best casino in town for {blog.way}") == "spam"


@pytest.mark.parametrize(("way", "status"), [("hamlet", "trash"), ("akismet", None)], indirect=["way"])
def test_a_discarded_comment_is_in_the_trash_or_by_akismet_nowhere(blog: Blog, status: str | None) -> None:
    assert blog.receives(f"dan-{blog.way}", f"Buy pills at our casino, says {blog.way}") == status


@both
def test_a_comment_is_pending_when_hamlet_is_down(blog: Blog) -> None:
    blog.ask(f"http://127.0.0.1:{free_port()}")

    assert blog.receives(f"eve-{blog.way}", "Many thanks to nobody who listens") == "unapproved"


@both
@pytest.mark.no_cover
def test_a_comment_is_pending_after_a_second_when_hamlet_is_slow(blog: Blog, silent: str) -> None:
    blog.ask(silent)
    started = time.monotonic()

    blog.wordpress.post(f"fay-{blog.way}", "Many thanks to whoever is slow")

    # Akismet's plugin asks up to three times. By itself WordPress waits for 5 s.
    assert time.monotonic() - started < 4.5
    assert blog.wordpress.status_of(f"fay-{blog.way}") == "unapproved"


@both
def test_a_comment_is_pending_when_the_key_is_wrong(blog: Blog) -> None:
    blog.ask(HAMLET_KEY="hamlet_of_another", WPCOM_API_KEY="0123456789ab")

    assert blog.receives(f"gil-{blog.way}", "Many thanks from a stranger") == "unapproved"


@ours
def test_a_comment_is_pending_when_nothing_is_set(blog: Blog) -> None:
    blog.wordpress.define()

    assert blog.receives("hal", "Many thanks from nowhere at all") == "unapproved"
    assert blog.wordpress.comment_of("hal")["meta"] == {"hamlet_summary": "Held: Hamlet gave no answer."}


@ours
def test_what_wordpress_itself_holds_stays_pending(blog: Blog) -> None:
    blog.wordpress.run("require 'wp-load.php'; update_option('moderation_keys', 'marmalade');")

    assert blog.receives("ida", "Thanks for the good old marmalade of your aunt") == "unapproved"
    assert blog.decision_of("ida")["verdict"] == "accept"


@ours
def test_a_moderators_own_comment_is_not_asked_about(blog: Blog) -> None:
    with blog.wordpress.moderator() as browser:
        browser.post("/wp-comments-post.php", data={"comment_post_ID": "1", "comment": "We mean a casino in Rome"})

    comment = blog.wordpress.comment_of("mo")
    assert (comment["status"], comment["meta"]) == ("approved", [])


@ours
def test_what_the_author_typed_is_judged_and_not_what_wordpress_makes_of_it(blog: Blog) -> None:
    blog.wordpress.post("jo", 'Thanks \'n <img src=x alt="casino"> \\o/')

    (row,) = blog.kept("jo")
    assert row == ("jo", 'Thanks \'n <img src=x alt="casino"> \\o/', "comment")


@ours
def test_what_comes_by_the_rest_api_is_judged_as_it_was_sent(blog: Blog) -> None:
    blog.wordpress.run(r"""
require 'wp-load.php';
add_filter('rest_allow_anonymous_comments', '__return_true');
$request = new WP_REST_Request('POST', '/wp/v2/comments');
$fields = ['post' => 1, 'author_name' => 'lou', 'author_email' => 'lou@reader.example', 'content' => 'Thanks \o/'];
array_map([$request, 'set_param'], array_keys($fields), $fields);
rest_do_request($request);
""")

    assert blog.kept("lou") == [("lou", r"Thanks \o/", "comment")]


@ours
def test_moderators_see_the_reasons_in_their_list(blog: Blog) -> None:
    blog.receives("kim", "Somebody sold pills to my neighbour yesterday")

    with blog.wordpress.moderator() as browser:
        page = browser.get("/wp-admin/edit-comments.php").text

    assert "Held: its words" in page
