"""A line between a client and the real server that a test can cut."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Forwards what comes to its own port. Runs in a thread of its own, so that browsers may use it, too."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.loop = asyncio.new_event_loop()
        self.writers: set[asyncio.StreamWriter] = set()
        self.passed = 0
        """How many connections were made."""

    async def listen(self, port: int = 0) -> None:
        self.server = await asyncio.start_server(self.forward, "127.0.0.1", port)
        self.port: int = self.server.sockets[0].getsockname()[1]

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self.passed += 1
        self.writers |= {writer, far_writer}
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        self.writers -= {writer, far_writer}

    def cut(self) -> None:
        """Break every connection there is; new ones may be made at once."""
        asyncio.run_coroutine_threadsafe(self.abort(), self.loop).result()

    def shut(self) -> None:
        """Break every connection there is, and take no new one until it is opened again."""
        self.loop.call_soon_threadsafe(self.server.close)
        self.cut()

    def open(self) -> None:
        """Take connections again, at the same port."""
        asyncio.run_coroutine_threadsafe(self.listen(self.port), self.loop).result()

    async def abort(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def end(self) -> None:
        self.server.close()
        await self.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(others) if others else None


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    """A line to the server at a URL, and the URL at its near end."""
    host, _, port = url.rpartition(":")
    line = Line(int(port))
    thread = threading.Thread(target=line.loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(line.listen(), line.loop).result()
        yield line, f"{host}:{line.port}"
    finally:
        asyncio.run_coroutine_threadsafe(line.end(), line.loop).result()
        line.loop.call_soon_threadsafe(line.loop.stop)
        thread.join()
        line.loop.close()
