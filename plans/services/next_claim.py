"""Taking the next task: chosen, claimed and begun in one go, so that no two agents are told to do the same."""

from dataclasses import dataclass

from django.db import transaction

from gamedev_gateway.core.actors import SYSTEM, Actor
from plans.models import Claim, Project, Task
from plans.next_task import NextTask, choose_next
from plans.services.claims import DEFAULT_TTL, Grip, end_all, grant
from plans.services.progress import live_tasks, work_items
from plans.services.work import start_task


@dataclass(frozen=True)
class Taken:
    """A task that is begun, and the claim on it."""

    task: Task
    claim: Claim
    reason: str


@transaction.atomic
def claim_next(project: Project, *, run: int, ttl: int = DEFAULT_TTL, actor: Actor) -> Taken | NextTask:
    """Claim the best ready task that nobody holds, and begin it; or say why there is none.

    A run that is at work on a task gets that one again, with its claim prolonged: whoever did not hear the first answer asks
    once more, and must not be given a second task.
    """
    project = project.lock()
    end_all(project.claims.run_out(), Claim.Ended.EXPIRED, actor=SYSTEM)
    if held := task_in_hand(project, run, actor):
        claim = grant(project, held.code, held, ttl=ttl, run=run, actor=actor)
        return Taken(held, claim, f"{held.code} is yours already.")
    choice = choose_next(work_items(project))
    if choice.code is None:
        return choice
    task = live_tasks(project).select_related("plan").get(code=choice.code)
    claim = grant(project, task.code, task, ttl=ttl, run=run, actor=actor)
    return Taken(start_task(task, grip=Grip(claim.pk, claim.fence), actor=actor), claim, choice.reason)


def task_in_hand(project: Project, run: int, actor: Actor) -> Task | None:
    """The task in progress that a run holds, the latest of several."""
    held = project.claims.open().filter(run=run, holder=actor.as_json()).values_list("resource", flat=True)
    running = live_tasks(project).filter(status=Task.Status.IN_PROGRESS, code__in=list(held))
    return running.select_related("plan").order_by("-started_at").first()
