"""Threads for the sockets' database work. Each keeps its connection, which a new thread per call would not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import close_old_connections

Result = TypeVar("Result")

database_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="realtime-db")


async def in_database(
    function: Callable[..., Result], *args: Any, executor: ThreadPoolExecutor = database_threads
) -> Result:
    """Run a synchronous function that uses the database, off the event loop."""

    def run() -> Result:
        close_old_connections()
        return function(*args)

    return await asyncio.get_running_loop().run_in_executor(executor, copy_context().run, run)
