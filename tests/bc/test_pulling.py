"""A list of any length is pulled in the same memory: a page at a time."""

from __future__ import annotations

import multiprocessing
import sys
from typing import TYPE_CHECKING

import pytest

from integration.bc import Client, Connection
from tests.bc import pulling
from tests.bc.pulling import Pulled

if TYPE_CHECKING:
    from integration.sandbox.launch import Running

ITEMS = 50_000
MEGABYTES = 150
SECONDS = 300


def pull(way: str, connection: Connection) -> Pulled:
    """Pull in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=pulling.measure, args=(way, connection, theirs))
    worker.start()
    try:
        assert ours.poll(SECONDS)
        pulled: Pulled = ours.recv()
    finally:
        worker.kill()
        worker.join()
    return pulled


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc")
def test_fifty_thousand_items_fit_into_a_flat_memory(sandbox: Running, connection: Connection) -> None:
    pulling.fill(sandbox.control, ITEMS - 2)  # beside the two that are there

    pulled = {way: pull(way, connection) for way in ("raw", "ours", "client", "raw", "ours", "client")}

    assert {each.rows for each in pulled.values()} == {ITEMS}
    assert pulled["ours"].megabytes <= MEGABYTES
    for way, each in pulled.items():
        print(f"{way}: {each.seconds:.2f} s, {each.megabytes:.0f} MB above idle")  # noqa: T201


def test_pages_behind_the_one_at_work_are_let_go(sandbox: Running, client: Client) -> None:
    pulling.fill(sandbox.control, 10)
    pages = client.pages("items", select=("id", "number"), page_size=4)

    references = [sys.getrefcount(page) for page in pages]

    assert references == [references[0]] * 3
    assert references[0] <= 3  # this loop's, the call's, and at most the generator's
