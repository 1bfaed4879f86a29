"""Alerts and dashboards name metrics that the fleet exports, and pages that there are."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fleet.place import METRICS
from fleet.testing import Organisation, RunningFleet
from prometheus_client.parser import text_string_to_metric_families
from servicekit.fleet import fleet, root

FOLDER = root() / "infrastructure/observability"
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"][0]["rules"]
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in (FOLDER / "dashboards").glob("*.json")}
OF_PROMETHEUS = {"up"}
OF_THE_SCRAPE = {"job", "deployable", "component", "application", "pod", "namespace"}
WORDS = {"sum", "max", "by", "rate", "topk", "histogram_quantile", "and", "offset"}

Exported = dict[str, set[str]]  # the labels of each sample


def expressions() -> dict[str, str]:
    """All of PromQL that we have, by where it stands."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in RULES}
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                found[f"{name}: {panel['title']}: {target['refId']}"] = target["expr"]
    adapter = yaml.safe_load((FOLDER / "adapter.yaml").read_text())["rules"]
    for rule in adapter:
        for metric in re.findall(r'__name__=~"([\w|]+)"', rule["seriesQuery"])[0].split("|"):
            found[f"adapter {metric}"] = metric
    return found


def metrics(expression: str) -> set[str]:
    plain = re.sub(r"by \([^)]*\)|\{[^}]*\}|\[\w+\]", " ", expression)
    return set(re.findall(r"[a-z_]{2,}", plain)) - WORDS


def labels(expression: str) -> dict[str, set[str]]:
    """The labels that are asked of each metric; those of `by (…)` are asked of all."""
    grouped = {
        label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")
    }
    matched = {metric: set(grouped) for metric in metrics(expression)}
    for metric, matchers in re.findall(r"([a-z_]+)\{([^}]*)\}", expression):
        matched[metric] |= set(re.findall(r"(\w+)(?:=~|!=|=)", matchers))
    return matched


@pytest.fixture(scope="module")
async def exported(running_fleet: RunningFleet, acme: Organisation) -> Exported:
    """What all deployables of a fleet that has done something export."""
    assert (await acme.client.get("/hrms/employees")).status_code == 200
    refused = await acme.client.get("/nowhere")
    assert refused.status_code == 404
    found: Exported = {}
    async with httpx.AsyncClient() as client:
        for own in (fleet().gateway.port, *(entry.port for entry in fleet().built)):
            port = running_fleet.place.port(own) + METRICS
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            for family in text_string_to_metric_families(answer.text):
                for sample in family.samples:
                    found.setdefault(sample.name, set()).update(sample.labels)
                if not family.samples:
                    found.setdefault(
                        f"{family.name}_total" * (family.type == "counter") or family.name, set()
                    )
    return found


@pytest.mark.parametrize("where", expressions())
def test_every_metric_that_is_named_is_exported(where: str, exported: Exported) -> None:
    asked = metrics(expressions()[where]) - OF_PROMETHEUS
    assert asked <= exported.keys()


@pytest.mark.parametrize("where", expressions())
def test_every_label_that_is_named_is_there(where: str, exported: Exported) -> None:
    for metric, asked in labels(expressions()[where]).items():
        if exported.get(metric):
            assert asked <= exported[metric] | OF_THE_SCRAPE, metric


def test_the_issues_alerts_are_there() -> None:
    asked = {metric for rule in RULES for metric in metrics(rule["expr"])}
    assert asked >= {
        "http_requests_total",
        "http_request_seconds_bucket",
        "outbox_oldest_seconds",
        "queue_items",
        "database_connections_busy",
        "gateway_sockets",
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_names_a_page_that_there_is(rule: dict[str, Any]) -> None:
    page = rule["annotations"]["page"]
    assert (root() / page).is_file(), page
    assert Path(page).suffix == ".md"
