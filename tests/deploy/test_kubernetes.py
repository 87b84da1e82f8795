"""
The manifests for Kubernetes: valid to its own schemas, in step with the settings, and as locked up as they can be.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import main
from service.config import FILE, Settings, variable
from service.processes.server import DRAIN_SECONDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS: dict[str, dict[str, Any]] = {
    each["kind"]: each
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for each in yaml.safe_load_all(path.read_text())
}
SETTINGS = dict(each.split("=", 1) for each in KUSTOMIZATION["configMapGenerator"][0]["literals"])
DEPLOYMENT = MANIFESTS["Deployment"]["spec"]["template"]["spec"]
PURGE = MANIFESTS["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
PODS = {"service": DEPLOYMENT, "purge": PURGE}
(HAMLET,) = DEPLOYMENT["containers"]


def containers() -> Iterator[dict[str, Any]]:
    for pod in PODS.values():
        yield from pod.get("initContainers", [])
        yield from pod["containers"]


@pytest.fixture(scope="module")
def kubernetes() -> Any:
    """
    Kubernetes' own schemas. To import what reads them takes seconds, and every process collects this file.
    """
    return import_module("kubernetes_validate")


@pytest.mark.parametrize("version", ["1.31", "the newest"])
@pytest.mark.parametrize("kind", sorted(MANIFESTS))
def test_each_manifest_is_what_kubernetes_takes(kubernetes: Any, kind: str, version: str) -> None:
    if version == "the newest":
        version = kubernetes.latest_version()

    kubernetes.validate(MANIFESTS[kind], version, strict=True)


def test_a_manifest_that_is_wrong_would_be_found(kubernetes: Any) -> None:
    wrong = {**MANIFESTS["Service"], "spec": {"ports": [{"port": "eighty"}], "selektor": {}}}

    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(wrong, kubernetes.latest_version(), strict=True)


def test_the_kustomization_has_every_manifest_and_all_that_was_asked_for() -> None:
    assert sorted(KUSTOMIZATION["resources"]) == sorted(
        path.name for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml"
    )
    assert set(MANIFESTS) == {
        *("Namespace", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"),
        *("PersistentVolumeClaim", "CronJob"),
    }


def test_every_variable_is_a_setting_and_every_value_is_taken() -> None:
    named = [*SETTINGS, *(each["name"] for container in containers() for each in container.get("env", []))]

    assert {name.removesuffix(FILE) for name in named} <= {variable(field) for field in Settings.model_fields}
    assert Settings.from_environment(SETTINGS).workers == 2


@pytest.mark.parametrize("pod", PODS)
def test_pods_are_nobody_and_may_nothing(pod: str) -> None:
    context = PODS[pod]["securityContext"]

    assert context["runAsNonRoot"]
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert f"USER {context['runAsUser']}:{context['runAsGroup']}" in (ROOT / "Dockerfile").read_text()
    assert PODS[pod]["automountServiceAccountToken"] is False
    assert PODS[pod]["enableServiceLinks"] is False


def test_containers_write_nowhere_but_into_their_mounts_and_have_bounds() -> None:
    for container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("pod", PODS)
def test_what_is_mounted_is_there_and_secrets_are_for_the_group_alone(pod: str) -> None:
    volumes = {volume["name"]: volume for volume in PODS[pod]["volumes"]}
    mounted = [mount["name"] for container in PODS[pod]["containers"] for mount in container["volumeMounts"]]

    assert set(mounted) == set(volumes)
    assert volumes["secrets"]["secret"] == {"secretName": "hamlet", "defaultMode": 0o440}


def test_secrets_are_files_where_they_are_mounted() -> None:
    (place,) = (mount["mountPath"] for mount in HAMLET["volumeMounts"] if mount["name"] == "secrets")

    assert {each["name"]: each["value"] for each in HAMLET["env"]} == {
        "HAMLET_SECRET_FILE": f"{place}/secret",
        "HAMLET_DATABASE_URL_FILE": f"{place}/database-url",
        "HAMLET_REDIS_URL_FILE": f"{place}/redis-url",
    }


def test_metrics_have_memory_of_their_own() -> None:
    (volume,) = (each for each in DEPLOYMENT["volumes"] if each["name"] == "metrics")

    assert volume["emptyDir"]["medium"] == "Memory"
    assert {"name": "metrics", "mountPath": SETTINGS["HAMLET_METRICS_DIR"]} in HAMLET["volumeMounts"]


@pytest.mark.parametrize("pod", PODS)
def test_the_state_folder_is_made_by_hamlet_for_itself_alone(pod: str) -> None:
    (container,) = PODS[pod]["containers"]
    (place,) = (mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "state")

    # Whoever is in the pod can read an emptyDir, which `hamlet doctor` calls wrong; chmod is not for those within.
    assert Path(SETTINGS["HAMLET_STATE_DIR"]).parent == Path(place)


def test_a_restart_follows_from_livez_and_traffic_from_readyz() -> None:
    probes = {name: HAMLET[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}

    assert {name: probe["httpGet"]["path"] for name, probe in probes.items()} == {
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    assert probes["readiness"]["timeoutSeconds"] >= 2


def test_a_pod_has_longer_to_end_than_it_needs_for_what_it_accepted() -> None:
    pause = int(HAMLET["lifecycle"]["preStop"]["exec"]["command"][1])
    announced = Settings.from_environment(SETTINGS).drain_seconds

    # Five more for the rest: the delivery that is under way, and the interpreter.
    assert DEPLOYMENT["terminationGracePeriodSeconds"] >= pause + announced + DRAIN_SECONDS + 5


def test_one_pod_stays_while_nodes_are_drained() -> None:
    budget, scaler = MANIFESTS["PodDisruptionBudget"]["spec"], MANIFESTS["HorizontalPodAutoscaler"]["spec"]

    assert scaler["minReplicas"] > budget["minAvailable"] > 0
    assert "replicas" not in MANIFESTS["Deployment"]["spec"]
    assert MANIFESTS["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


@pytest.mark.parametrize("kind", ["Deployment", "Service", "PodDisruptionBudget"])
def test_selectors_find_the_pods_of_the_service_alone(kind: str) -> None:
    selector = MANIFESTS[kind]["spec"]["selector"]
    labels = MANIFESTS["Deployment"]["spec"]["template"]["metadata"]["labels"]

    assert selector.get("matchLabels", selector) == labels
    assert MANIFESTS["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"] != labels


def test_the_port_has_one_name_everywhere() -> None:
    (port,) = HAMLET["ports"]
    (exposed,) = MANIFESTS["Service"]["spec"]["ports"]
    (ingress,) = MANIFESTS["NetworkPolicy"]["spec"]["ingress"]

    assert port["containerPort"] == Settings().port
    assert exposed["targetPort"] == port["name"] == ingress["ports"][0]["port"]


def test_what_is_run_at_night_is_a_command() -> None:
    program, command = PURGE["containers"][0]["command"]

    assert program == "hamlet"
    assert command in main.commands
    assert Settings.from_environment(SETTINGS).purge is False  # once for all replicas, and not by each of them


def test_the_first_model_is_copied_from_where_the_image_has_it() -> None:
    script = DEPLOYMENT["initContainers"][0]["command"][2]

    assert re.search(r"COPY models (/opt/hamlet/models)", (ROOT / "Dockerfile").read_text())
    assert script.count("/opt/hamlet/models/") == 2
    assert SETTINGS["HAMLET_MODELS_DIR"] == "/models"
