"""Agents that ask for their next task at the same moment: no two get the same, and how long each waits.

python -m benchmarks.claims [--agents 50] [--rounds 5] [--tasks 200 2000]

Every agent has a token, a run and an open connection before it asks. Over MCP it calls `claim_next_task`, which chooses, claims and begins
the task and packs what must be known for it; beside it REST's `tasks/{id}/claim/`, which claims a task that the caller names, and no more.
Prints p50, p95 and max in ms of all rounds together, the server's processor time for one round, and the load's share of a core.
Exit code 1 when a task was given out twice, or somebody went without.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.plans import make_plan
from benchmarks.servers import ROOT, Running, gateway
from benchmarks.table import percentile

VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": {},
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """What came of one round."""

    ms: list[float]
    share: float
    server_ms: float
    codes: list[str]


class Crowd:
    """The agents of one server, and the project that they work on."""

    def __init__(self, server: Running, tasks: int, agents: int) -> None:
        self.server = server
        port, token = server.target.port, server.target.token
        self.person = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=120
        )
        self.tokens = [self.post("tokens/", name=f"agent {n}", scopes=["agent"])["token"] for n in range(agents)]
        self.project = server.target.project
        self.make_plan(tasks)

    def post(self, path: str, **body: Any) -> Json:
        answer = self.person.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def make_plan(self, tasks: int) -> None:
        """A plan in which twice as many tasks as there are agents wait for nothing."""
        free = 2 * len(self.tokens)
        plan = [task.model_dump(mode="json") for task in make_plan(tasks, 3 * tasks, random.Random(7))]
        for task in plan[:free]:
            task["dependencies"] = []
        made = self.post(f"projects/{self.project}/plans/", tasks=plan)
        self.post(f"plans/{made['id']}/accept/")

    def over_mcp(self) -> Taken:
        calls = [tool_call("start_run", token, project=self.project, agent="bench") for token in self.tokens]
        runs = [said(answer)["run"] for answer in fire(self.server, calls)["answers"]]
        asked = [tool_call("claim_next_task", token, run=run) for token, run in zip(self.tokens, runs, strict=True)]
        taken = self.measured(asked, lambda answer: said(answer)["task"]["code"])
        for run in runs:
            self.post(f"runs/{run}/end/")
        return taken

    def over_rest(self) -> Taken:
        ready = self.person.get(f"projects/{self.project}/tasks/?status=pending&limit=200").json()["results"]
        free = [task for task in ready if not task["dependencies"]][: len(self.tokens)]
        asked = [
            {"path": f"/api/v1/tasks/{task['id']}/claim/", "token": token, "headers": {}, "body": {}}
            for task, token in zip(free, self.tokens, strict=True)
        ]
        taken = self.measured(asked, lambda answer: str(answer["claim"]))
        for claim in taken.codes:
            self.post(f"claims/{claim}/release/")
        return taken

    def measured(self, calls: list[Json], code_of: Callable[[Json], str]) -> Taken:
        before = self.server.cpu_seconds
        told = fire(self.server, calls)
        used = (self.server.cpu_seconds - before) * 1e3
        return Taken(told["ms"], told["share"], used, [code_of(answer) for answer in told["answers"]])


def tool_call(tool: str, token: str, **arguments: Any) -> Json:
    params = {"name": tool, "arguments": arguments, "_meta": META}
    headers = {"MCP-Protocol-Version": VERSION, "Mcp-Method": "tools/call", "Mcp-Name": tool}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return {"path": "/mcp", "token": token, "headers": headers, "body": body}


def said(answer: Json) -> Json:
    if "result" not in answer or answer["result"].get("isError"):
        raise RuntimeError(f"The gateway refused: {answer}")
    return answer["result"]["structuredContent"]


def fire(server: Running, calls: list[Json]) -> Json:
    """What benchmarks/load/claiming.py tells of these calls."""
    asked = json.dumps({"port": server.target.port, "calls": calls}).encode()
    command = [sys.executable, "-m", "benchmarks.load.claiming"]
    told = subprocess.run(command, cwd=ROOT, input=asked, stdout=subprocess.PIPE, check=True)
    return json.loads(told.stdout)


def measure(tasks: int, agents: int, rounds: int) -> list[str]:
    """Print what it takes with a plan of so many tasks, one line for each way. Returns what was not right."""
    faults = []
    with gateway() as server:
        crowd = Crowd(server, tasks, agents)
        crowd.over_mcp()  # the MCP server is loaded by the first who calls
        for name, ask in {"MCP: claim_next_task": crowd.over_mcp, "REST: claim": crowd.over_rest}.items():
            taken = [ask() for _ in range(rounds)]
            print(row(f"{name}, {tasks:,} tasks", taken), flush=True)
            faults += [f"{name}: {len(set(each.codes))} tasks for {agents}" for each in taken if doubled(each)]
    return faults


def doubled(taken: Taken) -> bool:
    return len(set(taken.codes)) != len(taken.ms)


def row(name: str, taken: list[Taken]) -> str:
    ms = [each for one in taken for each in one.ms]
    figures = [percentile(ms, 0.5), percentile(ms, 0.95), max(ms), statistics.median(one.server_ms for one in taken)]
    share = statistics.median(one.share for one in taken)
    return f"| {name} | {' | '.join(f'{figure:.0f}' for figure in figures)} | {share:.2f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tasks", type=int, nargs="+", default=[200, 2_000])
    asked = parser.parse_args()
    print("| | p50 | p95 | max | server ms | load |\n|---|---:|---:|---:|---:|---:|")
    faults = [fault for tasks in asked.tasks for fault in measure(tasks, asked.agents, asked.rounds)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
