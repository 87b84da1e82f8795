"""
The calls about a key: what has been done with it.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from akismet_edge import KEY, NOW, OTHER_KEY, Edge
from flask.testing import FlaskClient

from service.errors import StoreUnavailable
from service.store.statistics import Tally

CALLS = ("usage-limit", "key-sites", "get-stats", "get-key-stats", "get-subscription", "token", "deactivate")


def ask(client: FlaskClient, call: str, **fields: str) -> Any:
    return client.post(call, data={"api_key": KEY, **fields})


def month(year: int, number: int) -> datetime:
    return datetime(year, number, 1, tzinfo=UTC)


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_key_is_told_nothing(client: FlaskClient, call: str) -> None:
    response = client.post(f"/1.2/{call}", data={"api_key": OTHER_KEY})

    assert (response.status_code, response.data) == (200, b"invalid")
    assert response.headers["X-akismet-debug-help"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_usage_has_no_limit_and_the_types_that_clients_expect(client: FlaskClient, edge: Edge, method: str) -> None:
    sent: Any = {"query_string": {"api_key": KEY}} if method == "GET" else {"data": {"api_key": KEY}}

    response = client.open("/1.2/usage-limit", method=method, **sent)

    assert response.data == b'{"limit":"none","usage":10,"percentage":"0.00","throttled":false}'
    assert edge.statistics.asked == [[month(2026, 11), NOW]]


def test_usage_can_be_extended(client: FlaskClient) -> None:
    answer = ask(client, "/1.2/usage-limit", extended="true").json

    assert (answer["notice_level"], answer["upgrade"]) == ("NOTICE_NONE", False)


def test_a_key_has_one_site_with_counts_as_strings(client: FlaskClient, edge: Edge) -> None:
    answer = ask(client, "/1.2/key-sites", month="2026-02", order="spam").json

    numbers = {"api_calls": "10", "spam": "5", "ham": "3", "missed_spam": "0", "false_positives": "0"}
    assert answer == {
        "2026-02": [{"site": "blog", **numbers, "is_revoked": False}],
        "limit": 500,
        "offset": 0,
        "total": 1,
    }
    assert edge.statistics.asked == [[month(2026, 2), month(2026, 3)]]


def test_a_key_has_its_site_as_csv(client: FlaskClient) -> None:
    response = ask(client, "/1.2/key-sites", format="csv", limit="10")

    assert response.content_type == "text/csv; charset=utf-8"
    assert response.text.splitlines() == [
        f"Active sites for {KEY} during 2026-11 (limit:10, offset: 0, total: 1)",
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked",
        "blog,10,5,3,0,0,false",
    ]


@pytest.mark.parametrize(
    ("wish", "shown", "total"),
    [({"filter": "lo"}, 1, 1), ({"filter": "news"}, 0, 0), ({"offset": "1"}, 0, 1), ({"limit": "0"}, 0, 1)],
)
def test_sites_are_filtered_and_paged(client: FlaskClient, wish: dict[str, str], shown: int, total: int) -> None:
    answer = ask(client, "/1.2/key-sites", **wish).json

    assert (len(answer["2026-11"]), answer["total"]) == (shown, total)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("key-sites", {"month": "2026-13"}),
        ("key-sites", {"month": "november"}),
        ("key-sites", {"limit": "-1"}),
        ("key-sites", {"offset": "9" * 40}),
        ("get-stats", {"from": "ever"}),
    ],
)
def test_a_wish_that_makes_no_sense_is_named(client: FlaskClient, call: str, fields: dict[str, str]) -> None:
    response = ask(client, f"/1.2/{call}", **fields)

    assert response.data == b"invalid"
    assert next(iter(fields)) in response.headers["X-akismet-debug-help"]


@pytest.mark.parametrize("call", ["/1.1/get-stats", "/1.2/get-key-stats"])
def test_statistics_are_sums_with_a_breakdown_by_month(client: FlaskClient, edge: Edge, call: str) -> None:
    answer = ask(client, call, **{"from": "6-months"}).json

    assert {name: answer[name] for name in ("spam", "ham", "missed_spam", "false_positives")} == {
        "spam": 30,
        "ham": 18,
        "missed_spam": 0,
        "false_positives": 0,
    }
    assert [*answer["breakdown"]] == [f"2026-{number:02}" for number in range(6, 12)]
    november = {"spam": 5, "ham": 3, "missed_spam": 0, "false_positives": 0, "da": "2026-11-01"}
    assert answer["breakdown"]["2026-11"] == november
    assert answer["accuracy"] == 100.0


def test_what_moderators_corrected_is_counted(client: FlaskClient, edge: Edge) -> None:
    edge.statistics.tally = Tally(accepted=30, held=5, rejected=70, missed_spam=2, false_positives=1)

    answer = ask(client, "/1.1/get-stats", **{"from": "6-months"}).json
    (row,) = ask(client, "/1.2/key-sites").json["2026-11"]

    assert (answer["missed_spam"], answer["false_positives"], answer["accuracy"]) == (12, 6, 97.0)
    assert (row["missed_spam"], row["false_positives"]) == ("2", "1")


def test_without_verdicts_there_is_no_accuracy(client: FlaskClient, edge: Edge) -> None:
    edge.statistics.tally = Tally(held=5)

    assert ask(client, "/1.1/get-stats", **{"from": "6-months"}).json["accuracy"] is None


@pytest.mark.parametrize(
    ("wish", "periods", "since"),
    [
        ("60-days", 60, datetime(2026, 9, 26, tzinfo=UTC)),
        ("6-months", 6, month(2026, 6)),
        ("all", 60, month(2021, 12)),
        ("", 60, month(2021, 12)),
    ],
)
def test_statistics_go_back_as_far_as_is_asked(
    client: FlaskClient, edge: Edge, wish: str, periods: int, since: datetime
) -> None:
    ask(client, "/1.1/get-stats", **{"from": wish})

    (moments,) = edge.statistics.asked
    assert (len(moments), moments[0], moments[-1]) == (periods + 1, since, NOW)


def test_days_without_a_comment_are_left_out(client: FlaskClient, edge: Edge) -> None:
    edge.statistics.tally = Tally()

    assert ask(client, "/1.1/get-stats", **{"from": "60-days"}).json["breakdown"] == {}


def test_numbers_that_cannot_be_read_are_an_error(client: FlaskClient, edge: Edge) -> None:
    edge.statistics.fault = StoreUnavailable("down")

    assert ask(client, "/1.2/usage-limit").status_code == 503


def test_a_subscription_is_always_active(client: FlaskClient) -> None:
    assert ask(client, "/1.1/get-subscription").json == {
        "account_id": 1,
        "account_type": "self-hosted",
        "account_name": "blog",
        "status": "active",
        "next_billing_date": "",
        "limit_reached": False,
    }


def test_a_plugin_that_leaves_takes_nothing_along(client: FlaskClient) -> None:
    assert ask(client, "/1.1/deactivate").data == b"deactivated"
    assert ask(client, "/1.1/verify-key").data == b"valid"


def test_there_are_no_tokens(client: FlaskClient) -> None:
    assert ask(client, "/1.1/token").data == b"invalid"
