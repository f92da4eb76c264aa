"""What can go wrong in planning and working. Each code is one that clients may branch on."""

from gamedev_gateway.core.errors import Conflict, Forbidden, InvalidInput
from plans.models import Task, TaskPlan


class BriefIncomplete(InvalidInput):
    """The brief lacks answers without which no plan can be made; the errors name them."""

    code, title = "brief_incomplete", "The brief is not complete"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            {f"brief.{name}": ["A plan cannot be made without it; add it to the project's brief."] for name in missing}
        )


class NotProposed(Conflict):
    """Only a proposal can be edited, refined in place or accepted."""

    code = "not_proposed"

    def __init__(self, plan: TaskPlan) -> None:
        super().__init__(
            f"Version {plan.version} is {plan.status}; only a proposed version can be changed or accepted. "
            "Refine it, or write a new version with it as base.",
            plan_status=plan.status,
        )


class DependencyCycle(Conflict):
    """Tasks wait for each other. `path` is the cycle, by code, ending where it begins."""

    code = "dependency_cycle"

    def __init__(self, path: list[str]) -> None:
        super().__init__(
            f"Tasks depend on each other: {' → '.join(path)}. Take one of these dependencies out.", path=path
        )


class UnknownDependency(InvalidInput):
    """Dependencies that name no task of the plan."""

    code = "unknown_dependency"

    def __init__(self, missing: dict[str, list[str]]) -> None:
        super().__init__(
            {
                f"tasks.{code}.dependencies": [f"The plan has no task {', '.join(unknown)}."]
                for code, unknown in missing.items()
            }
        )


class StaleBase(Conflict):
    """The plan that a version was made from is no longer the active one."""

    code = "stale_base"

    def __init__(self, plan: TaskPlan, active: TaskPlan | None) -> None:
        super().__init__(
            f"Version {plan.version} was made from a plan that is no longer active"
            f"{f'; version {active.version} is' if active else ''}. Make the change again from the active plan.",
            active_plan=active.pk if active else None,
        )


class AgentsDoNotDecide(Forbidden):
    """Accepting a plan, members and tokens are the people's word."""

    code = "people_only"

    def __init__(self, what: str) -> None:
        super().__init__(f"An agent cannot {what}; a person has to.")


class TaskSuperseded(Conflict):
    """The task belongs to a version that is not the active plan. `current_task` is the same task there."""

    code = "task_superseded"

    def __init__(self, task: Task, current: Task | None) -> None:
        super().__init__(
            f"{task.code} of version {task.plan.version} cannot be worked on, since that version is {task.plan.status}; "
            + (f"go on with task {current.pk}." if current else "the active plan does not have it."),
            current_task=current.pk if current else None,
        )


class WrongStatus(Conflict):
    """The task is not in a status from which this can be done."""

    code = "wrong_status"

    def __init__(self, task: Task, verb: str, allowed: list[str]) -> None:
        super().__init__(
            f"{task.code} is {task.status}; only a task that is {' or '.join(allowed)} can be {verb}.",
            task_status=task.status,
        )


class DependenciesUnmet(Conflict):
    """The task waits for others."""

    code = "dependencies_unmet"

    def __init__(self, task: Task, waiting_for: list[str]) -> None:
        super().__init__(f"{task.code} waits for {', '.join(waiting_for)}.", waiting_for=waiting_for)


class CriteriaUnmet(Conflict):
    """Acceptance criteria that are not answered, or answered with no."""

    code = "criteria_unmet"

    def __init__(self, task: Task, unmet: list[str], unanswered: list[str]) -> None:
        super().__init__(
            f"{task.code} is not complete. Answer every criterion in `acceptance` with {{criterion, met: true}}; "
            f"unmet: {'; '.join(unmet)}",
            unmet=unmet,
            unanswered=unanswered,
        )


class LastOwner(Conflict):
    """A project keeps at least one owner."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("A project needs an owner; make somebody else one first.")
