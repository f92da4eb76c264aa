"""A server that speaks the OpenAI chat API and does as it is told: tokens at a pace, delays, errors, cuts, nonsense.

    with ScriptedServer() as server:
        server.script(Reply(status=429, retry_after="1"), Reply(text="Good day."))
        ...  # OPENAI_BASE_URL=server.url
        assert len(server.requests) == 2

By hand, e.g. for a benchmark: `python -m tests.llm.openai_server --port 9100 --tokens-per-second 50 --tokens 600`.
"""

import argparse
import asyncio
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.llm import sse

PROSE = (
    "The hero runs over floating islands, jumps with a little grace after the edge, and gathers gems until the exit opens. "
    "Every island asks one new question and gives the answer away before it becomes dangerous. "
)
WAITS = 10


@dataclass(frozen=True)
class Reply:
    """What one request gets. A token is a word with the space after it; seconds and tokens per second are real time.

    text: the answer; None: prose of `tokens` tokens. For a request of a declared form, give JSON: it is sent as text or as the
    arguments of the call, whichever was asked for.
    tokens_per_second: None: as fast as the client reads.
    first_token_after: seconds before the first token; `status` and headers come at once.
    status, retry_after, message: an error instead of an answer.
    cut_after: the connection breaks after so many tokens. silent_after: from then on nothing comes, but the connection stays.
    end_after: the answer stops after so many tokens, as if it were whole, but without a reason.
    endless: the text again and again. nonsense: instead of all that, an event with this as its data.
    refusal: the model's own words instead of an answer.
    finish_reason: "stop" | "length" | "content_filter". counts_tokens: whether it tells the usage at the end.
    """

    text: str | None = None
    tokens: int = 40
    tokens_per_second: float | None = None
    first_token_after: float = 0
    status: int = 200
    retry_after: str | None = None
    message: str = "It is scripted so."
    cut_after: int | None = None
    silent_after: int | None = None
    end_after: int | None = None
    endless: bool = False
    nonsense: str | None = None
    refusal: str | None = None
    finish_reason: str = "stop"
    counts_tokens: bool = True

    def words(self) -> list[str]:
        if self.text is not None:
            return words_of(self.text)
        prose = words_of(PROSE)
        return [prose[number % len(prose)] for number in range(self.tokens)]


@dataclass
class Asked:
    """A request as it came in. `left`: set when the client closed the connection before the answer was over."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    def text_of(self, role: str) -> str:
        """All messages of a role, e.g. `system` or `user`."""
        return "\n".join(str(message["content"]) for message in self.messages if message["role"] == role)


Script = Reply | Callable[[Asked], Reply]


class ScriptedServer:
    """The server in a thread of its own, on a free loopback port. Each request takes the next reply of the script, or else `default`."""

    def __init__(self, default: Script | None = None, port: int = 0) -> None:
        self.default = default or Reply()
        self.port = port
        self.requests: list[Asked] = []
        self.waiting: deque[Script] = deque()
        self.arrived = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, name="openai-server", daemon=True)
        self.ready = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *replies: Script) -> None:
        self.waiting.extend(replies)

    def wait_for(self, count: int, timeout: float = WAITS) -> Asked:
        """The `count`-th request, once it has come."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout), (
                f"Only {len(self.requests)} came."
            )
            return self.requests[count - 1]

    def clear(self) -> None:
        """Forget script and requests."""
        self.waiting.clear()
        self.requests.clear()

    def __enter__(self) -> "ScriptedServer":
        self.thread.start()
        assert self.ready.wait(WAITS), "The scripted server did not start."
        return self

    def __exit__(self, *error: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(WAITS)

    def run(self) -> None:
        self.loop.run_until_complete(self.serve())
        self.loop.close()

    async def serve(self) -> None:
        self.over = asyncio.Event()
        self.open: set[asyncio.Task[None]] = set()
        listening = await asyncio.start_server(self.accept, "127.0.0.1", self.port, backlog=500)
        self.port = listening.sockets[0].getsockname()[1]
        self.ready.set()
        await self.over.wait()
        listening.close()
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            await self.converse(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the server is over
        finally:
            self.open.discard(task)
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: answer it until it is over or the client leaves."""
        asked = await read_request(reader)
        reply = self.next_reply(asked)
        answering = asyncio.create_task(answer(asked, reply, sse.Wire(writer)))
        leaving = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() or isinstance(answering.exception(), ConnectionError):
                asked.left.set()
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    def next_reply(self, asked: Asked) -> Reply:
        script = self.waiting.popleft() if self.waiting else self.default
        with self.arrived:
            self.requests.append(asked)
            self.arrived.notify_all()
        return script if isinstance(script, Reply) else script(asked)


async def read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head[0].split()[1], headers, json.loads(body or b"{}"))


async def answer(asked: Asked, reply: Reply, wire: sse.Wire) -> None:
    if reply.status != 200:
        headers = {"Retry-After": reply.retry_after} if reply.retry_after else {}
        error = {"message": reply.message, "type": "scripted", "code": None, "param": None}
        await wire.whole(reply.status, {"error": error}, headers)
    else:
        await stream(asked, reply, wire)


async def stream(asked: Asked, reply: Reply, wire: sse.Wire) -> None:
    """The answer as server-sent events, token by token, with whatever shall go wrong in it."""
    form = sse.Form(asked.body)
    await wire.begin()
    await asyncio.sleep(reply.first_token_after)
    if reply.nonsense is not None:
        await wire.data(reply.nonsense)
        return await wire.end()
    if reply.refusal:
        await wire.event(form.chunk({"refusal": reply.refusal}))
        return await finish(reply, form, wire, 0)
    words, begun, sent = reply.words(), time.monotonic(), 0
    while sent < len(words) or reply.endless:
        if sent == reply.cut_after:
            return wire.cut()
        if sent == reply.silent_after:
            await asyncio.Event().wait()
        if sent == reply.end_after:
            return await wire.end()
        if reply.tokens_per_second:
            await asyncio.sleep(begun + sent / reply.tokens_per_second - time.monotonic())
        await wire.event(form.token(words[sent % len(words)], first=sent == 0))
        sent += 1
    return await finish(reply, form, wire, sent)


async def finish(reply: Reply, form: sse.Form, wire: sse.Wire, sent: int) -> None:
    await wire.event(form.chunk({}, form.reason(reply.finish_reason)))
    if reply.counts_tokens:
        await wire.event(form.usage(sent))
    await wire.data("[DONE]")
    await wire.end()


def words_of(text: str) -> list[str]:
    """The text in tokens: each word with the space after it."""
    return re.findall(r"\s*\S+\s*", text) or ([text] if text else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--tokens-per-second", type=float, default=None, help="default: as fast as the client reads")
    parser.add_argument("--tokens", type=int, default=600, help="of each answer")
    parser.add_argument("--first-token-after", type=float, default=0.0, help="seconds")
    told = parser.parse_args()
    reply = Reply(
        tokens=told.tokens, tokens_per_second=told.tokens_per_second, first_token_after=told.first_token_after
    )
    with ScriptedServer(reply, told.port) as server:
        print(f"OPENAI_BASE_URL={server.url} GATEWAY_LLM=openai-chat:scripted", flush=True)  # noqa: T201
        server.thread.join()


if __name__ == "__main__":
    main()
