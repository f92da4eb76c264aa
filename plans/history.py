"""The state of a project, now and at any event that its log still keeps.

Now is what the tables say. The past is folded from the log, from the nearest checkpoint on: there is one at every
`EVERY`-th event, so that the cost does not depend on how long the log is.
"""

from contextlib import suppress
from typing import Any

import orjson
from django.db import transaction

from gamedev_gateway.core.errors import InvalidInput
from plans.board import FOLDED, Board, State, fold
from plans.burnup import Happening, Progress, Tally, over_time
from plans.models import Checkpoint, Project, Task
from realtime import history
from realtime.history import CursorLost, EventFilter, Trimmed
from realtime.models import Event, Stream
from realtime.publishing import project_stream
from realtime.signals import event_committed, events_going

EVERY = 1_000
"""Events from one checkpoint to the next: as many as a reader folds at most, in some 20 ms."""
LOOKS = 3
"""How often the tables are read between two events, before the project is locked for it."""
FOLDED_EVENTS = EventFilter(FOLDED)
COUNTED = ("plan.accepted", "task.completed", "task.reopened")
"""What a burn-up is made from; a dropped task is told by the `plan.accepted` that leaves it out."""


def state_now(project: Project) -> State:
    """The project as it is. What is read belongs together: no event comes between its first row and its last."""
    stream = history.find_stream(project_stream(project.pk))
    for _ in range(LOOKS):
        board, head = board_now(project.pk), head_of(stream)
        if head == stream.head:
            return told(board, stream, head)
        stream.head = head
    with transaction.atomic():
        project.lock()
        return told(board_now(project.pk), stream, head_of(stream))


def state_at(project: Project, seq: int) -> State:
    """The project right after an event. Trimmed for one that the log no longer keeps, InvalidInput for one to come."""
    stream = history.find_stream(project_stream(project.pk))
    if seq > stream.head:
        raise InvalidInput({"at": [f"There is no event {seq}; the log ends at {stream.head}."]})
    if seq < stream.kept_from:
        raise Trimmed(stream.kept_from, stream.head)
    return told(board_at(project, stream, seq), stream, seq)


def told(board: Board, stream: Stream, seq: int) -> State:
    event = Event.objects.filter(stream=stream, seq=seq).only("seq", "uuid", "timestamp").first()
    return board.state(seq, event.cursor if event else str(seq), event.timestamp if event else None)


def head_of(stream: Stream) -> int:
    return Stream.objects.values_list("head", flat=True).get(pk=stream.pk)


# From the tables

PROJECT_FIELDS = ("id", "name", "description", "brief", "status", "active")
PLAN_FIELDS = ("id", "version", "summary", "accepted_at")
TASK_FIELDS = (
    *("id", "plan", "idx", "code", "title", "description", "dependencies", "acceptance", "mcp_tools", "deliverables"),
    *("estimates", "priority", "status", "progress", "blocked_reason", "evidence", "acceptance_answers"),
    *("started_at", "completed_at"),
)
CLAIM_FIELDS = ("id", "holder", "resource")
CONTEXT_FIELDS = ("id", "scope", "task_code", "version", "source")
ARTIFACT_FIELDS = ("id", "type", "category", "path", "uri", "sha256", "size_bytes", "validation_status")


def board_now(project_id: str) -> Board:
    row = Project.objects.values(*PROJECT_FIELDS, "current_task__code").get(pk=project_id)
    project = Project(pk=project_id)
    plan = project.plans.accepted().values(*PLAN_FIELDS).first()
    return Board(
        project=row | {"current_task_code": row.pop("current_task__code")},
        plan=plan and dict(plan),
        tasks={task["code"]: task for task in tasks_of(project, plan["id"])} if plan else {},
        contexts={context["task"] or "": context for context in active_contexts(project)},
        artifacts={str(artifact["id"]): artifact for artifact in artifacts_of(project)},
    )


def tasks_of(project: Project, plan_id: int) -> list[dict[str, Any]]:
    claims = {claim.pop("resource"): claim for claim in project.claims.filter(ended_at=None).values(*CLAIM_FIELDS)}
    tasks = Task.objects.filter(plan=plan_id).values(*TASK_FIELDS)
    return [
        {**task, "claim": claims.get(task["code"]) if task["status"] != Task.Status.DROPPED else None} for task in tasks
    ]


def active_contexts(project: Project) -> list[dict[str, Any]]:
    found = project.contexts.filter(is_active=True).values(*CONTEXT_FIELDS)
    return [{**context, "task": context["task_code"] or None} for context in found]


def artifacts_of(project: Project) -> list[dict[str, Any]]:
    found = project.artifacts.values(*ARTIFACT_FIELDS, "task__code")
    return [{**artifact, "task": artifact["task__code"]} for artifact in found]


# From the log


def board_at(project: Project, stream: Stream, seq: int) -> Board:
    """The board right after an event. What is passed on the way and is no checkpoint yet becomes one."""
    base = project.checkpoints.filter(seq__lte=seq).last()
    board = Board(**base.board) if base else Board({"id": project.pk, "name": project.name})
    start = at = base.seq if base else 0
    while at < seq:
        before, at = at, min(at - at % EVERY + EVERY, seq)
        for event in history.read_kept(stream.pk, before, EVERY, FOLDED_EVENTS, up_to=at):
            fold(board, orjson.loads("{" + event.body))
        history.refuse_hole(stream.pk, start)
        if at % EVERY == 0:
            keep(project, at, board)
    return board


def keep(project: Project, seq: int, board: Board) -> None:
    row = Checkpoint(project=project, seq=seq, board=board.as_json())
    Checkpoint.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def keep_now(project: Project) -> None:
    """A checkpoint from the tables at the head of the log: for a project that came in with a log that does not tell all."""
    project = project.lock()
    keep(project, history.find_stream(project_stream(project.pk)).head, board_now(project.pk))


def keep_every(sender: str, event: Event, project_id: str, **kwargs: Any) -> None:
    """Subscriber of the log: a checkpoint when it is due, so that no reader has to wait for one."""
    if event.seq % EVERY == 0 and (project := Project.objects.filter(pk=project_id).first()):
        with suppress(CursorLost):
            board_at(project, event.stream, event.seq)


def keep_before_trimming(sender: Any, stream: Stream, kept_from: int, **kwargs: Any) -> None:
    """Subscriber of retention: what the events that go have led to is kept, as the checkpoint right before those that stay."""
    project = Project.objects.filter(pk=stream.name.removeprefix(project_stream(""))).first()
    if project is None:
        return
    with suppress(CursorLost):
        keep(project, kept_from - 1, board_at(project, stream, kept_from - 1))
        project.checkpoints.filter(seq__lt=kept_from - 1).delete()


# Over time


def progress_of(project: Project) -> tuple[Progress, list[str]]:
    """What was agreed on and done over time, and what a reader must know of it. Reads only the events that tell of it."""
    stream = history.find_stream(project_stream(project.pk))
    events = Event.objects.filter(stream=stream).order_by("seq")
    accepted = {event.seq: event.as_dict()["payload"] for event in events.filter(type="plan.accepted")}
    rows = events.filter(type__in=COUNTED).values_list("seq", "type", "timestamp", "task_code")
    happenings = [Happening(kind, at, code, accepted.get(seq, {})) for seq, kind, at, code in rows]
    if stream.kept_from == 1:
        return over_time(happenings, Tally()), []
    base = project.checkpoints.filter(seq=stream.kept_from - 1).first()
    tally = Tally.of_board(base.board["tasks"].values() if base else [])
    return over_time(happenings, tally), ["Earlier events are no longer kept: the picture begins with those that are."]


def register() -> None:
    event_committed.connect(keep_every, dispatch_uid="plans.keep_every")
    events_going.connect(keep_before_trimming, dispatch_uid="plans.keep_before_trimming")
