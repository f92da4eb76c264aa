"""People and agents who plan one project at the same time, and nobody's edit is lost.

python -m storms.agreement                                 eight people and two agents for a minute; SQLite, one server
python -m storms.agreement --scaled-out                    PostgreSQL, Redis, two servers
python -m storms.agreement history FILE [--seeds 5]        a real task list's versions, proposed while somebody edits by hand

FILE is as storms/histories.py says. Exit code 1 when anything was amiss; each seed has its line, and each fault one.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from storms.agreed import Truth
from storms.gateways import BRIEF, Gateways, gateways, post
from storms.planners import PROJECT, Planner, World
from storms.storm import FAULTS_SHOWN, surroundings
from tests.servers import environment, manage

MAKE_TOKENS = """
import json, sys
from django.contrib.auth.models import User
from agents.tokens import create_token
tokens = {}
for name in %r:
    user = User.objects.create_user(name)
    scopes = ["read", "write", *(["agent"] if name.startswith("agent") else [])]
    tokens[name] = create_token(user, name=name, scopes=scopes)[1]
print(json.dumps(tokens))
"""


@dataclass
class Verdict:
    line: str
    faults: list[str] = field(default_factory=list)


class AgreementStorm:
    def __init__(self, running: Gateways, people: int, agents: int, seconds: float, seed: int) -> None:
        self.gateways = running
        self.names = [f"person-{n + 1}" for n in range(people)] + [f"agent-{n + 1}" for n in range(agents)]
        self.seconds = seconds
        self.seed = seed

    def run(self) -> Verdict:
        with self.gateways.http() as http:
            tokens = self.make_members(http)
            world = World(until=time.monotonic() + self.seconds)
            self.let_live(tokens, world)
            return self.judge(http, world)

    def make_members(self, http: httpx.Client) -> dict[str, str]:
        """The project with its first plan, and everybody's token."""
        post(http, "projects/", {"id": PROJECT, "name": "Atoll", "brief": BRIEF})
        plan = post(http, f"projects/{PROJECT}/plans/generate/")
        post(http, f"plans/{plan['id']}/accept/")
        server, _ = next(iter(self.gateways.running.values()))
        made = manage("shell", "-v", "0", "-c", MAKE_TOKENS % self.names, env=server.env).stdout
        for name in self.names:
            post(http, f"projects/{PROJECT}/members/", {"user": name, "role": "editor"})
        return dict(json.loads(made))

    def let_live(self, tokens: dict[str, str], world: World) -> None:
        ports = list(self.gateways.running)
        with ExitStack() as stack, ThreadPoolExecutor(len(tokens)) as together:
            for number, (name, token) in enumerate(tokens.items()):
                url = f"http://127.0.0.1:{ports[number % len(ports)]}/api/v1/"
                headers = {"Authorization": f"Bearer {token}"}
                http = stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=60))
                planner = Planner(name, http, world, agent=name.startswith("agent"), seed=f"{self.seed}-{name}")
                together.submit(planner.live)

    def judge(self, http: httpx.Client, world: World) -> Verdict:
        truth = Truth(http)
        faults, fates = truth.check(world)
        if "Traceback" in self.gateways.log:
            faults.append("the servers' log has tracebacks")
        faults = [*world.faults, *faults]
        told = ", ".join(f"{count} {name}" for name, count in fates.items())
        refused = ", ".join(f"{count} × {what}" for what, count in sorted(world.answers.items()))
        return Verdict(
            f"{'FAULTY' if faults else 'ok'}: {len(world.edits)} edits ({told}), {len(truth.plans)} versions, "
            f"{len(truth.accepted)} accepted, {len(world.done)} tasks done, {len(truth.log)} events; {refused}",
            faults,
        )


def run_one(asked: argparse.Namespace, seed: int) -> Verdict:
    servers = 2 if asked.scaled_out else 1
    with (
        tempfile.TemporaryDirectory(prefix="agreement-") as folder,
        surroundings(asked) as (env, _),
        gateways(Path(folder), servers, env=env) as running,
    ):
        try:
            return AgreementStorm(running, asked.people, asked.agents, asked.seconds, seed).run()
        finally:
            if asked.keep:
                Path(asked.keep).write_text(running.log)


def replay_one(asked: argparse.Namespace, seed: int) -> Verdict:
    from storms.histories import read_history
    from storms.replay import replay

    report = replay(read_history(Path(asked.history[1])), seed)
    return Verdict(report.line, report.faults)


@contextmanager
def own_database() -> Iterator[None]:
    """Django in this process, with an empty database that lives as long."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        os.environ.update(environment(f"sqlite:///{folder}/gateway.db"))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", nargs="*", metavar="history FILE", help="replay the history in this file instead")
    parser.add_argument("--seeds", type=int, default=None, help="how many storms, or replays")
    parser.add_argument("--first-seed", "--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--agents", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scaled-out", action="store_true", help="PostgreSQL and Redis of our own, and two servers")
    parser.add_argument("--database", help="postgres://… of a server, on which a database is made and dropped")
    parser.add_argument("--redis", help="redis://… of one that is there")
    parser.add_argument("--keep", help="a file for the servers' log of the last storm")
    asked = parser.parse_args()
    asked.doorbell = None
    if asked.history and (len(asked.history) != 2 or asked.history[0] != "history"):
        parser.error("Say `history FILE`, or nothing.")
    if asked.history:
        with own_database():
            return run_all(asked, replay_one)
    return run_all(asked, run_one)


def run_all(asked: argparse.Namespace, one: Any) -> int:
    faulty = 0
    for seed in range(asked.first_seed, asked.first_seed + (asked.seeds or 1)):
        verdict = one(asked, seed)
        print(f"seed {seed}: {verdict.line}", flush=True)
        for fault in verdict.faults[:FAULTS_SHOWN]:
            print(f"  {fault}", flush=True)
        faulty += bool(verdict.faults)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
