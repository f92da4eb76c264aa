"""The loop of the scripted agent: see what is to do, do it, look again. Others may work on the same project meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from gamedev_gateway.simulation import words
from gamedev_gateway.simulation.client import Api, ApiError, Wait
from gamedev_gateway.simulation.story import Step, say, tell

Json = dict[str, Any]
SOMEBODY_ELSE_WAS_FASTER = (404, 409)
ABANDONED_AFTER = 20.0
"""Seconds without news after which a task of an earlier run of this agent is taken up."""
NEWEST = 2**62


class Stuck(Exception):
    """Nothing is left that this agent may do, and the project is not complete."""


class Reporter(Protocol):
    """Is told how the play goes."""

    def board(self, tasks: list[Json]) -> None: ...

    def step(self, task: Json, step: Step) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass
class Pace:
    """How fast it goes: pauses are divided by `speed`; 0 is without any. `wait` may raise to end the play."""

    speed: float
    wait: Wait = time.sleep

    def pause(self, seconds: float) -> None:
        self.wait(seconds / self.speed if self.speed else 0)

    @property
    def abandoned_after(self) -> float:
        return ABANDONED_AFTER / min(self.speed or 1, 1)


class Player:
    """Plays one project. `api` does the work; `decider` has a person's word, for the one thing that needs it."""

    def __init__(
        self,
        api: Api,
        project_id: str,
        *,
        decider: Api,
        reporter: Reporter,
        pace: Pace,
        seed: int = 0,
        patience: float = 60,
    ) -> None:
        self.api = api
        self.decider = decider
        self.project = f"projects/{project_id}/"
        self.reporter = reporter
        self.pace = pace
        self.seed = seed
        self.patience = patience
        self.me: Json = {}

    def play(self) -> None:
        """From wherever the project stands to its completion. Stuck, ApiError or Unreachable when that cannot be."""
        if self.api.get(self.project)["active_plan"] is None:
            self.agree_on_a_plan()
        if all(task["status"] == "done" for task in self.read_board()):
            return
        if not self.me:
            self.me = self.publish(say("chat", {"text": words.HELLO}, 0))["actor"]
        while (task := self.next_task()) is not None:
            self.work_on(task)
        self.publish(say("chat", {"text": words.FAREWELL}, 0))

    def agree_on_a_plan(self) -> None:
        """Accept the newest proposal, made now where there is none; unless somebody else has just accepted one."""
        versions = list(self.api.all(f"{self.project}plans/"))
        if any(plan["status"] == "accepted" for plan in versions):
            return
        plan = next((plan for plan in versions if plan["status"] == "proposed"), None)
        if plan is None:
            self.reporter.note("There is no plan yet: one is generated from the brief.")
            plan = self.api.post(f"{self.project}plans/generate/", {})
            self.pace.pause(2)
        try:
            self.decider.post(f"plans/{plan['id']}/accept/", {})
        except ApiError as error:
            if error.status not in SOMEBODY_ELSE_WAS_FASTER or self.api.get(self.project)["active_plan"] is None:
                raise

    # What is to do

    def read_board(self) -> list[Json]:
        tasks = [task for task in self.api.all(f"{self.project}tasks/") if task["status"] != "dropped"]
        self.reporter.board(tasks)
        return tasks

    def next_task(self) -> Json | None:
        """The task to work on: one of ours that is begun, else the one that the gateway names. None when all is done."""
        give_up_at, seen = time.monotonic() + self.patience, 0
        while True:
            tasks = self.read_board()
            if all(task["status"] == "done" for task in tasks):
                return None
            begun = [task for task in tasks if task["status"] in {"in_progress", "blocked"}]
            found = next((task for task in begun if self.is_ours(task)), None)
            choice = self.api.get(f"{self.project}next-task/")
            if found or choice["task"]:
                return found or choice["task"]
            head = self.api.get(self.project)["seq"]
            if head != seen:
                give_up_at, seen = time.monotonic() + self.patience, head
            elif time.monotonic() > give_up_at:
                raise Stuck(choice["reason"])
            self.reporter.note(choice["reason"])
            self.pace.wait(1)

    def is_ours(self, task: Json) -> bool:
        """Whether we began it, and nobody else has blocked it since. A former run of ours counts when it is long silent."""
        told = self.api.get(
            f"{self.project}events/", types="task.started,task.blocked", task=task["code"], before=NEWEST, limit=20
        )["results"]
        last = [event["actor"] for event in told if task["status"] == "blocked" or event["type"] == "task.started"][-1:]
        return any(self.is_me(actor) or (self.was_me(actor) and self.is_silent(task)) for actor in last)

    def is_me(self, actor: Json) -> bool:
        return (actor["kind"], actor["id"]) == (self.me["kind"], self.me["id"])

    def was_me(self, actor: Json) -> bool:
        return (actor["kind"], actor["name"]) == (self.me["kind"], self.me["name"])

    def is_silent(self, task: Json) -> bool:
        told = self.api.get(f"{self.project}events/", task=task["code"], before=NEWEST, limit=1)["results"]
        last = datetime.fromisoformat(told[-1]["timestamp"])
        return (self.api.server_time - last).total_seconds() > self.pace.abandoned_after

    # Doing it

    def work_on(self, task: Json) -> None:
        """Play a task's story. When somebody else changes the task meanwhile, leave it and look again."""
        artifacts: dict[str, int] = {}
        if task["status"] != "pending":
            artifacts = {each["path"]: each["id"] for each in self.api.all(f"tasks/{task['id']}/artifacts/")}
        for step in tell(task, self.seed):
            self.pace.pause(step.pause)
            try:
                self.take(step, task, artifacts)
            except ApiError as error:
                if error.status not in SOMEBODY_ELSE_WAS_FASTER:
                    raise
                self.reporter.note(f"{task['code']} was changed by somebody else: {error}")
                self.pace.pause(0.5)
                return
            self.reporter.step(task, step)

    def take(self, step: Step, task: Json, artifacts: dict[str, int]) -> None:
        """Do one step. `artifacts` remembers the ids of what was registered, by path."""
        special: dict[str, Callable[[], Any]] = {
            "publish": lambda: self.publish(step, task["code"]),
            "register": lambda: self.register(step, task, artifacts),
            "validate": lambda: self.validate(step, artifacts),
            "complete": lambda: self.api.post(f"tasks/{task['id']}/complete/", with_ids(step.body, artifacts)),
        }
        if act := special.get(step.verb):
            act()
        else:
            self.api.post(f"tasks/{task['id']}/{step.verb}/", step.body)

    def publish(self, step: Step, code: str | None = None) -> Json:
        return self.api.post(f"{self.project}events/", {**step.body, "task": code})

    def register(self, step: Step, task: Json, artifacts: dict[str, int]) -> None:
        if step.body["path"] not in artifacts:
            artifacts[step.body["path"]] = self.api.post(f"tasks/{task['id']}/artifacts/", step.body)["id"]

    def validate(self, step: Step, artifacts: dict[str, int]) -> None:
        verdict = {"status": step.body["status"], "report": step.body["report"]}
        self.api.post(f"artifacts/{artifacts[step.body['path']]}/validate/", verdict)


def with_ids(completion: Json, artifacts: dict[str, int]) -> Json:
    """The evidence with artifacts by id, as the API wants them, without those that are not there (any more)."""
    evidence = [
        {**item, "artifact": artifacts[item["artifact"]]} if "artifact" in item else item
        for item in completion["evidence"]
        if item.get("artifact") is None or item["artifact"] in artifacts
    ]
    return {**completion, "evidence": evidence}
