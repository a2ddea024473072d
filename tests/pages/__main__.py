"""Write the pages: `python -m tests.pages`."""

from __future__ import annotations

import os

import django


def main() -> None:
    os.environ |= {"TIEOUT_MODE": "test", "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ.setdefault("DATABASE_URL", "postgresql:///none?host=/nowhere")
    os.environ.setdefault("REDIS_URL", "unix:///nowhere?db=0")
    django.setup()
    from tests.pages import fault_matrix, kinds, message_states

    kinds.PAGE.write_text(kinds.text())
    message_states.PAGE.write_text(message_states.text())
    fault_matrix.PAGE.write_text(fault_matrix.text())


if __name__ == "__main__":
    main()
