"""Sixteen people write to one project at once: nothing half done, nothing double, no hole."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.realtime.conftest import BRIEF, Api

WRITERS = 16
ROUNDS = 3
ATTEMPTS = 10


class Writer:
    """One of the sixteen. Does what its number says, and remembers every answer."""

    def __init__(self, api: Api, project: str, number: int) -> None:
        self.http = httpx.Client(base_url=f"{api.server.url}/api/v1", headers=api.http.headers, timeout=60)
        self.project = project
        self.number = number
        self.chance = random.Random(number)
        self.statuses: Counter[int] = Counter()
        self.said: list[tuple[str, int]] = []

    def call(self, path: str, body: Any = None, method: str = "POST", key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        response = self.http.request(method, path, json=body, headers=headers)
        self.statuses[response.status_code] += 1
        assert response.status_code < 500, response.text
        return response.json() if response.is_success else None

    def run(self) -> "Writer":
        act = [self.accept, self.edit, self.work, self.publish][self.number % 4]
        with self.http:
            for round_ in range(ROUNDS):
                act(round_)
        return self

    def plans(self, status: str) -> list[dict[str, Any]]:
        found = self.call(f"/projects/{self.project}/plans/", method="GET")["results"]
        return [plan for plan in found if plan["status"] == status]

    def accept(self, round_: int) -> None:
        key = f"generate-{round_}" if self.number < 8 else None
        self.call(f"/projects/{self.project}/plans/generate/", {}, key=key)
        for plan in self.plans("proposed")[:2]:
            self.call(f"/plans/{plan['id']}/accept/", {})

    def edit(self, round_: int) -> None:
        for plan in self.plans("proposed")[:1]:
            title = f"Task {round_} of writer {self.number}"
            self.call(f"/plans/{plan['id']}/", {"ops": [{"op": "add", "task": {"title": title}}]}, method="PATCH")

    def work(self, round_: int) -> None:
        """Complete one task. A plan accepted meanwhile, or another worker, may be faster: then look again."""
        for _ in range(ATTEMPTS):
            begun = self.call(f"/projects/{self.project}/tasks/?status=in_progress", method="GET")["results"]
            if begun and self.complete(begun[0]):
                return
            task = self.call(f"/projects/{self.project}/next-task/", method="GET")["task"]
            if task is not None:
                self.call(f"/tasks/{task['id']}/start/", {})

    def complete(self, task: dict[str, Any]) -> bool:
        answers = [{"criterion": criterion, "met": True} for criterion in task["acceptance"]]
        return self.call(f"/tasks/{task['id']}/complete/", {"acceptance": answers}) is not None

    def publish(self, round_: int) -> None:
        said = {"type": "chat", "payload": {"text": f"round {round_}"}, "key": f"round-{round_}"}
        event = self.call(f"/projects/{self.project}/events/", said)
        self.said.append((said["key"], event["seq"]))


@pytest.fixture(scope="module")
def aftermath(api: Api) -> dict[str, Any]:
    """What is there when all sixteen are done."""
    project = api.post("projects/", {"name": "Everybody at once", "brief": BRIEF}, expect=201)["id"]
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = list(pool.map(Writer.run, [Writer(api, project, number) for number in range(WRITERS)]))
    events: list[dict[str, Any]] = []
    while page := api.get(f"projects/{project}/events/?limit=200&after={len(events)}")["results"]:
        events += page
    plans = api.get(f"projects/{project}/plans/?limit=200")["results"]
    return {"project": project, "writers": writers, "events": events, "plans": plans}


def test_there_is_one_accepted_plan_and_versions_rise_by_one(aftermath: dict[str, Any]) -> None:
    statuses = Counter(plan["status"] for plan in aftermath["plans"])
    assert statuses["accepted"] == 1
    assert sorted(plan["version"] for plan in aftermath["plans"]) == list(range(1, len(aftermath["plans"]) + 1))


def test_seq_has_no_holes_and_no_doubles(aftermath: dict[str, Any], api: Api) -> None:
    seqs = [event["seq"] for event in aftermath["events"]]
    assert seqs == list(range(1, len(seqs) + 1))
    assert api.get(f"projects/{aftermath['project']}/")["seq"] == len(seqs)


def test_every_change_has_its_one_event(aftermath: dict[str, Any], api: Api) -> None:
    kinds = Counter(event["type"] for event in aftermath["events"])
    plans = aftermath["plans"]
    completed = [event["task_code"] for event in aftermath["events"] if event["type"] == "task.completed"]
    tasks = api.get(f"projects/{aftermath['project']}/tasks/?limit=200")["results"]
    assert kinds["plan.generated"] == len(plans)
    assert kinds["plan.accepted"] == sum(plan["accepted_at"] is not None for plan in plans)
    assert kinds["plan.edited"] == sum(plan["revision"] - 1 for plan in plans)
    dropped = {event["task_code"] for event in aftermath["events"] if event["type"] == "task.dropped"}
    done = {task["code"] for task in tasks if task["status"] == "done"}
    assert len(completed) == len(set(completed))
    assert done <= set(completed) <= done | dropped
    assert completed, "The workers got nothing done."


def test_a_key_used_by_four_writers_is_stored_once(aftermath: dict[str, Any]) -> None:
    answers: dict[str, set[int]] = {}
    for writer in aftermath["writers"]:
        for key, seq in writer.said:
            answers.setdefault(key, set()).add(seq)
    assert len(answers) == ROUNDS
    assert all(len(seqs) == 1 for seqs in answers.values())
    chats = [event for event in aftermath["events"] if event["type"] == "chat"]
    assert len(chats) == ROUNDS


def test_an_idempotency_key_shared_by_two_writers_made_one_plan_each_round(aftermath: dict[str, Any]) -> None:
    keyed, unkeyed = 1, 2
    assert len(aftermath["plans"]) == ROUNDS * (keyed + unkeyed)


def test_the_database_was_never_locked(aftermath: dict[str, Any], api: Api) -> None:
    assert sum(sum(writer.statuses.values()) for writer in aftermath["writers"]) > WRITERS * ROUNDS
    assert "locked" not in api.server.log_path.read_text()
