"""A thin client of the REST API that does not give up at the first lost answer."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

RETRIED = (429, 502, 503, 504)
LONGEST_WAIT = 5.0
Wait = Callable[[float], Any]
"""Waits so many seconds; may raise to end whatever waits."""

logging.getLogger("httpx").setLevel(
    logging.WARNING
)  # a line for each request says nothing that the server's log does not


class ApiError(Exception):
    """The gateway refused; `code` is the stable one of its problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or f"The gateway answered {status}.")
        self.status = status
        self.code = str(problem.get("code", ""))
        self.data = problem


class Unreachable(Exception):
    """Nobody answers, or not with sense, however often it was tried."""


class Api:
    """Requests with a bearer token. Every POST carries an Idempotency-Key, so that trying again is harmless."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: float = 30,
        wait: Wait = time.sleep,
        host: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`patience`: for how many seconds a request is tried again. `host`: the Host header, where the address is no name
        that the server goes by."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"} | ({"Host": host} if host else {})
        self.url = url
        self.http = httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=30, transport=transport)
        self.patience = patience
        self.wait = wait
        self.server_time = datetime.now(UTC)

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **params: Any) -> Any:
        return self.send("GET", path, params=params or None)

    def post(self, path: str, body: Any) -> Any:
        return self.send("POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def all(self, path: str, **params: Any) -> Iterator[Any]:
        """Every result of a list, page by page."""
        page = self.get(path, limit=200, **params)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self.get(str(httpx.URL(page["next"]).raw_path, "ascii").partition("/api/v1/")[2])

    def send(self, method: str, path: str, **options: Any) -> Any:
        """One request, tried again while the trouble may pass. ApiError or Unreachable when it does not."""
        give_up_at = time.monotonic() + self.patience
        for pause in pauses():
            try:
                response = self.http.request(method, path, **options)
            except httpx.TransportError as error:
                trouble, asked = Unreachable(f"Nobody answers at {self.url}: {error}"), 0.0
            else:
                if response.status_code not in RETRIED:
                    return self.answer(response)
                trouble = Unreachable(f"{self.url} answers {response.status_code} again and again.")
                asked = seconds_asked_for(response)
            if time.monotonic() + max(pause, asked) > give_up_at:
                raise trouble
            self.wait(max(pause, asked))
        raise AssertionError("pauses never end")

    def answer(self, response: httpx.Response) -> Any:
        if date := response.headers.get("Date"):
            self.server_time = parsedate_to_datetime(date)
        try:
            data = response.json() if response.content else None
        except ValueError as error:
            raise Unreachable(
                f"{self.url} answers {response.status_code}, and not in JSON; is that the gateway?"
            ) from error
        if response.is_error:
            raise ApiError(response.status_code, data if isinstance(data, dict) else {})
        return data


def pauses() -> Iterator[float]:
    """0.2, 0.4, 0.8 … seconds, at most LONGEST_WAIT."""
    pause = 0.2
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_WAIT)


def seconds_asked_for(response: httpx.Response) -> float:
    text = response.headers.get("Retry-After", "")
    return min(float(text), 60.0) if text.isdigit() else 0.0
