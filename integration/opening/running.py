"""Take open balances over as a job: all of them or none, and as a dry run nothing of it stays."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from integration import connections
from integration.bc import Lane
from integration.delivery.single import check_company
from integration.errors import IntegrationError
from integration.models import OpeningRun
from masterdata.models import Company

from . import summing
from .checking import check
from .reading import FILES, BalanceError, Balances, Problem, decoded, read
from .recording import record
from .there import There, look

logger = logging.getLogger(__name__)

State = OpeningRun.State
MOST_PROBLEMS = 1000
LOST_AFTER = datetime.timedelta(hours=1)  # the task's own limit is shorter
LOST = "The worker that was at it was stopped. Send the files again."


def ask(company: Company, files: Mapping[str, bytes], *, dry_run: bool, by: str) -> OpeningRun:
    """Put a run in line for a worker; raises BalanceError where the files are none."""
    told = sent(files)
    return OpeningRun.objects.create(
        company=company, files=told, is_dry_run=dry_run, by=by, asked_at=timezone.now()
    )


def sent(files: Mapping[str, bytes]) -> dict[str, str]:
    """Read files as text by their names; raises BalanceError where they are none."""
    unknown = [name for name in files if name not in FILES]
    if unknown or not files:
        raise BalanceError(f"Give at least one of the files {', '.join(FILES)}.")
    return {name: decoded(name, content) for name, content in files.items()}


def run_asked() -> int:
    """Do what is asked for, the oldest first; returns how many runs were done."""
    _give_up_lost()
    done = 0
    while run := _claim():
        take_over(run)
        done += 1
    return done


def _give_up_lost() -> None:
    """End the runs whose worker was killed: none runs so long, and it left nothing behind."""
    now = timezone.now()
    lost = OpeningRun.objects.filter(state=State.RUNNING, started_at__lt=now - LOST_AFTER)
    lost.update(state=State.FAILED, finished_at=now, trouble=LOST)


OURS = (
    "Tieout failed on these files by its own fault. Report it to the developers with the time of this run; "
    "the log tells more of {run}."
)


@transaction.atomic
def _claim() -> OpeningRun | None:
    waiting = OpeningRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=State.WAITING)
    run: OpeningRun | None = waiting.select_related("company").order_by("pk").first()
    if run is not None:
        run.state, run.started_at = State.RUNNING, timezone.now()
        run.save(update_fields=["state", "started_at"])
    return run


def take_over(run: OpeningRun) -> None:
    """Do one run, and keep what came of it."""
    try:
        _take_over(run)
    except IntegrationError as error:
        _fail(run, error.sentence)
    except Exception:
        _fail(run, OURS.format(run=run))
        logger.exception("Taking over %s failed", run)


def _take_over(run: OpeningRun) -> None:
    balances = read(run.files)
    there = ask_there(run.company, balances)
    problems = balances.problems or check(run.company, balances, there)
    run.rows = sum(len(getattr(balances, name)) for name in FILES)
    run.totals = summing.totals(run.company, balances, there)
    problems = problems or _record(run, balances, there)
    if run.state != State.DONE:
        run.problems = [asdict(each) for each in problems[:MOST_PROBLEMS]]
        run.wrong = len(problems)
        _end(run, State.REFUSED if problems else State.DONE)
    logger.info("Open balances %s: %s rows, %s wrong", run.pk, run.rows, run.wrong)


def ask_there(company: Company, balances: Balances) -> There:
    """Read what Business Central has of what the files name; raises IntegrationError."""
    client = connections.client(lane=Lane.BULK)
    check_company(client, company)
    return look(client, balances)


def _record(run: OpeningRun, balances: Balances, there: There) -> list[Problem]:
    """Take everything over and say so at once, or do neither where something of it cannot be."""
    with transaction.atomic():
        problems = record(run.company, balances, there, by=run.by, now=timezone.now())
        if run.is_dry_run or problems:
            transaction.set_rollback(True)
        else:
            _end(run, State.DONE)
    return problems


def _end(run: OpeningRun, state: State) -> None:
    run.state, run.finished_at = state, timezone.now()
    run.save(update_fields=["state", "finished_at", "rows", "wrong", "problems", "totals"])


def _fail(run: OpeningRun, trouble: str) -> None:
    """Say why it came to no end, unless it did: what was taken over stays taken over."""
    going = OpeningRun.objects.filter(pk=run.pk, state=State.RUNNING)
    going.update(state=State.FAILED, trouble=trouble, finished_at=timezone.now())
