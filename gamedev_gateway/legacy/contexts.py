"""Old contexts in our versions, one of each active."""

from collections import defaultdict
from typing import Any

from contexts.assembly import GLOBAL_MEMBERS, wrong_members
from contexts.models import Context
from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.old_file import OldRow, name_of
from gamedev_gateway.legacy.plans import ORIGIN, free_version
from gamedev_gateway.legacy.reading import Reading
from plans.models import Project

SCOPE = {"global": "global", "project": "global", "task": "task"}
SOURCE = {str(name).replace("-", "_"): str(name) for name in Context.Source.values}
SOURCE_OF = {"ai": "ai-generate", "user": "manual-edit", "system": "template-default"}
EMPTY: dict[str, Any] = {
    "summary": "",
    "current_task": None,
    "done_tasks": [],
    "pending_tasks": 0,
    "decisions": [],
    "open_questions": [],
    "risks": [],
}
assert EMPTY.keys() == GLOBAL_MEMBERS.keys()  # noqa: S101  what every global context has, with nothing in it
Subject = tuple[str, str]


def place_contexts(arrival: Arrival, project: Project, old_id: str) -> None:
    """The project's contexts that are new. One whose task is not there is kept as it was."""
    groups: dict[Subject, list[OldRow]] = defaultdict(list)
    for row in arrival.layout.contexts.get(old_id, []):
        if arrival.ledger.fate(row) is not None:
            continue
        if (subject := subject_of(arrival, project, row)) is None:
            arrival.ledger.keep(row, f"Its task {name_of(row.values.get('task_id'))} is not there.", project.pk)
        else:
            groups[subject].append(row)
    for subject, rows in groups.items():
        place_versions(arrival, project, subject, [Reading(row) for row in rows])


def subject_of(arrival: Arrival, project: Project, row: OldRow) -> Subject | None:
    """(scope, task code) of a context; None for one of a task that is not there."""
    name = name_of(row.values.get("task_id"))
    scope = SCOPE.get(name_of(row.values.get("scope")).strip().lower(), "task" if name else "global")
    if scope == "global":
        return ("global", "")
    placed = arrival.tasks.get(name)
    return ("task", placed.ref.code) if placed and placed.project_id == project.pk else None


def place_versions(arrival: Arrival, project: Project, subject: Subject, readings: list[Reading]) -> None:
    before = Context.objects.of(project, *subject)
    taken = set(before.values_list("version", flat=True))
    last_time = arrival.now
    pairs = []
    for reading in readings:
        last_time = reading.time("created_at", last_time) or last_time
        context = read_context(project, subject, reading, taken)
        context.created_at = last_time
        pairs.append((reading, context))
    keep_one_active(pairs, someone_is=before.filter(is_active=True).exists())
    for reading, context in pairs:
        store(arrival, project, reading, context)


def read_context(project: Project, subject: Subject, reading: Reading, taken: set[int]) -> Context:
    scope, code = subject
    if reading.raw("scope") != scope:
        reading.note(f"scope {reading.raw('scope')!r} is {scope!r} now.")
    created_by = reading.choice("created_by", ORIGIN, "system")
    return Context(
        project=project,
        scope=scope,
        task_code=code,
        content=content_of(reading, scope),
        created_by=created_by,
        source=reading.choice("source", SOURCE, SOURCE_OF[created_by])
        if reading.raw("source")
        else SOURCE_OF[created_by],
        version=free_version(reading, taken),
        is_active=bool(reading.number("is_active", -(2**62), 2**62, 0)),
    )


def content_of(reading: Reading, scope: str) -> dict[str, Any]:
    """The content as an object. What every global context has is there; what was of another type keeps another name."""
    value = reading.json("content")
    content = value if isinstance(value, dict) else {} if value is None else as_object(reading, value)
    if scope != "global":
        return content
    wrong = wrong_members(content)
    for name in wrong:
        reading.note(f"content.{name} is of another type; it is {name}_as_it_was now.")
    missing = [name for name in EMPTY if name not in content]
    if missing:
        reading.note(f"content had no {', '.join(missing)}; they are empty now.")
    return {**EMPTY, **{f"{name}_as_it_was" if name in wrong else name: item for name, item in content.items()}}


def as_object(reading: Reading, value: Any) -> dict[str, Any]:
    reading.note(
        "content is no JSON object; it is the summary now." if isinstance(value, str) else "content is no JSON object."
    )
    return {"summary": value} if isinstance(value, str) else {"content": value}


def keep_one_active(pairs: list[tuple[Reading, Context]], *, someone_is: bool) -> None:
    """The latest of several active ones stays it; one that is active in this gateway is not put aside."""
    active = [(reading, context) for reading, context in pairs if context.is_active]
    latest = None if someone_is else max(active, key=lambda pair: pair[1].created_at, default=None)
    for pair in active:
        if pair is not latest:
            pair[1].is_active = False
            pair[0].note("Another context of the same is active, here or later; this one is an earlier version now.")


def store(arrival: Arrival, project: Project, reading: Reading, context: Context) -> None:
    created_at = context.created_at
    context.save(force_insert=True)
    Context.objects.filter(pk=context.pk).update(created_at=created_at)
    if context.is_active and context.scope == "global":
        project.active_context = context
        project.save(update_fields=["active_context"])
    arrival.ledger.remember(reading, "context", context.pk, project.pk)
