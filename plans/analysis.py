"""What there is to know about a plan at a glance: its schedule, what can be done now, what waits for what, and the load.

Plain data in and out. The schedule is that of the whole plan as it says, whatever is done of it; `hours_left` is that of
the tasks that are not done. What is ready and what waits is decided in `next_task`, and only told here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, Field

from plans.graph import dependents
from plans.next_task import WorkItem, choose_next
from plans.schedule import DEFAULT_HOURS, critical_hours, hours_of, make_schedule
from plans.spec import TaskSpec

Key = TypeVar("Key", str, int)


@dataclass(frozen=True)
class PlannedTask:
    """A task as the plan says it, with the state of the work on it."""

    spec: TaskSpec
    status: str = "pending"
    progress: int = 0
    blocked_reason: str = ""

    def work_item(self) -> WorkItem:
        spec = self.spec
        return WorkItem(spec.code, spec.title, self.status, spec.priority, spec.dependencies, self.blocked_reason)


class TaskAnalysis(BaseModel):
    """One task. Times are working hours from the start of the plan."""

    code: str
    title: str
    status: str
    progress: int
    standing: str = Field(description="The status, but `ready` for one that is pending and waits for nothing.")
    dependencies: list[str]
    waiting_for: list[str] = Field(description="The dependencies that hold it up.")
    reason: str = Field(description="Why it cannot be begun now; empty when it can be, or has been.")
    unblocks: list[str] = Field(description="The tasks not yet done that wait for it directly.")
    unblocks_in_all: int = Field(description="How many tasks not yet done wait for it, directly or through others.")
    level: int = Field(
        description="One more than the deepest task that it waits for; tasks of a level can run in parallel."
    )
    hours: float
    estimated: bool = Field(description="False where the hours are the default.")
    start: float = Field(description="The earliest.")
    finish: float
    latest_start: float = Field(description="The latest without moving the end of the plan.")
    latest_finish: float
    slack: float
    critical: bool = Field(description="It stands on the critical path.")


class Load(BaseModel):
    tasks: int
    story_points: int
    hours: float


class PlanAnalysis(BaseModel):
    tasks: list[TaskAnalysis] = Field(description="In the plan's order, without the dropped ones.")
    critical_path: list[str] = Field(
        description="The longest chain of tasks by hours; nothing shortens the plan but it."
    )
    hours: float = Field(description="How long the plan takes at least, with hands enough: the critical path.")
    hours_left: float = Field(description="The same of the tasks that are not done.")
    default_hours: float = Field(description="What a task without an estimate counts as.")
    levels: list[list[str]] = Field(description="The tasks by level: each level waits only for those before it.")
    widest_level: int = Field(description="How many tasks the widest level has.")
    most_at_once: int = Field(description="How many tasks run at once at most, when each begins as early as it can.")
    next: str | None = Field(description="The task to begin next.")
    next_reason: str
    by_status: dict[str, Load]
    by_priority: dict[int, Load]
    unknown_tools: dict[str, list[str]] = Field(
        default_factory=dict,
        description="By task, the tools that it names and no server of the project has; empty where it has no servers.",
    )


def analyse(tasks: Sequence[PlannedTask]) -> PlanAnalysis:
    """The analysis of tasks that are not dropped, in their order; graphlib.CycleError when they wait for each other."""
    specs = [task.spec for task in tasks]
    schedule = make_schedule(specs)
    items = [task.work_item() for task in tasks]
    done = {item.code for item in items if item.status == "done"}
    waiting = dependents({item.code: item.dependencies for item in items if item.code not in done})
    in_all = counts_after([code for level in schedule.levels for code in level], waiting)
    places = {item.code: place for place, item in enumerate(items)}
    path = set(schedule.critical_path)
    choice = choose_next(items)
    held_up = {waiting.code: waiting for waiting in choice.blocked}
    analysed = []
    for task, item in zip(tasks, items, strict=True):
        code, timing, why = item.code, schedule.timings[item.code], held_up.get(item.code)
        analysed.append(
            TaskAnalysis(
                code=code,
                title=item.title,
                status=item.status,
                progress=task.progress,
                standing="ready" if item.status == "pending" and why is None else item.status,
                dependencies=list(item.dependencies),
                waiting_for=why.waiting_for if why else [],
                reason=why.reason if why else "",
                unblocks=sorted(waiting.get(code, ()), key=places.__getitem__),
                unblocks_in_all=in_all.get(code, 0),
                level=timing.level,
                hours=timing.hours,
                estimated=timing.estimated,
                start=timing.start,
                finish=timing.finish,
                latest_start=timing.latest_start,
                latest_finish=timing.latest_finish,
                slack=timing.slack,
                critical=code in path,
            )
        )
    return PlanAnalysis(
        tasks=analysed,
        critical_path=list(schedule.critical_path),
        hours=schedule.hours,
        hours_left=critical_hours([spec for spec in specs if spec.code not in done]),
        default_hours=DEFAULT_HOURS,
        levels=schedule.levels,
        widest_level=max(map(len, schedule.levels), default=0),
        most_at_once=schedule.most_at_once,
        next=choice.code,
        next_reason=choice.reason,
        by_status=load((task.status, task.spec) for task in tasks),
        by_priority=load((task.spec.priority, task.spec) for task in tasks),
    )


def counts_after(order: Sequence[str], waiting: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """How many tasks wait for each, directly or through others. `order` has each task after those that it waits for.

    A set of tasks is a number with a bit for each, so that a union is one operation.
    """
    after: dict[str, int] = {}
    bits = {code: 1 << place for place, code in enumerate(order)}
    for code in reversed(order):
        found = 0
        for waits in waiting.get(code, ()):
            found |= bits[waits] | after[waits]
        after[code] = found
    return {code: found.bit_count() for code, found in after.items()}


def load(tasks: Iterable[tuple[Key, TaskSpec]]) -> dict[Key, Load]:
    """The tasks, points and hours of each key."""
    grouped: dict[Key, list[TaskSpec]] = {}
    for key, spec in tasks:
        grouped.setdefault(key, []).append(spec)
    return {
        key: Load(
            tasks=len(specs),
            story_points=sum(spec.estimates.story_points for spec in specs),
            hours=sum(hours_of(spec) for spec in specs),
        )
        for key, specs in sorted(grouped.items())
    }
