"""People and agents who plan one project at the same time, through REST, each in a thread of its own."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from plans.spec import TaskSpec

PROJECT = "atoll"
EXPECTED = {200, 201, 400, 403, 404, 409, 412}
REFINEMENTS = ("Add a boss fight", "Add sound", "Make it smaller")
MANY_OPEN = 6
"""When so many proposals are open, people rather accept than propose."""


@dataclass(frozen=True)
class Edit:
    """An edit that the server has answered with success. `marker` is the title that it gave, or the reason of a drop: its own
    alone."""

    who: str
    plan: int
    kind: str
    code: str
    marker: str


@dataclass
class World:
    """What all of them share, and the record of what they did."""

    until: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    open: list[int] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    number: int = 0

    def marker(self, who: str) -> str:
        with self.lock:
            self.number += 1
            return f"{who} #{self.number}"


def specs_of(plan: dict[str, Any]) -> list[TaskSpec]:
    """What a plan says, from an answer of REST."""
    fields = TaskSpec.model_fields
    return [
        TaskSpec.model_validate({name: task[name] for name in fields})
        for task in plan["tasks"]
        if task["status"] != "dropped"
    ]


class Planner:
    def __init__(self, who: str, http: httpx.Client, world: World, *, agent: bool, seed: str) -> None:
        self.who = who
        self.http = http
        self.world = world
        self.agent = agent
        self.chance = random.Random(seed)

    def live(self) -> None:
        doings: list[tuple[Callable[[], None], int]] = [
            (self.edit, 10),
            (self.propose, 2),
            (self.accept, 1 if self.agent else 5),
            (self.rebase, 2),
            (self.comment, 2),
            (self.resolve, 2),
            (self.review, 2),
            (self.work, 2),
            (self.refine, 1),
            (self.look, 3),
        ]
        verbs, weights = zip(*doings, strict=True)
        try:
            while time.monotonic() < self.world.until:
                self.chance.choices(verbs, weights)[0]()
        except Exception as error:
            self.world.faults.append(f"{self.who}: {error!r}")

    # Asking

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        response = self.http.request(method, path, json=body, headers=headers)
        said = response.json().get("code", "") if response.status_code >= 400 and is_json(response) else ""
        with self.world.lock:
            self.world.answers[f"{response.status_code} {said}".strip()] += 1
        if response.status_code not in EXPECTED:
            self.world.faults.append(f"{self.who}: {method} {path} → {response.status_code} {response.text[:300]}")
        return response

    def read(self, path: str) -> Any:
        return self.ask("GET", path).json()

    def some_proposal(self) -> int | None:
        with self.world.lock:
            return self.chance.choice(self.world.open) if self.world.open else None

    def opened(self, plan: int) -> None:
        with self.world.lock:
            self.world.open.append(plan)

    def closed(self, plan: int) -> None:
        with self.world.lock:
            if plan in self.world.open:
                self.world.open.remove(plan)

    def check_open(self, plan: int, response: httpx.Response) -> httpx.Response:
        if response.status_code == 409 and response.json()["code"] == "not_proposed":
            self.closed(plan)
        return response

    def note(self, plan: int, kind: str, code: str, marker: str) -> None:
        with self.world.lock:
            self.world.edits.append(Edit(self.who, plan, kind, code, marker))

    # Proposing and editing

    def propose(self) -> None:
        """A version of the active plan with another title and a new task."""
        if len(self.world.open) > MANY_OPEN:
            return self.accept()
        active = self.read(f"projects/{PROJECT}/plans/active/")
        tasks = [task.model_dump(mode="json") for task in specs_of(active)]
        task, title, new = self.chance.choice(tasks), self.world.marker(self.who), self.world.marker(self.who)
        task["title"] = title
        body = {"tasks": [*tasks, {"title": new, "dependencies": [task["code"]]}], "base": active["id"]}
        response = self.ask("POST", f"projects/{PROJECT}/plans/", body)
        if response.status_code == 201:
            made = response.json()
            self.note(made["id"], "title", task["code"], title)
            self.note(made["id"], "add", code_of(made, new), new)
            self.opened(made["id"])
        return None

    def edit(self) -> None:
        plan = self.some_proposal()
        if plan is None:
            return
        seen = self.ask("GET", f"plans/{plan}/")
        tasks = specs_of(seen.json())
        task, marker = self.chance.choice(tasks), self.world.marker(self.who)
        kind, op = self.chance.choices(
            [
                ("title", {"op": "update", "code": task.code, "fields": {"title": marker}}),
                ("add", {"op": "add", "task": {"title": marker}, "idx": self.chance.randint(0, len(tasks))}),
                ("drop", {"op": "drop", "code": task.code}),
                ("move", {"op": "move", "code": task.code, "idx": self.chance.randrange(len(tasks))}),
                ("depend", {"op": "update", "code": task.code, "fields": {"dependencies": self.some_codes(tasks)}}),
            ],
            weights=[8, 2, 2 if len(tasks) > 10 else 0, 1, 1],
        )[0]
        careful = {"If-Match": seen.headers["ETag"]} if self.chance.random() < 0.5 else {}
        response = self.check_open(
            plan, self.ask("PATCH", f"plans/{plan}/", {"ops": [op], "reason": marker}, **careful)
        )
        if response.status_code == 200 and kind in ("title", "add", "drop"):
            code = code_of(response.json(), marker) if kind == "add" else task.code
            self.note(plan, kind, code, marker)

    def some_codes(self, tasks: list[TaskSpec]) -> list[str]:
        return [task.code for task in self.chance.sample(tasks, min(2, len(tasks)))]

    def refine(self) -> None:
        plan = self.some_proposal()
        if plan is not None:
            asked = {"instructions": self.chance.choice(REFINEMENTS)}
            response = self.check_open(plan, self.ask("POST", f"plans/{plan}/refine/", asked))
            if response.status_code == 201:
                self.closed(plan)
                self.opened(response.json()["id"])

    # Agreeing

    def accept(self) -> None:
        """All of it or a part; where it is refused, what is missing is done."""
        plan = self.some_proposal()
        if plan is None:
            return
        body = {"only": self.a_part(plan)} if self.chance.random() < 0.4 else {}
        if body.get("only") == []:
            body = {}
        response = self.check_open(plan, self.ask("POST", f"plans/{plan}/accept/", body))
        if response.status_code == 200:
            self.closed(plan)
            if rest := response.json()["remaining"]:
                self.opened(rest)
        elif response.status_code == 409:
            self.make_it_acceptable(plan, response.json())

    def a_part(self, plan: int) -> list[str]:
        changes = self.read(f"plans/{plan}/changes/")["changes"]
        chosen = [each for each in changes if self.chance.random() < 0.5]
        return sorted({code for each in chosen for code in (each["code"], *each["needs"])})

    def make_it_acceptable(self, plan: int, problem: dict[str, Any]) -> None:
        if problem["code"] in ("stale_base", "codes_taken"):
            self.rebase(plan)
        elif problem["code"] == "not_agreed":
            for comment in problem["missing"]["comments"]:
                self.ask("POST", f"comments/{comment}/resolve/", {})

    def rebase(self, plan: int | None = None) -> None:
        plan = plan or self.some_proposal()
        if plan is None:
            return
        response = self.check_open(plan, self.ask("POST", f"plans/{plan}/rebase/", {}))
        if response.status_code == 409 and response.json()["code"] == "conflicts":
            ids = [each["id"] for each in response.json()["conflicts"]]
            answers = [{"id": id, "take": self.chance.choice(["mine", "theirs"])} for id in ids]
            body = {"resolutions": answers, "policy": self.chance.choice(["mine", "theirs"])}
            response = self.check_open(plan, self.ask("POST", f"plans/{plan}/rebase/", body))
        if response.status_code == 201:
            self.closed(plan)
            self.opened(response.json()["id"])

    def comment(self) -> None:
        plan = self.some_proposal()
        if plan is not None:
            body = {"body": self.world.marker(self.who), "blocking": not self.agent and self.chance.random() < 0.3}
            self.ask("POST", f"plans/{plan}/comments/", body)

    def resolve(self) -> None:
        plan = self.some_proposal()
        if plan is not None:
            for comment in self.read(f"plans/{plan}/comments/?limit=20").get("results", ()):
                if comment["resolved_at"] is None and self.chance.random() < 0.5:
                    self.ask("POST", f"comments/{comment['id']}/resolve/", {})

    def review(self) -> None:
        plan = self.some_proposal()
        if plan is not None:
            verdicts = ["advise"] if self.agent else ["approve"] * 6 + ["request_changes", "advise"]
            self.check_open(plan, self.ask("POST", f"plans/{plan}/reviews/", {"verdict": self.chance.choice(verdicts)}))

    # Working and looking

    def work(self) -> None:
        task = self.read(f"projects/{PROJECT}/next-task/")["task"]
        if task is None:
            return
        if self.ask("POST", f"tasks/{task['id']}/start/", {}).status_code == 200 and self.chance.random() < 0.3:
            answers = [{"criterion": each, "met": True} for each in task["acceptance"]]
            done = self.ask("POST", f"tasks/{task['id']}/complete/", {"acceptance": answers})
            if done.status_code == 200:
                self.world.done.add(task["code"])

    def look(self) -> None:
        plan = self.some_proposal()
        if plan is not None:
            what = self.chance.choice(["changes", "overlaps", "consensus", "diff", "operations", "reviews"])
            self.ask("GET", f"plans/{plan}/{what}/")
        accepted = self.read(f"projects/{PROJECT}/plans/?status=accepted")["results"]
        if len(accepted) != 1:
            self.world.faults.append(f"{self.who} saw {len(accepted)} accepted plans")


def is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "")


def code_of(plan: dict[str, Any], title: str) -> str:
    return next((task["code"] for task in plan["tasks"] if task["title"] == title), "")
