"""Taking the next task: chosen, claimed and begun in one go, so that no two agents are told to do the same.

Those who ask at the same moment are served together: the plan is read once for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.correlation import correlation_id
from plans.models import Claim, Project, Task
from plans.next_task import NextTask, choose_several
from plans.services.claims import end_all, last_words, prolong
from plans.services.progress import announce_standing, live_tasks, refresh_standing, work_graph
from plans.services.work import TOLD
from realtime import event_types
from realtime.publishing import Told, publish_all


@dataclass(frozen=True)
class Asked:
    """A run that asks for work; `ttl` in seconds."""

    run: int
    ttl: int
    actor: Actor
    correlation_id: str


@dataclass(frozen=True)
class Taken:
    """A task that is begun, and the claim on it with what its last holder left."""

    task: Task
    claim: Claim
    handoff: str
    reason: str


def claim_next(project: Project, *, run: int, ttl: int, actor: Actor) -> Taken | NextTask:
    """Claim the best ready task that nobody holds, and begin it; or say why there is none."""
    return claim_next_for(project, [Asked(run, ttl, actor, correlation_id())])[0]


@transaction.atomic
def claim_next_for(project: Project, asked: Sequence[Asked]) -> list[Taken | NextTask]:
    """The same for several runs, in their order.

    A run that is at work on a task gets that one again, with its claim prolonged: whoever did not hear the first answer asks
    once more, and must not be given a second task.
    """
    project = project.lock()
    end_all(project.claims.run_out(), Claim.Ended.EXPIRED, actor=SYSTEM)
    in_hand = tasks_in_hand(project, {each.run for each in asked})
    given: dict[int, Taken | NextTask] = {}
    for each in asked:
        if each.run in in_hand:
            task, claim = in_hand[each.run]
            given[each.run] = Taken(
                task, prolong(claim, each.ttl), handoffs(project, [claim]).get(task.code, ""), AGAIN
            )
    if waiting := {each.run: each for each in asked if each.run not in given}:
        given |= begin(project, list(waiting.values()))
    return [given[each.run] for each in asked]


AGAIN = "It is yours already."


def tasks_in_hand(project: Project, runs: set[int]) -> dict[int, tuple[Task, Claim]]:
    """The task in progress that each run holds, the one begun last of several."""
    held = {claim.resource: claim for claim in project.claims.open().filter(run__in=runs)}
    running = live_tasks(project).filter(status=Task.Status.IN_PROGRESS, code__in=held).select_related("plan__project")
    return {held[task.code].run: (task, held[task.code]) for task in running.order_by("started_at")}  # type: ignore[misc]


def begin(project: Project, asked: Sequence[Asked]) -> dict[int, Taken | NextTask]:
    """A task for each run, claimed and begun, by run."""
    items, graph = work_graph(project)
    choices = choose_several(items, len(asked), graph)
    chosen = {choice.code: choice for choice in choices if choice.code}
    rows = {task.code: task for task in live_tasks(project).select_related("plan__project").filter(code__in=chosen)}
    claims = make_claims(project, dict(zip(chosen, asked, strict=False)))
    left = handoffs(project, claims)
    before = {code: {field: getattr(task, field) for field in TOLD} for code, task in rows.items()}
    for task in rows.values():
        task.start()
    Task.objects.bulk_update(rows.values(), ["status", "started_at"])
    announce(project, dict(zip(chosen, asked, strict=False)), rows, claims, left, before)
    taken: dict[int, Taken | NextTask] = {
        each.run: Taken(rows[code], claim, left.get(code, ""), choice.reason)
        for (code, choice), each, claim in zip(chosen.items(), asked, claims, strict=False)
    }
    return taken | {each.run: choices[-1] for each in asked[len(chosen) :]}


def make_claims(project: Project, holders: dict[str, Asked]) -> list[Claim]:
    """Claims on tasks that nobody holds, each with a fence above all before it."""
    ever = project.claims.filter(resource__in=holders).values_list("resource").annotate(last=Max("fence")).order_by()
    fences = dict(ever)
    now = timezone.now()
    return Claim.objects.bulk_create(
        Claim(
            project=project,
            resource=code,
            holder=each.actor.as_json(),
            user_id=each.actor.user_id,
            run=each.run,
            fence=fences.get(code, 0) + 1,
            ttl=each.ttl,
            expires_at=now + timedelta(seconds=each.ttl),
        )
        for code, each in holders.items()
    )


def handoffs(project: Project, claims: Sequence[Claim]) -> dict[str, str]:
    """What the holders before left, by task."""
    fences = {claim.resource: claim.fence for claim in claims}
    again = [code for code, fence in fences.items() if fence > 1]
    before = project.claims.filter(resource__in=again).only(
        "project", "resource", "fence", "progress", "note", "handoff"
    )
    return {claim.resource: last_words(claim) for claim in before if claim.fence == fences[claim.resource] - 1}


def announce(
    project: Project,
    holders: dict[str, Asked],
    rows: dict[str, Task],
    claims: Sequence[Claim],
    left: dict[str, str],
    before: dict[str, dict[str, object]],
) -> None:
    """Tell of each task that it is claimed, then that it is started."""
    standing_changed = refresh_standing(project)
    told = []
    for claim, (code, each) in zip(claims, holders.items(), strict=True):
        task = rows[code]
        changes = {field: getattr(task, field) for field in TOLD if getattr(task, field) != before[code][field]}
        claimed = event_types.TaskClaimed(
            claim_id=claim.pk, resource=code, expires_at=claim.expires_at.isoformat(), handoff=left.get(code, "")
        )
        started = event_types.TaskStarted(changes=changes, current_task=code)  # begun last
        told += [Told(payload, each.actor, task.ref, each.correlation_id) for payload in (claimed, started)]
    publish_all(project.pk, told)
    if standing_changed:
        announce_standing(project, next(iter(holders.values())).actor if holders else SYSTEM)
