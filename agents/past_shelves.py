"""What there was to know for a task right after an event, folded from the log; what it does not tell is not guessed.

A pack made from it may thus differ from the one that was given out then. Its hash tells.
"""

from collections.abc import Collection
from typing import Any

from agents.engine.catalogue import unknown_tools
from agents.shelves import MOST_SECTIONS, Left, Passage, Shelf, made, passage, passages_of
from contexts.models import Context
from documents.models import Draft, Section
from plans import history as boards
from plans.board import State
from plans.brief import Brief
from plans.models import Claim, Project, Task
from realtime import event_types, history
from realtime.models import Event
from realtime.publishing import project_stream

WRITTEN = (event_types.SectionCompleted.type, event_types.SectionUpdated.type)
MOST_EVENTS = 2_000
"""How far back it is looked for what a section said."""


class Forgotten(Exception):
    """The log says too little, or too much to read, of how things were."""


def read_past_shelf(project: Project, code: str, seq: int) -> Shelf:
    """For the task `code`, or the project as a whole. Raises Trimmed, InvalidInput, Forgotten."""
    state = boards.state_at(project, seq)
    live = {task.code: task for task in state.tasks if task.status != Task.Status.DROPPED}
    return Shelf(
        seq=seq,
        brief=Brief.model_validate(state.project.brief or {}),
        contexts=contexts_in(state),
        left=left_until(project, code, seq),
        graph={task.code: task.dependencies for task in live.values()},
        tasks=live,
        made=made_in(state),
        passages=passages_at(project, code, seq),
        unknown_tools=unknown_tools(project.pk, live[code].mcp_tools if code in live else []),
    )


def contexts_in(state: State) -> dict[str, dict[str, Any]]:
    """Contexts are never edited, so that what one said then it says now."""
    active = {context.id: context.task or "" for context in state.contexts}
    rows = Context.objects.filter(pk__in=active).values_list("pk", "content")
    return {active[pk]: content for pk, content in rows}


def made_in(state: State) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for artifact in reversed(state.artifacts):
        found.setdefault(artifact.task or "", []).append(made(artifact))
    return found


def left_until(project: Project, code: str, seq: int) -> dict[str, Left]:
    """What the holder left who gave a task back last before an event."""
    released = events_until(project, seq, [event_types.TaskReleased.type]).filter(task_code=code).first()
    if released is None:
        return {}
    told = released.as_dict()["payload"]
    holder = Claim.objects.filter(pk=told["claim_id"]).values_list("holder__name", flat=True).first()
    return {code: Left(holder or "", told["handoff"])}


def events_until(project: Project, seq: int, types: Collection[str]) -> Any:
    """The latest first."""
    log = Event.objects.filter(stream=history.find_stream(project_stream(project.pk)), type__in=types)
    return log.filter(seq__lte=seq).order_by("-seq")


def passages_at(project: Project, code: str, seq: int) -> list[Passage]:
    """The sections with the text that they had; those that nobody has touched since say what they say now."""
    touched = touched_since(project, seq) if code else set()
    if not touched:
        return passages_of(project, [code] if code else [])
    then = told_until(project, seq, touched)
    sections = Section.objects.filter(document__project=project).select_related("document", "current_draft")
    numbers = {(told["document_id"], told["draft"]) for told in then.values()}
    texts = texts_of({document for document, _ in numbers}, {number for _, number in numbers})
    found = []
    for section in sections.order_by("-document", "idx"):
        if told := then.get(section.pk):
            text = texts.get((told["document_id"], told["draft"]), "")
            found.append(passage(section, told["heading"], text, told["tasks"]))
        elif section.current_draft and section.pk not in touched:
            found.append(passage(section, section.heading, section.current_draft.text, section.told_of))
    return found[:MOST_SECTIONS]


def touched_since(project: Project, seq: int) -> set[int]:
    """The sections that an event after `seq` tells of."""
    stream = history.find_stream(project_stream(project.pk))
    later = Event.objects.filter(stream=stream, type__in=WRITTEN, seq__gt=seq)[: MOST_EVENTS + 1]
    if len(later) > MOST_EVENTS:
        raise Forgotten
    return {event.as_dict()["payload"]["section_id"] for event in later}


def told_until(project: Project, seq: int, sections: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the log told last of each section that had a text, up to an event."""
    found: dict[int, dict[str, Any]] = {}
    earlier = events_until(project, seq, WRITTEN)[: MOST_EVENTS + 1]
    for event in earlier:
        told = event.as_dict()["payload"]
        if told["section_id"] in sections and told.get("action") != "proposed":
            found.setdefault(told["section_id"], told)
    if len(earlier) > MOST_EVENTS and len(found) < len(sections):
        raise Forgotten
    return {pk: told for pk, told in found.items() if told["draft"] is not None}


def texts_of(documents: Collection[int], numbers: Collection[int]) -> dict[tuple[int, int], str]:
    drafts = Draft.objects.filter(document__in=documents, number__in=numbers)
    return {(draft.document_id, draft.number): draft.text for draft in drafts}
