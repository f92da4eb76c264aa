"""What a context says, made from the state of the work. Plain data in, plain data out.

The people's own words stay: decisions, open questions and risks of the context before are carried on; what the work itself
says (blocked tasks, constraints of the brief) is made anew each time.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from plans.brief import Brief

RECENT = 5
BLOCKED_RISK = "Blocked: "
CONSTRAINT_RISK = "Constraint: "
GLOBAL_MEMBERS: dict[str, tuple[type, ...]] = {
    "summary": (str,),
    "current_task": (str, type(None)),
    "done_tasks": (list,),
    "pending_tasks": (int,),
    "decisions": (list,),
    "open_questions": (list,),
    "risks": (list,),
}
"""What every global context has, and of which type; readers rely on it, whoever wrote the context."""


class TaskState(BaseModel):
    """A task of the active plan, as a context sees it."""

    code: str
    title: str
    description: str = ""
    status: str
    progress: int = 0
    dependencies: list[str] = []
    acceptance: list[str] = []
    deliverables: list[str] = []
    blocked_reason: str = ""
    notes: list[str] = []


class ProjectState(BaseModel):
    """What a context is made from."""

    name: str
    status: str
    brief: Brief
    plan_version: int | None = None
    plan_summary: str = ""
    current_task: str | None = None
    tasks: list[TaskState] = []


def global_content(state: ProjectState, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The global context of a project. `before` is the content that was active until now."""
    before = before or {}
    done = [task for task in state.tasks if task.status == "done"]
    return {
        **before,
        "summary": summary(state, done),
        "current_task": state.current_task,
        "done_tasks": [{"code": task.code, "title": task.title} for task in done],
        "pending_tasks": len(state.tasks) - len(done),
        "open_tasks": [neighbour(task) for task in state.tasks if task.status != "done"],
        "decisions": decisions(state, before),
        "open_questions": carried(before, "open_questions") if "open_questions" in before else open_questions(state),
        "risks": risks(state, before),
    }


def wrong_members(content: dict[str, Any]) -> list[str]:
    """The members of a global content that are of another type than readers rely on."""
    return [name for name, types in GLOBAL_MEMBERS.items() if name in content and not isinstance(content[name], types)]


def with_all_members(content: dict[str, Any], assembled: dict[str, Any]) -> dict[str, Any]:
    """A global content with what it leaves out taken from an assembled one."""
    return {**{name: assembled[name] for name in GLOBAL_MEMBERS}, **content}


def summary(state: ProjectState, done: Sequence[TaskState]) -> str:
    pitch = f"{state.name}: {state.brief.pitch}" if state.brief.pitch else f"{state.name}."
    if state.plan_version is None:
        return f"{pitch} There is no active plan yet."
    where = f"Plan version {state.plan_version}: {len(done)} of {len(state.tasks)} tasks are done."
    if state.status == "completed":
        return f"{pitch} {where} The project is complete."
    current = next((task for task in state.tasks if task.code == state.current_task), None)
    now = f" {current.code} {current.title} is {sentence_status(current)}." if current else ""
    latest = f" Last done: {', '.join(task.title for task in done[-RECENT:])}." if done else ""
    return f"{pitch} {where}{now}{latest}"


def sentence_status(task: TaskState) -> str:
    return {"in_progress": f"in progress ({task.progress} %)", "pending": "next"}.get(task.status, task.status)


def decisions(state: ProjectState, before: dict[str, Any]) -> list[Any]:
    """Decisions so far, and the plan agreed on, once."""
    kept = carried(before, "decisions")
    if state.plan_version is None:
        return kept
    agreed = f"Plan version {state.plan_version} is agreed on."
    return kept if agreed in kept else [*kept, agreed]


def open_questions(state: ProjectState) -> list[str]:
    """What the brief leaves open and somebody will ask."""
    asked = {
        "target": "Who is the game for?",
        "platform": "On which platforms will it run?",
        "engine": "Which engine is it built with?",
        "milestones": "Which milestones should the work be measured by?",
    }
    return [question for field, question in asked.items() if not getattr(state.brief, field)]


def risks(state: ProjectState, before: dict[str, Any]) -> list[Any]:
    own = [risk for risk in carried(before, "risks") if not is_derived(risk)]
    blocked = [f"{BLOCKED_RISK}{t.code} {t.title}: {t.blocked_reason}" for t in state.tasks if t.status == "blocked"]
    return [*own, *blocked, *(f"{CONSTRAINT_RISK}{constraint}" for constraint in state.brief.constraints)]


def is_derived(risk: Any) -> bool:
    return isinstance(risk, str) and risk.startswith((BLOCKED_RISK, CONSTRAINT_RISK))


def entry_text(entry: Any) -> str:
    """What an entry of decisions, open questions or risks says: a text as people write it, or an object with a `text`."""
    text = entry.get("text", "") if isinstance(entry, dict) else entry
    return text if isinstance(text, str) else ""


def carried(before: dict[str, Any], field: str) -> list[Any]:
    value = before.get(field)
    return list(value) if isinstance(value, list) else []


def task_content(state: ProjectState, code: str, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The context of one task: what it asks, where it stands, what it waits for and what waits for it."""
    before = before or {}
    by_code = {task.code: task for task in state.tasks}
    task = by_code[code]
    return {
        **before,
        "summary": f"{task.code} {task.title} is {sentence_status(task)}.",
        "task": {"code": task.code, "title": task.title, "description": task.description, "status": task.status},
        "acceptance": task.acceptance,
        "deliverables": task.deliverables,
        "waits_for": [neighbour(by_code[other]) for other in task.dependencies if other in by_code],
        "unblocks": [neighbour(other) for other in state.tasks if code in other.dependencies],
        "blocked_reason": task.blocked_reason,
        "notes": task.notes,
        "decisions": carried(before, "decisions"),
        "open_questions": carried(before, "open_questions"),
        "risks": carried(before, "risks"),
    }


def neighbour(task: TaskState) -> dict[str, str]:
    return {"code": task.code, "title": task.title, "status": task.status}
