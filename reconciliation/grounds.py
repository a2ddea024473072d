"""What many questions have in common, kept once: the rules as they were applied, the ledger's currency."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection, transaction

from masterdata.models import Company

from .matching import facts, policy_document
from .models import MatchGround
from .parts import rows

LOCK = 7_302_553  # any number, as long as nobody else's


class Grounds:
    """A company's grounds, each looked up once."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._known: dict[facts.Policy, MatchGround] = {}
        self._latest: tuple[facts.Policy | None, MatchGround | None] = (None, None)

    def of(self, policy: facts.Policy) -> MatchGround:
        """Give the ground that judgements by these rules stand on."""
        latest, ground = self._latest
        if ground and policy is latest:  # as a rule; to look a policy up takes the time of its hundred fields
            return ground
        if policy not in self._known:
            self._known[policy] = self._kept(policy)
        self._latest = (policy, self._known[policy])
        return self._known[policy]

    def _kept(self, policy: facts.Policy) -> MatchGround:
        content = {"ledger_currency": self._company.ledger_currency, "policy": policy_document(policy)}
        key = digest(content)
        known = rows(MatchGround, ("id",), "content_hash = %(key)s", key=key)
        if known:
            return MatchGround(pk=known[0].id, content=content, content_hash=key)
        return _new(content, key)


@transaction.atomic(savepoint=False)
def _new(content: dict[str, Any], key: bytes) -> MatchGround:
    """Keep a new ground; one transaction at a time, since two with several in other orders would deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return MatchGround.objects.get_or_create(content_hash=key, defaults={"content": content})[0]


def is_as_written(ground: MatchGround) -> bool:
    """Tell whether nobody has changed a ground behind the database's back."""
    return digest(ground.content) == bytes(ground.content_hash)


def question_hash(particulars: dict[str, Any], ground: MatchGround) -> bytes:
    """Tell two questions apart without reading them."""
    return digest(particulars, bytes(ground.content_hash))


def digest(content: dict[str, Any], before: bytes = b"") -> bytes:
    text = json.dumps(content, sort_keys=True).encode()
    return hashlib.blake2b(before + text, digest_size=16).digest()
