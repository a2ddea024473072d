"""Read settings from the environment, with an error that says what, where and what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class Mode(StrEnum):
    """How strict the settings are: only production insists on every value."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"
    DEVELOPMENT = "development"


class Environment:
    """Typed access to one environment; `NAME_FILE` may hold the path of a file with the value."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values
        self.mode = self._mode()
        self.is_web = self.values.get("TIEOUT_PROCESS") == "web"  # config/wsgi.py says so

    def _mode(self) -> Mode:
        named = self.values.get("TIEOUT_MODE", Mode.PRODUCTION)
        try:
            return Mode(named)
        except ValueError as error:
            known = ", ".join(Mode)
            raise ImproperlyConfigured(f"TIEOUT_MODE is {named!r}. Use one of: {known}.") from error

    def text(self, name: str, default: str = "") -> str:
        """Give the value of a variable, or of the file that NAME_FILE names."""
        if path := self.values.get(f"{name}_FILE"):
            return self._file(name, Path(path))
        return self.values.get(name, default)

    @staticmethod
    def _file(name: str, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read: {reason}."
            ) from error

    def required(self, name: str, development: str) -> str:
        """Give a value that production must set; the other modes fall back to `development`."""
        value = self.text(name)
        if not value and self.mode is Mode.PRODUCTION:
            raise ImproperlyConfigured(
                f"{name} is not set. Set {name} or {name}_FILE (all variables stand in .env.example)."
            )
        return value or development

    def refuse_former(self, former: str, instead: str) -> None:
        """Refuse to start with a variable that is read no more, rather than leave it out unsaid."""
        if self.text(former):
            raise ImproperlyConfigured(f"{former} is no longer read. {instead}")

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give a yes-or-no value."""
        value = self.text(name, "1" if default else "0").strip().lower()
        if value in TRUE | FALSE:
            return value in TRUE
        raise ImproperlyConfigured(f"{name} is {value!r}. Use 1 or 0.")

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """Give one of the known words; without the variable the first."""
        value = self.text(name) or known[0]
        if value not in known:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use one of: {', '.join(known)}.")
        return value

    def number(self, name: str, default: int) -> int:
        """Give a whole number."""
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use a whole number.") from error

    def fraction(self, name: str, default: str) -> float:
        """Give a number that may have decimals and is not negative."""
        value = self.text(name, default)
        try:
            number = float(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use a number such as 0.5.") from error
        if not 0 <= number < float("inf"):
            raise ImproperlyConfigured(f"{name} is {value!r}. Use a number that is not negative.")
        return number

    def numbers_after(self, *names: str) -> list[int]:
        """Tell which numbers are set for any of the names: 2 and 3 for NAME_2 and NAME_3_FILE."""
        pattern = re.compile(rf"(?:{'|'.join(names)})_(\d+)(?:_FILE)?")
        found = (pattern.fullmatch(name) for name, value in self.values.items() if value)
        return sorted({int(match[1]) for match in found if match})

    def words(self, name: str, default: str = "") -> list[str]:
        """Give a list written with commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]


# Our statements run for milliseconds: to compile one costs more than it takes, often tens of milliseconds.
NO_JIT = "-c jit=off"


def database(url: str, *, statement_seconds: int = 0) -> dict[str, object]:
    """Turn a postgresql:// address into Django's form; a `host` query names a socket folder.

    A statement that runs longer than so many seconds is ended by PostgreSQL; 0 is never.

    Raises ImproperlyConfigured for any other kind of database: claims use SKIP LOCKED, audit uses
    triggers, pulls use COPY, so nothing else can stand in.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}. Tieout needs PostgreSQL 15 or newer: "
            "postgresql://user:password@host:5432/name"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options = {key: value for key, value in query.items() if key not in {"host", "user", "port"}}
    limit = f"-c statement_timeout={statement_seconds}s " if statement_seconds else ""
    options["options"] = f"{NO_JIT} {limit}{query.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.get("host", "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def broker(url: str) -> str:
    """Turn a Redis address into Celery's form: kombu spells a socket `redis+socket://`."""
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("db", ["0"])[-1]
    return f"redis+socket://{parts.path}?virtual_host={number}"
