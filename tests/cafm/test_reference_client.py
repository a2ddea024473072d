"""The example client stays in step with the mirror by its cursor, whatever is written meanwhile."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection, transaction

from examples.cafm_client import LISTS, Copy, Doorbell, is_from_tieout
from integration.cafm import auth, masterdata
from masterdata.batch import Pulled
from masterdata.models import Company, Location, Unit
from masterdata.upsert import mark_deleted, upsert

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
WRITERS = 8
PAGE = 50
MOST_AT_ONCE = 12
MANY = 10_000
SECONDS = 60.0


@pytest.fixture
def house() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


@pytest.fixture
def copy(house: Company, live_server: Any, tmp_path: Path) -> Iterator[Copy]:
    secret = auth.issue(house, "example", ["masterdata"])[1]
    with closing(Copy(str(tmp_path / "copy.sqlite3"), live_server.url, secret)) as made:
        yield made


def record_id(number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, str(number))


def write(house: Company, numbers: list[int], name: str) -> None:
    """Write locations and units of these numbers in one transaction, as a pull with several lists would."""
    with transaction.atomic():
        for model, more in ((Location, {}), (Unit, {"international_code": ""})):
            rows = [
                Pulled(record_id(number), MOMENT, {"code": f"C{number}", "name": name} | more)
                for number in numbers
            ]
            upsert(house, model, rows)


def here(model: Any, house: Company) -> dict[str, tuple[str, str, bool]]:
    return {
        str(row.bc_id): (row.code, row.name, row.deleted_at is not None)
        for row in model.objects.filter(company=house)
    }


def there(copy: Copy, name: str) -> dict[str, tuple[str, str, bool]]:
    return {
        row["bc_id"]: (row["code"], row["name"], row["deleted_at"] is not None) for row in copy.rows(name)
    }


def change_all(
    house: Company, numbers: list[int], chance: random.Random, writer: int, polled: threading.Event
) -> None:
    """Change these rows in random order, a few in a transaction; now and then one is deleted.

    Half way the client must have asked once, so that it is never through with its polling before or after.
    """
    half = len(numbers) // 2
    try:
        while numbers:
            if len(numbers) <= half:
                assert polled.wait(SECONDS)
            many = chance.randint(1, MOST_AT_ONCE)
            some, numbers = numbers[:many], numbers[many:]
            write(house, some, f"by {writer}")
            if chance.random() < 0.2:
                mark_deleted(house, Location, [record_id(some[0])])
    finally:
        connection.close()


def in_step_after(house: Company, copy: Copy, monkeypatch: pytest.MonkeyPatch, rows: int, seed: int) -> None:
    monkeypatch.setattr(masterdata, "MOST_ROWS", PAGE)
    chance = random.Random(seed)
    write(house, list(range(rows // 2)), "before")  # the other half is new to the client
    orders = [chance.sample(range(rows), rows)[writer::WRITERS] for writer in range(WRITERS)]
    polled, done = threading.Event(), threading.Event()

    def work() -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            tasks = [
                pool.submit(change_all, house, order, random.Random(f"{seed} {number}"), number, polled)
                for number, order in enumerate(orders)
            ]
            for task in tasks:
                task.result()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(work)
        writing.add_done_callback(lambda _task: done.set())
        while not done.is_set():
            for name in ("locations", "units"):
                copy.catch_up(name)
            polled.set()
        writing.result()
    for name in ("locations", "units"):
        copy.catch_up(name)

    assert there(copy, "locations") == here(Location, house)
    assert there(copy, "units") == here(Unit, house)


@pytest.mark.parametrize("seed", range(3))
def test_a_client_that_polls_while_eight_write_ends_with_exactly_the_mirror(
    house, copy, monkeypatch, seed: int
) -> None:
    in_step_after(house, copy, monkeypatch, rows=200, seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_so_it_does_over_ten_thousand_changes(house, copy, monkeypatch, seed: int) -> None:
    in_step_after(house, copy, monkeypatch, rows=MANY // 2, seed=seed)  # of two lists


def test_every_list_that_is_served_is_copied() -> None:
    assert set(LISTS) == {told.name for told in masterdata.LISTS}


def test_what_did_not_change_is_not_told_again(house, copy) -> None:
    write(house, [1, 2], "first")

    first, second, third = (copy.catch_up("units") for _ in range(3))
    write(house, [2], "second")
    fourth = copy.catch_up("units")

    assert (first, second, third, fourth) == (2, 0, 0, 1)
    assert {name for _code, name, _gone in there(copy, "units").values()} == {"first", "second"}


def test_a_copy_goes_on_where_it_was_stopped(house, copy, live_server, tmp_path) -> None:
    write(house, [1, 2, 3], "first")
    copy.catch_up("units")
    secret = copy.session.headers["Authorization"].removeprefix("Bearer ")
    write(house, [2], "second")

    with closing(Copy(str(tmp_path / "copy.sqlite3"), live_server.url, secret)) as again:
        assert again.catch_up("units") == 1
        assert there(again, "units") == here(Unit, house)


def test_a_tag_answers_304_until_something_changes(house, copy) -> None:
    write(house, [1], "first")
    address = f"{copy.url}/api/v1/units"
    first = copy.session.get(address)
    held = {"If-None-Match": first.headers["ETag"]}

    same = copy.session.get(address, headers=held)
    mark_deleted(house, Unit, [record_id(1)])
    changed = copy.session.get(address, headers=held)

    assert (first.status_code, same.status_code, same.content) == (200, 304, b"")
    assert changed.status_code == 200
    assert changed.json()["results"][0]["deleted_at"] is not None


def test_a_refusal_stops_the_client_and_leaves_its_place(house, copy) -> None:
    write(house, [1], "first")
    copy.catch_up("units")
    copy.session.headers["Authorization"] = "Bearer tieout_nobody"

    with pytest.raises(requests.HTTPError, match=r"401: This API key is not known.* Ask Tieout's admin"):
        copy.catch_up("units")

    assert len(list(copy.rows("units"))) == 1


def test_a_change_rings_at_the_client_which_then_reads_it(house, copy, tmp_path, settings) -> None:
    from django.utils import timezone

    from integration import webhooks
    from integration.models import ApiKey, Webhook
    from integration.sandbox import tls

    tls.server_context(tmp_path)
    pem = tmp_path / "both.pem"
    pem.write_text((tmp_path / "server.pem").read_text() + (tmp_path / "server-key.pem").read_text())
    settings.WEBHOOK_CA_BUNDLE = str(tmp_path / "ca.pem")
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    hook = Webhook(key=ApiKey.objects.get(), name="client", lists=["units"])
    bell = Doorbell(0, "", str(pem))
    hook.url = f"https://localhost:{bell.server_port}/"
    bell.secret = webhooks.create(hook)
    thread = threading.Thread(target=bell.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        write(house, [1], "first")
        webhooks.write_due(now=timezone.now())
        delivered = webhooks.deliver(now=timezone.now())
        rang = bell.rang.is_set()
        bell.rang.clear()
        bell.secret = "whsec_" + "A" * 44
        with pytest.raises(webhooks.Failed, match="401"):
            webhooks.send_test(hook)
    finally:
        bell.shutdown()
        thread.join()
        bell.server_close()

    assert (delivered, rang, bell.rang.is_set()) == (1, True, False)
    assert copy.catch_up("units") == 1


def run(tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = Path(__file__).parents[2] / "examples" / "cafm_client.py"
    return subprocess.run(
        [sys.executable, str(path), str(tmp_path / "copy.sqlite3"), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


READY = {"TIEOUT_URL": "http://localhost:9", "TIEOUT_KEY": "tieout_nobody"}
SECRET = {"TIEOUT_WEBHOOK_SECRET": "whsec_" + "A" * 44}
LISTEN = ["--listen", "0", "--every", "60", "--certificate", "/nowhere/both.pem"]


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ([], {}, "set TIEOUT_URL to Tieout's address"),
        ([], {"TIEOUT_URL": "http://localhost:9"}, "set TIEOUT_KEY to the API key"),
        (["--listen", "0"], READY, "--listen needs --every SECONDS"),
        (["--every", "0"], READY, "--every wants a number of seconds above 0"),
        (["--listen", "0", "--every", "60"], READY, "--listen needs --certificate FILE"),
        (LISTEN, READY, "set TIEOUT_WEBHOOK_SECRET to the webhook's secret"),
        (LISTEN, READY | {"TIEOUT_WEBHOOK_SECRET": "whsec_?"}, "TIEOUT_WEBHOOK_SECRET is not a secret"),
        (LISTEN, READY | SECRET, "/nowhere/both.pem cannot be used: [Errno 2] No such file"),
    ],
)
def test_what_a_wrong_start_lacks_is_said_in_a_sentence(tmp_path, words, environment, sentence) -> None:
    ended = run(tmp_path, *words, **environment)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_client_ends_with_what_tieout_says(house, live_server, tmp_path) -> None:
    secret = auth.issue(house, "storeman", ["masterdata"], lists=["items"])[1]

    ended = run(tmp_path, "items", "vendors", TIEOUT_URL=live_server.url, TIEOUT_KEY=secret)

    assert (ended.returncode, ended.stdout) == (1, "items: 0 changes\n")
    assert ended.stderr.startswith("vendors: 403: The key storeman")
    assert ended.stderr.endswith("only items. Ask Tieout's administrator for a key that may.\n")


@pytest.mark.parametrize(
    ("change", "is_good"),
    [
        ({}, True),
        ({"webhook-id": "msg_other"}, False),
        ({"webhook-timestamp": "1614265331"}, False),
        ({"webhook-timestamp": "soon"}, False),
        ({"webhook-signature": ""}, False),
        ({"webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, True),
    ],
)
def test_the_example_of_the_specification_is_checked_rightly(change, is_good) -> None:
    secret, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    assert is_from_tieout(secret, headers | change, b'{"test": 2432232314}', now) is is_good
    assert is_from_tieout(secret, headers, b'{"test": 2432232314}', now + 301) is False
