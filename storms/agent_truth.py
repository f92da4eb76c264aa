"""What is true in the end of a storm of agents, proved from the log alone: every life of an agent has a token and so an actor of its
own, and each event says whose it is."""

from collections import Counter
from typing import Any

import httpx

from storms.truth import Log, check_log
from tests.commands.board import fold

WRITES = ("task.started", "task.progress", "task.blocked", "task.completed", "artifact.created")
"""What an agent may write only under a claim that holds at that moment."""


class Claims:
    """Who held what, read from the log event by event."""

    def __init__(self, log: Log) -> None:
        self.open: dict[str, dict[str, Any]] = {}
        self.last: dict[str, dict[str, Any]] = {}
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        for event in log:
            if event["type"] == "task.claimed":
                self.claimed(event)
            elif event["type"] in WRITES and event["actor"]["kind"] == "ai":
                self.written(event)
            if event["type"] == "task.released":
                self.released(event)
            elif event["type"] == "task.completed":
                self.open.pop(event["task_code"], None)

    def claimed(self, event: dict[str, Any]) -> None:
        code, before = event["payload"]["resource"], self.open.get(event["payload"]["resource"])
        if before is not None:
            self.complain(event, f"{code} is claimed twice, first by {before['actor']['name']}")
        if self.counts_as_handoff(code) and not event["payload"]["handoff"]:
            self.complain(event, f"{code} was taken up without what was left")
        self.open[code] = self.last[code] = event
        self.counts["claims"] += 1

    def counts_as_handoff(self, code: str) -> bool:
        return self.last.get(code, {}).get("reported", False)

    def written(self, event: dict[str, Any]) -> None:
        """By whoever holds the claim now; a completion also by whoever held it last, while nobody has begun to redo the work."""
        code, held = event["task_code"], self.open.get(event["task_code"])
        if held is None and event["type"] == "task.completed":
            held = self.last.get(code)
            self.counts["late completions"] += 1
        if held is None or held["actor"] != event["actor"]:
            self.complain(event, f"{event['type']} of {code}, held by {held['actor']['name'] if held else 'nobody'}")
        elif event["type"] == "task.progress":
            held["reported"] = True

    def released(self, event: dict[str, Any]) -> None:
        code, how = event["payload"]["resource"], event["payload"]["how"]
        held = self.open.pop(code, None)
        if held is None or held["payload"]["claim_id"] != event["payload"]["claim_id"]:
            self.complain(event, f"a claim on {code} ended that was not open")
        self.counts[how] += 1

    def complain(self, event: dict[str, Any], what: str) -> None:
        self.faults.append(f"event {event['seq']} by {event['actor']['name']}: {what}")


def check_work(http: httpx.Client, project: str, log: Log) -> tuple[list[str], Counter[str]]:
    """The faults, and what was counted."""
    claims = Claims(log)
    board = {task["code"]: task for task in every(http, f"projects/{project}/tasks/?limit=200")}
    done = Counter(event["task_code"] for event in log if event["type"] == "task.completed")
    faults = [*check_log(project, log), *claims.faults]
    faults += [f"{code} was completed {done[code]} times" for code in board if done[code] != 1]
    faults += [f"{code} is still claimed" for code in claims.open]
    faults += [
        f"{left['resource']} is still claimed, says REST"
        for left in every(http, f"projects/{project}/claims/?open=true")
    ]
    told = fold(log)
    faults += [
        f"the log does not give {code}: {differing(told.get(code, {}), task)}"
        for code, task in board.items()
        if told.get(code) != task
    ]
    state, at = (
        http.get(f"projects/{project}/state/{query}").raise_for_status().json() for query in ("", f"?at={len(log)}")
    )
    faults += [f"the log does not give the state: {name}" for name in state if state[name] != at[name]]
    return faults, claims.counts


def differing(told: dict[str, Any], task: dict[str, Any]) -> str:
    return ", ".join(name for name in task if told.get(name) != task[name])


def every(http: httpx.Client, path: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while path:
        page = http.get(path).raise_for_status().json()
        found += page["results"]
        path = page["next"]
    return found
