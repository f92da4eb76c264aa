"""daphne, with sockets that know when their client reads too slowly, and a goodbye to them before the server ends."""

import asyncio
import contextlib
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server as DaphneServer
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import defer
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Port
from twisted.internet.tcp import Server as TCPServer
from zope.interface import implementer

from gamedev_gateway.servers import limits
from gamedev_gateway.servers.ending import end_process_within
from realtime.hub import current_hub
from realtime.wire import DIRECT

TOO_MANY = 4429


@implementer(IPushProducer)
class FramesProtocol(WebSocketProtocol):
    """A socket of daphne that is a DirectWriter (see realtime/wire.py).

    daphne itself has no backpressure: whatever it is given it buffers. So the socket registers as the producer of its
    transport, and is told to pause when more waits there than the transport likes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.can_write = asyncio.Event()
        self.can_write.set()

    def onOpen(self) -> None:
        self.transport.unregisterProducer()  # the HTTP channel that the socket came through
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.application_queue.qsize() >= limits.WAITING_MESSAGES:
            self.muted = True
            self.sendClose(code=TOO_MANY, reason="too many messages at once")
            self.application_queue.put_nowait({"type": "websocket.disconnect", "code": TOO_MANY})
        else:
            super().onMessage(payload, isBinary)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        self.can_write.set()
        super().onClose(wasClean, code, reason)

    # IPushProducer

    def pauseProducing(self) -> None:
        self.can_write.clear()

    def resumeProducing(self) -> None:
        self.can_write.set()

    def stopProducing(self) -> None:
        self.can_write.set()

    # DirectWriter

    @property
    def ready(self) -> bool:
        return self.can_write.is_set()

    def write_frames(self, data: bytes) -> None:
        """What the socket takes at once is sent at once: through the reactor it costs several calls to the kernel more."""
        if self.state != self.STATE_OPEN:
            return
        sent = self.transport.writeSomeData(data) if is_idle(self.transport) else 0
        if sent != len(data):
            self.transport.write(data[sent:] if isinstance(sent, int) else data)

    async def until_ready(self) -> None:
        await self.can_write.wait()


def is_idle(transport: Any) -> bool:
    """Whether a plain TCP transport has nothing that waits to be written. Its buffers are not documented: without them, no."""
    if type(transport) is not TCPServer:
        return False
    return not transport._tempDataBuffer and len(transport.dataBuffer) == transport.offset


class Server(DaphneServer):
    ending = False

    def run(self) -> None:
        WebSocketFactory.protocol = FramesProtocol
        self.ports: list[Port] = []
        super().run()

    def listen_success(self, port: Port) -> None:
        self.ports.append(port)
        super().listen_success(port)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if isinstance(protocol, FramesProtocol):
            scope["extensions"] = {DIRECT: protocol}
        elif self.ending:
            protocol.channel.persistent = False  # this request is answered, and no other comes through its connection
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """Called before the reactor ends. Instead of daphne's own way, which waits without limit for what it cancels, and
        leaves alone what that has started."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self.end_well()))

    async def end_well(self) -> None:
        """Listen no more; let the open sockets finish and close with 4503, and the requests in hand be answered."""
        self.ending = True
        end_process_within(limits.ALL_ENDS_SECONDS)
        for port in self.ports:
            port.stopListening()
        await current_hub().say_goodbye(within=limits.GOODBYE_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.REQUESTS_END_SECONDS):
                while running := self.running_applications():
                    await asyncio.wait(running)
        await end_tasks()

    def running_applications(self) -> list[asyncio.Future[Any]]:
        applications = [details.get("application_instance") for details in self.connections.values()]
        return [each for each in applications if each is not None and not each.done()]


def run(application: Any, host: str, port: int) -> None:
    server = Server(
        application=application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="",
        ping_interval=limits.PING_SECONDS,
        ping_timeout=limits.PONG_SECONDS,
        websocket_timeout=-1,
        websocket_max_message_size=limits.MESSAGE_BYTES,
        websocket_max_frame_size=limits.MESSAGE_BYTES,
    )
    server.run()
    end_event_loop()


async def end_tasks() -> None:
    """Cancel all that still runs on the event loop, and give it a moment to end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=limits.TASKS_END_SECONDS)


def end_event_loop() -> None:
    """End the event loop that daphne leaves behind: the interpreter's end can crash on it."""
    loop = asyncio.get_event_loop_policy().get_event_loop()
    loop.run_until_complete(end_tasks())
    loop.close()
