"""A worker that does not look in Business Central before it sends an order again.

It is wrong on purpose: a chaos run with it must find duplicates, or the verdict could not see any.
"""

from __future__ import annotations

import os
import sys

import django

MODULE = "tests.chaos.blind"


def close_the_eyes() -> None:
    """Let every look for an order say that it is not there and may be sent."""
    from integration.couriers import Standing
    from integration.couriers.orders import OrderVisit

    OrderVisit.find = lambda self: Standing.REPEATABLE  # type: ignore[method-assign]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    close_the_eyes()
    from django.core.management import call_command

    call_command("drain", "--until-idle")


if __name__ == "__main__":
    sys.exit(main())
