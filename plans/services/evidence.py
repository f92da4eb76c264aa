"""Evidence on tasks: shown, seen by tools, judged by people, and out of date when what it showed is another by now.

It is kept on the task, so that it goes with it into the next version of the plan; each change of it is told as `task.changed`.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput, NotFound
from plans.errors import AgentsDoNotDecide, EvidenceStale, WrongStatus
from plans.evidence import (
    LOG,
    TEST,
    Entry,
    Judgement,
    Level,
    Who,
    added,
    criterion_meant,
    highest,
    level_of,
    without_opinions,
)
from plans.models import Artifact, Project, Task
from plans.services.claims import Grip, check_grip
from plans.services.progress import check_workable
from realtime import event_types
from realtime.publishing import publish

LONGEST_EXCERPT = 2_000
MOST_ENTRIES = 1_000
SURE = ("gateway", "user ")
"""How `checked_by` begins in reports of ours, and of people."""


# The doors


def show_evidence(
    task: Task,
    evidence: Sequence[dict[str, Any]],
    *,
    grip: Grip | None = None,
    opinions: Sequence[Entry] = (),
    actor: Actor,
) -> Task:
    """Show something for the criteria of a task: [{kind, criterion?, note?, artifact?, tool_call?, passed?, failed?, skipped?,
    excerpt?}]. What a person shows is confirmed by that. `opinions`: a model's, instead of those before."""

    def show(task: Task) -> list[Entry]:
        before = without_opinions(task.shown) if opinions else task.shown
        return added(before, [*entries_from(task, evidence, actor), *opinions])

    return change_evidence(task, show, why="Evidence was shown.", grip=grip, actor=actor, checked=actor.is_agent)


def note_tool_result(
    task: Task,
    *,
    tool_call: int,
    tool: str,
    run: str,
    kind: str = LOG,
    excerpt: str = "",
    passed: int | None = None,
    failed: int | None = None,
    skipped: int | None = None,
    artifact: int | None = None,
    actor: Actor,
) -> dict[str, Any]:
    """Note what a tool answered while somebody worked on a task, as evidence that a tool has seen; gives the entry.

    `run` is the same for the same call: a newer result takes the place of older ones. It speaks for the criteria that demand its
    kind, and for others when somebody names the call for them.
    """

    def note(task: Task) -> list[Entry]:
        known = artifacts_shown(task, [artifact] if artifact else [])
        shown = known.get(artifact or 0)
        if artifact and shown is None:
            raise InvalidInput({"artifact": ["The task has no such artifact."]})
        seen = Entry(
            n=1,
            kind=kind,
            level=highest(["seen", level_by_check(shown, kind)]),
            excerpt=excerpt[:LONGEST_EXCERPT] or None,
            tool_call=tool_call,
            tool=tool,
            run=run,
            passed=passed,
            failed=failed,
            skipped=skipped,
            **facts_of(shown),
            **signed(actor),
        )
        return added(task.shown, [seen])

    changed = change_evidence(task, note, why=f"{tool} answered.", actor=actor)
    return next(each.as_json() for each in changed.shown if each.tool_call == tool_call and each.criterion is None)


def judge_evidence(task: Task, number: int, *, verdict: str, note: str = "", actor: Actor) -> Task:
    """A person confirms an entry, or disputes it; their newest word counts. What is stale has to be shown anew."""
    if actor.is_agent:
        raise AgentsDoNotDecide("confirm or dispute evidence")

    def judge(task: Task) -> list[Entry]:
        entry = next((each for each in task.shown if each.n == number), None)
        if entry is None:
            raise NotFound(f"{task.code} has no evidence {number}.")
        if entry.stale:
            raise EvidenceStale(task, number, entry.stale.why)
        said = Judgement.model_validate({"verdict": verdict, "note": note, **signed(actor)})
        return [each.model_copy(update={"judged": said}) if each.n == number else each for each in task.shown]

    return change_evidence(task, judge, why=f"Evidence {number} was {verdict}.", actor=actor)


@transaction.atomic
def change_evidence(
    task: Task,
    change: Callable[[Task], list[Entry]],
    *,
    why: str,
    grip: Grip | None = None,
    actor: Actor,
    checked: bool = False,
) -> Task:
    """Change the evidence of a task of the active plan under the project's lock. `checked`: as work on the task, which takes the
    claim where somebody has one; a person signs off whoever works on it."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    task = Task.objects.select_related("plan").get(pk=task.pk)
    check_workable(task, project)
    if checked:
        check_grip(project, task, grip, actor)
    if task.status == Task.Status.DROPPED:
        raise WrongStatus(task, "shown evidence for", [each for each in Task.Status.values if each != task.status])
    keep(task, change(task), why, actor)
    return task


def keep(task: Task, entries: Sequence[Entry], why: str, actor: Actor) -> None:
    """Store the evidence of a task of a locked project, and tell it; what is as it was is no change."""
    before, after = task.evidence, [entry.as_json() for entry in entries]
    if [entry.as_json() for entry in task.shown] == after:
        return
    if len(after) > MOST_ENTRIES:
        raise InvalidInput({"evidence": [f"A task takes {MOST_ENTRIES:,} entries at most."]})
    task.evidence = after
    task.save(update_fields=["evidence"])
    fields = {"evidence": {"from": before, "to": after}}
    told = event_types.TaskChanged(plan_id=task.plan_id, fields=fields, why=why)
    publish(task.plan.project_id, told, actor=actor, task=task.ref)


# What is handed in


def entries_from(task: Task, evidence: Sequence[dict[str, Any]], actor: Actor) -> list[Entry]:
    """What somebody hands in, as entries, with what we know of their artifacts and calls. Raises InvalidInput."""
    known = artifacts_shown(task, [item["artifact"] for item in evidence if item.get("artifact")])
    results: dict[int | None, Entry] = {
        each.tool_call: each for each in task.shown if each.tool_call and each.stale is None
    }
    errors: dict[str, list[str]] = {}
    found = []
    for index, item in enumerate(evidence):
        wrong = wrong_in(task, item, known, results)
        errors |= {f"evidence.{index}.{name}": [text] for name, text in wrong.items()}
        if not wrong:
            found.append(entry_from(task, item, known, results, actor))
    if errors:
        raise InvalidInput(errors)
    return found


def wrong_in(
    task: Task, item: dict[str, Any], known: dict[int, Artifact], results: dict[int | None, Entry]
) -> dict[str, str]:
    """What is wrong with an entry that is handed in, by member."""
    wrong = {}
    artifact, call = item.get("artifact"), item.get("tool_call")
    if item.get("criterion") is not None and criterion_meant(item["criterion"], task.acceptance) is None:
        wrong["criterion"] = "The task has no such criterion."
    if artifact is not None and artifact not in known:
        wrong["artifact"] = "The task has no such artifact."
    elif artifact is not None and known[artifact].validation_status == Artifact.Validation.INVALID:
        wrong["artifact"] = "It was found to be invalid; mend it, and have it checked again."
    elif artifact is not None and (newer := newest_like(known[artifact])) != artifact:
        wrong["artifact"] = f"Artifact {newer} is a newer version of the same file; show that one."
    if call is not None and call not in results:
        wrong["tool_call"] = "The task has no such result of a tool, or it was run again since."
    elif call is not None and results[call].kind != item["kind"]:
        wrong["kind"] = f"The result of tool call {call} is of the kind {results[call].kind}."
    return wrong


def entry_from(
    task: Task, item: dict[str, Any], known: dict[int, Artifact], results: dict[int | None, Entry], actor: Actor
) -> Entry:
    shown = known.get(item.get("artifact") or 0)
    said = {name: item.get(name) for name in ("kind", "note", "excerpt", "passed", "failed", "skipped")}
    given: dict[str, Any] = {name: value for name, value in said.items() if value not in (None, "")}
    level: Level = highest([level_of(actor.kind), level_by_check(shown, item["kind"])])
    if result := results.get(item.get("tool_call")):
        seen = result.model_dump(exclude={"n", "criterion", "level", "by", "at", "judged", "stale"}, exclude_none=True)
        given, level = {**given, **seen}, highest([level, result.seen_at])
    criterion = item.get("criterion")
    meant = criterion_meant(criterion, task.acceptance) if criterion is not None else None
    return Entry.model_validate(
        {"n": 1, **given, **facts_of(shown), **signed(actor), "criterion": meant, "level": level}
    )


def artifacts_shown(task: Task, ids: Collection[int]) -> dict[int, Artifact]:
    """Artifacts of the task, by id."""
    return {artifact.pk: artifact for artifact in task.artifacts.filter(pk__in=ids)} if ids else {}


def newest_like(artifact: Artifact) -> int:
    """The newest artifact at the same place that is another file; the artifact itself where there is none."""
    later = same_place(artifact).filter(pk__gt=artifact.pk).order_by("-pk").first()
    return later.pk if later and not same_file(later.sha256, artifact.sha256) else artifact.pk


def facts_of(artifact: Artifact | None) -> dict[str, Any]:
    """What an entry remembers of its artifact as it is now."""
    if artifact is None:
        return {}
    place = {"path": artifact.path or artifact.uri, "sha256": artifact.sha256, "category": artifact.category}
    return {"artifact": artifact.pk, **{name: value for name, value in place.items() if value}}


def level_by_check(artifact: Artifact | None, kind: str) -> Level:
    """A file that the gateway, or a person, has found valid is checked; of a test run or a log, that says nothing."""
    checked_by = artifact.validation_report.get("checked_by", "") if artifact else ""
    valid = artifact is not None and artifact.validation_status == Artifact.Validation.VALID
    return "checked" if valid and kind not in (TEST, LOG) and str(checked_by).startswith(SURE) else "said"


def signed(actor: Actor) -> dict[str, Any]:
    return {"by": Who(kind=actor.kind, name=actor.name), "at": now()}


def now() -> str:
    return timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same_file(sha256: str | None, other: str | None) -> bool:
    """Known to be the same; where a digest is missing, nobody knows."""
    return bool(sha256) and sha256 == other


def same_place(artifact: Artifact) -> Any:
    """The artifacts of the project at the same path, or, without a path, at the same uri."""
    place = {"path": artifact.path} if artifact.path else {"path": "", "uri": artifact.uri}
    return Artifact.objects.filter(project=artifact.project_id, **place)
