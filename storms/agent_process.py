"""One scripted agent in a process of its own, which may be killed: python -m storms.agent_process URL PROJECT NAME, and a token in TOKEN."""

import argparse
import asyncio
import os

from gamedev_gateway.simulation.agent import Agent, Json, Pace
from gamedev_gateway.simulation.play import keep_connected
from gamedev_gateway.simulation.story import Step


class Silent:
    """What matters is in the log of the project."""

    def board(self, tasks: list[Json]) -> None: ...

    def step(self, task: Json, step: Step) -> None: ...

    def note(self, text: str) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("project")
    parser.add_argument("name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=0)
    parser.add_argument("--ttl", type=int, default=5)
    asked = parser.parse_args()
    agent = Agent(asked.name, asked.project, reporter=Silent(), pace=Pace(asked.speed), seed=asked.seed, ttl=asked.ttl)
    asyncio.run(keep_connected(agent, asked.url, os.environ["TOKEN"], patience=60))


if __name__ == "__main__":
    main()
