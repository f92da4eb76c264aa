"""Many HTTP requests that are sent at the same moment, each over a connection of its own that is open already.

Reads {"port", "calls": [{"path", "token", "headers", "body"}]} from stdin, and prints {"ms": […], "answers": […], "share"}:
how long each answer took to arrive whole, what it said, and which part of a core this process used meanwhile.
"""

import asyncio
import json
import sys
import time
from typing import Any

HOST = "127.0.0.1"


def request_of(call: dict[str, Any], port: int) -> bytes:
    body = json.dumps(call["body"]).encode()
    headers = {
        "Host": f"{HOST}:{port}",
        "Authorization": f"Bearer {call['token']}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **call["headers"],
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {call['path']} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """The body of one answer, which tells its length."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


async def fire(port: int, requests: list[bytes]) -> tuple[list[float], list[bytes], float]:
    streams = [await asyncio.open_connection(HOST, port) for _ in requests]
    answers = [b""] * len(requests)
    milliseconds = [0.0] * len(requests)
    began, used = time.perf_counter(), time.process_time()

    async def one(place: int) -> None:
        reader, writer = streams[place]
        sent = time.perf_counter()
        writer.write(requests[place])
        answers[place] = await read_answer(reader)
        milliseconds[place] = (time.perf_counter() - sent) * 1e3

    await asyncio.gather(*(one(place) for place in range(len(requests))))
    share = (time.process_time() - used) / (time.perf_counter() - began)
    for _, writer in streams:
        writer.close()
    return milliseconds, answers, share


def main() -> None:
    asked = json.load(sys.stdin)
    requests = [request_of(call, asked["port"]) for call in asked["calls"]]
    milliseconds, answers, share = asyncio.run(fire(asked["port"], requests))
    print(json.dumps({"ms": milliseconds, "answers": [json.loads(each) for each in answers], "share": share}))


if __name__ == "__main__":
    main()
