"""Context packs: what there is to know for a task, the most useful first, from all over the project."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from contexts.assembly import carried, entry_text
from contexts.models import Context
from contexts.packing import DEFAULT_BUDGET, Json, Offer, pack
from contexts.services import get_active_context
from documents.models import Section
from plans.brief import Brief
from plans.models import Artifact, Claim, Project, Task
from plans.services.claims import last_words
from plans.services.progress import live_tasks

MOST_SECTIONS = 500
MOST_ARTIFACTS = 50
MOST_NEIGHBOURS = 200
SAID = {
    "decisions": ("decision", "It was decided"),
    "open_questions": ("question", "It is not decided yet"),
    "risks": ("risk", "It may go wrong"),
}


def pack_for_task(task: Task, budget: int = DEFAULT_BUDGET) -> Json:
    """The pack of a task of the active plan (see contexts/packing.py for its shape)."""
    return Shelf(task.plan.project, [task]).pack(task, budget)


def pack_for_project(project: Project, budget: int = DEFAULT_BUDGET) -> Json:
    """The same without a task: what is known of the project as a whole."""
    active = get_active_context(project)
    content = active.content if active else {}
    return pack("", [*summary(content), *brief(project.parsed_brief), *said(content)], budget)


class Shelf:
    """What there is to know for some tasks of a project, read once for all of them."""

    def __init__(self, project: Project, tasks: Sequence[Task]) -> None:
        codes = [task.code for task in tasks]
        self.brief = list(brief(project.parsed_brief))
        self.contexts = contexts_of(project, codes)
        self.handoffs = last_ended(project, codes)
        self.graph = dict(live_tasks(project).values_list("code", "dependencies"))
        self.waiting = {code: [other for other, deps in self.graph.items() if code in deps] for code in codes}
        near = {other for task in tasks for other in [*task.dependencies, *self.waiting[task.code][:MOST_NEIGHBOURS]]}
        self.tasks = {task.code: task for task in live_tasks(project).filter(code__in=near | set(codes))}
        self.artifacts = made_for(project, near | set(codes))
        self.sections = sections_of(project)

    def pack(self, task: Task, budget: int) -> Json:
        return pack(task.code, self.offers(task), budget)

    def offers(self, task: Task) -> Iterator[Offer]:
        code, content = task.code, self.contexts.get("", {})
        everything_said = [*said(content, code), *said(self.contexts.get(code, {}), code)]
        yield Offer("task", code, "The task itself.", describe(task), cut=True)
        if task.acceptance:
            yield Offer(
                "criteria", code, "All of it must hold before the task is done.", listed(task.acceptance), cut=True
            )
        yield from handoff(self.handoffs.get(code))
        yield from (offer for offer in everything_said if code in offer.why)
        builds_on = [self.tasks[other] for other in task.dependencies if other in self.tasks]
        yield from (neighbour("dependency", other, f"{code} builds on it.") for other in builds_on)
        yield from self.made(code, [other.code for other in builds_on])
        yield from summary(content)
        yield from self.brief
        yield from (offer for offer in everything_said if code not in offer.why)
        yield from telling_of(code, self.sections)
        waiting = [self.tasks[other] for other in self.waiting[code][:MOST_NEIGHBOURS] if other in self.tasks]
        yield from (neighbour("dependent", other, f"It waits for {code}.") for other in waiting)

    def made(self, code: str, builds_on: list[str]) -> Iterator[Offer]:
        """What work on the task has made so far, and what the work made that it builds on."""
        for maker in [code, *builds_on]:
            for artifact in self.artifacts.get(maker, [])[:MOST_ARTIFACTS]:
                text = f"{artifact.category} {artifact.type}: {artifact.path or artifact.uri} ({artifact.validation_status})"
                yield Offer("artifact", str(artifact.pk), f"Made for {maker}.", text)


def contexts_of(project: Project, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The active contexts of a project and of some of its tasks, by code; the global one is under ""."""
    active = Context.objects.filter(project=project, is_active=True, task_code__in=["", *codes])
    return dict(active.values_list("task_code", "content"))


def last_ended(project: Project, codes: Sequence[str]) -> dict[str, Claim]:
    """The claim that ended last on each task, where its work was not finished."""
    ended = Claim.objects.filter(project=project, resource__in=codes).exclude(ended_as__in=["", Claim.Ended.COMPLETED])
    return {claim.resource: claim for claim in ended.order_by("fence")}


def made_for(project: Project, codes: Collection[str]) -> dict[str, list[Artifact]]:
    """The artifacts of tasks through all versions of the plan, by code, the latest first."""
    found: dict[str, list[Artifact]] = {}
    for artifact in (
        Artifact.objects.filter(project=project, task__code__in=codes).select_related("task").order_by("-pk")
    ):
        found.setdefault(artifact.task.code if artifact.task else "", []).append(artifact)
    return found


def sections_of(project: Project) -> list[Section]:
    """The written sections of a project's documents, the latest documents first."""
    written = Section.objects.filter(document__project=project, current_draft__isnull=False)
    related = written.select_related("document", "current_draft").order_by("-document", "idx")
    return list(related[:MOST_SECTIONS])


def describe(task: Task) -> str:
    lines = [f"{task.code} {task.title} ({task.status}, {task.progress} %, priority {task.priority})", task.description]
    lines += [f"Blocked: {task.blocked_reason}"] if task.blocked_reason else []
    lines += ["Deliverables:", listed(task.deliverables)] if task.deliverables else []
    lines += [f"Tools: {', '.join(task.mcp_tools)}"] if task.mcp_tools else []
    return "\n".join(filter(None, lines))


def listed(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def handoff(last: Claim | None) -> Iterator[Offer]:
    """What the last holder left who did not finish."""
    if last and (words := last_words(last)):
        yield Offer(
            "handoff", last.resource, f"Left by {last.holder['name']}, who held the task before.", words, cut=True
        )


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


def neighbour(kind: str, task: Task, why: str) -> Offer:
    notes = [item["note"] for item in [*task.acceptance_answers, *task.evidence] if item.get("note")]
    parts = [f"{task.code} {task.title} ({task.status})", task.description, listed(task.deliverables), listed(notes)]
    return Offer(kind, task.code, why, "\n".join(filter(None, parts)), cut=True)


def summary(content: dict[str, Any]) -> Iterator[Offer]:
    if isinstance(text := content.get("summary"), str) and text:
        yield Offer("context", "summary", "Where the project stands.", text, cut=True)


def brief(said: Brief) -> Iterator[Offer]:
    """What the game is: the parts of the brief that hold for every task."""
    told = {"pitch": said.pitch, "visual_style": said.visual_style, "engine": said.engine}
    lists = {"platform": said.platform, "mechanics": said.mechanics, "constraints": said.constraints}
    told |= {name: "; ".join(entries) for name, entries in lists.items()}
    yield from (Offer("brief", name, "What the game is to be.", text) for name, text in told.items() if text)


def telling_of(code: str, sections: Iterable[Section]) -> Iterator[Offer]:
    """The sections that tell of a task, and those of its own documents."""
    for section in sections:
        if code in section.told_of or section.document.task_code == code:
            why = f"It tells of {code}, in “{section.document.title}”."
            text = f"{section.heading}\n{section.current_draft.text}"  # type: ignore[union-attr]
            yield Offer("section", f"{section.document_id}/{section.pk}", why, text, cut=True)
