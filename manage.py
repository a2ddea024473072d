#!/usr/bin/env python
"""Run Tieout's commands. Without settings in the environment it runs in development mode."""

import json
import os
import sys

NOBODYS_ADDRESS = "/nowhere/"  # of config/settings/base.py, for commands that need no database
NOT_DONE = 2
ADVICE = "While the demo runs: . .demo/env && .venv/bin/python manage.py … Else set it; see .env.example."


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("TIEOUT_MODE", "development")
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"{version()}\n")
        return
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        sentence = explained(error)
        if not sentence:
            raise
        if "--json" in sys.argv:
            sys.stdout.write(json.dumps({"ok": False, "error": sentence}) + "\n")
        sys.stderr.write(f"{sentence}\n")
        sys.exit(NOT_DONE)


def version() -> str:
    """Name Tieout's version, and Django's, which is all that Django would tell."""
    import django

    from config.version import VERSION

    return f"Tieout {VERSION} (Django {django.get_version()})"


def explained(error: Exception) -> str:
    """Say what a newcomer runs into, instead of a traceback; empty for everything else."""
    from django.core.exceptions import ImproperlyConfigured

    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if "DATABASE_URL" not in os.environ and NOBODYS_ADDRESS in str(error):
        return f"DATABASE_URL is not set. {ADVICE}"
    if type(error.__cause__).__name__ == "UndefinedTable":
        return "The database lacks tables of this version. Run manage.py migrate, then try again."
    return ""


if __name__ == "__main__":
    main()
