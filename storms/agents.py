"""Agents that make a whole project together, each a process of its own, of which one after the other is killed.

python -m storms.agents [--agents 4] [--kill-every 10] [--seed 1]     over MCP, to one server on SQLite
python -m storms.agents --scaled-out                                  PostgreSQL, Redis, two servers

Every so many seconds one agent gets SIGKILL, and another comes in its place; every second one is stopped instead, until its claim has run
out, and then goes on as if nothing had been. In the end each task was done exactly once, nothing was written under a dead claim, and the log
alone gives what REST says. Exit code 1 when anything was amiss; each seed has its line, and each fault one.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gamedev_gateway.simulation.client import Api
from gamedev_gateway.simulation.person import Person
from storms.agent_truth import check_work, every
from storms.agreement import Verdict, run_all
from storms.gateways import BRIEF, Gateways, gateways, post
from storms.storm import surroundings
from storms.truth import read_log
from tests.servers import ROOT

PROJECT = "raft"
LEASE = 5
"""Seconds that a claim lives without a sign of life; the least that the gateway grants."""
STOPPED_FOR = LEASE + 4
"""Longer than the lease, and than the sweep after it."""
LONGEST = 300
ENDS_WITHIN = 30
SETTINGS = {"GATEWAY_RUN_SILENCE_SECONDS": "12"}
KILL, FREEZE = "killed", "frozen"
TROUBLES = (KILL, FREEZE)


@dataclass
class Life:
    """One process, which is one agent's life. `thaw_at`: when it goes on, if it is stopped."""

    name: str
    process: "subprocess.Popen[bytes]"
    thaw_at: float | None = None

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        self.thaw_at = time.monotonic() + STOPPED_FOR

    def thaw(self) -> None:
        self.thaw_at = None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class AgentStorm:
    """`every`: how much time between two troubles, by `clock`; without one, the seq of the log is the time. `tasks`: the plan; without
    them, it is made from the brief."""

    def __init__(
        self,
        running: Gateways,
        *,
        agents: int,
        every: float,
        seed: int,
        speed: float,
        clock: Callable[[], float] | None = None,
        tasks: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.gateways = running
        self.count, self.every, self.seed, self.speed = agents, every, seed, speed
        self.clock = clock or self.head
        self.tasks = list(tasks)
        self.chance = random.Random(seed)
        self.lives: list[Life] = []
        self.born = 0
        self.troubles = dict.fromkeys(TROUBLES, 0)

    def run(self) -> Verdict:
        with self.gateways.http() as http, self.person() as person:
            self.http = http
            post(http, "projects/", {"id": PROJECT, "name": "Raft", "brief": BRIEF})
            if self.tasks:
                post(http, f"projects/{PROJECT}/plans/", {"tasks": self.tasks})
            person.agree_on_a_plan()
            began = time.monotonic()
            try:
                faults = self.let_work(person)
            finally:
                self.end_all()
            return self.judge(faults, time.monotonic() - began)

    @contextmanager
    def person(self) -> Iterator[Person]:
        with Api(f"http://127.0.0.1:{self.gateways.ports[0]}", self.gateways.token) as api:
            yield Person(api, PROJECT, seed=self.seed, doubts=False)

    def head(self) -> float:
        return float(self.http.get(f"projects/{PROJECT}/").raise_for_status().json()["seq"])

    # While it lasts

    def let_work(self, person: Person) -> list[str]:
        """Until every task is done, and all agents have said goodbye."""
        self.lives = [self.bear() for _ in range(self.count)]
        give_up, due = time.monotonic() + LONGEST, self.clock() + self.every
        while open_tasks := [task for task in person.see_board() if task["status"] != "done"]:
            if time.monotonic() > give_up:
                return [f"after {LONGEST} s {task['code']} is {task['status']}" for task in open_tasks]
            person.help(open_tasks)
            if self.clock() >= due:
                self.make_trouble()
                due = self.clock() + self.every
            self.go_on()
            time.sleep(0.2)
        return self.wait_for_goodbyes()

    def bear(self) -> Life:
        """An agent's life, with a token of its own, so that the log tells it from those before."""
        self.born += 1
        name = f"agent {self.born}"
        token = post(self.http, "tokens/", {"name": name, "scopes": ["agent"]})["token"]
        port = self.gateways.ports[self.born % len(self.gateways.ports)]
        options = ["--seed", str(self.seed), "--speed", str(self.speed), "--ttl", str(LEASE)]
        command = [sys.executable, "-m", "storms.agent_process", f"http://127.0.0.1:{port}", PROJECT, name, *options]
        return Life(name, subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TOKEN": token}))

    def make_trouble(self) -> None:
        victim = self.chance.choice([life for life in self.lives if life.thaw_at is None])
        trouble = TROUBLES[sum(self.troubles.values()) % len(TROUBLES)]
        self.troubles[trouble] += 1
        if trouble == FREEZE:
            victim.freeze()
        else:
            victim.kill()

    def go_on(self) -> None:
        """Those who were stopped for long enough go on, and others come in the place of those who are no more."""
        for life in self.lives:
            if life.thaw_at is not None and time.monotonic() >= life.thaw_at:
                life.thaw()
        self.lives = [self.bear() if life.is_over else life for life in self.lives]

    def wait_for_goodbyes(self) -> list[str]:
        """Agents leave by themselves when all is done; the runs of those that were killed are found to have vanished."""
        for life in self.lives:
            life.thaw()
        give_up = time.monotonic() + ENDS_WITHIN
        while time.monotonic() < give_up:
            staying = [life.name for life in self.lives if not life.is_over]
            runs = every(self.http, f"projects/{PROJECT}/runs/?status=active&status=pending&status=awaiting_input")
            if not staying and not runs:
                codes = {life.name: life.process.returncode for life in self.lives}
                return [f"{name} ended with {code}" for name, code in codes.items() if code]
            time.sleep(0.2)
        return [f"{', '.join(staying)} did not leave; open runs: {[run['agent'] for run in runs]}"]

    def end_all(self) -> None:
        for life in self.lives:
            if not life.is_over:
                life.kill()

    # Afterwards

    def judge(self, faults: list[str], seconds: float) -> Verdict:
        log = read_log(self.http, PROJECT)
        found, counts = check_work(self.http, PROJECT, log)
        faults = [*faults, *found]
        if "Traceback" in self.gateways.log:
            faults.append("the servers' log has tracebacks")
        refused = self.gateways.log.count("stale_claim")
        done = sum(event["type"] == "task.completed" for event in log)
        troubles = ", ".join(f"{count} {name}" for name, count in self.troubles.items())
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        return Verdict(
            f"{'FAULTY' if faults else 'ok'}: {done} tasks in {seconds:.0f} s by {self.count} agents in {self.born} lives "
            f"({troubles}); {told}; {refused} writes under dead claims refused; {len(log)} events",
            faults,
        )


def run_one(asked: argparse.Namespace, seed: int) -> Verdict:
    servers = 2 if asked.scaled_out else 1
    with (
        tempfile.TemporaryDirectory(prefix="agents-") as folder,
        surroundings(asked) as (env, _),
        gateways(Path(folder), servers, env={**SETTINGS, **env}) as running,
    ):
        try:
            return AgentStorm(
                running,
                agents=asked.agents,
                every=asked.kill_every,
                seed=seed,
                speed=asked.speed,
                clock=time.monotonic,
            ).run()
        finally:
            if asked.keep:
                Path(asked.keep).write_text(running.log)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=4)
    parser.add_argument("--kill-every", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--speed", type=float, default=1.5, help="of the agents, as of `simulate`")
    parser.add_argument("--seeds", type=int, default=1, help="how many storms")
    parser.add_argument("--first-seed", "--seed", type=int, default=1)
    parser.add_argument("--scaled-out", action="store_true", help="PostgreSQL and Redis of our own, and two servers")
    parser.add_argument("--database", help="postgres://… of a server, on which a database is made and dropped")
    parser.add_argument("--redis", help="redis://… of one that is there")
    parser.add_argument("--keep", help="a file for the servers' log of the last storm")
    asked = parser.parse_args()
    asked.doorbell = None
    return run_all(asked, run_one)


if __name__ == "__main__":
    sys.exit(main())
