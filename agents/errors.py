"""What can go wrong with runs and questions."""

from agents.models import Activity, Run
from gamedev_gateway.core.errors import Conflict, InvalidInput
from plans.models import TaskPlan


class RunEnded(Conflict):
    """The run has ended; nothing more belongs to it."""

    code = "run_ended"

    def __init__(self, run: Run) -> None:
        super().__init__(f"This run is {run.status}; start another one.", run_status=run.status)


class NoQuestion(Conflict):
    """There is nothing to answer."""

    code = "no_question"

    def __init__(self, activity: Activity) -> None:
        why = "was answered already" if activity.answered_at else "asks nothing"
        super().__init__(f"This {activity.kind} {why}.")


class WhichProject(InvalidInput):
    """No project was named, and there are several, or none."""

    code = "which_project"

    def __init__(self, projects: list[str]) -> None:
        super().__init__({"project": [f"Say which project; you see: {', '.join(projects) or 'none'}."]})


class OldBase(Conflict):
    """A proposal would be made from a version that another has taken the place of."""

    code = "stale_base"

    def __init__(self, plan: TaskPlan, active: TaskPlan | None) -> None:
        now = f"; version {active.version} is active" if active else ""
        super().__init__(
            f"Version {plan.version} is {plan.status}{now}. Propose on a version that is active or open.",
            active_version=active.version if active else None,
        )
