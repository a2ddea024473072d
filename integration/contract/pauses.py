"""What is paused because Business Central lacks something it uses; everything else goes on.

A mapped field that is missing pauses its whole kind, those documents too that leave it empty. To send these
alone, four answers would have to agree: what is built, what is held back, the sentence and the state that an
administrator reads. As it is one sentence says it all, and publishing the corrected mapping ends the pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration.errors import SetupError
from integration.models import ContractFinding

from .features import pull_of, way

NO_APP = ContractFinding.Kind.NO_APP


class Paused(SetupError):  # noqa: N818 - it is a state, and it ends by itself
    """The thing is not done now, because BC lacks a name that it uses."""


def of_delivery(kind: str, payload: Mapping[str, Any]) -> str:
    """Say why such a document waits; empty when it does not."""
    findings = ContractFinding.objects.pausing().filter(feature=way(kind, payload))
    return _sentence(list(findings.order_by("pk")))


def of_pull(entity: str) -> str:
    """Say why this entity is not pulled; empty when it is. That there is no app, a pull finds out itself."""
    findings = ContractFinding.objects.pausing().filter(feature=pull_of(entity)).exclude(kind=NO_APP)
    return _sentence(list(findings.order_by("pk")))


def paused() -> list[str]:
    """Give one sentence for each thing that is paused now, for a warning."""
    by_feature: dict[str, list[ContractFinding]] = {}
    for finding in ContractFinding.objects.pausing().order_by("pk"):
        by_feature.setdefault(finding.feature, []).append(finding)
    return [_sentence(findings) for findings in by_feature.values()]


def _sentence(findings: list[ContractFinding]) -> str:
    if not findings:
        return ""
    others = len(findings) - 1
    return findings[0].sentence + (f" And {others} more, see Contract." if others else "")
