"""Work for those who ask at the same moment: looked for in one transaction, packed with one look at the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.errors import RunEnded
from agents.mcp.callers import Caller
from agents.mcp.shapes import Work
from agents.models import Run
from agents.packs import pack_from
from agents.runs import heard_of
from agents.shelves import Shelf, read_shelf
from gamedev_gateway.core.errors import Forbidden, GatewayError, NotFound
from plans.models import Project, Role
from plans.next_task import NextTask
from plans.services import Taken, claim_next_for
from plans.services.claims import open_claims
from plans.services.next_claim import Asked

OTHERS_ARE_AT_WORK, NOBODY_IS = 15, 300
"""Seconds after which it is worth asking for work again."""
MOST_REASONS = 10


@dataclass(frozen=True)
class Wish:
    """A call of claim_next_task, its arguments checked."""

    caller: Caller
    run: int
    budget: int
    ttl: int
    correlation_id: str


def take_work(wishes: Sequence[Wish]) -> Sequence[Work | GatewayError]:
    """For each wish the work, or what is wrong with it. Within the caller's transaction."""
    runs = Run.objects.prefetch_related("project").in_bulk({wish.run for wish in wishes})
    roles: dict[tuple[int, str], GatewayError | None] = {}
    troubles = [trouble_of(wish, runs.get(wish.run), roles) for wish in wishes]
    good = [wish for wish, trouble in zip(wishes, troubles, strict=True) if trouble is None]
    heard_of(Run.objects.filter(pk__in=[wish.run for wish in good]))
    found: dict[int, Work] = {}
    for project in {runs[wish.run].project for wish in good}:
        found |= work_in(project, [wish for wish in good if runs[wish.run].project_id == project.pk])
    return [trouble or found[id(wish)] for wish, trouble in zip(wishes, troubles, strict=True)]


def trouble_of(wish: Wish, run: Run | None, roles: dict[tuple[int, str], GatewayError | None]) -> GatewayError | None:
    """Why a wish is refused, as `Caller.run` would; `roles` remembers what was looked up."""
    if run is None or run.actor != wish.caller.actor.as_json():
        return NotFound("You have no such run; start one.")
    if not run.is_open:
        return RunEnded(run)
    place = (wish.caller.user.pk, run.project_id)
    if place not in roles:
        roles[place] = trouble_with_role(wish.caller, run.project)
    return roles[place]


def trouble_with_role(caller: Caller, project: Project) -> GatewayError | None:
    try:
        caller.project(project.pk, Role.EDITOR)
    except (NotFound, Forbidden) as error:
        return error
    return None


def work_in(project: Project, wishes: Sequence[Wish]) -> dict[int, Work]:
    """The work for wishes in one project, by the identity of the wish."""
    asked = [Asked(wish.run, wish.ttl, wish.caller.actor, wish.correlation_id) for wish in wishes]
    taken = claim_next_for(project, asked)
    shelf = read_shelf(project, [each.task for each in taken if isinstance(each, Taken)])
    busy = bool(open_claims(project.pk)) if any(isinstance(each, NextTask) for each in taken) else True
    return {id(wish): work_of(each, wish, shelf, busy) for wish, each in zip(wishes, taken, strict=True)}


def work_of(found: Taken | NextTask, wish: Wish, shelf: Shelf, busy: bool) -> Work:
    if isinstance(found, NextTask):
        reasons = [found.reason, *(f"{each.code}: {each.reason}" for each in found.blocked[:MOST_REASONS])]
        return Work(none=True, reasons=reasons, retry_after=OTHERS_ARE_AT_WORK if busy else NOBODY_IS)
    pack: dict[str, Any] = pack_from(shelf, found.task, wish.budget)
    return Work.of(found.task, found.claim, pack, found.handoff, found.reason)
