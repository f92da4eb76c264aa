"""The demo project played gently in the background of `serve`, through the public API like any other client."""

import threading
from contextlib import ExitStack

import structlog
from django.db import connections

from gamedev_gateway.demo.project import PROJECT_ID
from gamedev_gateway.simulation.client import Api, ApiError, Unreachable
from gamedev_gateway.simulation.passes import NoOwner, tokens_of_owner
from gamedev_gateway.simulation.player import Json, Pace, Player, Stuck
from gamedev_gateway.simulation.story import Step

AGENT = "Demo agent"
SPEED = 0.3
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
        self.pace = Pace(speed, self.wait)
        self.rest = rest
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, name="demo", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.ending.set()
        if self.thread.is_alive():
            self.thread.join(timeout=1)

    def wait(self, seconds: float) -> None:
        if self.ending.wait(seconds):
            raise Stopped

    def run(self) -> None:
        try:
            with ExitStack() as stack:
                tokens = stack.enter_context(tokens_of_owner(PROJECT_ID, AGENT))
                agent, person = (stack.enter_context(self.open(token)) for token in tokens)
                self.live(agent, person)
        except Stopped:
            pass
        except NoOwner as error:
            log.warning("demo_ended", reason=str(error))
        except Exception as error:
            if not self.ending.is_set():
                log.warning("demo_ended", reason=f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    def open(self, token: str) -> Api:
        return Api(self.url, token, host=self.host, patience=60, wait=self.wait)

    def live(self, agent: Api, person: Api) -> None:
        """Play, rest, have something added, play on. Ends only with the server, or when the project is gone or closed to it."""
        player = Player(agent, PROJECT_ID, decider=person, reporter=Silent(), pace=self.pace, patience=AGAIN_AFTER)
        while True:
            try:
                player.play()
                self.wait(self.rest)
                self.make_a_wish(person)
            except (Stuck, Unreachable):
                self.wait(AGAIN_AFTER)
            except ApiError as error:
                if error.status in {401, 403, 404}:
                    raise
                log.info("demo_waits", reason=str(error))
                self.wait(AGAIN_AFTER)

    def make_a_wish(self, person: Api) -> None:
        """The owner asks for the next milestone and accepts it. So the project grows a few times, and then no more."""
        asked = {version["instructions"] for version in person.all(f"projects/{PROJECT_ID}/plans/")}
        wish = next((wish for wish in WISHES if wish not in asked), None)
        if wish is None:
            return
        plan = person.get(f"projects/{PROJECT_ID}/plans/active/")
        person.post(f"projects/{PROJECT_ID}/events/", {"type": "chat", "payload": {"text": wish}})
        self.pace.pause(3)
        refined = person.post(f"plans/{plan['id']}/refine/", {"instructions": wish})
        self.pace.pause(3)
        person.post(f"plans/{refined['id']}/accept/", {})
