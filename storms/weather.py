"""One storm: clients and writers against servers, with whatever is done to the servers meanwhile, and the verdict."""

import asyncio
import contextlib
import json
import random
import signal
import statistics
import subprocess
import sys
import time
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from storms.client import Client, World
from storms.follow import Interest
from storms.gateways import Gateways, make_projects
from storms.redis_server import RedisServer
from storms.truth import Log, check_acknowledged, check_log, read_log
from storms.writer import Orders
from tests.servers import ROOT

WAYS = ("socket", "bulk", "socket", "single")
CATCHES_UP_WITHIN = 60
STRAY_FRAMES = 0.5
"""Seconds in which what comes too much would still come."""


@dataclass(frozen=True)
class Plan:
    """`kills` and `restarts` of servers (SIGKILL, SIGTERM), `outages` of Redis: so many, spread over the writing."""

    clients: int = 200
    rate: float = 50
    seconds: float = 120
    writers: int = 4
    kills: int = 0
    restarts: int = 0
    outages: int = 0


@dataclass
class Verdict:
    faults: list[str] = field(default_factory=list)
    stored: int = 0
    acknowledged: int = 0
    retries: int = 0
    happened: dict[str, int] = field(default_factory=dict)
    lateness: array = field(default_factory=lambda: array("d"))
    own_lateness: float = 0.0

    @property
    def line(self) -> str:
        told = ", ".join(f"{count} × {what}" for what, count in sorted(self.happened.items()))
        late = sorted(self.lateness)
        times = (
            f"late p50 {1e3 * statistics.median(late):.0f} ms, p99 {1e3 * late[int(0.99 * len(late))]:.0f} ms, "
            if late
            else ""
        )
        longest = (
            f"most {1e3 * late[-1]:.0f} ms (of which our own at most {1e3 * self.own_lateness:.0f}); " if late else ""
        )
        return (
            f"{'FAULTY' if self.faults else 'ok'}: {self.stored} stored, {self.acknowledged} acknowledged "
            f"({self.retries} retries); {times}{longest}{told}"
        )


class Storm:
    def __init__(self, plan: Plan, gateways: Gateways, seed: int, redis: RedisServer | None = None) -> None:
        self.plan = plan
        self.gateways = gateways
        self.seed = f"{seed}"
        self.chance = random.Random(self.seed)
        self.redis = redis
        self.own_lateness = 0.0
        self.world = World(list(gateways.ports), gateways.token)

    async def run(self) -> Verdict:
        with self.gateways.http() as http:
            tasks = await asyncio.to_thread(make_projects, http)
        clients = [
            Client(number, self.world, self.interests(tasks), f"{self.seed}-{number}")
            for number in range(self.plan.clients)
        ]
        living = [asyncio.create_task(client.live()) for client in clients]
        watching = asyncio.create_task(self.watch_ourselves())
        try:
            reports = await self.write_and_trouble(tasks)
            self.world.rough = False
            logs = await asyncio.to_thread(self.read_logs, list(tasks))
            await self.catch_up(clients, logs, living)
        finally:
            for task in (*living, watching):
                task.cancel()
            ended = await asyncio.gather(*living, return_exceptions=True)
        crashes = [repr(each) for each in ended if isinstance(each, Exception)]
        return self.judge(clients, logs, reports, crashes)

    async def watch_ourselves(self) -> None:
        """How late this process is itself: what it cannot read in time is not the server's doing."""
        while True:
            due = time.monotonic() + 0.05
            await asyncio.sleep(0.05)
            self.own_lateness = max(self.own_lateness, time.monotonic() - due)

    def interests(self, tasks: dict[str, dict[str, int]]) -> list[Interest]:
        """One to three streams, each of a project or of a task, half of them filtered."""
        streams = [Interest(f"project:{project}", project) for project in tasks]
        streams += [
            Interest(f"task:{pk}", project, code) for project, codes in tasks.items() for code, pk in codes.items()
        ]
        weights = [{"north": 10, "south": 5}.get(each.project, 1) for each in streams]
        chosen = {each.stream: each for each in self.chance.choices(streams, weights, k=self.chance.randint(1, 3))}
        return [self.filtered(each) for each in chosen.values()]

    def filtered(self, interest: Interest) -> Interest:
        choices: list[tuple[str, ...]] = [(), (), ("chat",), ("log", "scene"), ("action", "timeline", "update")]
        return interest._replace(types=self.chance.choice(choices))

    # Writing, and trouble

    async def write_and_trouble(self, tasks: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
        writers = [asyncio.create_task(self.write(number, tasks)) for number in range(self.plan.writers)]
        trouble = asyncio.create_task(self.make_trouble())
        try:
            reports = await asyncio.gather(*writers)
            await trouble
        finally:
            for task in (*writers, trouble):
                task.cancel()
        return reports

    async def write(self, number: int, tasks: dict[str, dict[str, int]]) -> dict[str, Any]:
        orders = Orders(
            number,
            self.gateways.ports,
            self.gateways.token,
            {project: list(codes) for project, codes in tasks.items()},
            self.plan.rate / self.plan.writers,
            self.plan.seconds,
            f"{self.seed}-writer-{number}",
            WAYS[number % len(WAYS)],
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "storms.writer", cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            out, _ = await process.communicate(json.dumps(asdict(orders)).encode())
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        return json.loads(out) if out else {"acknowledged": {}, "faults": ["a writer crashed"], "retries": 0}

    async def make_trouble(self) -> None:
        trouble: list[Callable[[], Awaitable[None]]] = [
            *[self.kill] * self.plan.kills,
            *[self.restart] * self.plan.restarts,
            *[self.redis_outage] * self.plan.outages,
        ]
        self.chance.shuffle(trouble)
        began, share = time.monotonic(), self.plan.seconds / (len(trouble) + 1)
        for number, make in enumerate(trouble, 1):
            await asyncio.sleep(max(0, began + number * share - time.monotonic()))
            await make()

    async def kill(self) -> None:
        port = self.gateways.any_port(self.chance)
        await asyncio.to_thread(self.gateways.restart, port, signal.SIGKILL)
        self.world.count("server killed")

    async def restart(self) -> None:
        port = self.gateways.any_port(self.chance)
        code = await asyncio.to_thread(self.gateways.restart, port, signal.SIGTERM)
        self.world.count("server restarted")
        if code != 0:
            self.world.violations.append(f"a server ended with {code}")

    async def redis_outage(self) -> None:
        """Redis dies, or answers nothing, for a while."""
        assert self.redis is not None
        if self.chance.random() < 0.5:
            await asyncio.to_thread(self.redis.kill)
            await asyncio.sleep(self.chance.uniform(0.5, 3))
            await asyncio.to_thread(self.redis.start)
            self.world.count("Redis killed")
        else:
            self.redis.freeze()
            await asyncio.sleep(self.chance.uniform(0.5, 3))
            self.redis.thaw()
            self.world.count("Redis frozen")

    # The end

    def read_logs(self, projects: list[str]) -> dict[str, Log]:
        with self.gateways.http() as http:
            return {project: read_log(http, project) for project in projects}

    async def catch_up(self, clients: list[Client], logs: dict[str, Log], living: list[asyncio.Task[None]]) -> None:
        """Wait until everybody has what the log has, and a little longer; who crashed is not waited for."""
        waiting = list(zip(clients, living, strict=True))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCHES_UP_WITHIN):
                while waiting := [(c, task) for c, task in waiting if not task.done() and lacks(c, logs)]:
                    await asyncio.sleep(0.05)
        await asyncio.sleep(STRAY_FRAMES)

    def judge(
        self, clients: list[Client], logs: dict[str, Log], reports: list[dict[str, Any]], crashes: list[str]
    ) -> Verdict:
        verdict = Verdict([*self.world.violations, *crashes], happened=self.world.busy_with)
        acknowledged = {key: told for report in reports for key, told in report["acknowledged"].items()}
        for project, log in logs.items():
            verdict.faults += check_log(project, log)
            verdict.stored += len(log)
        verdict.faults += check_acknowledged(logs, acknowledged)
        for client in clients:
            for follow in client.follows.values():
                for fault in follow.compare(logs[follow.interest.project]):
                    verdict.faults.append(f"client {client.number}, {follow.interest}: {fault}")
        for report in reports:
            verdict.faults += report["faults"]
            verdict.retries += report["retries"]
        if "Traceback" in self.gateways.log:
            verdict.faults.append("the servers' log has tracebacks")
        verdict.acknowledged = len(acknowledged)
        verdict.lateness, verdict.own_lateness = self.world.lateness, self.own_lateness
        return verdict


def lacks(client: Client, logs: dict[str, Log]) -> bool:
    for follow in client.follows.values():
        if follow.began is None:
            return True
        wanted = [event["seq"] for event in logs[follow.interest.project] if follow.interest.wants(event)]
        if wanted and wanted[-1] > max(follow.began, follow.last_seq):
            return True
    return False
