"""The demo project played gently in the background of `serve`, through the public API like any other client."""

import asyncio
import threading
from contextlib import ExitStack
from typing import NoReturn

import structlog
from django.db import connections

from gamedev_gateway.demo.project import PROJECT_ID
from gamedev_gateway.simulation.agent import Json, Pace
from gamedev_gateway.simulation.client import Api, ApiError, Unreachable
from gamedev_gateway.simulation.passes import NoOwner, tokens_of_owner
from gamedev_gateway.simulation.person import Person
from gamedev_gateway.simulation.play import Play, Seat, Stuck, names_of
from gamedev_gateway.simulation.story import Step

AGENT, AGENTS = "Demo agent", 2
SPEED = 0.3
WORDS_PER_SECOND = 25
"""How fast the demo's documents are written: to be read along."""
DOCUMENT = {"title": "Pixel Jumper: the design", "kind": "gdd"}
REST = 600.0
"""Seconds between the end of one milestone and the beginning of the next."""
AGAIN_AFTER = 30.0
WISHES = [
    "Add daily challenges, achievements and a photo mode.",
    "Add localization into four languages and a colour-blind mode.",
    "Add a level editor.",
]
"""What the owner asks for once everything is done; after the last wish the project stays complete."""

log = structlog.get_logger("gateway.demo")


class Stopped(BaseException):
    """The server ends, and so does the play. Like KeyboardInterrupt no error, so that nothing on the way handles it."""


class Silent:
    """A reporter that leaves the telling to the project's own log."""

    def board(self, tasks: list[Json]) -> None: ...

    def step(self, task: Json, step: Step) -> None: ...

    def note(self, text: str) -> None: ...


class DemoPlay:
    """A thread that plays as long as the server lives. Nothing that goes wrong in it concerns the server."""

    def __init__(self, url: str, host: str | None = None, *, speed: float = SPEED, rest: float = REST) -> None:
        self.url = url
        self.host = host
        self.pace = Pace(speed)
        self.rest = rest
        self.ending = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread = threading.Thread(target=self.run, name="demo", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.ending.set()
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.cancel_all)
        if self.thread.is_alive():
            self.thread.join(timeout=1)

    def cancel_all(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()

    def wait(self, seconds: float) -> None:
        if self.ending.wait(seconds):
            raise Stopped

    def run(self) -> None:
        try:
            with ExitStack() as stack:
                names = names_of(AGENT, AGENTS)
                agents, person = stack.enter_context(tokens_of_owner(PROJECT_ID, names))
                api = stack.enter_context(Api(self.url, person, host=self.host, patience=60, wait=self.wait))
                asyncio.run(self.live(list(map(Seat, names, agents)), Person(api, PROJECT_ID)))
        except (Stopped, asyncio.CancelledError):
            pass
        except NoOwner as error:
            log.warning("demo_ended", reason=str(error))
        except Exception as error:
            if not self.ending.is_set():
                log.warning("demo_ended", reason=f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    async def live(self, seats: list[Seat], person: Person) -> NoReturn:
        """Play, rest, have something added, play on. Ends only with the server, or when the project is gone or closed to it."""
        self.loop = asyncio.get_running_loop()
        await asyncio.to_thread(person.have_written, DOCUMENT)
        while True:
            play = Play(
                self.url,
                PROJECT_ID,
                seats,
                person,
                reporter=Silent(),
                pace=self.pace,
                patience=AGAIN_AFTER,
                host=self.host,
            )
            try:
                await play.play()
                await asyncio.sleep(self.rest)
                await self.make_a_wish(person)
            except (Stuck, Unreachable):
                await asyncio.sleep(AGAIN_AFTER)
            except ApiError as error:
                if error.status in {401, 403, 404}:
                    raise
                log.info("demo_waits", reason=str(error))
                await asyncio.sleep(AGAIN_AFTER)

    async def make_a_wish(self, person: Person) -> None:
        """The owner asks for the next milestone and accepts it. So the project grows a few times, and then no more."""
        asked = await asyncio.to_thread(person.wishes)
        wish = next((wish for wish in WISHES if wish not in asked), None)
        if wish is not None:
            await asyncio.to_thread(person.say, wish)
            await asyncio.sleep(self.pace.seconds(3))
            refined = await asyncio.to_thread(person.refine, wish)
            await asyncio.sleep(self.pace.seconds(3))
            await asyncio.to_thread(person.accept, refined)
