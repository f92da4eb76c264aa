"""Making a call: the outside server is asked on the engine's loop, and the end is stored, whoever is still there to hear of it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from agents.engine import calls
from agents.engine.calls import Begun, Outcome
from agents.engine.errors import OutsideError, ToolFailed
from agents.engine.loop import on_engine
from agents.loading import sdk_lock
from gamedev_gateway.core.correlation import correlated
from realtime.threads import in_database

OnProgress = Callable[[float, float | None, str | None], None]
storing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine-db")
log = structlog.get_logger("gateway.engine")


def start(begun: Begun, on_progress: OnProgress | None = None) -> "Future[None]":
    """Make a call; the future is done when its end is stored. `on_progress` is called on the engine's loop."""
    return on_engine(perform(begun, on_progress))


async def perform(begun: Begun, on_progress: OnProgress | None) -> None:
    with correlated(begun.correlation_id):
        outcome = await outcome_of(begun, on_progress)
        code = outcome.error.code if outcome.error else None
        log.info("tool_call", call=begun.call, server=begun.server, tool=begun.tool[:128], error=code)
        try:
            await in_database(calls.finish_call, begun.call, outcome, executor=storing)
        except Exception:  # the sweep ends it
            log.exception("tool_call_not_stored", call=begun.call)


async def outcome_of(begun: Begun, on_progress: OnProgress | None) -> Outcome:
    with sdk_lock:
        from agents.engine import outside
    try:
        answer = await outside.call_tool(
            begun.address,
            begun.server,
            begun.tool,
            begun.arguments,
            seconds=begun.seconds,
            on_progress=on_progress,
        )
    except ToolFailed as error:
        return Outcome(error.result, error)
    except OutsideError as error:
        return Outcome(error=error)
    return Outcome(answer.result, picture=answer.picture)
