"""A fast server of pages that were made beforehand, so that what reads them is measured and not BC.

`python -m tests.bench.masters.page_server FOLDER COUNT` takes the certificate from a sandbox's folder and
prints its port. Each version of the items has an address of its own, /VERSION/api/v2.0.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from integration.sandbox.http import Reply, Request
from integration.sandbox.server import Server
from integration.sandbox.tls import server_context

from . import pages

PAGE_SIZE = 5000  # as the pulls of the master lists ask for; everybody is served the same
KEPT = 64  # pages; a longer list is made anew each time


class Pages:
    """Answers for one list of items, and for the two short lists that items name."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.port = 0
        self.made: dict[tuple[str, int], bytes] = {}

    def answer(self, request: Request) -> Reply:
        version, entity_set = request.segments[0], request.segments[-1]
        if entity_set == "$count":
            changed = self.count // pages.EVERY
            return Reply(200, str(changed if version == pages.DELTA else self.count).encode())
        root = f"https://localhost:{self.port}{request.path}"
        if entity_set == "items":
            first = int(dict(request.query).get("$skiptoken", "0"))
            return Reply(200, self._page(root, version, first))
        codes = {"unitsOfMeasure": pages.UNITS, "itemCategories": pages.CATEGORIES}[entity_set]
        return Reply(200, pages.small_list(root, codes))

    def _page(self, root: str, version: str, first: int) -> bytes:
        found = self.made.get((version, first))
        if found is None:
            found = pages.page(root, version, self.count, first, PAGE_SIZE)
            if self.count <= KEPT * PAGE_SIZE // 4:
                self.made[version, first] = found
        return found


@contextmanager
def serve(ca_bundle: str, count: int) -> Iterator[str]:
    """Serve so many items from a process of its own; gives the address in front of /VERSION."""
    command = [sys.executable, "-m", __name__, str(Path(ca_bundle).parent), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"https://localhost:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def base_url(root: str, version: str) -> str:
    return f"{root}/{version}/api/v2.0"


def host_of(root: str) -> tuple[str, int]:
    parts = urlsplit(root)
    return str(parts.hostname), int(parts.port or 443)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    served = Pages(count)
    server = Server(0, server_context(folder), served.answer)
    served.port = server.port
    print(server.port, flush=True)  # noqa: T201 - this is how the caller learns it
    threading.Thread(target=server.serve, daemon=True).start()
    sys.stdin.read()  # until the caller ends


if __name__ == "__main__":
    main()
