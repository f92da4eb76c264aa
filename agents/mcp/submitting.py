"""What an agent hands in for a task, as the services take it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from agents.mcp.shapes import Completion
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans import services
from plans.errors import CriteriaUnmet
from plans.evidence import MODEL, Entry, criterion_meant
from plans.models import Task

KNOWN = {
    *("criterion", "kind", "note", "artifact", "met"),
    *("excerpt", "passed", "failed", "skipped", "tool_call"),
}


def handed_in(evidence: Sequence[dict[str, Any]], task: Task, actor: Actor) -> dict[str, Any]:
    """The answers and the evidence that entries are. What the same agent has shown before, and what still counts, it need not
    show again. Raises InvalidInput."""
    named = [with_text(index, entry, task.acceptance) for index, entry in enumerate(evidence)]
    kept = {entry.criterion: True for entry in task.shown if is_kept(entry, actor)}
    said = answers_in(named)
    before = [{"criterion": criterion, "met": True} for criterion in kept if criterion not in said]
    return {"acceptance": [*said.values(), *before], "evidence": [shown(entry) for entry in named]}


def with_text(index: int, entry: dict[str, Any], criteria: Sequence[str]) -> dict[str, Any]:
    """The entry with its criterion by its text. Raises InvalidInput for members and criteria that there are not."""
    if unknown := set(entry) - KNOWN:
        raise InvalidInput(
            {f"evidence.{index}.{min(unknown)}": [f"Unknown member. Known: {', '.join(sorted(KNOWN))}."]}
        )
    if entry.get("criterion") is None:
        return entry
    meant = criterion_meant(entry["criterion"], criteria)
    if meant is None:
        known = " ".join(f"{place}. {text}" for place, text in enumerate(criteria, start=1)) or "none"
        raise InvalidInput({f"evidence.{index}.criterion": [f"The task has no such criterion. It has: {known}"]})
    return {**entry, "criterion": meant}


def answers_in(evidence: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The answers to the criteria that entries name; one said to be unmet by any entry is not met."""
    answers: dict[str, dict[str, Any]] = {}
    for entry in evidence:
        if criterion := entry.get("criterion"):
            before = answers.get(criterion, {"met": True})
            note = {"note": entry["note"]} if entry.get("note") else {}
            met = entry.get("met", True) if before["met"] is True else before["met"]
            answers[criterion] = {"criterion": criterion, **note, "met": met}
    return answers


def shown(entry: dict[str, Any]) -> dict[str, Any]:
    """What was shown, without the answer."""
    return {name: value for name, value in entry.items() if name != "met"}


def is_kept(entry: Entry, actor: Actor) -> bool:
    own = entry.by is not None and (entry.by.kind, entry.by.name) == (actor.kind, actor.name)
    return own and entry.counts and entry.criterion is not None and entry.kind != MODEL


@transaction.atomic
def complete(task: Task, given: dict[str, Any], opinions: Sequence[Entry], actor: Actor) -> Completion:
    """Complete a task, or tell what it lacks; then what was shown is kept, for a person to look at."""
    why = next((entry.note for entry in opinions if entry.verdict == "not_verified"), None)
    try:
        services.complete_task(task, actor=actor, opinions=opinions, **given)
    except CriteriaUnmet as error:
        kept = {name: given[name] for name in ("evidence", "grip") if name in given}
        services.show_evidence(task, actor=actor, opinions=opinions, **kept)
        unmet, criteria = error.data["unmet"], error.data["criteria"]
        return Completion(done=False, code=task.code, unmet=unmet, criteria=criteria, not_verified=why)
    return Completion(done=True, code=task.code, not_verified=why)
