"""Find API keys: in one statement, or in none, where the statement that stores checks the key it is told.

A key that is remembered is only a guess. Whoever uses it without asking has to let the database compare its
version (`holds`) in the statement that stores something: a key that was revoked, changed or has expired since
stores nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from integration.models import ApiKey
from masterdata.models import Company

MOST = 200

# Asked with each request, so it is written out: building it would cost more than the answer.
VALID = """
SELECT k.*, k.xmin::text AS version, c.xmin::text AS company_version
  FROM integration_apikey k JOIN masterdata_company c ON c.id = k.company_id
 WHERE k.key_hash = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)
"""

# For the statement that stores: the row is what it was when it was read, and has not expired.
HOLDS = """
SELECT k.id FROM integration_apikey k JOIN masterdata_company c ON c.id = k.company_id
 WHERE k.id = {key} AND k.xmin::text = {version} AND c.xmin::text = {company_version}
   AND (k.expires_at IS NULL OR k.expires_at > {now})
"""

_keys: dict[bytes, ApiKey] = {}
_companies: dict[tuple[int, str], Company] = {}


def digest(secret: str) -> bytes:
    """Hash a key; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def find(secret: str) -> ApiKey | None:
    """Ask for a valid key, with its company."""
    hashed = digest(secret)
    key: Any = next(iter(ApiKey.objects.raw(VALID, [hashed, timezone.now()])), None)
    if key is None:
        _keys.pop(hashed, None)
        return None
    key.company = _company(key.company_id, key.company_version)
    _remember(_keys, hashed, key)
    found: ApiKey = key
    return found


def guess(secret: str) -> ApiKey | None:
    """Give a key as it was when it was read last; for statements that check `HOLDS` only."""
    return _keys.get(digest(secret)) or find(secret)


def forget(secret: str) -> None:
    """Read a key anew the next time."""
    _keys.pop(digest(secret), None)


def _company(pk: int, version: str) -> Company:
    """Give the company of a version; each version is read once a process."""
    known = _companies.get((pk, version))
    if known is None:
        known = Company.objects.get(pk=pk)
        _remember(_companies, (pk, version), known)
    return known


def _remember(place: dict[Any, Any], name: Any, what: Any) -> None:
    if len(place) >= MOST:
        place.clear()
    place[name] = what
