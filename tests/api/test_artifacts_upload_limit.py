"""An upload may be larger than any other body, at its own address, up to its own limit."""

import re
from typing import Any

import orjson
import pytest

from gamedev_gateway.core.body_limit import BodyLimit

PLACE = "/tasks/7/artifacts/"
MULTIPART = (b"content-type", b"multipart/form-data; boundary=x")


async def send(path: str, size: int, *headers: tuple[bytes, bytes], announced: bool = True) -> tuple[int, int]:
    """The status of the answer, and how many bytes reached the application behind the limit."""
    parts = [
        {"type": "http.request", "body": b"x" * 50, "more_body": index < size // 50 - 1} for index in range(size // 50)
    ]
    answers: list[dict[str, Any]] = []
    reached = 0

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def answer(message: dict[str, Any]) -> None:
        answers.append(message)

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        nonlocal reached
        more = True
        while more:
            message = await receive()
            reached, more = reached + len(message["body"]), message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    length = [(b"content-length", str(size).encode())] if announced else []
    limit = BodyLimit(behind, max_bytes=100, uploads=re.compile(r"/tasks/\d+/artifacts/"), max_upload_bytes=1_000)
    await limit({"type": "http", "path": path, "headers": [*headers, *length]}, receive, answer)
    if answers[0]["status"] == 413:
        assert orjson.loads(answers[1]["body"])["code"] == "body_too_large"
    return answers[0]["status"], reached


async def test_an_upload_passes_up_to_its_own_limit():
    assert await send(PLACE, 1_000, MULTIPART) == (200, 1_000)
    assert await send(PLACE, 1_050, MULTIPART) == (413, 0)


@pytest.mark.parametrize(
    ("path", "headers", "announced"),
    [
        ("/tasks/7/artifacts/x", [MULTIPART], True),
        ("/projects/", [MULTIPART], True),
        (PLACE, [(b"content-type", b"application/json")], True),
        (PLACE, [], True),
        (PLACE, [MULTIPART], False),
        (PLACE, [MULTIPART, (b"transfer-encoding", b"chunked")], True),
    ],
)
async def test_anything_else_is_held_to_the_limit_of_all(path, headers, announced):
    assert await send(path, 200, *headers, announced=announced) == (413, 0)
    assert (await send(path, 100, *headers, announced=announced))[0] == 200
