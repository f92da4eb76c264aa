"""A project as it was right after one event, folded from what its log tells. Plain data: no Django.

A `Board` is what the fold works on and what a checkpoint keeps: dictionaries by name, in JSON. A `State` is what the API answers.
An event of an older gateway may tell less; then the board says less (`None`, or what a new task begins with), and never guesses.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from plans.spec import Estimates
from realtime import event_types

Event = Mapping[str, Any]
"""An event of the log, as every reader gets it."""


class StateProject(BaseModel):
    id: str
    name: str
    description: str | None = None
    brief: dict[str, Any] | None = None
    status: str = "draft"
    active: bool = False
    active_plan: int | None = None
    active_context: int | None = None
    current_task: int | None = None
    current_task_code: str | None = None


class StateClaim(BaseModel):
    """Who had claimed a task. How long a claim lives on is no matter of the log: it lasts until something ended it."""

    id: int
    holder: dict[str, Any]


class StateTask(BaseModel):
    """A task of the accepted plan: what the plan says of it, and what was done about it."""

    id: int
    project: str
    plan: int
    idx: int
    code: str
    title: str
    description: str = ""
    status: str = "pending"
    dependencies: list[str] = []
    acceptance: list[str] = []
    mcp_tools: list[str] = []
    deliverables: list[str] = []
    estimates: dict[str, Any] = Estimates().model_dump()
    priority: int = 3
    progress: int = 0
    blocked_reason: str = ""
    claim: StateClaim | None = None
    evidence: list[dict[str, Any]] = []
    acceptance_answers: list[dict[str, Any]] = []
    started_at: datetime | None = None
    completed_at: datetime | None = None


class StateCounts(BaseModel):
    """Counts over the tasks that are not dropped; `progress` is their mean, 0–100."""

    total: int
    completed: int
    blocked: int
    progress: int


class StatePlan(BaseModel):
    """The version that was the accepted one."""

    id: int
    version: int
    summary: str
    accepted_at: datetime | None
    stats: StateCounts


class StateContext(BaseModel):
    """A version of a context that was active. It is read at `contexts/{id}/`: contexts are never edited."""

    id: int
    scope: str
    task: str | None
    version: int
    source: str


class StateArtifact(BaseModel):
    id: int
    task: str | None = Field(description="The task's code; null for one of the project as a whole.")
    type: str
    category: str
    path: str = ""
    uri: str = ""
    sha256: str = ""
    size_bytes: int | None = None
    validation_status: str = "pending"


class State(BaseModel):
    """A project right after the event `seq` of its log."""

    seq: int
    cursor: str
    timestamp: datetime | None = Field(description="When that event happened.")
    project: StateProject
    plan: StatePlan | None
    tasks: list[StateTask] = Field(description="In the plan's order, the dropped ones too.")
    contexts: list[StateContext] = Field(description="The active versions.")
    artifacts: list[StateArtifact]


@dataclass
class Board:
    """What the fold has found so far. Tasks and task contexts are named by code, the global context by ""."""

    project: dict[str, Any]
    plan: dict[str, Any] | None = None
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return to_jsonable_python(asdict(self))

    def state(self, seq: int, cursor: str, timestamp: datetime | None) -> State:
        tasks = sorted(self.tasks.values(), key=lambda task: (task["idx"], task["code"]))
        return State.model_validate(
            {
                "seq": seq,
                "cursor": cursor,
                "timestamp": timestamp,
                "project": self.project | self.pointers(),
                "plan": self.plan and {**self.plan, "stats": counts(tasks)},
                "tasks": [{**task, "project": self.project["id"]} for task in tasks],
                "contexts": [self.contexts[name] for name in sorted(self.contexts)],
                "artifacts": sorted(self.artifacts.values(), key=lambda artifact: artifact["id"]),
            }
        )

    def pointers(self) -> dict[str, Any]:
        """The project's references to the rest of the board."""
        return {
            "active_plan": self.plan and self.plan["id"],
            "active_context": self.contexts[""]["id"] if "" in self.contexts else None,
            "current_task": self.tasks.get(self.project.get("current_task_code") or "", {}).get("id"),
        }


def counts(tasks: list[dict[str, Any]]) -> dict[str, int]:
    live = [task for task in tasks if task["status"] != "dropped"]
    statuses = [task["status"] for task in live]
    return {
        "total": len(live),
        "completed": statuses.count("done"),
        "blocked": statuses.count("blocked"),
        "progress": round(sum(task["progress"] for task in live) / len(live)) if live else 0,
    }


def fold(board: Board, event: Event) -> None:
    """Bring a board up to date with the next event of its log, one of `FOLDED`."""
    FOLDS[event["type"]](board, event, event["payload"])


def change_project(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    board.project |= told["changes"]


def accept_plan(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    """The new plan's tasks: what the diff says of them over what was known, with the work done so far, by code."""
    before, diff = board.tasks, told["diff"]
    added = {task["code"]: task for task in diff["added"]}
    changed = {
        task["code"]: {name: values["to"] for name, values in task["fields"].items()} for task in diff["changed"]
    }
    board.tasks = {
        code: {
            **blank_task(code),
            **before.get(code, {}),
            **added.get(code, {}),
            **changed.get(code, {}),
            **standing,
            **({"claim": None} if standing["status"] == "dropped" else {}),
            "plan": told["plan_id"],
        }
        for standing in told["tasks"]
        for code in [standing["code"]]
    }
    board.plan = {
        "id": told["plan_id"],
        "version": told["version"],
        "summary": told["summary"],
        "accepted_at": told.get("accepted_at") or event["timestamp"],
    }
    board.project["current_task_code"] = told["current_task"]


ENDS_CLAIM = (event_types.TaskReleased.type, event_types.TaskCompleted.type)
"""A task that is dropped loses its claim, too: see `accept_plan`, since older gateways told no end of it."""


def blank_task(code: str) -> dict[str, Any]:
    """A task of which nothing is known but that it is there."""
    return {"code": code, "title": code, "status": "pending", "progress": 0}


def do_work(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    board.project["current_task_code"] = told["current_task"]
    if task := board.tasks.get(event["task_code"]):
        task |= told["changes"]
        if "acceptance" in told:
            task["acceptance_answers"] = told["acceptance"]
        if event["type"] in ENDS_CLAIM:
            task["claim"] = None


def change_task(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    """What an accepted version says of a task, `accept_plan` has read already; of the evidence, only this tells."""
    if (task := board.tasks.get(event["task_code"])) and "evidence" in told["fields"]:
        task["evidence"] = told["fields"]["evidence"]["to"]


def claim_task(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    if task := board.tasks.get(event["task_code"]):
        task["claim"] = {"id": told["claim_id"], "holder": event["actor"]}


def activate_context(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    code = event["task_code"] if told["scope"] == "task" else None
    board.contexts[code or ""] = {
        "id": told["context_id"],
        "scope": told["scope"],
        "task": code,
        "version": told["version"],
        "source": told["source"],
    }


def add_artifact(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    named = {"id": told["artifact_id"], "task": event["task_code"], "type": told["artifact_type"]}
    board.artifacts[str(told["artifact_id"])] = {**told, **named}


def judge_artifact(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    if artifact := board.artifacts.get(str(told["artifact_id"])):
        artifact["validation_status"] = told["validation_status"]


def remove_artifact(board: Board, event: Event, told: Mapping[str, Any]) -> None:
    board.artifacts.pop(str(told["artifact_id"]), None)


WORK = {"changes", "current_task"}
"""What the payloads of work on a task have in common."""
FOLDS: dict[str, Callable[[Board, Event, Mapping[str, Any]], None]] = {
    event_types.Project.type: change_project,
    event_types.PlanAccepted.type: accept_plan,
    event_types.TaskClaimed.type: claim_task,
    event_types.TaskChanged.type: change_task,
    **{name: do_work for name, payload in event_types.REGISTRY.items() if payload.model_fields.keys() >= WORK},
    **{payload.type: activate_context for payload in event_types.ContextChanged.__subclasses__()},
    event_types.ArtifactCreated.type: add_artifact,
    event_types.ArtifactValidated.type: judge_artifact,
    event_types.ArtifactDeleted.type: remove_artifact,
}
FOLDED = frozenset(FOLDS)
"""The types of the events that change a board."""
