"""The engine's own event loop, in a thread of its own: outside servers are asked there, whoever wants it.

So requests, jobs, the admin and commands reach the same open connections, and what an outside server sends costs the
sockets' event loop nothing.
"""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

from agents.loading import sdk_lock

Result = TypeVar("Result")
ENDS_WITHIN = 3.0


@cache
def engine_loop() -> asyncio.AbstractEventLoop:
    """Begun by the first who asks."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine", daemon=True).start()
    atexit.register(close)
    return loop


def on_engine(coroutine: Coroutine[Any, Any, Result]) -> "Future[Result]":
    """Run something there, from any thread; it goes on whether or not somebody waits for it."""
    return asyncio.run_coroutine_threadsafe(coroutine, engine_loop())


def close() -> None:
    """End what commands were started, as far as they end in time."""
    with sdk_lock:
        from agents.engine.connections import connections
    closing = on_engine(connections.close())
    try:
        closing.result(ENDS_WITHIN)
    except TimeoutError:
        closing.cancel()
