"""A document is written while whatever writes and serves it is killed, and watchers drop out and come back: all see the same.

python -m storms.documents --kills 20                      SQLite, one server with a worker, one worker process; 100 watchers
python -m storms.documents --kills 20 --scaled-out         PostgreSQL, Redis, two servers with a worker each, one worker process
python -m storms.documents --kills 0 --seeds 5             watchers that drop out and come back, nothing else
python -m storms.documents --kills 0 --regenerate 5        then five sections written anew, one after the other, before the same watchers

Exit code 1 when anything was amiss; each seed has its line, and each fault one. Every word that the model says names the request
that it answers, so a text of two drafts shows.
"""

import argparse
import asyncio
import itertools
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from storms.client import PROTOCOLS
from storms.drafts import FINISHES_WITHIN, TOKENS, check_drafts, check_end, compare, read_drafts, wait_for_end
from storms.gateways import BRIEF, Gateways, post
from storms.storm import surroundings
from tests.documents.drafts_seen import Seen
from tests.llm.openai_server import Asked, Reply, ScriptedServer
from tests.servers import ROOT, running_server

SECTIONS = 9
TOKENS_PER_SECOND = 80
LETTERS = ("a", "ö", "島", "👩‍🚀", "e\u0301", "🇯🇵")


class Writing(Gateways):
    """Servers that write, too, and a worker process beside them."""

    worker: "subprocess.Popen[bytes] | None" = None

    def start(self, port: int) -> None:
        stack = ExitStack()
        options = ["--workers", "1"]
        server = running_server(self.folder, env=self.env, options=options, port=port, measured=False)
        self.running[port] = stack.enter_context(server), stack

    def start_worker(self) -> None:
        env = next(iter(self.running.values()))[0].env
        command = [sys.executable, "manage.py", "db_worker", "--interval", "0.5", "--no-startup-delay"]
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()

    def kill_any(self, chance: random.Random) -> str:
        """Kill a server or the worker process, and start it again."""
        if chance.random() < 0.5:
            self.kill_worker()
            self.start_worker()
            return "worker"
        self.restart(self.any_port(chance), signal.SIGKILL)
        return "server"


@contextmanager
def writing(folder: Path, count: int, env: dict[str, str]) -> Iterator[Writing]:
    made = Writing(folder, count, env=env)
    try:
        for port in made.ports:
            made.start(port)
        made.start_worker()
        yield made
    finally:
        made.kill_worker()
        for port in list(made.running):
            made.end(port, signal.SIGTERM)


class Author:
    """The model: each answer is its own, in characters of one to many bytes."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)

    def __call__(self, asked: Asked) -> Reply:
        number = next(self.numbers)
        words = (f"r{number}.{place}{LETTERS[place % len(LETTERS)]} " for place in range(TOKENS))
        return Reply(text="".join(words), tokens_per_second=TOKENS_PER_SECOND)


@dataclass
class Goal:
    """The number of the last draft that the storm has written; None until it is known."""

    draft: int | None = None


@dataclass
class Watcher:
    """One who watches from the beginning, drops out at random, and goes on from the cursor it has."""

    ports: list[int]
    token: str
    document_id: int
    chance: random.Random
    goal: Goal
    seen: Seen = field(default_factory=Seen)
    connections: int = 0

    @property
    def finished(self) -> bool:
        """Whether it has seen the end of the last draft, and after that the end of its run."""
        return self.goal.draft in self.seen.ends and self.seen.kinds[-1] == "document_end"

    async def live(self) -> None:
        while not self.finished:
            with suppress(OSError, WebSocketException, TimeoutError):
                await self.one_connection()
            await asyncio.sleep(self.chance.uniform(0, 1) ** 2)

    async def one_connection(self) -> None:
        url = (
            f"ws://127.0.0.1:{self.chance.choice(self.ports)}/ws/documents/{self.document_id}/?after={self.seen.cursor}"
        )
        headers = {"Authorization": f"Bearer {self.token}"}
        async with connect(
            url,
            additional_headers=headers,
            subprotocols=self.chance.choice(PROTOCOLS),
            open_timeout=20,
            close_timeout=1,
            compression=None,
        ) as ws:
            self.connections += 1
            leaves_after = self.chance.choice([1, 3, 5, 20, 80, 500])
            with suppress(TimeoutError):
                async with asyncio.timeout(self.chance.expovariate(1 / 6)):
                    while leaves_after > 0 and not self.finished:
                        self.on_frame(orjson.loads(await ws.recv()))
                        leaves_after -= 1
            ws.transport.abort()

    def on_frame(self, frame: dict[str, Any]) -> None:
        self.seen.on_frame(frame)
        if frame["type"] in ("resync", "error") or not frame.get("recovered", True):
            self.seen.faults.append(f"unexpected: {frame}")


@dataclass
class Verdict:
    faults: list[str]
    told: str

    @property
    def line(self) -> str:
        return f"{'FAULTY' if self.faults else 'ok'}: {self.told}"


class DocumentStorm:
    def __init__(self, gateways: Writing, watchers: int, kills: int, regenerate: int, seed: int) -> None:
        self.gateways = gateways
        self.kills = kills
        self.regenerate = regenerate
        self.goal = Goal()
        self.chance = random.Random(seed)
        self.count = watchers
        self.killed: list[str] = []

    async def run(self) -> Verdict:
        document = await asyncio.to_thread(self.begin)
        watchers = [
            Watcher(
                self.gateways.ports, self.gateways.token, document["id"], random.Random(self.chance.random()), self.goal
            )
            for _ in range(self.count)
        ]
        began = time.monotonic()
        living = [asyncio.create_task(watcher.live()) for watcher in watchers]
        for _ in range(self.kills):
            await asyncio.sleep(self.chance.uniform(0.2, 4))
            self.killed.append(await asyncio.to_thread(self.gateways.kill_any, self.chance))
        self.goal.draft = await asyncio.to_thread(self.write_anew, document)
        _, late = await asyncio.wait(living, timeout=FINISHES_WITHIN)
        for task in living:
            task.cancel()
        ended = await asyncio.gather(*living, return_exceptions=True)
        faults = [f"a watcher crashed: {each!r}" for each in ended if isinstance(each, Exception)]
        faults += [f"{len(late)} watchers never saw the end"] if late else []
        return await asyncio.to_thread(self.judge, document, watchers, faults, time.monotonic() - began)

    def begin(self) -> dict[str, Any]:
        with self.gateways.http() as http:
            post(http, "projects/", {"id": "north", "name": "North", "brief": BRIEF})
            outline = [{"level": 1, "heading": f"Part {number}", "brief": ""} for number in range(SECTIONS)]
            document = post(http, "projects/north/documents/", {"title": "Storm", "kind": "gdd", "outline": outline})
            self.run_id = post(http, f"documents/{document['id']}/generate/")["id"]
            return document

    def write_anew(self, document: dict[str, Any]) -> int:
        """When the run is over, have some sections written anew, each by a run of its own. Gives the number of the last draft."""
        with self.gateways.http() as http:
            wait_for_end(http, self.run_id)
            for _ in range(self.regenerate):
                section = self.chance.choice(document["sections"])
                wait_for_end(http, post(http, f"sections/{section['id']}/regenerate/")["id"])
            return max(read_drafts(http, document))

    # The end

    def judge(self, document: dict[str, Any], watchers: list[Watcher], faults: list[str], seconds: float) -> Verdict:
        with self.gateways.http() as http:
            drafts = read_drafts(http, document)
            faults += check_end(http, document, self.run_id) + check_drafts(drafts)
        for number, watcher in enumerate(watchers):
            wrong = [*watcher.seen.faults, *compare(watcher.seen, drafts)]
            faults += [f"watcher {number}: {fault}" for fault in wrong[:3]]
        if "Traceback" in self.gateways.log:
            faults.append("the servers' log has tracebacks")
        failed = sum(draft["status"] == "failed" for draft in drafts.values())
        connections = sum(watcher.connections for watcher in watchers)
        killed = f"{self.killed.count('server')} servers and {self.killed.count('worker')} workers killed"
        return Verdict(
            faults,
            f"{killed}, {len(drafts)} drafts of which {failed} were lost, {len(watchers)} watchers with {connections} "
            f"connections, {seconds:.0f} s",
        )


def run_one(asked: argparse.Namespace, seed: int) -> Verdict:
    with (
        tempfile.TemporaryDirectory(prefix="document-storm-") as folder,
        surroundings(asked) as (env, _),
        ScriptedServer(Author()) as provider,
    ):
        model = {"GATEWAY_LLM": "openai-chat:scripted", "OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": "none"}
        with writing(Path(folder), 2 if asked.scaled_out or asked.redis else 1, {**env, **model}) as gateways:
            try:
                return asyncio.run(DocumentStorm(gateways, asked.watchers, asked.kills, asked.regenerate, seed).run())
            finally:
                if asked.keep:
                    logs = [gateways.log, (Path(folder) / "worker.log").read_text()]
                    Path(asked.keep).write_text("\n".join(logs))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="how many storms")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=20, help="servers and workers killed (SIGKILL) and started again")
    parser.add_argument("--watchers", type=int, default=100)
    parser.add_argument("--regenerate", type=int, default=0, help="sections written anew when the run is over")
    parser.add_argument("--scaled-out", action="store_true", help="PostgreSQL and Redis of our own, and two servers")
    parser.add_argument("--database", help="postgres://… of a server, on which a database is made and dropped")
    parser.add_argument("--redis", help="redis://… of one that is there; two servers then")
    parser.add_argument("--keep", help="a file for the logs of the last storm")
    asked = parser.parse_args()
    asked.doorbell = None
    faulty = 0
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        verdict = run_one(asked, seed)
        print(f"seed {seed}: {verdict.line}", flush=True)
        for fault in verdict.faults[:20]:
            print(f"  {fault}", flush=True)
        faulty += bool(verdict.faults)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
