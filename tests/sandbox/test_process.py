"""The process: where it listens, what it keeps, how it ends."""

import json
import os
import socket
import ssl
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from integration.sandbox import launch
from integration.sandbox.connection import FILE_NAME
from tests.sandbox.conftest import MASTERS, connect


def test_a_fresh_sandbox_has_one_company_and_no_masters(tmp_path):
    with launch.start(tmp_path) as running:
        bc = connect(running)

        assert [company.name for company in running.companies] == ["Nordhafen Facilities"]
        assert bc.rows("items") == bc.rows("vendors") == bc.rows("currencies") == []
        assert [row["localCurrencyCode"] for row in bc.rows("generalLedgerSetup")] == ["EUR"]


def test_the_connection_file_and_keys_are_for_the_owner_only(tmp_path):
    with launch.start(tmp_path) as running:
        kept = json.loads((tmp_path / FILE_NAME).read_text())

        assert kept["base_url"] == running.base_url
        for file in tmp_path.iterdir():
            if file.name != launch.LOG_NAME:
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_a_restart_keeps_data_credentials_and_port(tmp_path, ending):
    running = launch.start(tmp_path)
    running.control.seed(MASTERS)
    bc = connect(running)
    order = bc.order({"quantity": 3})
    before = running.connection

    getattr(running, ending)()
    running.restart()

    with running:
        assert running.connection == before
        assert bc.get(f"purchaseOrders({order['id']})")["@odata.etag"] == order["@odata.etag"]
        assert bc.order_lines(order)[0]["quantity"] == 3
        assert bc.order()["number"] == "106002"


def test_a_folder_serves_one_sandbox_at_a_time(tmp_path):
    with launch.start(tmp_path) as running:
        before = (tmp_path / FILE_NAME).read_text()

        with pytest.raises(launch.StartError, match=r"Another sandbox runs on .*Stop it"):
            launch.start(tmp_path)

        assert (tmp_path / FILE_NAME).read_text() == before
        assert connect(running).rows("items") == []


@pytest.mark.parametrize("port", [99999, -1])
def test_a_port_that_does_not_exist_is_refused_in_a_sentence(tmp_path, port):
    with pytest.raises(launch.StartError, match=f"Port {port} cannot be used: .*--port") as refused:
        launch.start(tmp_path, port=port)

    assert "Traceback" not in str(refused.value)


def test_a_port_in_use_is_refused_in_a_sentence(tmp_path):
    with (
        launch.start(tmp_path / "one") as running,
        pytest.raises(launch.StartError, match=f"Port {running.port} cannot be used: .*--port") as refused,
    ):
        launch.start(tmp_path / "two", port=running.port)

    assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize("text", ["[", '[{"fault": "no such"}]', None])
def test_faults_that_cannot_be_used_are_refused_in_a_sentence(tmp_path, text):
    file = tmp_path / "faults.json"
    if text is not None:
        file.write_text(text)

    with pytest.raises(launch.StartError, match=r"[Ff]aults .*cannot be") as refused:
        launch.start(tmp_path / "data", faults=file)

    assert "Traceback" not in str(refused.value)


def test_faults_can_be_given_at_the_start(tmp_path):
    with launch.start(tmp_path, faults=[{"fault": "throttle", "times": 1}]) as running:
        assert connect(running).call("GET", "items").status_code == 429


def test_the_sandbox_ends_with_its_parent(tmp_path):
    program = (
        "import sys; from integration.sandbox import launch;"
        "print(launch.start(sys.argv[1]).process.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=launch.PROJECT_ROOT,
    )
    child = int(parent.stdout.readline())
    watch = os.pidfd_open(child)

    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()

    try:
        assert _ends(watch, seconds=10)
    finally:
        os.close(watch)


def test_a_start_on_a_taken_port_says_why(tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(launch.StartError, match="Address already in use"),
    ):
        launch.start(tmp_path, port=taken.getsockname()[1])


def test_only_modern_tls_is_spoken(sandbox):
    context = ssl.create_default_context(cafile=sandbox.ca_bundle)
    with (
        socket.create_connection(("127.0.0.1", sandbox.port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as stream,
    ):
        assert stream.version() in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, b"431"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
    ],
)
def test_a_request_that_is_none_ends_the_connection(sandbox, head, status):
    context = ssl.create_default_context(cafile=sandbox.ca_bundle)
    with (
        socket.create_connection(("127.0.0.1", sandbox.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as stream,
    ):
        stream.sendall(head)
        answer = stream.recv(100)

    assert answer.startswith(b"HTTP/1.1 " + status)


def test_parallel_writers_get_numbers_of_their_own(bc):
    def create(_number: int) -> str:
        return connect(bc.running).order({"quantity": 1})["number"]

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(create, range(24)))

    assert len(set(numbers)) == 24
    assert len(bc.rows("purchaseOrders")) == 24


def test_the_management_command_takes_the_same_options(tmp_path):
    from integration.management.commands.bc_sandbox import Command

    parser = Command().create_parser("manage.py", "bc_sandbox")
    options = parser.parse_args(["--data", str(tmp_path), "--port", "0", "--level", "standard", "--json"])

    assert (options.port, options.level, options.json) == (0, "standard", True)


def test_a_closed_sandbox_cannot_be_reached(tmp_path):
    running = launch.start(tmp_path)
    bc = connect(running)
    running.stop()

    with pytest.raises(requests.ConnectionError):
        bc.call("GET", "items")
    assert running.process.returncode == 0


def _ends(descriptor: int, *, seconds: float) -> bool:
    """Wait for the end of a process that is not our child."""
    import select

    return bool(select.select([descriptor], [], [], seconds)[0])
