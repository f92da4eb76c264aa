"""The two ways to an outside server, each with a bound on how much of it is read into memory.

The SDK's own ways read a JSON answer, or a line, of any length.
"""

import asyncio
import subprocess
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import anyio
import httpx2
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp.client.stdio import get_default_environment
from mcp.client.streamable_http import streamable_http_client
from mcp.os.posix.utilities import terminate_posix_process_tree
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from agents.engine.addresses import CommandAddress, HttpAddress

CONNECTS_WITHIN = 10.0
ENDS_WITHIN = 2.0
LAST_WORDS = 2_000


class Troubles:
    """What a way tells of itself: that it is over, that something was too large, and a command's last words on stderr."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.too_large = False
        self.said: deque[bytes] = deque(maxlen=8)

    def last_words(self) -> str:
        return b"".join(self.said).decode(errors="replace").strip()[-LAST_WORDS:]


# HTTP


class BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, most: int, troubles: Troubles) -> None:
        self.inner, self.most, self.troubles = inner, most, troubles

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self.inner:
            read += len(chunk)
            if read > self.most:
                self.troubles.too_large = True
                raise httpx2.StreamError("The answer is too large.")
            yield chunk

    async def aclose(self) -> None:
        await self.inner.aclose()


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Answers of at most so many bytes, not packed, since a packed one can be any size. A stream of events has its own bound."""

    def __init__(self, most: int, troubles: Troubles) -> None:
        self.inner = httpx2.AsyncHTTPTransport(trust_env=False)
        self.most, self.troubles = most, troubles

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        if request.method == "DELETE":  # the end of a session, which nobody waits for
            request.extensions = {**request.extensions, "timeout": httpx2.Timeout(CONNECTS_WITHIN).as_dict()}
        response = await self.inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.StreamError("The answer is packed, which was not asked for.")
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = BoundedStream(response.stream, self.most, self.troubles)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


@asynccontextmanager
async def over_http(address: HttpAddress, most: int, troubles: Troubles) -> AsyncIterator[Any]:
    """How long an answer may take is decided by the caller, so there is no time limit for reading here."""
    timeout = httpx2.Timeout(CONNECTS_WITHIN, read=None)
    transport = BoundedTransport(most, troubles)
    headers = dict(address.headers)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout, transport=transport, trust_env=False) as http,
        streamable_http_client(address.url, http_client=http, max_sse_event_size=most) as streams,
    ):
        yield streams


# A command


@asynccontextmanager
async def over_pipes(address: CommandAddress, most: int, troubles: Troubles) -> AsyncIterator[Any]:
    """Start a command, in a process group of its own, and speak over its stdin and stdout, one JSON message a line.

    Raises OSError when it cannot be started.
    """
    env = get_default_environment() | dict(address.env)
    process = await anyio.open_process(
        address.words, env=env, stderr=subprocess.PIPE, start_new_session=True, cwd=Path.home()
    )
    incoming, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    to_say, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, cast(ByteReceiveStream, process.stdout), incoming, most, troubles)
        tasks.start_soon(speak, cast(ByteSendStream, process.stdin), outgoing)
        tasks.start_soon(note_last_words, cast(ByteReceiveStream, process.stderr), troubles)
        try:
            yield heard, to_say
        finally:
            with anyio.CancelScope(shield=True):
                await end(process)
                for stream in (heard, to_say, incoming, outgoing):
                    stream.close()
            tasks.cancel_scope.cancel()


async def listen(stdout: ByteReceiveStream, incoming: Any, most: int, troubles: Troubles) -> None:
    """Until it says no more, or too much at once, which ends the session."""
    lines = BufferedByteReceiveStream(stdout)
    async with incoming:
        try:
            while True:
                await incoming.send(parsed(await lines.receive_until(b"\n", most)))
        except anyio.DelimiterNotFound:
            troubles.too_large = True
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
            pass
        finally:
            troubles.over.set()


def parsed(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:
        return error


async def speak(stdin: ByteSendStream, outgoing: Any) -> None:
    with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
        async for message in outgoing:
            line = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            await stdin.send(line.encode() + b"\n")


async def note_last_words(stderr: ByteReceiveStream, troubles: Troubles) -> None:
    with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
        async for chunk in stderr:
            troubles.said.append(chunk[-LAST_WORDS:])


async def end(process: Process) -> None:
    """Close its stdin, as the protocol says; end what does not end by itself, with all that it has started."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        if process.stdin:
            await process.stdin.aclose()
    with anyio.move_on_after(ENDS_WITHIN):
        while process.returncode is None:  # `wait` would also wait for the pipes, which a child of it may hold
            await anyio.sleep(0.02)
    await terminate_posix_process_tree(process, ENDS_WITHIN)
    with anyio.move_on_after(ENDS_WITHIN):
        await process.aclose()
