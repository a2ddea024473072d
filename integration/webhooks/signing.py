"""Sign a message as Standard Webhooks wants it: over id, time and body, once with each secret in use."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

MARK = "whsec_"


def headers(key: str, timestamp: int, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """Give the three headers."""
    signed = f"{key}.{timestamp}.".encode() + body
    marks = [f"v1,{base64.b64encode(hmac.digest(each, signed, hashlib.sha256)).decode()}" for each in secrets]
    return {"webhook-id": key, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(marks)}


def written(secret: bytes) -> str:
    """Write a secret as it is given to the receiver."""
    return MARK + base64.b64encode(secret).decode()
