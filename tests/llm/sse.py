"""The OpenAI chat API on the wire: an answer in HTTP chunks, and the JSON of its events."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

REASONS = {200: "OK"}


class Wire:
    """Writes one HTTP answer. A cut leaves the body without its last chunk, so that every client sees it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer

    async def whole(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        data = json.dumps(body).encode()
        await self.head(status, {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers})
        await self.write(data)

    async def begin(self) -> None:
        await self.head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Scripted')}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self.write("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def event(self, body: Any) -> None:
        await self.data(json.dumps(body, ensure_ascii=False))

    async def data(self, text: str) -> None:
        line = f"data: {text}\n\n".encode()
        await self.write(b"%x\r\n%s\r\n" % (len(line), line))

    async def end(self) -> None:
        await self.write(b"0\r\n\r\n")

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def cut(self) -> None:
        self.writer.transport.abort()


class Form:
    """The events of one answer, in the form that the request asked for: text, or the arguments of a call."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        tools = body.get("tools") or []
        self.tool = tools[0]["function"]["name"] if tools else None
        self.model = body.get("model", "scripted")
        self.asked = sum(len(str(message.get("content") or "").split()) for message in body.get("messages", []))
        self.made = int(time.time())

    def token(self, text: str, *, first: bool) -> dict[str, Any]:
        role = {"role": "assistant"} if first else {}
        if self.tool is None:
            return self.chunk({**role, "content": text})
        call = {"id": "call_1", "type": "function"} if first else {}
        function = {"name": self.tool, "arguments": text} if first else {"arguments": text}
        return self.chunk({**role, "tool_calls": [{"index": 0, **call, "function": function}]})

    def chunk(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return {**self.envelope(), "choices": [choice]}

    def reason(self, finish_reason: str) -> str:
        return "tool_calls" if self.tool and finish_reason == "stop" else finish_reason

    def usage(self, tokens: int) -> dict[str, Any]:
        counted = {"prompt_tokens": self.asked, "completion_tokens": tokens, "total_tokens": self.asked + tokens}
        return {**self.envelope(), "choices": [], "usage": counted}

    def envelope(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": self.made, "model": self.model}
