"""Sign-in by certificate: a client proves with a signed statement that it holds the private key."""

import base64
import time
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH),
}


def is_valid(assertion: str, *, client_id: str, audience: str, certificates: list[str]) -> bool:
    """Whether the statement is the client's own, for this token address, in time and rightly signed."""
    try:
        head, claims = (_part(part) for part in assertion.split(".")[:2])
        signature = _bytes(assertion.rpartition(".")[2])
    except (ValueError, TypeError):
        return False
    kind = _PADDINGS.get(str(head.get("alg")))
    says_right = (
        str(claims.get("iss", "")).lower() == str(claims.get("sub", "")).lower() == client_id
        and claims.get("aud") == audience
        and float(claims.get("exp", 0)) > time.time()
    )
    if kind is None or not says_right:
        return False
    signed = assertion.rpartition(".")[0].encode()
    return any(_is_signed(signed, signature, kind, each) for each in certificates)


def is_certificate(pem: str) -> bool:
    """Whether this is a certificate with a key that assertions can be signed with."""
    try:
        return isinstance(x509.load_pem_x509_certificate(pem.encode()).public_key(), rsa.RSAPublicKey)
    except ValueError:
        return False


def _is_signed(signed: bytes, signature: bytes, kind: padding.AsymmetricPadding, pem: str) -> bool:
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, signed, kind, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _part(text: str) -> dict[str, Any]:
    value = orjson.loads(_bytes(text))
    if not isinstance(value, dict):
        raise TypeError("A part of the assertion is no object.")
    return value


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
