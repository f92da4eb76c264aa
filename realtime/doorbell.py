"""Telling hubs that the log has grown. A hint, nothing more: whoever misses it reads the log a moment later.

Safe from any thread, process or management command. Hubs of this process are told directly; those of other processes
through the channel layer, where it reaches them.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import structlog
from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

if TYPE_CHECKING:
    from realtime.hub import Hub

log = structlog.get_logger("gateway.doorbell")
LAYER_ANSWERS_WITHIN = 2.0
"""Seconds that anybody waits for the channel layer. What it does not do in time, the re-read of heads makes good."""
hubs: "WeakSet[Hub]" = WeakSet()
"""The hubs of this process: one for each event loop that serves sockets, so normally one."""


def group_name(stream: str) -> str:
    """The Channels group of a stream. Groups allow letters, digits, `-`, `_` and `.`; stream names have one colon."""
    return stream.replace(":", ".")


def events_group(stream: str) -> str:
    """The group in which hubs hear of a stream's events."""
    return f"events.{group_name(stream)}"


def layer_crosses_processes() -> bool:
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


def ring(stream: str, news: Sequence[tuple[Any, ...]]) -> None:
    """Tell every hub what has been committed to a stream: events of a log, or what its feed understands (see feeds.py)."""
    for hub in tuple(hubs):
        hub.call_soon(hub.hear, stream, news)
    if layer_crosses_processes():
        send_to_group(events_group(stream), {"type": "events.hint", "stream": stream, "events": [*map(list, news)]})


def notify(stream: str, message: dict[str, Any]) -> None:
    """Send a control message to the consumers in a stream's group, in every process."""
    send_to_group(group_name(stream), message)


def send_to_group(group: str, message: dict[str, Any]) -> None:
    """`group_send` from wherever we are: on a hub's own loop where there is one, since layers belong to loops."""
    for hub in tuple(hubs):
        if hub.call_soon(hub.send_to_group, group, message) and layer_crosses_processes():
            return
    if not hubs and layer_crosses_processes():
        try:
            async_to_sync(send_now)(group, message)
        except Exception as error:
            log.warning("hint_not_sent", group=group, error=str(error))


async def send_now(group: str, message: dict[str, Any]) -> None:
    async with asyncio.timeout(LAYER_ANSWERS_WITHIN):
        await get_channel_layer().group_send(group, message)


def layer_is_back() -> None:
    """The channel layer has connected, perhaps after hints were lost: hubs join their groups and read the heads now."""
    for hub in tuple(hubs):
        hub.call_soon(hub.join_again_soon)


def layer_is_away(error: BaseException) -> None:
    for hub in tuple(hubs):
        hub.call_soon(hub.note_layer_failure, error)


def running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
