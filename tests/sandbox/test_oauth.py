"""Tokens: what Entra promises, and what BC makes of them."""

import base64
import json
import time
from datetime import UTC, datetime

import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from integration.sandbox.launch import Running
from tests.sandbox.conftest import SCOPE, Client, token


@pytest.fixture
def http(sandbox: Running):
    session = requests.Session()
    session.trust_env = False
    session.verify = sandbox.ca_bundle
    return session


def application(
    running: Running, http: requests.Session, credential: str | dict[str, str]
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        running.client_id,
        authority=running.authority,
        client_credential=credential,
        instance_discovery=False,
        http_client=http,
    )


def test_msal_gets_a_token_that_opens_the_api(sandbox, http):
    answer = application(sandbox, http, sandbox.client_secret).acquire_token_for_client([SCOPE])

    reply = http.get(
        f"{sandbox.base_url}/companies", headers={"Authorization": f"Bearer {answer['access_token']}"}
    )

    assert answer["expires_in"] == 3600
    assert [company["name"] for company in reply.json()["value"]] == ["Nordhafen Facilities"]


def test_a_token_tells_its_times_in_whole_seconds(sandbox):
    payload = token(sandbox).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert all(type(claims[name]) is int for name in ("iat", "nbf", "exp"))
    assert claims["iat"] == claims["nbf"]
    assert claims["exp"] - claims["iat"] == 3600


def test_a_token_of_the_second_in_which_earlier_ones_ended_counts(bc: Client):
    old = token(bc.running)
    bc.running.control.settings(tokens_before=time.time())
    new = token(bc.running)

    statuses = []
    for each in (old, new):
        bc.session.headers["Authorization"] = f"Bearer {each}"
        statuses.append(bc.call("GET", "items").status_code)

    assert statuses == [401, 200]


def test_msal_reports_a_wrong_secret_as_entra_does(sandbox, http):
    answer = application(sandbox, http, "wrong").acquire_token_for_client([SCOPE])

    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]
    assert "access_token" not in answer


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "user.read"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_token_request_is_refused(sandbox, http, changed, status, error):
    form = {
        "grant_type": "client_credentials",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "scope": SCOPE,
    }

    reply = http.post(f"{sandbox.authority}/oauth2/v2.0/token", data=form | changed)

    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_a_strange_tenant_has_no_authority(sandbox, http):
    reply = http.get(f"{sandbox.authority[:-1]}x/v2.0/.well-known/openid-configuration")

    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_tenant")


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc", "Bearer a.b.c"])
def test_without_a_valid_token_nothing_is_shown(sandbox, http, header):
    reply = http.get(f"{sandbox.base_url}/companies", headers={"Authorization": header} if header else {})

    assert reply.status_code == 401
    assert reply.json()["error"]["code"] == "Authentication_InvalidCredentials"


def test_a_token_for_another_service_is_refused(bc: Client):
    bc.session.headers["Authorization"] = (
        f"Bearer {token(bc.running, 'https://graph.microsoft.com/.default')}"
    )

    assert bc.refuse("GET", "items")[:2] == (401, "Authentication_InvalidCredentials")


def test_an_expired_token_is_refused(bc: Client):
    bc.running.control.settings(token_seconds=0)
    bc.session.headers["Authorization"] = f"Bearer {token(bc.running)}"

    assert bc.refuse("GET", "items")[:2] == (401, "Authentication_InvalidCredentials")


def test_a_disabled_application_is_refused_until_it_is_enabled(bc: Client):
    bc.running.control.settings(client_enabled=False)
    while_disabled = bc.refuse("GET", "items")[0]
    bc.running.control.settings(client_enabled=True)

    assert while_disabled == 401
    assert len(bc.rows("items")) == 2


@pytest.fixture(scope="module")
def key_and_certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bridge")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_msal_signs_in_with_a_registered_certificate(sandbox, http, key_and_certificate):
    private, certificate = key_and_certificate
    credential = {"private_key": private, "public_certificate": certificate}

    before = application(sandbox, http, credential).acquire_token_for_client([SCOPE])
    sandbox.control.add_certificate(certificate)
    answer = application(sandbox, http, credential).acquire_token_for_client([SCOPE])

    assert before["error"] == "invalid_client"
    reply = http.get(
        f"{sandbox.base_url}/companies", headers={"Authorization": f"Bearer {answer['access_token']}"}
    )
    assert reply.status_code == 200


def test_a_certificate_that_cannot_sign_is_not_registered(sandbox):
    with pytest.raises(RuntimeError, match="RSA"):
        sandbox.control.add_certificate("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----")
