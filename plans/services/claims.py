"""Claims: who may write to a task, or to something else that only one may hold.

A claim is granted under the project's lock with a fence that rises; every write of its holder shows both. It ends when it is
released, when its time runs out, when a person takes it away, and when its task is done or dropped.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone

from gamedev_gateway.core.actors import SYSTEM, Actor
from plans.errors import AgentsDoNotDecide, Claimed, ClaimNotShown, NotClaimable, NotClaimed, StaleClaim
from plans.models import Claim, Project, Task
from plans.services.progress import announce_standing, check_workable, refresh_standing
from realtime import event_types
from realtime.publishing import publish

DEFAULT_TTL = 300
LONGEST_TTL = 3_600
"""Seconds. An agent compiles and tests for minutes; after an hour of silence it is not coming back."""
VERIFYING = 120
"""Seconds that a claim lives on from any moment at which its completion is being looked at."""
claim_kept = Signal()
"""A claim was kept alive by us and not by its holder: (claim_id)."""
CLAIMABLE = (Task.Status.PENDING, Task.Status.IN_PROGRESS, Task.Status.BLOCKED)


@dataclass(frozen=True)
class Grip:
    """What the holder of a claim shows with each write."""

    claim: int
    fence: int


@transaction.atomic
def claim_task(task: Task, *, ttl: int = DEFAULT_TTL, run: int | None = None, actor: Actor) -> Claim:
    """Claim a task of the active plan that is not done. Claiming again prolongs one's own claim. Raises Claimed."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    task = Task.objects.select_related("plan").get(pk=task.pk)
    check_workable(task, project)
    if task.status not in CLAIMABLE:
        raise NotClaimable(task)
    return grant(project, task.code, task, ttl=ttl, run=run, actor=actor)


@transaction.atomic
def claim_resource(
    project: Project, resource: str, *, ttl: int = DEFAULT_TTL, run: int | None = None, actor: Actor
) -> Claim:
    """Claim something else that only one may hold, such as `scene:Main.unity`. Raises Claimed."""
    return grant(project.lock(), resource, None, ttl=ttl, run=run, actor=actor)


def grant(project: Project, resource: str, task: Task | None, *, ttl: int, run: int | None, actor: Actor) -> Claim:
    end_all(project.claims.run_out().filter(resource=resource), Claim.Ended.EXPIRED, actor=SYSTEM)
    held = project.claims.open().filter(resource=resource).first()
    if held is not None:
        if held.holder != actor.as_json() or held.run != run:
            raise Claimed(held)
        return prolong(held, ttl)
    last = project.claims.filter(resource=resource).aggregate(last=Max("fence"))["last"] or 0
    made = Claim.objects.create(
        project=project,
        resource=resource,
        holder=actor.as_json(),
        user_id=actor.user_id,
        run=run,
        fence=last + 1,
        ttl=ttl,
        expires_at=timezone.now() + timedelta(seconds=ttl),
    )
    told = event_types.TaskClaimed(
        claim_id=made.pk,
        resource=resource,
        expires_at=made.expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        handoff=last_handoff(made),
    )
    publish(project.pk, told, actor=actor, task=task.ref if task else None)
    return made


def prolong(claim: Claim, ttl: int) -> Claim:
    claim.ttl = ttl
    claim.expires_at = timezone.now() + timedelta(seconds=ttl)
    claim.save(update_fields=["ttl", "expires_at"])
    return claim


def last_handoff(claim: Claim) -> str:
    """What the holder before left for whoever goes on: the handoff, or else what was last reported."""
    before = Claim.objects.filter(project=claim.project_id, resource=claim.resource, fence=claim.fence - 1).first()
    return last_words(before) if before else ""


@transaction.atomic
def heartbeat(project: Project, grip: Grip, *, actor: Actor) -> Claim:
    """A sign of life: the claim lives for its ttl from now on, or as long as it would anyway. Raises StaleClaim."""
    claim = held_claim(project.lock(), grip, actor)
    left = (claim.expires_at - timezone.now()).total_seconds()
    return claim if left > claim.ttl else prolong(claim, claim.ttl)


def keep_while_verifying(claim_id: int) -> None:
    """A claim does not run out while we look at what was done under it; whoever holds it waits for us, and is there."""
    soon, later = (timezone.now() + timedelta(seconds=seconds) for seconds in (VERIFYING / 2, VERIFYING))
    kept = Claim.objects.filter(pk=claim_id, ended_at=None, expires_at__lt=soon).update(expires_at=later)
    if kept:
        claim_kept.send(sender=Claim, claim_id=claim_id)


@transaction.atomic
def release_task(task: Task, *, grip: Grip | None = None, reason: str = "", handoff: str = "", actor: Actor) -> Claim:
    """End the claim on a task (see `release_claim`). Raises NotClaimed when nobody holds it."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    held = project.claims.filter(resource=task.code, ended_at=None).first()
    if held is None:
        raise NotClaimed(task.code)
    return release_claim(held, grip=grip, reason=reason, handoff=handoff, actor=actor)


@transaction.atomic
def release_claim(
    claim: Claim, *, grip: Grip | None = None, reason: str = "", handoff: str = "", actor: Actor
) -> Claim:
    """Give a claim back; a person may take another's away, without showing it. What was in progress is pending again.

    Raises StaleClaim when it has ended, AgentsDoNotDecide when an agent does not show it.
    """
    project = claim.project.lock()
    if grip is not None and held_claim(project, grip, actor) != claim:
        raise StaleClaim(claim)
    if grip is None and actor.is_agent:
        raise AgentsDoNotDecide("take a claim away (its own it gives back with `claim` and `fence`)")
    claim.refresh_from_db()
    if claim.ended_at is not None:
        raise StaleClaim(claim)
    how = Claim.Ended.RELEASED if claim.holder == actor.as_json() else Claim.Ended.TAKEN
    end_claim(claim, how, actor=actor, reason=reason, handoff=handoff)
    return claim


def held_claim(project: Project, grip: Grip, actor: Actor) -> Claim:
    """The open claim that an actor shows. Raises StaleClaim when it is not open, not theirs, or shows another fence."""
    claim = project.claims.filter(pk=grip.claim).first()
    if claim is None or not claim.is_open or claim.fence != grip.fence or claim.holder != actor.as_json():
        raise StaleClaim(claim)
    return claim


def check_grip(project: Project, task: Task, grip: Grip | None, actor: Actor, *, completing: bool = False) -> None:
    """Whether an actor may write to a task of a locked project.

    Nobody's task is everybody's. A claimed one takes writes of its holder: an agent shows claim and fence, a person need not.
    A completion under a claim that has run out still counts while nobody else has begun to redo the work.
    """
    held = project.claims.open().filter(resource=task.code).first()
    if grip is not None:
        if held is None and completing and is_last_holder(project, task, grip, actor):
            return
        if held_claim(project, grip, actor) != held:
            raise StaleClaim(held)
    elif held is not None:
        if held.holder != actor.as_json():
            raise Claimed(held)
        if actor.is_agent:
            raise ClaimNotShown(held)


def is_last_holder(project: Project, task: Task, grip: Grip, actor: Actor) -> bool:
    """Whether a claim that ran out was theirs, and nobody has claimed the task since."""
    last = project.claims.filter(resource=task.code).order_by("-fence").first()
    if last is None or last.ended_as not in ("", Claim.Ended.EXPIRED):
        return False
    return (last.pk, last.fence, last.holder) == (grip.claim, grip.fence, actor.as_json())


def note_report(grip: Grip | None, percent: int, note: str) -> None:
    """Remember what the holder of a claim reported last: it is the handoff of one that vanishes."""
    if grip is not None:
        Claim.objects.filter(pk=grip.claim).update(progress=percent, note=note)


def open_claims(project_id: str) -> dict[str, Claim]:
    """The claims that hold now, by what they hold."""
    return {claim.resource: claim for claim in Claim.objects.open().filter(project=project_id)}


def end_quietly(project_id: str, codes: Collection[str], ended_as: Claim.Ended) -> list[Claim]:
    """End the claims on tasks that are done, which their own events tell, or dropped, which the caller tells; gives them."""
    held = Claim.objects.filter(project=project_id, resource__in=codes, ended_at=None)
    ended = list(held)
    held.update(ended_as=ended_as, ended_at=timezone.now())
    return ended


def end_claim(claim: Claim, ended_as: Claim.Ended, *, actor: Actor, reason: str = "", handoff: str = "") -> None:
    """End an open claim of a locked project. What it was in the middle of is pending again."""
    claim.ended_as, claim.ended_at = ended_as, timezone.now()
    claim.handoff = handoff or claim.handoff
    claim.save(update_fields=["ended_as", "ended_at", "handoff"])
    project = claim.project
    task = Task.objects.active().filter(plan__project=project, code=claim.resource).select_related("plan").first()
    changes = {}
    if task is not None and task.status == Task.Status.IN_PROGRESS:
        task.status = Task.Status.PENDING
        task.save(update_fields=["status"])
        changes = {"status": task.status}
    standing_changed = refresh_standing(project)
    told = event_types.TaskReleased(
        claim_id=claim.pk,
        resource=claim.resource,
        how=ended_as.value,
        reason=reason,
        handoff=last_words(claim),
        changes=changes,
        current_task=project.current_task.code if project.current_task else None,
    )
    publish(project.pk, told, actor=actor, task=task.ref if task else None)
    if standing_changed:
        announce_standing(project, actor)


def last_words(claim: Claim) -> str:
    return claim.handoff or (f"{claim.progress} %: {claim.note}" if claim.note else "")


def end_all(claims: Iterable[Claim], ended_as: Claim.Ended, *, actor: Actor) -> None:
    for claim in claims:
        end_claim(claim, ended_as, actor=actor)


def release_run_out() -> int:
    """End the claims whose holders have not been heard of in time. Called every few seconds; returns how many."""
    ended = 0
    for pk in list(Claim.objects.run_out().values_list("pk", flat=True)):
        with transaction.atomic():
            project = Project.objects.select_for_update().get(claims=pk)
            claim = project.claims.run_out().filter(pk=pk).first()
            if claim is not None:
                end_claim(claim, Claim.Ended.EXPIRED, actor=SYSTEM)
                ended += 1
    return ended
