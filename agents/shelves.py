"""What there is to know for some tasks of a project, as it is now: read once for all of them, and not yet chosen from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from agents.engine.catalogue import unknown_tools
from contexts.models import Context
from documents.models import Draft, Section
from plans.brief import Brief
from plans.models import Artifact, Claim, Project, Task
from plans.services.claims import last_words
from plans.services.progress import live_graph, live_tasks
from realtime import history
from realtime.publishing import project_stream

MOST_SECTIONS = 500
MOST_NEIGHBOURS = 200


class AnyTask(Protocol):
    """A task as a row, or as the log tells of it."""

    code: str
    title: str
    description: str
    status: Any
    priority: int
    progress: int
    blocked_reason: str
    dependencies: list[str]
    acceptance: list[str]
    deliverables: list[str]
    mcp_tools: list[str]
    evidence: list[dict[str, Any]]
    acceptance_answers: list[dict[str, Any]]


@dataclass(frozen=True)
class Left:
    """What a holder left who did not finish."""

    holder: str
    words: str


@dataclass(frozen=True)
class Made:
    """An artifact: its id, and what it is."""

    ref: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A written section, with the codes of the tasks that it, or its document, is about."""

    ref: str
    document: str
    text: str
    codes: Collection[str]


@dataclass
class Shelf:
    """What is known right after the event `seq`. Contexts are by code, the global one under "". `graph` has what each task builds
    on, in the plan's order; `tasks` are those that somebody on the shelf may ask for. `unknown_tools` are those that they name and
    no server of the project has, now."""

    seq: int
    brief: Brief
    contexts: Mapping[str, dict[str, Any]]
    left: Mapping[str, Left]
    graph: Mapping[str, Collection[str]]
    tasks: Mapping[str, AnyTask]
    made: Mapping[str, Sequence[Made]]
    passages: Sequence[Passage]
    unknown_tools: Collection[str] = frozenset()

    @cached_property
    def waiting(self) -> dict[str, list[str]]:
        """What waits for each task."""
        return waiting_in(self.graph)


def read_shelf(project: Project, tasks: Sequence[Task]) -> Shelf:
    """As it is now. The head of the log is read first: what happens meanwhile is told again, rather than missed."""
    seq = history.find_stream(project_stream(project.pk)).head
    codes = [task.code for task in tasks]
    graph = live_graph(project).edges
    near = codes_near(tasks, waiting_in(graph))
    return Shelf(
        seq=seq,
        brief=project.parsed_brief,
        contexts=contexts_of(project, codes),
        left=left_behind(project, codes),
        graph=graph,
        tasks={task.code: task for task in live_tasks(project).filter(code__in=near)},
        made=made_for(project, near),
        passages=passages_of(project, codes),
        unknown_tools=unknown_tools(project.pk, {name for task in tasks for name in task.mcp_tools}),
    )


def waiting_in(graph: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    waiting: dict[str, list[str]] = {}
    for code, builds_on in graph.items():
        for other in builds_on:
            waiting.setdefault(other, []).append(code)
    return waiting


def codes_near(tasks: Sequence[AnyTask], waiting: Mapping[str, list[str]]) -> set[str]:
    """The codes of tasks and of their neighbours in the graph."""
    return {
        code
        for task in tasks
        for code in [task.code, *task.dependencies, *waiting.get(task.code, [])[:MOST_NEIGHBOURS]]
    }


def contexts_of(project: Project, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The active contexts of a project and of some of its tasks, by code; the global one is under ""."""
    active = Context.objects.filter(project=project, is_active=True, task_code__in=["", *codes])
    return dict(active.values_list("task_code", "content"))


def left_behind(project: Project, codes: Sequence[str]) -> dict[str, Left]:
    """What the holder left whose claim on a task ended last, where the work was not finished."""
    ended = Claim.objects.filter(project=project, resource__in=codes).exclude(ended_as__in=["", Claim.Ended.COMPLETED])
    told = ended.only("resource", "holder", "progress", "note", "handoff").order_by("fence")
    return {claim.resource: Left(claim.holder["name"], last_words(claim)) for claim in told}


def made_for(project: Project, codes: Collection[str]) -> dict[str, list[Made]]:
    """The artifacts of tasks through all versions of the plan, by code, the latest first."""
    found: dict[str, list[Made]] = {}
    artifacts = Artifact.objects.filter(project=project, task__code__in=codes).select_related("task").order_by("-pk")
    for artifact in artifacts:
        found.setdefault(artifact.task.code if artifact.task else "", []).append(made(artifact))
    return found


def made(artifact: Any) -> Made:
    """`artifact` is a row, or what the log tells of one."""
    where = artifact.path or artifact.uri
    return Made(str(artifact.id), f"{artifact.category} {artifact.type}: {where} ({artifact.validation_status})")


def passages_of(project: Project, codes: Collection[str]) -> list[Passage]:
    """The written sections that are about some tasks, those of the latest documents first."""
    written = Section.objects.filter(document__project=project, current_draft__isnull=False)
    latest = written.select_related("document").order_by("-document", "idx")[:MOST_SECTIONS] if codes else []
    about = [section for section in latest if not {*section.told_of, section.document.task_code}.isdisjoint(codes)]
    drafts = Draft.objects.filter(pk__in=[section.current_draft_id for section in about])
    texts = dict(drafts.values_list("pk", "text"))
    return [passage(each, each.heading, texts[each.current_draft_id or 0], each.told_of) for each in about]


def passage(section: Section, heading: str, text: str, told_of: Sequence[str]) -> Passage:
    document = section.document
    codes = {*told_of, document.task_code} - {""}
    return Passage(f"{document.pk}/{section.pk}", document.title, f"{heading}\n{text}", codes)
