"""How a call leaves the house: over modern TLS, to our host only, once, and knowing whether it left."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.bc import Client, Connection
from integration.bc.auth import fetch_token
from integration.bc.transport import read_retry_after
from integration.errors import (
    ConfigurationError,
    NotSentError,
    TemporaryError,
    UnknownOutcome,
)
from tests.bc import elsewhere
from tests.bc.elsewhere import Reply

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.bc.conftest import Somewhere

ROW = {"id": "00000000-0000-0000-0000-000000000001", "number": "1"}

ITEM = ("id", "number")


@pytest.mark.filterwarnings("ignore:.*TLSVersion.TLSv1:DeprecationWarning")
def test_a_server_that_speaks_only_old_tls_is_not_spoken_to(tmp_path: Path, somewhere: Somewhere) -> None:
    def only_old(context: ssl.SSLContext) -> None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    folder = tmp_path / "old"
    folder.mkdir()
    with elsewhere.serve(folder, lambda asked: Reply(), prepare=only_old) as old:
        somewhere.server = old

        with pytest.raises(NotSentError):
            somewhere.client().get("items", ROW["id"], select=ITEM)

    assert old.asked == []
    pools = somewhere.client().transport.session.get_adapter(old.url).poolmanager
    assert pools.connection_pool_kw["ssl_context"].minimum_version is ssl.TLSVersion.TLSv1_2


def test_no_redirect_is_followed(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(302, headers={"Location": f"{somewhere.server.url}/trap"})

    with pytest.raises(ConfigurationError, match="sent us to another address"):
        somewhere.client().get("items", ROW["id"], select=ITEM)

    assert len(somewhere.server.asked) == 1


def test_a_next_page_on_another_host_is_not_fetched(somewhere: Somewhere) -> None:
    page = {"value": [ROW], "@odata.nextLink": "https://elsewhere.example/items?$skiptoken=1"}
    somewhere.answer = lambda asked: Reply(body=json.dumps(page).encode())
    pages = somewhere.client().pages("items", select=("id", "number"))

    with pytest.raises(ConfigurationError, match="another host"):
        list(pages)

    assert len(somewhere.server.asked) == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environments_ca_bundle_does_not_replace_ours(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))

    assert client.company()["id"] == client.connection.company


def test_a_certificate_of_another_authority_is_refused_before_anything_is_sent(
    somewhere: Somewhere, sandbox: Running
) -> None:
    stranger = replace(somewhere.connection, ca_bundle=sandbox.ca_bundle)

    with pytest.raises(ConfigurationError, match=r"is signed by no authority in .*leave BC_CA_BUNDLE empty"):
        Client(stranger, tokens=somewhere.client().tokens).get("items", ROW["id"], select=ITEM)

    assert somewhere.server.asked == []


@pytest.mark.parametrize("content", [None, "", "{}"])
def test_a_file_of_authorities_that_holds_none_is_named(
    somewhere: Somewhere, tmp_path: Path, content: str | None
) -> None:
    bundle = tmp_path / "authorities.pem"
    if content is not None:
        bundle.write_text(content)
    wrong = replace(somewhere.connection, ca_bundle=str(bundle))

    with pytest.raises(ConfigurationError) as told:
        Client(wrong, tokens=somewhere.client().tokens).get("items", ROW["id"], select=ITEM)
    with pytest.raises(ConfigurationError) as told_at_sign_in:
        fetch_token(wrong)

    sentence = f"BC_CA_BUNDLE names {bundle}, which cannot be read or holds no certificates."
    assert told.value.sentence.startswith(sentence)
    assert told_at_sign_in.value.sentence.startswith(sentence)
    assert somewhere.server.asked == []


def test_every_call_asks_for_english_json_with_our_token(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(body=json.dumps(ROW | {"value": []}).encode())
    client = somewhere.client()

    client.get("items", ROW["id"], select=ITEM)
    client.create("items", {"number": "1"})
    client.update("items", ROW["id"], {"number": "2"}, etag='W/"1"')
    client.act("purchaseOrders", ROW["id"], "receiveAndInvoice", etag='W/"1"')
    list(client.pages("items", select=("id",)))

    told = [
        (each.headers["Accept-Language"], each.headers["Accept"], each.headers["Authorization"])
        for each in somewhere.server.asked
    ]
    assert told == [("en-US", "application/json", "Bearer token")] * 5


def test_a_netrc_entry_does_not_replace_our_token(
    somewhere: Somewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    somewhere.answer = lambda asked: Reply(body=json.dumps(ROW).encode())

    somewhere.client().get("items", ROW["id"], select=ITEM)

    assert somewhere.server.asked[0].headers["Authorization"] == "Bearer token"


def test_one_connection_serves_call_after_call(tmp_path: Path, somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(body=json.dumps(ROW).encode())
    client = somewhere.client()

    for _ in range(5):
        client.get("items", ROW["id"], select=ITEM)

    pools = client.transport.session.get_adapter(somewhere.server.url).poolmanager.pools
    (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118 - it is no dict
    assert (pool.num_requests, pool.num_connections) == (5, 1)


def test_a_write_that_could_not_leave_was_not_sent(connection: Connection, somewhere: Somewhere) -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))  # nobody listens here
        address = f"https://localhost:{taken.getsockname()[1]}/v2.0/t/e/api/v2.0"
        nowhere = replace(somewhere.connection, base_url=address)

        with pytest.raises(NotSentError):
            Client(nowhere, tokens=somewhere.client().tokens).create("items", {"number": "1"})


@pytest.mark.parametrize("fault", ["before_read", "commit_then_drop", "half_body"])
def test_a_write_whose_answer_is_lost_is_unknown_and_sent_once(
    sandbox: Running, client: Client, fault: str
) -> None:
    client.company()
    sandbox.control.set_faults([{"fault": fault, "method": "POST", "path": "/vendors", "times": 1}])
    sandbox.control.forget_requests()

    with pytest.raises(UnknownOutcome):
        client.create("vendors", {"number": "V9", "displayName": "Nine"})

    assert sandbox.control.requests()["total"] == 1


def test_a_read_whose_answer_is_lost_may_be_asked_again(sandbox: Running, client: Client) -> None:
    item = client.find("items", filter="number eq 'FILTER'", select=ITEM)[0]
    sandbox.control.set_faults([{"fault": "half_body", "path": "/items", "times": 1}])

    with pytest.raises(TemporaryError):
        client.get("items", item["id"], select=ITEM)

    assert client.get("items", item["id"], select=ITEM)["number"] == "FILTER"


@pytest.mark.parametrize("body", [b"<html>ok</html>", b"", b'{"number": 1'])
def test_an_answer_that_is_no_json_is_unknown_after_a_write_only(somewhere: Somewhere, body: bytes) -> None:
    somewhere.answer = lambda asked: Reply(200 if asked.method == "GET" else 201, body)

    with pytest.raises(TemporaryError):
        somewhere.client().get("items", ROW["id"], select=ITEM)
    with pytest.raises(UnknownOutcome):
        somewhere.client().create("items", {"number": "1"})


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        ("-3", 0.0),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(written: str | None, seconds: float | None) -> None:
    assert read_retry_after(written) == seconds


@pytest.mark.parametrize("address", ["http://bc.example/api/v2.0", "bc.example"])
def test_a_connection_without_tls_cannot_be_made(somewhere: Somewhere, address: str) -> None:
    with pytest.raises(ConfigurationError, match="not an https address"):
        replace(somewhere.connection, base_url=address)


def test_a_secret_and_a_certificate_together_are_refused(somewhere: Somewhere) -> None:
    with pytest.raises(ConfigurationError, match="one of them"):
        replace(somewhere.connection, certificate="PEM")


def test_credentials_do_not_show_in_a_connections_text(connection: Connection) -> None:
    assert connection.client_secret
    assert connection.client_secret not in repr(connection)
