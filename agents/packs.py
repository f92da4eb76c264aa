"""Context packs: what there is to know for a task, the most useful first, from all over the project."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from contexts.assembly import carried, entry_text
from contexts.models import Context
from contexts.packing import DEFAULT_BUDGET, Json, Offer, pack
from contexts.services import get_active_context
from documents.models import Section
from plans.brief import Brief
from plans.models import Artifact, Claim, Project, Task
from plans.services.claims import last_words
from plans.services.progress import live_tasks

MOST_SECTIONS = 30
MOST_ARTIFACTS = 50
MOST_NEIGHBOURS = 200
SAID = {
    "decisions": ("decision", "It was decided"),
    "open_questions": ("question", "It is not decided yet"),
    "risks": ("risk", "It may go wrong"),
}


def pack_for_task(task: Task, budget: int = DEFAULT_BUDGET) -> Json:
    """The pack of a task of the active plan (see contexts/packing.py for its shape)."""
    return pack(task.code, offers_for(task), budget)


def pack_for_project(project: Project, budget: int = DEFAULT_BUDGET) -> Json:
    """The same without a task: what is known of the project as a whole."""
    content = content_of(project)
    return pack("", [*summary(content), *brief(project.parsed_brief), *said(content)], budget)


def offers_for(task: Task) -> Iterator[Offer]:
    project = task.plan.project
    content, own = content_of(project), content_of(project, task.code)
    everything_said = [*said(content, task.code), *said(own, task.code)]
    yield Offer("task", task.code, "The task itself.", describe(task), cut=True)
    if task.acceptance:
        yield Offer(
            "criteria", task.code, "All of it must hold before the task is done.", listed(task.acceptance), cut=True
        )
    yield from handoff(project, task.code)
    yield from (offer for offer in everything_said if task.code in offer.why)
    waits_for, waiting = neighbours(project, task)
    yield from (neighbour("dependency", other, f"{task.code} builds on it.") for other in waits_for)
    yield from artifacts(task, waits_for)
    yield from summary(content)
    yield from brief(project.parsed_brief)
    yield from (offer for offer in everything_said if task.code not in offer.why)
    yield from sections(project, task.code)
    yield from (neighbour("dependent", other, f"It waits for {task.code}.") for other in waiting)


def content_of(project: Project, code: str = "") -> dict[str, Any]:
    active = get_active_context(project, Context.Scope.TASK if code else Context.Scope.GLOBAL, code)
    return active.content if active else {}


def describe(task: Task) -> str:
    lines = [f"{task.code} {task.title} ({task.status}, {task.progress} %, priority {task.priority})", task.description]
    lines += [f"Blocked: {task.blocked_reason}"] if task.blocked_reason else []
    lines += ["Deliverables:", listed(task.deliverables)] if task.deliverables else []
    lines += [f"Tools: {', '.join(task.mcp_tools)}"] if task.mcp_tools else []
    return "\n".join(filter(None, lines))


def listed(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def handoff(project: Project, code: str) -> Iterator[Offer]:
    """What the last holder left who did not finish."""
    ended = Claim.objects.filter(project=project, resource=code).exclude(ended_as__in=["", Claim.Ended.COMPLETED])
    last = ended.order_by("-fence").first()
    if last and (words := last_words(last)):
        yield Offer("handoff", code, f"Left by {last.holder['name']}, who held the task before.", words, cut=True)


def said(content: dict[str, Any], code: str = "") -> Iterator[Offer]:
    """What people and agents said, the newest first. The reason names the task that an entry is about, if it is this one."""
    for field, (kind, why) in SAID.items():
        for number, entry in reversed(list(enumerate(carried(content, field), start=1))):
            if text := entry_text(entry):
                reason = entry.get("why", "") if isinstance(entry, dict) else ""
                about = f"{why} for {code}." if code and is_about(entry, code) else f"{why} in the project."
                yield Offer(kind, f"{field}[{number - 1}]", about, f"{text} Why: {reason}" if reason else text)


def is_about(entry: Any, code: str) -> bool:
    return (isinstance(entry, dict) and entry.get("code") == code) or code in entry_text(entry)


def neighbours(project: Project, task: Task) -> tuple[list[Task], list[Task]]:
    """The tasks that a task waits for, and those that wait for it."""
    live = live_tasks(project)
    waits_for = live.filter(code__in=task.dependencies)
    waiting = naming(live, "dependencies", task.code)
    return list(waits_for[:MOST_NEIGHBOURS]), list(waiting[:MOST_NEIGHBOURS])


def naming(rows: QuerySet[Any], field: str, code: str) -> QuerySet[Any]:
    """The rows whose list of codes in `field` has a code; as text, since SQLite cannot look into JSON lists."""
    return rows.annotate(codes_as_text=Cast(field, TextField())).filter(codes_as_text__contains=f'"{code}"')


def neighbour(kind: str, task: Task, why: str) -> Offer:
    notes = [item["note"] for item in [*task.acceptance_answers, *task.evidence] if item.get("note")]
    parts = [f"{task.code} {task.title} ({task.status})", task.description, listed(task.deliverables), listed(notes)]
    return Offer(kind, task.code, why, "\n".join(filter(None, parts)), cut=True)


def artifacts(task: Task, waits_for: list[Task]) -> Iterator[Offer]:
    """What work on the task has made so far, and what the work made that it builds on."""
    codes = [task.code, *(other.code for other in waits_for)]
    made = Artifact.objects.filter(project=task.plan.project_id, task__code__in=codes).select_related("task")
    latest = made.order_by("-pk")[:MOST_ARTIFACTS]
    for artifact in sorted(latest, key=lambda each: (each.task.code != task.code, -each.pk)):  # type: ignore[union-attr]
        place = artifact.path or artifact.uri
        text = f"{artifact.category} {artifact.type}: {place} ({artifact.validation_status})"
        yield Offer("artifact", str(artifact.pk), f"Made for {artifact.task.code}.", text)  # type: ignore[union-attr]


def summary(content: dict[str, Any]) -> Iterator[Offer]:
    if isinstance(text := content.get("summary"), str) and text:
        yield Offer("context", "summary", "Where the project stands.", text, cut=True)


def brief(said: Brief) -> Iterator[Offer]:
    """What the game is: the parts of the brief that hold for every task."""
    told = {"pitch": said.pitch, "visual_style": said.visual_style, "engine": said.engine}
    lists = {"platform": said.platform, "mechanics": said.mechanics, "constraints": said.constraints}
    told |= {name: "; ".join(entries) for name, entries in lists.items()}
    yield from (Offer("brief", name, "What the game is to be.", text) for name, text in told.items() if text)


def sections(project: Project, code: str) -> Iterator[Offer]:
    """The sections of documents that tell of a task, and those of its own documents; the latest documents first."""
    written = Section.objects.filter(document__project=project, current_draft__isnull=False)
    telling = naming(written, "told_of", code).values("pk")
    relevant = written.filter(Q(pk__in=telling) | Q(document__task_code=code)).select_related(
        "document", "current_draft"
    )
    for section in relevant.order_by("-document", "idx")[:MOST_SECTIONS]:
        why = f"It tells of {code}, in “{section.document.title}”."
        text = f"{section.heading}\n{section.current_draft.text}"  # type: ignore[union-attr]
        yield Offer("section", f"{section.document_id}/{section.pk}", why, text, cut=True)
