"""The manifests say of each service what fleet.toml says, are valid, and let nobody do more than needed."""

import importlib
import json
import os
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from fleet.cluster_secrets import manifests
from fleet.main import parser
from servicekit.fleet import ServiceEntry, fleet, root

FOLDER = root() / "infrastructure/kubernetes"
OVERLAYS = ("dev", "production")
SCHEMAS = "1.32"  # of the oldest Kubernetes that takes all that the manifests say
FRONTENDS = {entry.name: entry.port for entry in fleet().frontend}
PART = "app.kubernetes.io/component"
GIVEN = {f"app{n}-user-service": {f"APP{n}_USER_SMTP_URL": "smtp://mail.test:587"} for n in (1, 2)}

Manifest = dict[str, Any]

if shutil.which("kubectl") is None:
    pytest.skip("kubectl is not installed: the manifests are not checked", allow_module_level=True)

every_service = pytest.mark.parametrize("entry", fleet().built, ids=lambda entry: entry.name)
every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


@cache
def rendered(folder: Path) -> tuple[Manifest, ...]:
    made = subprocess.run(["kubectl", "kustomize", folder], check=True, capture_output=True, text=True)
    return tuple(yaml.safe_load_all(made.stdout))


def of(overlay: str, *kinds: str) -> list[Manifest]:
    return [item for item in rendered(FOLDER / "overlays" / overlay) if item["kind"] in kinds]


def one(overlay: str, kind: str, name: str) -> Manifest:
    (found,) = [item for item in of(overlay, kind) if item["metadata"]["name"] == name]
    return found


@dataclass(frozen=True)
class Pod:
    """A pod template, wherever it stands."""

    owner: str  # Deployment/app1-hrms-service
    labels: dict[str, str]
    spec: Manifest

    @property
    def container(self) -> Manifest:
        (only,) = self.spec["containers"]
        return dict(only)

    @property
    def ports(self) -> dict[str, int]:
        return {port["name"]: port["containerPort"] for port in self.container.get("ports", [])}


def pods(overlay: str) -> list[Pod]:
    found = []
    for item in of(overlay, "Deployment", "StatefulSet", "Job", "CronJob"):
        spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
        template = spec["template"]
        found.append(
            Pod(
                f"{item['kind']}/{item['metadata']['name']}", template["metadata"]["labels"], template["spec"]
            )
        )
    return found


def pod(overlay: str, owner: str) -> Pod:
    (found,) = [pod for pod in pods(overlay) if pod.owner == owner]
    return found


# --- as fleet.toml says ----------------------------------------------------------


@every_overlay
def test_every_built_service_is_deployed_and_nothing_that_is_not_built(overlay: str) -> None:
    names = {f"{entry.name}{part}" for entry in fleet().built for part in ("", "-worker")}
    deployed = {item["metadata"]["name"] for item in of(overlay, "Deployment")}
    assert deployed == names | {fleet().gateway.name} | FRONTENDS.keys()
    migrated = {item["metadata"]["name"] for item in of(overlay, "Job")} - {"databases"}
    assert migrated == {f"{entry.name}-migrate" for entry in fleet().built}


@every_service
def test_a_service_runs_its_package_on_its_port(entry: ServiceEntry) -> None:
    api = pod("production", f"Deployment/{entry.name}")
    assert api.ports == {"http": entry.port, "metrics": entry.port + 1000}
    worker = pod("production", f"Deployment/{entry.name}-worker")
    assert worker.ports == {"metrics": entry.port + 1000}
    migrate = pod("production", f"Job/{entry.name}-migrate")
    for part, command in ((worker, "worker"), (migrate, "migrate")):
        assert part.container["args"] == ["python", "-m", "servicekit", command, "$(PACKAGE)"]
        assert environment("production", part)["PACKAGE"] == entry.package
    assert api.container["image"] == worker.container["image"] == migrate.container["image"]
    assert api.container["image"].endswith(f"/{entry.name}:0.0.0")


@every_service
def test_a_service_is_found_where_it_listens(entry: ServiceEntry) -> None:
    assert ports_of_service(entry.name) == {"http": entry.port}
    for caller in (fleet().gateway.name, *(f"{other.name}-worker" for other in fleet().built)):
        told = environment("production", pod("production", f"Deployment/{caller}"))
        assert told[entry.upstream_variable] == f"http://{entry.name}:{entry.port}"


def test_gateway_and_frontends_are_found_where_they_listen() -> None:
    for name, port in {fleet().gateway.name: fleet().gateway.port, **FRONTENDS}.items():
        assert ports_of_service(name) == {"http": port}
        assert pod("production", f"Deployment/{name}").ports["http"] == port


def ports_of_service(name: str) -> dict[str, int]:
    return {port["name"]: port["port"] for port in one("production", "Service", name)["spec"]["ports"]}


@every_service
def test_the_gateway_sees_each_replica_of_a_service(entry: ServiceEntry) -> None:
    assert one("production", "Service", entry.name)["spec"]["clusterIP"] == "None"


# --- what it is told -------------------------------------------------------------


@cache
def secret_values() -> dict[str, dict[str, str]]:
    """What `fleet secrets` makes, by name; what only others can give is added as documented."""
    folder = Path(os.environ["FLEET_SECRETS_FOLDER"])
    for name, values in GIVEN.items():
        (folder / f"{name}.env").write_text("".join(f"{key}={value}\n" for key, value in values.items()))
    return {
        item["metadata"]["name"]: item.get("stringData") or item.get("data") or {}
        for item in manifests(folder, fleet())["items"]
    }


@pytest.fixture(autouse=True, scope="module")
def secrets_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLEET_SECRETS_FOLDER", str(tmp_path_factory.mktemp("secrets")))
        patch.delenv("ADMIN_DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        yield


def environment(overlay: str, of_pod: Pod) -> dict[str, str]:
    """A container's environment: its ConfigMaps and Secrets, the later one first, then its own."""
    told: dict[str, str] = {}
    for source in of_pod.container.get("envFrom", []):
        if "configMapRef" in source:
            told |= one(overlay, "ConfigMap", source["configMapRef"]["name"])["data"]
        else:
            told |= secret_values()[source["secretRef"]["name"]]
    return told | {each["name"]: each["value"] for each in of_pod.container.get("env", []) if "value" in each}


@every_overlay
@pytest.mark.parametrize("part", ["", "-worker"])
@every_service
def test_the_settings_take_what_a_service_is_told(
    overlay: str, part: str, entry: ServiceEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = environment(overlay, pod(overlay, f"Deployment/{entry.name}{part}"))
    settings = importlib.import_module(f"{entry.package}.settings").Settings
    monkeypatch.setattr(os, "environ", told)
    loaded = settings()
    assert loaded.environment == ("production" if overlay == "production" else "development")
    assert loaded.release == told["FLEET_RELEASE"]
    assert (loaded.database_url.path, loaded.database_read_url.path) == (f"/{entry.database}",) * 2
    others = {other.env_prefix for other in fleet().built} - {entry.env_prefix}
    assert not [name for name in told if name.startswith(tuple(others)) and not name.endswith("_UPSTREAM")]


@every_overlay
def test_the_settings_take_what_the_gateway_is_told(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment(overlay, pod(overlay, f"Deployment/{fleet().gateway.name}"))
    monkeypatch.setattr(os, "environ", told)
    settings = importlib.import_module("gateway.settings").Settings()
    assert str(settings.redis_url) == "redis://redis:6379/0"
    assert not [name for name in told if "DATABASE" in name]


def test_production_refuses_to_start_without_a_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment("production", pod("production", "Deployment/app1-user-service"))
    del told["APP1_USER_SMTP_URL"]
    monkeypatch.setattr(os, "environ", told)
    with pytest.raises(ValueError, match="smtp_url"):
        importlib.import_module("business_user.settings").Settings()


@every_overlay
def test_everything_that_a_pod_refers_to_is_there(overlay: str) -> None:
    there = {(item["kind"], item["metadata"]["name"]) for item in rendered(FOLDER / "overlays" / overlay)}
    made = {("ConfigMap" if name == "trusted-keys" else "Secret", name) for name in secret_values()}
    for each in pods(overlay):
        assert set(referred(each.spec)) <= there | made, each.owner


def referred(spec: Any) -> Iterator[tuple[str, str]]:
    """ConfigMaps, Secrets, claims and accounts that a pod's specification names."""
    for key, value in spec.items() if isinstance(spec, dict) else enumerate(spec):
        if key in {"configMapRef", "configMap"}:
            yield "ConfigMap", value["name"]
        elif key in {"secretRef", "secretKeyRef", "secret"}:
            yield "Secret", value["name"]
        elif key == "persistentVolumeClaim":
            yield "PersistentVolumeClaim", value["claimName"]
        elif key == "serviceAccountName":
            yield "ServiceAccount", value
        elif isinstance(value, dict | list):
            yield from referred(value)


@every_overlay
def test_files_are_in_a_bucket_or_in_one_volume_of_all_who_use_them(overlay: str) -> None:
    told = environment(overlay, pod(overlay, "CronJob/backup"))
    url = urlsplit(told["FLEET_FILES_URL"])
    for each in pods(overlay):
        if url.scheme == "file" and each.labels[PART] in {"api", "worker", "operator"}:
            claims = {
                mount["mountPath"]: volume["persistentVolumeClaim"]["claimName"]
                for mount in each.container["volumeMounts"]
                for volume in each.spec["volumes"]
                if volume["name"] == mount["name"] and "persistentVolumeClaim" in volume
            }
            assert claims[url.path] == "files", each.owner


def test_secrets_made_twice_are_the_same(tmp_path: Path) -> None:
    assert manifests(tmp_path, fleet()) == manifests(tmp_path, fleet())
    assert manifests(tmp_path, fleet()) != manifests(tmp_path / "another", fleet())


@every_overlay
def test_no_secret_stands_in_the_manifests(overlay: str) -> None:
    assert not of(overlay, "Secret")
    text = json.dumps(rendered(FOLDER / "overlays" / overlay))
    assert "PRIVATE KEY" not in text
    assert not re.search(r"://[^/\"]*:[^/\"@]*@", text), "an address with a password"


def test_cron_jobs_run_commands_that_there_are() -> None:
    for each in pods("production"):
        if each.owner.startswith("CronJob/"):
            told = environment("production", each)
            assert "ADMIN_DATABASE_URL" in told
            args = [
                string.Template(part.replace("$(", "${").replace(")", "}")).substitute(told)
                for part in each.container["args"]
            ]
            assert callable(parser().parse_args(args).run)


# --- valid, and no more allowed than needed --------------------------------------


@every_overlay
def test_every_manifest_fits_its_schema(overlay: str, count: Callable[..., None]) -> None:
    items = rendered(FOLDER / "overlays" / overlay)
    for item in items:
        kubernetes_validate.validate(item, SCHEMAS, strict=True)
    count(manifests=len(items))


def test_the_component_for_cloudnativepg_renders(tmp_path: Path) -> None:
    overlay = tmp_path / "kubernetes/overlays/cnpg"
    shutil.copytree(FOLDER, tmp_path / "kubernetes")
    shutil.copytree(FOLDER.parent / "postgres", tmp_path / "postgres")
    overlay.mkdir()
    components = ["databases", "cloudnative-pg"]
    kustomization = {"components": [f"../../components/{name}" for name in components]}
    (overlay / "kustomization.yaml").write_text(json.dumps(kustomization))
    kinds = {item["kind"]: item for item in rendered(overlay)}
    assert kinds["Cluster"]["spec"]["superuserSecret"]["name"] in secret_values()
    host = kinds["Job"]["spec"]["template"]["spec"]["containers"][0]["env"][0]
    assert host == {"name": "PGHOST", "value": "postgres-rw"}


POLICIES: dict[str, Callable[[Manifest, Manifest], bool]] = {  # of a pod's specification and its container
    "no service account's token": lambda pod, _: pod["automountServiceAccountToken"] is False,
    "no variables for services, which look like settings": lambda pod, _: pod["enableServiceLinks"] is False,
    "not root, by number": lambda pod, _: (
        pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0
    ),
    "the runtime's seccomp profile": lambda pod, _: (
        pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    ),
    "nothing of the host": lambda pod, _: (
        not (
            pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
            or any("hostPath" in volume for volume in pod.get("volumes", []))
        )
    ),
    "no more privileges than at the start": lambda _, main: (
        main["securityContext"]["allowPrivilegeEscalation"] is False
    ),
    "no capabilities": lambda _, main: main["securityContext"]["capabilities"] == {"drop": ["ALL"]},
    "a root file system that is read": lambda _, main: (
        main["securityContext"]["readOnlyRootFilesystem"] is True
    ),
    "what it needs, and a limit for memory": lambda _, main: (
        main["resources"]["requests"].keys() == {"cpu", "memory"} and "memory" in main["resources"]["limits"]
    ),
    "no limit for the CPU, which would throttle it": lambda _, main: "cpu" not in main["resources"]["limits"],
    "an image of one release": lambda _, main: (
        re.search(r":[\w.-]+$", main["image"]) is not None and not main["image"].endswith(":latest")
    ),
    "probes, where it stays": lambda pod, main: (
        pod.get("restartPolicy", "Always") != "Always" or main.keys() >= {"livenessProbe", "readinessProbe"}
    ),
    "no host's port": lambda _, main: not any("hostPort" in port for port in main.get("ports", [])),
}


@every_overlay
@pytest.mark.parametrize("policy", POLICIES)
def test_every_pod_has(overlay: str, policy: str) -> None:
    assert [each.owner for each in pods(overlay) if not POLICIES[policy](each.spec, each.container)] == []


@every_overlay
def test_probes_and_services_name_ports_that_there_are(overlay: str) -> None:
    for each in pods(overlay):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = each.container.get(probe, {})
            for how in ("httpGet", "tcpSocket"):
                assert asked.get(how, {"port": None})["port"] in {None, *each.ports}, each.owner
    for service in of(overlay, "Service"):
        (behind,) = {
            tuple(each.ports.items()) for each in pods(overlay) if selects(service["spec"]["selector"], each)
        }
        for port in service["spec"]["ports"]:
            assert dict(behind)[port["name"]] == port["port"]


@every_overlay
def test_liveness_asks_no_server_and_readiness_does(overlay: str) -> None:
    names = {entry.name for entry in fleet().built} | {fleet().gateway.name} | FRONTENDS.keys()
    for name in names:
        main = pod(overlay, f"Deployment/{name}").container
        asked = [
            main[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        ]
        assert asked == ["/healthz", "/healthz", "/readyz"]


def test_a_pod_has_time_to_end_what_it_does() -> None:
    dockerfile = (root() / "infrastructure/docker/python.Dockerfile").read_text()
    graceful = int(re.findall(r"UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=(\d+)", dockerfile)[0])
    for name in (fleet().gateway.name, *(entry.name for entry in fleet().built)):
        spec = pod("production", f"Deployment/{name}").spec
        before = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert before >= 2 * 5, "the gateway resolves names every 5 s"
        assert before + graceful < spec["terminationGracePeriodSeconds"]


def test_what_answers_users_is_there_twice_and_stays_there_while_nodes_are_drained() -> None:
    names = {entry.name for entry in fleet().built} | {fleet().gateway.name} | FRONTENDS.keys()
    for kind in ("HorizontalPodAutoscaler", "PodDisruptionBudget"):
        assert {item["metadata"]["name"] for item in of("production", kind)} == names
    for scaler in of("production", "HorizontalPodAutoscaler"):
        assert scaler["spec"]["minReplicas"] >= 2
        assert scaler["spec"]["scaleTargetRef"]["name"] == scaler["metadata"]["name"]
    for budget in of("production", "PodDisruptionBudget"):
        kept = [each.owner for each in pods("production") if selects(budget["spec"]["selector"], each)]
        assert kept == [f"Deployment/{budget['metadata']['name']}"]


def test_chat_and_gateway_scale_by_their_sockets() -> None:
    by_sockets = {
        scaler["metadata"]["name"]: metric["pods"]["metric"]["name"]
        for scaler in of("production", "HorizontalPodAutoscaler")
        for metric in scaler["spec"]["metrics"]
        if metric["type"] == "Pods"
    }
    assert by_sockets == {"app1-chat-service": "sockets", "api-gateway": "gateway_sockets"}


# --- the network -----------------------------------------------------------------


def selects(selector: Manifest, each: Pod) -> bool:
    if not selector.keys() & {"matchLabels", "matchExpressions"}:
        selector = {"matchLabels": selector}
    labels = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions", [])
    assert all(expression["operator"] == "In" for expression in expressions)
    return labels.items() <= each.labels.items() and all(
        each.labels.get(expression["key"]) in expression["values"] for expression in expressions
    )


def allowed(overlay: str, direction: str, here: Pod, there: Pod, port: str) -> bool:
    """Whether some policy lets `here` and `there` speak, as seen from `here`."""
    number = there.ports.get(port) if direction == "egress" else here.ports.get(port)
    for policy in of(overlay, "NetworkPolicy"):
        if not selects(policy["spec"]["podSelector"], here):
            continue
        for rule in policy["spec"].get(direction, []):
            peers = rule.get("to" if direction == "egress" else "from", [])
            meant = any(
                "podSelector" in peer
                and "namespaceSelector" not in peer
                and selects(peer["podSelector"], there)
                for peer in peers
            )
            if meant and any(each["port"] in {port, number} for each in rule["ports"]):
                return True
    return False


def edges(overlay: str) -> set[tuple[str, str]]:
    """Who reaches whom inside the namespace, both ends agreeing."""
    return {
        (caller.owner, f"{callee.owner}:{port}")
        for caller in pods(overlay)
        for callee in pods(overlay)
        for port in callee.ports
        if allowed(overlay, "egress", caller, callee, port)
        and allowed(overlay, "ingress", callee, caller, port)
    }


def test_nobody_reaches_more_than_it_needs() -> None:
    gateway, built = f"Deployment/{fleet().gateway.name}", fleet().built
    expected = {(f"Deployment/{name}", f"{gateway}:http") for name in FRONTENDS}
    for entry in built:
        api, worker = f"Deployment/{entry.name}", f"Deployment/{entry.name}-worker"
        directory = fleet().at(entry.application, "user")
        assert directory is not None
        expected |= {(gateway, f"{api}:http"), (worker, f"Deployment/{directory.name}:http")}
        expected |= {(part, "StatefulSet/redis:redis") for part in (api, worker, gateway)}
        for part in (api, worker, f"Job/{entry.name}-migrate"):
            expected.add((part, "StatefulSet/postgres:postgres"))
    operators = ("Job/databases", "CronJob/backup", "CronJob/export-tenant")
    expected |= {(part, "StatefulSet/postgres:postgres") for part in operators}
    assert edges("dev") == expected


@every_overlay
def test_who_is_not_let_in_is_kept_out(overlay: str) -> None:
    closed = one(overlay, "NetworkPolicy", "deny-all")["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@every_overlay
def test_the_namespace_takes_restricted_pods_only(overlay: str) -> None:
    (namespace,) = of(overlay, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_only_gateway_and_frontends_are_published() -> None:
    (ingress,) = of("production", "Ingress")
    behind = {
        path["backend"]["service"]["name"]
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert behind == {fleet().gateway.name, *FRONTENDS}
    assert {service["spec"].get("type", "ClusterIP") for service in of("production", "Service")} == {
        "ClusterIP"
    }


# --- deploying -------------------------------------------------------------------

KUBECTL = """#!{python}
import subprocess, sys
asked = sys.argv[1:]
if asked[0] == "kustomize":
    sys.exit(subprocess.call(["{kubectl}", *asked]))
said = " ".join(asked[2:])
with open("{log}", "a") as log:
    log.write(said.split("jsonpath")[0] + chr(10))
if "get jobs" in said:
    print("{job}")
if "get deployments" in said:
    print("deployment.apps/api-gateway")
"""


def deployed(tmp_path: Path, job: str) -> tuple[int, list[str]]:
    """What `deploy dev` asks of a cluster whose jobs end in some way."""
    log, stub = tmp_path / "log", tmp_path / "kubectl"
    stub.write_text(KUBECTL.format(python=sys.executable, kubectl=shutil.which("kubectl"), log=log, job=job))
    stub.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    ran = subprocess.run(
        [FOLDER / "deploy", "dev"],
        env=os.environ | {"PATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    return ran.returncode, [line.split("--selector ")[-1].strip() for line in log.read_text().splitlines()]


@pytest.mark.parametrize("states", ["Complete", "SuccessCriteriaMet Complete", "Complete SuccessCriteriaMet"])
def test_a_release_is_rolled_out_once_its_migrations_are_done(states: str, tmp_path: Path) -> None:
    code, asked = deployed(tmp_path, f"app1-hrms-service-migrate {states}")
    assert code == 0
    migrated = asked.index(f"{PART}=migrate")
    assert migrated < asked.index(f"{PART} in (gateway, api, worker, frontend)")
    assert asked[-1].startswith("rollout status --timeout 10m")


def test_nothing_is_rolled_out_where_a_migration_fails(tmp_path: Path) -> None:
    code, asked = deployed(tmp_path, "app1-hrms-service-migrate Failed")
    assert code == 1
    assert f"{PART} in (gateway, api, worker, frontend)" not in asked


@every_overlay
def test_no_deployment_is_among_what_is_applied_before_the_migrations(overlay: str) -> None:
    for item in of(overlay, "Deployment"):
        assert item["metadata"]["labels"][PART] in {"gateway", "api", "worker", "frontend"}
