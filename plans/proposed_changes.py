"""What a proposal changes, code by code: what people choose from, discuss and accept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from plans.authorship import Told, tied_together, touched
from plans.changes import Choice, Overlap, Version, by_code, overlaps, what_is_said
from plans.graph import dependents, everything_after
from plans.lineage import Lineage, specs_of
from plans.models import Claim, Task, TaskPlan
from plans.services.claims import open_claims
from plans.services.comments import comments_heard_on
from plans.services.operations import told_on

BEGUN = {"in_progress": "in progress", "blocked": "blocked", "done": "done"}
"""How a warning calls the status of a task that somebody has begun."""


class Speaker(BaseModel):
    """Somebody who changed something, and why."""

    author: dict[str, Any] = Field(description="The actor: kind, id, name.")
    reason: str


class OtherProposal(BaseModel):
    """An open proposal that changes the same task."""

    plan: int
    version: int
    author: dict[str, Any]
    here: list[str] = Field(description='What is changed of it here: names of fields, or "added", "dropped", "moved".')
    there: list[str] = Field(description="What the other proposal changes of it.")
    agree: bool = Field(description="Whether both can be had as they are.")


class ProposedChange(BaseModel):
    """Everything that a proposal says new about one task."""

    code: str
    title: str
    kind: str = Field(description="added, dropped, changed or moved.")
    sentence: str
    said_by: list[Speaker]
    needs: dict[str, str] = Field(description="The changes that must be taken with it, by code, and why.")
    overlaps: list[OtherProposal]
    comments: int = Field(description="How many comments on it are open.")
    warning: str = Field(description="What becomes of work that has begun; empty where there is none.")


class ProposedChanges(BaseModel):
    """What accepting a proposal would change."""

    plan: int
    against: int | None = Field(description="Id of the plan against which it is told; null: against an empty one.")
    changes: list[ProposedChange]


class SharedTask(BaseModel):
    """A task that two open proposals change."""

    code: str
    here: list[str] = Field(description='What is changed of it here: names of fields, or "added", "dropped", "moved".')
    there: list[str] = Field(description="What the other proposal changes of it.")
    agree: bool = Field(description="Whether both can be had as they are.")


class OverlappingProposal(BaseModel):
    """An open proposal that changes some of the same tasks."""

    plan: int
    version: int
    author: dict[str, Any]
    tasks: list[SharedTask]


class Overlaps(BaseModel):
    """The other open proposals that change what this one changes."""

    plan: int
    proposals: list[OverlappingProposal]


def proposed_changes(plan: TaskPlan) -> ProposedChanges:
    lineage = Lineage(plan.project_id)
    ground = lineage.ground(plan.pk)
    version = version_of(plan, lineage)
    told = told_on(lineage.own_way(plan.pk))
    said = what_is_said(version.base, version.tasks)
    needs = needs_of_each(version, told)
    shared = shared_by_code(overlapping(plan, lineage, version))
    comments = open_comments_by_code(plan, lineage)
    work = work_by_code(plan.project_id)
    claimed = open_claims(plan.project_id)
    titles = {code: task.title for code, task in (by_code(version.base) | by_code(version.tasks)).items()}
    return ProposedChanges(
        plan=plan.pk,
        against=ground.pk if ground else None,
        changes=[
            ProposedChange(
                code=code,
                title=titles[code],
                kind=kind_of(change),
                sentence=sentence_of(change, titles[code]),
                said_by=speakers_of(code, told),
                needs=needs[code],
                overlaps=shared[code],
                comments=comments.get(code, 0),
                warning=warning_of(code, change, work, claimed),
            )
            for code, change in said.items()
        ],
    )


def version_of(plan: TaskPlan, lineage: Lineage) -> Version:
    ground = lineage.ground(plan.pk)
    return Version(specs_of(ground)[ground.pk] if ground else [], plan.specs())


# In words


def kind_of(change: Mapping[str, Any]) -> str:
    for kind in ("added", "dropped"):
        if kind in change:
            return kind
    return "moved" if list(change) == ["moved"] else "changed"


def sentence_of(change: Mapping[str, Any], title: str) -> str:
    kind = kind_of(change)
    if kind in ("added", "dropped"):
        return f"“{title}” is {'new' if kind == 'added' else 'left out'}."
    fields = [name.replace("_", " ") for name in change if name != "moved"]
    moves = "gets another place" if "moved" in change else ""
    says = f"says something new in {joined(fields)}" if fields else ""
    return f"“{title}” {' and '.join(filter(None, (says, moves)))}."


def joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def warning_of(code: str, change: Mapping[str, Any], work: Mapping[str, str], claimed: Mapping[str, Claim]) -> str:
    """What is done is never undone without a word, and no claim ended without one."""
    begun = BEGUN.get(work.get(code, ""))
    if begun is None and code in claimed and kind_of(change) == "dropped":
        return f"{code} is claimed by {claimed[code].holder['name']}; it would be left out, and the claim would end."
    if begun is None or kind_of(change) == "moved":
        return ""
    if kind_of(change) == "dropped":
        return f"{code} is {begun}; it would be left out, its work kept but no longer counted."
    return f"{code} is {begun}; it stays so, though it would say something else."


def speakers_of(code: str, told: Sequence[Told]) -> list[Speaker]:
    """Who changed a task and why, each once, in order."""
    found = [Speaker(author=each.author, reason=each.reason) for each in told if code in touched(each.op)]
    return [speaker for place, speaker in enumerate(found) if speaker not in found[:place]]


# What belongs together


def needs_of_each(version: Version, told: Sequence[Told]) -> dict[str, dict[str, str]]:
    """For each change, those without which it cannot be taken, each with the reason; not what these need in turn."""
    choice = Choice(version.base, version.tasks, tied_together(told))
    waiting = dependents({task.code: task.dependencies for task in version.base})
    return {code: needs_of(code, choice, waiting) for code in choice.changed}


def needs_of(code: str, choice: Choice, waiting: Mapping[str, set[str]]) -> dict[str, str]:
    found = [*choice.of_new_tasks([code]), *choice.of_groups([code])]
    if not found and waits_in_a_circle(code, choice, waiting):
        found = [*choice.of_graph(choice.tasks([code]), [code])]
    return {needed: f"{why}." for _, needed, why in found}


def waits_in_a_circle(code: str, choice: Choice, waiting: Mapping[str, set[str]]) -> bool:
    """Whether a task that is changed alone would wait for one that waits for it already."""
    if code not in choice.old or code not in choice.new:
        return False
    more = set(choice.new[code].dependencies) - set(choice.old[code].dependencies)
    return bool(more) and not more.isdisjoint(everything_after(code, waiting))


# Beside it


def overlapping(plan: TaskPlan, lineage: Lineage, version: Version) -> list[tuple[TaskPlan, list[Overlap]]]:
    """The other open proposals of the project that change some of the same tasks, and what of them."""
    proposals = TaskPlan.objects.proposed().filter(project=plan.project_id).exclude(pk=plan.pk).order_by("version")
    others = [other for other in proposals if other.pk in lineage.versions]  # not what was made since it was read
    grounds = {other.pk: lineage.ground(other.pk) for other in others}
    specs = specs_of(*(lineage[other.pk] for other in others), *grounds.values())
    found = []
    for other in others:
        ground = grounds[other.pk]
        theirs = Version(specs[ground.pk] if ground else [], specs[other.pk])
        if shared := overlaps(version, theirs):
            found.append((other, shared))
    return found


def overlaps_of(plan: TaskPlan) -> Overlaps:
    lineage = Lineage(plan.project_id)
    return Overlaps(
        plan=plan.pk,
        proposals=[
            OverlappingProposal(
                plan=other.pk,
                version=other.version,
                author=other.author,
                tasks=[
                    SharedTask(code=each.code, here=each.one, there=each.other, agree=each.agree) for each in shared
                ],
            )
            for other, shared in overlapping(plan, lineage, version_of(plan, lineage))
        ],
    )


def shared_by_code(found: Sequence[tuple[TaskPlan, list[Overlap]]]) -> defaultdict[str, list[OtherProposal]]:
    shared = defaultdict(list)
    for other, tasks in found:
        for each in tasks:
            told = {"here": each.one, "there": each.other, "agree": each.agree}
            shared[each.code].append(OtherProposal(plan=other.pk, version=other.version, author=other.author, **told))
    return shared


def open_comments_by_code(plan: TaskPlan, lineage: Lineage) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for made_on, code in comments_heard_on(plan, lineage).open().exclude(code="").values_list("plan", "code"):
        counts[lineage.code_in(plan.pk, made_on, code)] += 1
    return counts


def work_by_code(project_id: str) -> dict[str, str]:
    return dict(Task.objects.active().filter(plan__project=project_id).values_list("code", "status"))
