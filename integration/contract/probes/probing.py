"""Ask the questions one after the other; what goes wrong with one of them is its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from integration.bc import Client
from integration.errors import IntegrationError

from .answers import Probe, Verdict, differs
from .reads import PROBES, SIGN_IN
from .writes import Trial, on_a_draft, posting, writing


@dataclass(frozen=True)
class Probed:
    """One question with its answer."""

    name: str
    asks: str
    verdict: Verdict
    found: str
    do: str


def probe_reading(client: Client) -> Iterator[Probed]:
    """Ask what reading answers; when Tieout cannot even sign in, the rest is not asked."""
    for probed in _ask(client, PROBES):
        yield probed
        if probed.name == SIGN_IN.name and probed.verdict is Verdict.DIFFERS and not _reaches(client):
            return


def probe_writing(client: Client, trial: Trial, *, post: bool = False) -> Iterator[Probed]:
    """Ask what writing answers, on a draft order that is deleted again; with `post` a receipt stays."""
    with on_a_draft(client, trial):
        yield from _ask(client, writing(trial))
        if post:
            yield from _ask(client, posting(trial))


def _ask(client: Client, probes: Iterable[Probe]) -> Iterator[Probed]:
    for probe in probes:
        try:
            answer = probe.ask(client)
        except IntegrationError as error:
            answer = differs(error.sentence, "Follow this sentence, then probe again.")
        yield Probed(probe.name, probe.asks, answer.verdict, answer.found, answer.do)


def _reaches(client: Client) -> bool:
    try:
        client.company()
    except IntegrationError:
        return False
    return True
