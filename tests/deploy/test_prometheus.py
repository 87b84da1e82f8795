"""
The scrape configuration, the rules and the dashboard, in the tools that will read them.
"""

import json
import re
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from running_service import SECONDS, RunningService, free_port, wait_until, write_model

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "hamlet.json").read_text())
RULES = yaml.safe_load((PROMETHEUS / "hamlet.rules.yml").read_text())["groups"][0]["rules"]
ALERTS = [rule["alert"] for rule in RULES]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]] + [
    annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]
]
NAME = re.compile(r"hamlet_[a-z_]+")
# What Grafana puts in itself.
MACROS = {"$__rate_interval": "1m", "$instance": ".*"}

Installed = Callable[[str, str], str]


@dataclass(frozen=True)
class Prometheus:
    """
    A Prometheus that listens on loopback.
    """

    port: int

    def ask(self, path: str, **parameters: str) -> Any:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}{path}?{urlencode(parameters)}", timeout=10
        ) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[Any]:
        found: list[Any] = self.ask("/api/v1/query", query=expression)["result"]
        return found

    def is_watching(self) -> bool:
        try:
            return bool(self.query('up{job="hamlet"} == 1'))
        except OSError:
            return False


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, installed: Installed) -> Iterator[Prometheus]:
    """
    The real one, with our configuration, that scrapes a running Hamlet.
    """
    program = installed("prometheus", "prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    write_model(folder / "models")
    with RunningService(folder) as service:
        for text in ("thanks to all", "good pills", "casino casino"):
            service.moderate("Ann", text)
        port = free_port()
        told = (PROMETHEUS / "prometheus.yml").read_text()
        told = told.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}").replace("15s", "1s")
        (folder / "prometheus.yml").write_text(told)
        (folder / "hamlet.rules.yml").write_text((PROMETHEUS / "hamlet.rules.yml").read_text())
        arguments = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}"]
        process = subprocess.Popen([program, *arguments, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        try:
            server = Prometheus(port)
            wait_until(server.is_watching)
            yield server
        finally:
            process.terminate()
            process.wait(SECONDS)


def promtool(installed: Installed, *arguments: str) -> None:
    checked = subprocess.run(
        [installed("promtool", "prometheus"), *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=300
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def counted() -> set[str]:
    """
    Return the names of all numbers that the service has.
    """
    sources = (ROOT / "service" / "metrics.py").read_text() + (ROOT / "service" / "gauges.py").read_text()
    return set(re.findall(r'"(hamlet_[a-z_]+)"', sources))


def named(expression: str) -> set[str]:
    """
    Return the numbers that a query asks for; those of a histogram have a series more in Prometheus.
    """
    return {
        re.sub(r"^(hamlet_request_seconds|hamlet_score)_(bucket|sum|count)$", r"\1", name)
        for name in NAME.findall(expression)
    }


def test_promtool_takes_the_configuration_and_the_rules(installed: Installed) -> None:
    promtool(installed, "check", "config", "prometheus.yml")
    promtool(installed, "check", "rules", "hamlet.rules.yml")


def test_each_alert_fires_when_it_must_and_none_while_all_is_well(installed: Installed) -> None:
    promtool(installed, "test", "rules", "hamlet.rules.test.yml")


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_has_a_case_in_which_it_fires(alert: str) -> None:
    tests = yaml.safe_load((PROMETHEUS / "hamlet.rules.test.yml").read_text())["tests"]
    fired = [sample["labels"] for test in tests for case in test["promql_expr_test"] for sample in case["exp_samples"]]

    assert f'{{alertname="{alert}"}}' in fired


def test_only_numbers_that_exist_are_asked_for() -> None:
    asked = {name for query in [*QUERIES, *(rule["expr"] for rule in RULES)] for name in named(query)}

    assert asked
    assert asked - counted() == set()


def test_every_number_is_on_the_dashboard() -> None:
    assert counted() - {name for query in QUERIES for name in named(query)} == set()


def test_the_dashboard_marks_a_promotion_by_the_model_that_was_taken_up(tmp_path: Path, installed: Installed) -> None:
    (annotation,) = DASHBOARD["annotations"]["list"]
    series = {"before": "1 1 1 1 0 _ _ _", "after": "_ _ _ _ 1 1 1 1"}
    marked = {"4m": [{"labels": '{version="after"}', "value": 1}], "7m": []}
    test = {
        "interval": "1m",
        "input_series": [
            {"series": f'hamlet_model_info{{instance="a", version="{name}"}}', "values": values}
            for name, values in series.items()
        ],
        "promql_expr_test": [
            {"expr": annotation["expr"], "eval_time": at, "exp_samples": samples} for at, samples in marked.items()
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"tests": [test]}))

    promtool(installed, "test", "rules", str(tmp_path / "test.yml"))


def test_prometheus_answers_every_query_of_the_dashboard(prometheus: Prometheus) -> None:
    for query in QUERIES:
        for macro, value in MACROS.items():
            query = query.replace(macro, value)
        assert "$" not in query

        assert isinstance(prometheus.query(query), list), query


def test_prometheus_evaluates_every_rule(prometheus: Prometheus) -> None:
    def health() -> set[str]:
        (group,) = prometheus.ask("/api/v1/rules")["groups"]
        return {rule["health"] for rule in group["rules"]}

    wait_until(lambda: "unknown" not in health())

    assert health() == {"ok"}


def test_prometheus_sees_what_was_decided(prometheus: Prometheus) -> None:
    decided = prometheus.query("sum by (edge, verdict) (hamlet_decisions_total) > 0")

    assert {(each["metric"]["edge"], each["metric"]["verdict"], each["value"][1]) for each in decided} == {
        *(("api", "accept", "1"), ("api", "hold", "1"), ("api", "reject", "1")),
    }


def test_panels_do_not_overlap_and_say_what_they_show() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
    assert all(panel["title"] for panel in DASHBOARD["panels"])
