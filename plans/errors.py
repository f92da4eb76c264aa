"""What can go wrong in planning and working. Each code is one that clients may branch on."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gamedev_gateway.core.errors import Conflict, Forbidden, InvalidInput
from plans.consensus import Missing
from plans.models import Claim, Task, TaskPlan
from plans.verdicts import CriterionVerdict


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
            + (
                f"Look at plan {goes_on.pk}, which goes on with it."
                if (goes_on := plan.continued_by.order_by("-version").first())
                else "Refine it, or write a new version with it as base."
            ),
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
            f"{f'; version {active.version} is' if active else ''}. Rebase it: POST plans/{plan.pk}/rebase/.",
            active_plan=active.pk if active else None,
        )


class CodesTaken(Conflict):
    """A proposal that comes from no accepted plan has numbers for its new tasks that others were given meanwhile."""

    code = "codes_taken"

    def __init__(self, plan: TaskPlan, codes: list[str]) -> None:
        super().__init__(
            f"{', '.join(codes[:10])} of version {plan.version} became other tasks' codes while it was open. "
            f"Rebase it, which numbers its own anew: POST plans/{plan.pk}/rebase/.",
            codes=codes,
        )


class NeedsMoreChanges(Conflict):
    """The chosen changes cannot be taken without others: `needs` maps a chosen code to {code: why}."""

    code = "needs_more"

    def __init__(self, needs: dict[str, dict[str, str]]) -> None:
        more = sorted({code for others in needs.values() for code in others})
        super().__init__(
            " ".join(f"{why}." for others in needs.values() for why in others.values()),
            needs=needs,
            hint=f"Add {', '.join(more)} to `only`, or leave {', '.join(sorted(needs))} out.",
        )


class AlreadyBased(Conflict):
    """There is nothing to rebase: the version comes from that plan already."""

    code = "already_based"

    def __init__(self, plan: TaskPlan, onto: TaskPlan | None) -> None:
        super().__init__(
            f"Version {plan.version} is made from version {onto.version} already; there is nothing to carry over."
            if onto
            else "There is no accepted plan to rebase onto; accept this one, or another."
        )


class RebaseConflicts(Conflict):
    """Both sides changed the same thing. `conflicts` lists what has to be decided; nothing was changed."""

    code = "conflicts"

    def __init__(self, conflicts: list[dict[str, Any]]) -> None:
        super().__init__(
            f"{len(conflicts)} conflict{'s' if len(conflicts) > 1 else ''}, the first about {conflicts[0]['code']}. Decide each in "
            '`resolutions` with {"id", "take": "mine" | "theirs" | "value", "value"?}, or all by `policy`.',
            conflicts=conflicts,
        )


class NotAgreed(Conflict):
    """Those who have to agree have not. `missing` says exactly what is missing."""

    code = "not_agreed"

    def __init__(self, missing: Missing) -> None:
        super().__init__(" ".join(missing.sentences()), missing=asdict(missing))


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


class Claimed(Conflict):
    """Somebody else holds the claim."""

    code = "claimed"

    def __init__(self, claim: Claim) -> None:
        super().__init__(
            f"{claim.resource} is claimed by {claim.holder['name']} until {claim.expires_at:%H:%M:%S} UTC at least; "
            "take another task, or ask a person to take the claim away.",
            claimed_by=claim.holder,
            expires_at=claim.expires_at.isoformat().replace("+00:00", "Z"),
        )


class ClaimNotShown(Conflict):
    """An agent writes to what it has claimed, and does not show the claim."""

    code = "claim_not_shown"

    def __init__(self, claim: Claim) -> None:
        super().__init__(
            f"You have claimed {claim.resource}; give `claim` and `fence` with every write to it.", claim=claim.pk
        )


HOW_ENDED = {
    "released": "It was given back.",
    "expired": "Its time has run out.",
    "taken": "A person took it away.",
    "completed": "Its task is done.",
    "dropped": "The plan no longer has its task.",
}


class StaleClaim(Conflict):
    """The claim that was shown has ended, was never yours, or has been granted anew since."""

    code = "stale_claim"

    def __init__(self, claim: Claim | None) -> None:
        ended = f" {HOW_ENDED[claim.ended_as or 'expired']}" if claim is not None and not claim.is_open else ""
        super().__init__(f"This claim does not hold.{ended} Stop working on it; claim the task anew, or another one.")


class NotClaimed(Conflict):
    """There is no claim to give back."""

    code = "not_claimed"

    def __init__(self, resource: str) -> None:
        super().__init__(f"Nobody has claimed {resource}.")


class NotClaimable(Conflict):
    """There is nothing left to do on the task."""

    code = "wrong_status"

    def __init__(self, task: Task) -> None:
        super().__init__(f"{task.code} is {task.status}; there is nothing to claim.", task_status=task.status)


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
    """Acceptance criteria that are not answered, answered with no, or not shown to hold. `criteria` says of each what would do."""

    code = "criteria_unmet"

    def __init__(
        self, task: Task, verdicts: Sequence[CriterionVerdict], unanswered: list[str], not_verified: str = ""
    ) -> None:
        unmet = [verdict.criterion for verdict in verdicts]
        shown = [
            f"{verdict.criterion}: {verdict.reason}" for verdict in verdicts if verdict.criterion not in unanswered
        ]
        answer = f"Answer in `acceptance` with {{criterion, met: true}}: {'; '.join(unanswered)}" if unanswered else ""
        said = {"criterion", "demands", "verdict", "reason"}
        super().__init__(
            " ".join(filter(None, [f"{task.code} is not complete.", answer, *shown, not_verified])),
            unmet=unmet,
            unanswered=unanswered,
            criteria=[verdict.model_dump(include=said) for verdict in verdicts],
            **({"not_verified": not_verified} if not_verified else {}),
        )


class EvidenceStale(Conflict):
    """What the evidence showed is another by now."""

    code = "evidence_stale"

    def __init__(self, task: Task, number: int, why: str) -> None:
        super().__init__(f"Evidence {number} of {task.code} is out of date: {why} Have it shown anew.")


class BeingVerified(Conflict):
    """A model looks at the completion of this task already."""

    code = "being_verified"

    def __init__(self, task: Task) -> None:
        super().__init__(
            f"A model is looking at {task.code} already; your claim is kept. Look at the task again in a moment.",
            retry_after=10,
        )


class LastOwner(Conflict):
    """A project keeps at least one owner."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("A project needs an owner; make somebody else one first.")
