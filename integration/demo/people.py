"""Who works in the demo's house: one login per role, and the key that its CAFM sends with."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.contrib.auth.models import Group, User

from integration.cafm import auth
from integration.demo.events import SOURCE
from integration.models import ApiKey
from masterdata.models import Company
from reconciliation import roles

KEY_NAME = "Demo CAFM"
KEY_FILE = "cafm-api-key"
LOGINS_FILE = "logins.json"

# (role, username, first name, last name)
PEOPLE = (
    (roles.AP_CLERK, "clerk", "Ada", "Clausen"),
    (roles.AP_APPROVER, "approver", "Paul", "Prowse"),
    (roles.BUYER, "buyer", "Mette", "Harmsen"),
    (roles.INTEGRATION_ADMIN, "integration", "Ines", "Adler"),
    (roles.FINANCE_CONTROLLER, "controller", "Carl", "Onassis"),
    (roles.FINANCE_CONTROLLER, "controller2", "Tove", "Lindqvist"),
    (roles.AUDITOR, "auditor", "Ruth", "Abbott"),
)


@dataclass(frozen=True)
class Login:
    role: str
    username: str
    password: str


def create_logins(folder: Path) -> list[Login]:
    """Make the people that are missing, with the passwords kept in the demo's folder."""
    kept = _kept(folder)
    logins = [
        Login(role, name, kept.get(name) or secrets.token_urlsafe(12)) for role, name, _first, _last in PEOPLE
    ]
    write_closed(folder / LOGINS_FILE, json.dumps([asdict(login) for login in logins], indent=2) + "\n")
    for login, (role, name, first, last) in zip(logins, PEOPLE, strict=True):
        user, is_new = User.objects.get_or_create(username=name)
        user.first_name, user.last_name, user.email = first, last, f"{name}@nordhafen.example"
        user.is_staff = True  # the admin's own pages ask for it; what a person may do there, the role says
        if is_new or not user.check_password(login.password):  # either hashes, which is meant to take long
            user.set_password(login.password)
        user.save()
        user.groups.set([Group.objects.get(name=role)])
    return logins


def create_key(folder: Path, company: Company) -> ApiKey:
    """Give the CAFM's key, and issue it when it is not there or not valid any more."""
    path = folder / KEY_FILE
    known: ApiKey | None = ApiKey.objects.valid().filter(company=company, name=KEY_NAME).first()
    if known is not None and path.exists():
        return known
    key, secret = auth.issue(
        company, KEY_NAME, [ApiKey.Scope.EVENTS, ApiKey.Scope.MASTERDATA], sources=[SOURCE]
    )
    write_closed(path, secret + "\n")
    return key


def write_closed(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)


def _kept(folder: Path) -> dict[str, str]:
    path = folder / LOGINS_FILE
    rows = json.loads(path.read_text()) if path.exists() else []
    return {row["username"]: row["password"] for row in rows}
