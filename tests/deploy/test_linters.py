"""Compose and Kustomize read their own files, where these programs are installed; that needs no engine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def composer() -> list[str]:
    """Give the Compose that is here: the plugin, or the program of before."""
    if shutil.which("docker") and run("docker", "compose", "version").returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither docker compose nor docker-compose is installed")


def test_compose_reads_its_file(tmp_path) -> None:
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    (tmp_path / "tieout.env").touch()

    answer = run(*composer(), "--file", str(tmp_path / "compose.yaml"), "config")

    assert (answer.returncode, answer.stderr) == (0, "")
    assert set(yaml.safe_load(answer.stdout)["services"]) >= {"web", "worker-realtime", "beat", "prepare"}


def test_kustomize_builds_its_base() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")

    answer = run("kubectl", "kustomize", str(DEPLOY / "kubernetes"))

    assert (answer.returncode, answer.stderr) == (0, "")
    kinds = [each["kind"] for each in yaml.safe_load_all(answer.stdout)]
    assert (kinds.count("Deployment"), kinds.count("HorizontalPodAutoscaler"), kinds.count("Job")) == (
        5,
        3,
        1,
    )
