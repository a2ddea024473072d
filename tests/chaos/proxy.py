"""A bad wire: a TCP proxy that delays, cuts and silences connections by its seed.

    python -m tests.chaos.proxy --to PORT --rate 0.02 --seed 1

It prints the port that it listens on, and what it did when it is told to end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable

from config.local import tether

# What may happen to a piece that a client sends, and how often compared with the others.
TROUBLES = {"delay": 6, "cut before": 2, "cut after": 2, "silence": 1}
DELAY_SECONDS = (0.05, 0.5)
CUT_SECONDS = 0.3  # the request has arrived by then, and the answer is not let through
SILENCE_SECONDS = 4.0  # a half-open connection: nothing comes back, and then it is gone
PIECE = 65_536


class Wire:
    """One connection through the proxy."""

    def __init__(self, draw: Callable[[], str], chance: random.Random) -> None:
        self.draw, self.chance = draw, chance
        self.is_mute = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        """Join a client with the server until one of them, or the wire, ends it."""
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()
            return
        both = [
            asyncio.create_task(self._up(reader, up_writer)),
            asyncio.create_task(self._down(up_reader, writer)),
        ]
        _done, left = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        for end in (writer, up_writer):
            end.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await _read(reader):
            trouble = self.draw()
            if trouble == "cut before":
                return
            if trouble == "delay":
                await asyncio.sleep(self.chance.uniform(*DELAY_SECONDS))
            self.is_mute = trouble in ("cut after", "silence")
            writer.write(piece)
            await writer.drain()
            if self.is_mute:
                await asyncio.sleep(SILENCE_SECONDS if trouble == "silence" else CUT_SECONDS)
                return

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await _read(reader):
            if not self.is_mute:
                writer.write(piece)
                await writer.drain()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(PIECE)
    except OSError:
        return b""


async def serve(port: int, rate: float, seed: int) -> Counter[str]:
    """Carry connections until SIGTERM; gives what happened to them."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()

    def draw() -> str:
        if chance.random() >= rate:
            return ""
        trouble = chance.choices(list(TROUBLES), list(TROUBLES.values()))[0]
        seen[trouble] += 1
        return trouble

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the end of the run is no fault
            await Wire(draw, chance).carry(reader, writer, port)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.proxy", description=__doc__)
    parser.add_argument("--to", type=int, required=True, help="the port of the server")
    parser.add_argument("--rate", type=float, default=0.02, help="share of the pieces that meet trouble")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parent", type=int, help="the process that it ends with")
    options = parser.parse_args()
    if options.parent:
        tether.follow(options.parent, signal.SIGTERM)
    seen = asyncio.run(serve(options.to, options.rate, options.seed))
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
