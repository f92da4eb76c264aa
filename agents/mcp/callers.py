"""Who calls, and what they may touch. Nothing is given out that these functions have not let through."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import AuthenticationFailed

from agents import runs
from agents.errors import WhichProject
from agents.models import AccessToken, Run
from agents.tokens import allows, find_valid
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Forbidden, NotFound
from plans.models import Claim, Project, Role, Task
from plans.services.claims import Grip
from plans.services.progress import live_tasks


@dataclass(frozen=True)
class Caller:
    """Who is at the other end: the agent that a token names, or the person whose token it is."""

    actor: Actor
    user: Any
    may_write: bool

    def project(self, project_id: str, role: Role | None = None) -> Project:
        """A project that the caller sees. For a write, name the least `role`. Raises NotFound, Forbidden.

        Without an id it is that of the caller's only open run, or the only one that there is.
        """
        visible = Project.objects.visible_to(self.user)
        found = visible.filter(pk=project_id).first() if project_id else self.only_project(visible)
        if found is None:
            raise NotFound("There is no such project that you can see.")
        if role is not None:
            self.check_role(found, role)
        return found

    def only_project(self, visible: Any) -> Project | None:
        at_work = Run.objects.open().filter(actor=self.actor.as_json()).values("project")
        for choice in (visible.filter(pk__in=at_work), visible):
            found = list(choice[:2])
            if len(found) == 1:
                return found[0]
        raise WhichProject(list(visible.values_list("pk", flat=True)[:20]))

    def check_role(self, project: Project, role: Role) -> None:
        if not self.may_write:
            raise Forbidden("The scopes of this token do not allow it; it may only read.")
        own = project.role_of(self.user)
        if own is None or own.rank < role.rank:
            raise Forbidden("Your role in this project does not allow it; ask an owner.")

    def run(self, run_id: int) -> Run:
        """The caller's own open run, seen now. Raises NotFound, RunEnded, Forbidden."""
        run = runs.own_run(run_id, self.actor)
        self.project(run.project_id, Role.EDITOR)
        return run

    def claim(self, claim_id: int) -> Claim:
        """A claim in a project where the caller may write. Whether it holds and is theirs, the services check."""
        claim = Claim.objects.visible_to(self.user).select_related("project").filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("There is no such claim that you can see.")
        self.check_role(claim.project, Role.EDITOR)
        if claim.run:
            runs.saw_own(claim.run, self.actor)
        return claim

    def claimed_task(self, claim_id: int, fence: int) -> tuple[Task, Grip]:
        """The task that a claim is on, and the grip to show with the write."""
        claim = self.claim(claim_id)
        return self.task(claim.project, claim.resource), Grip(claim_id, fence)

    def task(self, project: Project, code: str) -> Task:
        task = live_tasks(project).select_related("plan__project").filter(code=code).first()
        if task is None:
            raise NotFound(f"The active plan has no task {code}.")
        return task


def callers_with(tokens: Collection[str]) -> dict[str, Caller]:
    """Who calls with each of some tokens; those that nobody may call with are left out."""
    valid = find_valid(tokens)
    return {token: caller_by(found) for token, found in valid.items() if allows(found, writing=False)}


def caller_by(token: AccessToken) -> Caller:
    return Caller(token.as_actor(), token.user, allows(token, writing=True))


def caller_with(token: str) -> Caller:
    """Raises AuthenticationFailed for a token that is wrong, expired or of a disabled user."""
    caller = callers_with([token]).get(token)
    if caller is None:
        raise AuthenticationFailed
    return caller
