"""How often somebody may call over MCP. The door is asked over HTTP, in this process; behind it is a room that only says yes."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.db import OperationalError
from rest_framework.test import APIClient

from agents.mcp.http import McpDoor
from agents.mcp.rates import StrangerRate
from gamedev_gateway.core.throttles import LoginRate, UserRate
from tests.api.answers import refused

USERS = {"alice-1": 1, "alice-2": 1, "bob": 2}
"""Whose token is whose."""


class Rooms:
    names = ("core",)
    caller_key = "caller"

    async def caller_with(self, token: str) -> Any:
        if token == "slow":
            raise OperationalError("database is locked")
        user = SimpleNamespace(pk=USERS.get(token), is_authenticated=True)
        return SimpleNamespace(user=user) if token in USERS else None

    def find(self, toolset: str) -> Any:
        async def say_yes(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"yes"})

        return say_yes


class Door(McpDoor):
    async def current_rooms(self) -> Any:
        return Rooms()


@pytest.fixture
async def http(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    cache.clear()
    monkeypatch.setattr(UserRate, "rate", "3/minute", raising=False)
    monkeypatch.setattr(StrangerRate, "rate", "2/minute", raising=False)
    door: Any = Door(lambda *_: None, max_bytes=1_000)  # type: ignore[arg-type,return-value]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://localhost") as client:
        yield client
    cache.clear()


async def call(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post("/mcp", json={}, headers={"Authorization": f"Bearer {token}"} if token else {})


async def test_a_user_may_call_so_often_over_all_tokens_and_is_told_when_to_come_back(http):
    answers = [await call(http, token) for token in ("alice-1", "alice-2", "alice-1", "alice-2", "bob")]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 200]
    late = answers[3]
    said = late.json()["error"]["data"]
    assert (said["code"], said["retryable"]) == ("throttled", True)
    assert 0 < int(late.headers["retry-after"]) == said["retry_after"] <= 60
    assert str(said["retry_after"]) in said["hint"]


async def test_what_is_asked_over_rest_counts_too(http):
    rest = APIClient()
    rest.force_authenticate(SimpleNamespace(pk=1, is_authenticated=True, is_active=True))
    for _ in range(3):
        assert (await call(http, "alice-1")).status_code == 200
    refused(rest.get("/api/v1/"), 429, "throttled")


async def test_an_address_without_a_valid_token_may_try_only_so_often(http):
    answers = [await call(http, token) for token in ("", "wrong", "other", "", "alice-1")]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429, 200], (
        "Who has a token is let in all the same."
    )
    assert answers[2].json()["error"]["data"]["code"] == "throttled"


def test_tries_are_limited_as_those_to_sign_in_but_counted_apart():
    assert StrangerRate.scope == LoginRate.scope
    request = SimpleNamespace(headers={}, META={"REMOTE_ADDR": "10.0.0.1"})
    assert StrangerRate().get_cache_key(request, None) != LoginRate().get_cache_key(request, None)


async def test_a_busy_database_is_worth_another_call(http):
    answer = await call(http, "slow")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["error"]["data"]["code"] == "busy"
