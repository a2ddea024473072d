"""One token for all workers: fetched once per life, by secret or certificate, and sealed in Redis."""

from __future__ import annotations

import base64
import json
import multiprocessing
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from integration.bc import Client, Connection
from integration.bc.auth import Token, Tokens, fetch_token
from integration.bc.local_limiter import LocalLimiter
from integration.errors import ConfigurationError, NotSentError
from tests.bc import token_workers
from tests.bc.conftest import UNLIMITED
from tests.bc.elsewhere import Asked, Reply

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.bc.conftest import Somewhere

WORKERS = 5
MINUTES = 5 * 60
MINUTE = 60.0
HOUR = 3600
LIVES = 7  # renewed at 0, 48, 96, 144, 192, 240 and 288 minutes


@pytest.fixture
def own_id(sandbox: Running, connection: Connection) -> Connection:
    """The connection of an application that no other test has a token of."""
    client_id, secret = sandbox.control.add_client()
    return replace(connection, client_id=client_id, client_secret=secret)


def test_five_workers_ask_for_one_token_in_each_life(sandbox: Running, own_id: Connection) -> None:
    context = multiprocessing.get_context("spawn")
    clock, asked, gate = context.Value("d", 1e9), context.Value("i", 0), context.Barrier(WORKERS + 1)
    workers = [
        context.Process(target=token_workers.work, args=(own_id, clock, asked, MINUTES, gate))
        for _ in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    try:
        fetched = list(turn(clock, asked, gate))
    finally:
        for worker in workers:
            worker.join(timeout=token_workers.PATIENCE)
            worker.kill()

    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    assert fetched == [1 + minute // 48 for minute in range(MINUTES)]
    assert fetched[-1] == LIVES


def turn(clock: Any, asked: Any, gate: Any) -> Iterator[int]:
    """Let five hours pass, a minute at a time; gives how many tokens were asked for by then."""
    for _ in range(MINUTES):
        gate.wait(token_workers.PATIENCE)
        gate.wait(token_workers.PATIENCE)
        clock.value += MINUTE
        yield asked.value


@pytest.fixture
def clock() -> Any:
    class Clock:
        now = 1e9

        def __call__(self) -> float:
            return self.now

    return Clock()


class Entra:
    """A sign-in service that counts."""

    def __init__(self, clock: Any, *, life: float = HOUR) -> None:
        self.clock, self.life, self.fetched = clock, life, 0
        self.is_away = False

    def __call__(self) -> Token:
        if self.is_away:
            raise NotSentError("away")
        self.fetched += 1
        return Token(f"token {self.fetched}", self.clock(), self.clock() + self.life)


def test_a_token_is_renewed_before_it_ends(own_id: Connection, clock: Any) -> None:
    entra = Entra(clock)
    tokens = Tokens(own_id, fetch=entra, clock=clock)

    told = []
    for minute in (0, 47, 49, 95, 97):
        clock.now = 1e9 + minute * MINUTE
        told.append(tokens.current())

    assert told == ["token 1", "token 1", "token 2", "token 2", "token 3"]


def test_the_old_token_serves_while_one_worker_fetches_the_next(own_id: Connection, clock: Any) -> None:
    slow, others = threading.Event(), Entra(clock)
    entra = Entra(clock)
    first, second = Tokens(own_id, fetch=entra, clock=clock), Tokens(own_id, fetch=others, clock=clock)
    assert first.current() == second.current() == "token 1"
    clock.now += 50 * MINUTE
    started = threading.Event()

    def fetch() -> Token:
        started.set()
        assert slow.wait(MINUTE)
        return entra()

    first.fetch = fetch
    renewing = threading.Thread(target=first.current)
    renewing.start()
    assert started.wait(MINUTE)

    meanwhile = second.current()
    slow.set()
    renewing.join()

    assert (meanwhile, second.current(), others.fetched) == ("token 1", "token 2", 0)


def test_the_old_token_serves_while_the_sign_in_service_is_away(own_id: Connection, clock: Any) -> None:
    entra = Entra(clock)
    tokens = Tokens(own_id, fetch=entra, clock=clock)
    tokens.current()
    entra.is_away = True

    clock.now += 59 * MINUTE
    assert tokens.current() == "token 1"
    clock.now += 2 * MINUTE
    with pytest.raises(NotSentError):
        tokens.current()


def test_a_token_that_bc_refused_is_not_used_again_by_anyone(own_id: Connection, clock: Any) -> None:
    entra = Entra(clock)
    one, other = (Tokens(own_id, fetch=entra, clock=clock) for _ in range(2))
    refused = one.current()
    other.current()

    assert one.replace(refused) == "token 2"
    assert other.replace(refused) == "token 2"
    assert entra.fetched == 2


def test_the_shared_token_cannot_be_read_in_redis(own_id: Connection, clock: Any) -> None:
    tokens = Tokens(own_id, fetch=lambda: Token("s3cret-token", clock(), clock() + HOUR), clock=clock)
    tokens.current()
    assert tokens.shelf is not None
    sealed = redis.Redis.from_url(own_id.redis_url or "").get(tokens.shelf.key)

    stranger = Tokens(replace(own_id, client_secret="guessed"), fetch=Entra(clock), clock=clock)

    assert sealed
    assert b"s3cret-token" not in sealed
    assert stranger.current() == "token 1"  # could not open it, fetched its own


def test_without_redis_each_process_fetches_its_own(own_id: Connection, clock: Any) -> None:
    entra = Entra(clock)
    alone = replace(own_id, redis_url="unix:///nowhere/redis.sock")

    assert Tokens(alone, fetch=entra, clock=clock).current() == "token 1"
    assert Tokens(alone, fetch=entra, clock=clock).current() == "token 2"


def test_a_token_that_ends_early_is_replaced_within_the_call(sandbox: Running, own_id: Connection) -> None:
    client = Client(own_id, limiter=LocalLimiter(UNLIMITED), tokens=Tokens(own_id))
    client.company()
    sandbox.control.set_faults([{"fault": "token_expiry", "times": 1}])

    assert client.company()["id"] == sandbox.company_id


def test_a_disabled_application_stops_the_lane_after_one_new_token(
    sandbox: Running, own_id: Connection
) -> None:
    asked = multiprocessing.Value("i", 0)
    tokens = token_workers.CountedTokens(own_id, multiprocessing.Value("d", time.time()), asked)
    client = Client(own_id, limiter=LocalLimiter(UNLIMITED), tokens=tokens)
    client.company()
    sandbox.control.settings(client_enabled=False)

    with pytest.raises(ConfigurationError, match="does not know our application"):
        client.company()

    assert asked.value == 2


def test_a_wrong_secret_is_the_administrators_and_is_not_shown(own_id: Connection) -> None:
    with pytest.raises(ConfigurationError, match="refused our application") as told:
        fetch_token(replace(own_id, client_secret="wr0ng-secret"))

    assert told.value.code == "invalid_client"
    assert "wr0ng-secret" not in f"{told.value} {told.value.raw}"


def test_a_sign_in_service_that_is_not_there_is_tried_again(own_id: Connection) -> None:
    with pytest.raises(NotSentError, match="could not be reached"):
        fetch_token(replace(own_id, authority="https://localhost:9/tenant"))


# A certificate instead of a secret


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey) -> str:
    """A private key and its certificate, as BC_CLIENT_CERTIFICATE holds them."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tieout")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()


def entra_answer(somewhere: Somewhere, asked: Asked) -> Reply:
    base = f"{somewhere.server.url}/tenant"
    if asked.method == "GET":
        document = {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }
        return Reply(body=json.dumps(document).encode())
    answer = {"token_type": "Bearer", "expires_in": HOUR, "access_token": "by certificate"}
    return Reply(body=json.dumps(answer).encode())


def test_a_certificate_signs_in_with_an_assertion_that_it_proves(
    somewhere: Somewhere, key: rsa.RSAPrivateKey, pem: str
) -> None:
    somewhere.answer = lambda asked: entra_answer(somewhere, asked)
    signed = replace(somewhere.connection, client_secret=None, certificate=pem)

    token = fetch_token(signed)

    form = parse_qs(somewhere.server.asked[-1].body.decode())
    assertion = form["client_assertion"][0]
    payload, _, signature = assertion.rpartition(".")
    header, claims = (json.loads(decoded(part)) for part in payload.split("."))
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    key.public_key().verify(
        decoded(signature),
        payload.encode(),
        scheme if header["alg"] == "PS256" else padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert token.text == "by certificate"
    assert form["scope"] == ["https://api.businesscentral.dynamics.com/.default"]
    assert (claims["iss"], claims["sub"]) == (signed.client_id, signed.client_id)
    assert {"x5t", "x5t#S256"} & header.keys()
    assert "client_secret" not in form


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_bc_answers_an_application_that_signed_in_by_certificate(
    sandbox: Running, connection: Connection, pem: str
) -> None:
    sandbox.control.add_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :])
    by_certificate = replace(connection, client_secret=None, certificate=pem)
    client = Client(by_certificate, limiter=LocalLimiter(UNLIMITED), tokens=Tokens(by_certificate))

    assert client.company()["id"] == sandbox.company_id


@pytest.mark.parametrize("half", ["PRIVATE KEY", "CERTIFICATE"])
def test_half_a_certificate_is_named_as_such(somewhere: Somewhere, pem: str, half: str) -> None:
    broken = replace(somewhere.connection, client_secret=None, certificate=pem.replace(half, "NOTHING"))

    with pytest.raises(ConfigurationError, match="the private key and the certificate"):
        fetch_token(broken)


def test_the_sign_in_follows_no_redirect(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: (
        entra_answer(somewhere, asked)
        if asked.method == "GET"
        else Reply(307, headers={"Location": f"{somewhere.server.url}/trap"})
    )

    with pytest.raises((ConfigurationError, NotSentError)):
        fetch_token(replace(somewhere.connection, client_id=str(uuid.uuid4())))

    assert not [each for each in somewhere.server.asked if each.path == "/trap"]
