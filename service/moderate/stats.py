"""
The page of numbers: what was decided, what waits, how the scores lie, and where people disagreed.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import cast

from flask import Blueprint, Response, redirect, request, url_for

from service.core.decision import Reason
from service.core.drift import BINS, histogram, stability_index
from service.core.summary import REASONS, phrase
from service.moderate.charts import Chart, Series, grouped, stacked
from service.moderate.session import page_of
from service.moderate.sites import opened_site, own_sites
from service.store.browsing import Browsing
from service.store.overview import Overview
from service.store.statistics import Statistics

DAYS, WEEKS = 30, 12
BANDS = [f"{100 * place // BINS} to {100 * (place + 1) // BINS} %" for place in range(BINS)]
RECENT, EARLIER = timedelta(days=7), timedelta(days=28)
AGES = {
    "< 1 hour": timedelta(hours=1),
    "< 1 day": timedelta(days=1),
    "< 1 week": timedelta(days=7),
    "< 1 month": timedelta(days=30),
}


def install(
    pages: Blueprint, browsing: Browsing, statistics: Statistics, overview: Overview, clock: Callable[[], datetime]
) -> None:
    @pages.get("/stats/")
    def stats_in_a_folder() -> Response:
        return cast("Response", redirect(url_for("moderate.stats", site=request.args.get("site")), 303))

    @pages.get("/stats")
    def stats() -> Response:
        sites = own_sites(browsing)
        site_id = opened_site(sites, request.args.get("site", ""), browsing.waiting, browsing.busy)
        now = clock()
        recent = overview.scores(site_id, now - RECENT, now)
        earlier = overview.scores(site_id, now - RECENT - EARLIER, now - RECENT)
        charts = [
            _days(statistics, site_id, now),
            _scores(overview, site_id, now),
            _ages(overview, site_id, now),
            _weeks(statistics, site_id, now),
            _drift(recent, earlier),
        ]
        return page_of(
            "moderate/stats.html",
            sites=sites,
            site_id=site_id,
            charts=charts,
            drift=stability_index(earlier, recent),
            reasons=[(_words(tally.code), tally) for tally in overview.reasons(site_id)],
        )


def _days(statistics: Statistics, site_id: int, now: datetime) -> Chart:
    moments = _midnights(now, DAYS, timedelta(days=1))
    tallies = statistics.tallies(site_id, moments)
    series = (
        Series("accepted", "accept", [tally.accepted for tally in tallies]),
        Series("held", "hold", [tally.held for tally in tallies]),
        Series("rejected", "reject", [tally.rejected for tally in tallies]),
    )
    return stacked(f"Verdicts a day, {DAYS} days", _dates(moments), series)


def _weeks(statistics: Statistics, site_id: int, now: datetime) -> Chart:
    moments = _midnights(now, WEEKS, timedelta(days=7))
    tallies = statistics.tallies(site_id, moments)
    series = (
        Series("ham that was rejected", "reject", [tally.false_positives for tally in tallies]),
        Series("spam that was accepted", "accept", [tally.missed_spam for tally in tallies]),
    )
    return stacked(
        f"Mistakes that people corrected, by week from the day shown, {WEEKS} weeks", _dates(moments), series
    )


def _scores(overview: Overview, site_id: int, now: datetime) -> Chart:
    counts = histogram(overview.scores(site_id, now - timedelta(days=DAYS), now))
    bounds = overview.thresholds(site_id)
    marks = [(bounds.accept_below, "hold from"), (bounds.reject_at, "reject from")] if bounds else []
    title = f"Scores, from 0 to 100 %, {DAYS} days"
    return stacked(title, BANDS, [Series("comments", "score", counts)], marks)


def _drift(recent: Sequence[float], earlier: Sequence[float]) -> Chart:
    shares = [
        [round(100 * count / max(len(scores), 1), 1) for count in histogram(scores)] for scores in (recent, earlier)
    ]
    series = (
        Series("% of the last week", "score", shares[0]),
        Series("% of the four weeks before", "before", shares[1]),
    )
    return grouped("Scores of the last week beside those before", BANDS, series)


def _ages(overview: Overview, site_id: int, now: datetime) -> Chart:
    counts = overview.waiting_since(site_id, [now - age for age in reversed(AGES.values())])
    return stacked(f"What waits, by age: {sum(counts):,}", [*AGES, "older"], [Series("waiting", "hold", counts[::-1])])


def _words(code: str) -> str:
    return REASONS.get(code) or phrase(Reason(code))


def _midnights(now: datetime, count: int, step: timedelta) -> list[datetime]:
    """
    Return the beginnings of some periods, the last of which has today in it, and the end of that one.
    """
    end = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return [end - step * place for place in range(count, -1, -1)]


def _dates(moments: Sequence[datetime]) -> list[str]:
    return [f"{moment:%Y-%m-%d}" for moment in moments[:-1]]
