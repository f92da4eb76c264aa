"""A whole project played by several agents at once, and the person they work for. Others may work on it meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from gamedev_gateway.simulation.agent import LEAST_PAUSE, LOOK_AGAIN, TTL, Agent, Died, Pace, Reporter
from gamedev_gateway.simulation.client import LONGEST_WAIT, ApiError, Unreachable
from gamedev_gateway.simulation.person import Person
from gamedev_gateway.simulation.words import INTERRUPTED

if TYPE_CHECKING:
    from gamedev_gateway.simulation.tools import Tools

Json = dict[str, Any]
SHORT_TTL = 10
"""Seconds. With agents that die, the others should not have to wait for their claims for long."""
LIFE = (6, 20)
"""Steps after which an agent dies, where they do."""
MOST_DEATHS = 3
GRAVE = 4.0
"""Seconds until one that has died comes back, at normal speed."""

NAMES = ("Ada", "Ben", "Cleo", "Dev", "Eli", "Finn", "Gia", "Hugo")


def names_of(kind: str, count: int) -> list[str]:
    """“Scripted agent Ada”, “Scripted agent Ben” …"""
    return [
        f"{kind} {NAMES[place % len(NAMES)]}{place // len(NAMES) + 1 if place >= len(NAMES) else ''}"
        for place in range(count)
    ]


class Stuck(Exception):
    """Nothing is left that the agents may do, and the project is not complete."""


@dataclass(frozen=True)
class Seat:
    """Who plays: an agent's name, and its token."""

    name: str
    token: str


class Play:
    """One project at one gateway. `patience`: seconds to wait for others, or for a gateway that does not answer."""

    def __init__(
        self,
        url: str,
        project: str,
        seats: Sequence[Seat],
        person: Person,
        *,
        reporter: Reporter,
        pace: Pace,
        seed: int = 0,
        crashes: bool = False,
        patience: float = 60,
        host: str | None = None,
    ) -> None:
        self.url, self.project, self.host = url, project, host
        self.seats, self.person = seats, person
        self.reporter, self.pace, self.seed, self.crashes, self.patience = reporter, pace, seed, crashes, patience
        self.agents: dict[str, Agent] = {}
        self.complete = False

    async def play(self) -> None:
        """From wherever the project stands to its completion. Raises Stuck, Unmet, ApiError, Unreachable, Lost, Refused."""
        if (await asyncio.to_thread(self.person.see_project))["active_plan"] is None:
            self.reporter.note(
                "There is no plan yet: the newest proposal is accepted, or one is generated from the brief."
            )
            await asyncio.to_thread(self.person.agree_on_a_plan)
        if all(task["status"] == "done" for task in await self.look()):
            return
        await asyncio.to_thread(self.person.remember)
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(self.be_the_person())
                for number, seat in enumerate(self.seats):
                    together.create_task(self.live(seat, self.seed + number))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def look(self) -> list[Json]:
        board = await asyncio.to_thread(self.person.see_board)
        self.reporter.board(board)
        return board

    # The person

    async def be_the_person(self) -> None:
        """Help where a person is needed, until every task is done and good. Raises Stuck."""
        give_up_at, seen = time.monotonic() + self.patience, -1
        while True:
            head = (await asyncio.to_thread(self.person.see_project))["seq"]
            if head != seen:
                give_up_at, seen = time.monotonic() + self.patience, head
                board = await self.look()
                self.complete = all(task["status"] == "done" and not self.person.doubt(task) for task in board)
                if self.complete:
                    return
                await asyncio.to_thread(self.person.help, board)
            elif time.monotonic() > give_up_at and self.nobody_is_at_work:
                raise Stuck(next((agent.idle for agent in self.agents.values()), "Nobody works."))
            await asyncio.sleep(max(self.pace.seconds(LOOK_AGAIN), LEAST_PAUSE))

    @property
    def nobody_is_at_work(self) -> bool:
        return all(agent.idle for agent in self.agents.values())

    # The agents

    async def live(self, seat: Seat, seed: int) -> None:
        """Work until everything is done; die now and then, where agents do, and come back."""
        deaths = Random(seed)  # noqa: S311  a story, not a secret
        left = MOST_DEATHS if self.crashes else 0
        while not self.complete:
            agent = self.new_agent(seat, deaths.randint(*LIFE) if left else None)
            try:
                await keep_connected(agent, self.url, seat.token, patience=self.patience, host=self.host)
            except Died:
                left -= 1
                self.reporter.note(f"{seat.name} has vanished.")
            await asyncio.sleep(max(self.pace.seconds(GRAVE), LEAST_PAUSE))

    def new_agent(self, seat: Seat, lives_for: int | None) -> Agent:
        ttl = SHORT_TTL if self.crashes else TTL
        agent = Agent(
            seat.name,
            self.project,
            reporter=self.reporter,
            pace=self.pace,
            seed=self.seed,
            ttl=ttl,
            lives_for=lives_for,
            is_over=self.is_complete,
        )
        self.agents[seat.name] = agent
        return agent

    async def is_complete(self, tools: "Tools") -> bool:
        return self.complete

    def end_runs(self) -> None:
        """Stop, as the person, the runs of agents that had no time to say goodbye, so that what they held is free at once."""
        with suppress(ApiError, Unreachable):
            for agent in self.agents.values():
                if agent.run:
                    self.person.do(f"runs/{agent.run}/end/", {"status": "error", "summary": INTERRUPTED})


async def keep_connected(agent: Agent, url: str, token: str, *, patience: float, host: str | None = None) -> None:
    """One life of an agent, through lost connections. Raises Lost when the gateway has not answered for `patience` seconds."""
    from gamedev_gateway.simulation.tools import Lost, connected, heed_cancellation

    lost_at, pause = time.monotonic(), LEAST_PAUSE
    while True:
        try:
            async with connected(url, token, host) as tools:
                await agent.work(tools)
            return
        except Lost as error:
            heed_cancellation()
            if agent.heard_at > lost_at:
                lost_at, pause = time.monotonic(), LEAST_PAUSE
            if time.monotonic() - lost_at > patience:
                raise
            agent.reporter.note(f"{agent.name}: {error}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_WAIT)
