#!/usr/bin/env python
"""Run Tieout's commands. Without settings in the environment it runs in development mode."""

import os
import sys

NOBODYS_ADDRESS = "/nowhere/"  # of config/settings/base.py, for commands that need no database
ADVICE = "While the demo runs: . .demo/env && .venv/bin/python manage.py … Else set it; see .env.example."


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("TIEOUT_MODE", "development")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if "DATABASE_URL" in os.environ or NOBODYS_ADDRESS not in str(error):
            raise
        sys.exit(f"DATABASE_URL is not set. {ADVICE}")


if __name__ == "__main__":
    main()
