"""The vocabulary of the log: every event type with its declared payload.

A payload is published as an instance of its class, so that an undeclared type or field cannot be published. The classes are
also what docs/events.md is made from.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(max_length=20_000)]
Short = Annotated[str, StringConstraints(max_length=500)]
Data = Annotated[dict[str, Any], Field(default_factory=dict, description="Anything else, as JSON.")]

REGISTRY: dict[str, type["Payload"]] = {}
"""Every event type and its payload; filled by the classes below as they are declared."""


class Payload(BaseModel):
    """What an event of one type tells. Subclasses name their `type`."""

    model_config = ConfigDict(extra="forbid")
    type: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if cls.type:
            REGISTRY[cls.type] = cls


class ClientPayload(Payload):
    """What clients may publish themselves. At least one field says something."""

    text: Text = ""
    data: Data

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if not any(self.model_dump(exclude_defaults=True).values()):
            raise ValueError("The payload says nothing; give at least a text.")
        return self


class Chat(ClientPayload):
    """Somebody said something."""

    type: ClassVar[str] = "chat"
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    in_reply_to: Short = ""


class Action(ClientPayload):
    """A tool did something in the engine or the repository."""

    type: ClassVar[str] = "action"
    name: Short = ""
    status: Literal["", "started", "succeeded", "failed"] = ""


class Update(ClientPayload):
    """A status in words, for people to read."""

    type: ClassVar[str] = "update"


class Scene(ClientPayload):
    """The scene in the engine changed."""

    type: ClassVar[str] = "scene"
    name: Short = ""
    path: Short = ""


class Timeline(ClientPayload):
    """A mark on the project's timeline."""

    type: ClassVar[str] = "timeline"
    title: Short = ""
    at: Short = ""


class Log(ClientPayload):
    """A line of a log worth keeping."""

    type: ClassVar[str] = "log"
    level: Literal["debug", "info", "warning", "error"] = "info"


CLIENT_TYPES = frozenset(payload.type for payload in ClientPayload.__subclasses__())


class Error(Payload):
    """A generation or a job failed."""

    type: ClassVar[str] = "error"
    kind: str
    code: str
    message: str
    generation_id: int | None = None


class Project(Payload):
    """The project itself changed. `changes` holds the fields with their new values."""

    type: ClassVar[str] = "project"
    action: Literal["created", "updated", "activated", "deactivated", "status"]
    changes: dict[str, Any] = Field(default_factory=dict)


class PlanProposed(Payload):
    """A new version of the plan is on the table."""

    plan_id: int
    version: int
    base: int | None = Field(description="Id of the plan that it was made from.")
    continues: int | None = Field(default=None, description="Id of the proposal that it takes the place of.")
    summary: str
    instructions: str = Field(description="What it was asked for with.")
    understood: list[str] = Field(default_factory=list, description="What was done about them, in sentences.")
    not_understood: list[str] = Field(default_factory=list, description="The parts that nothing was done about.")
    tasks: int = Field(description="How many tasks it has.")


class PlanCreated(PlanProposed):
    """Written by hand, or sent whole by a client, or what remains of a proposal that was accepted in part."""

    type: ClassVar[str] = "plan.created"


class PlanGenerated(PlanProposed):
    """Made from the brief."""

    type: ClassVar[str] = "plan.generated"


class PlanRefined(PlanProposed):
    """Made from another version by an instruction. Where that was a proposal, it is superseded."""

    type: ClassVar[str] = "plan.refined"
    diff: dict[str, Any] = Field(description="Against the base.")


class PlanRebased(PlanProposed):
    """A proposal was carried over to a plan that was accepted meanwhile; the one that it continues is superseded."""

    type: ClassVar[str] = "plan.rebased"
    renumbered: dict[str, str] = Field(description="Code → new code, of new tasks whose code was taken meanwhile.")
    resolved: list[dict[str, Any]] = Field(description="The conflicts that were decided, each as it was shown.")
    diff: dict[str, Any] = Field(description="Against the base.")


class PlanEdited(Payload):
    """A proposal was edited in place."""

    type: ClassVar[str] = "plan.edited"
    plan_id: int
    version: int
    revision: int
    ops: list[dict[str, Any]]
    reason: str = ""
    diff: dict[str, Any] = Field(description="Against the plan before this edit.")


class AcceptedTask(BaseModel):
    """Where a task stands right after acceptance."""

    model_config = ConfigDict(extra="forbid")
    id: int
    code: str
    idx: int
    status: str
    progress: int


class DroppedWork(BaseModel):
    """A task that had been begun, or was done, and is left out now."""

    model_config = ConfigDict(extra="forbid")
    code: str
    title: str
    was: str


class PlanAccepted(Payload):
    """A version became the active plan; the work done so far was carried over by code."""

    type: ClassVar[str] = "plan.accepted"
    plan_id: int
    version: int
    previous: int | None = Field(description="Id of the plan that was active before.")
    summary: str
    diff: dict[str, Any] = Field(description="Against the plan that was active before.")
    tasks: list[AcceptedTask]
    current_task: str | None
    accepted_at: datetime | None = None
    remaining: int | None = Field(
        default=None, description="Id of the proposal that holds what was not taken, where only a part was accepted."
    )
    work_dropped: list[DroppedWork] = Field(
        default_factory=list, description="The tasks that are left out though somebody had begun them."
    )


class PlanCommented(Payload):
    """Something was said about a version, one of its tasks or fields; or it was resolved, or opened again."""

    type: ClassVar[str] = "plan.commented"
    plan_id: int
    comment_id: int
    action: Literal["created", "resolved", "reopened"]
    code: str | None
    field: str | None
    body: str
    blocking: bool
    in_reply_to: int | None


class PlanReviewed(Payload):
    """A person approved of a proposal or asked for changes; or somebody gave advice, which binds nobody."""

    type: ClassVar[str] = "plan.reviewed"
    plan_id: int
    review_id: int
    verdict: Literal["approve", "request_changes", "advise"]
    body: str


class TaskWork(Payload):
    """Work on a task of the active plan. `changes` holds the task's fields with their new values."""

    changes: dict[str, Any] = Field(description="The task's fields with their new values.")
    current_task: str | None = Field(description="Code of the project's current task after this.")


class TaskStarted(TaskWork):
    """Somebody began to work on a task."""

    type: ClassVar[str] = "task.started"


class TaskProgress(TaskWork):
    """How far the work on a task is."""

    type: ClassVar[str] = "task.progress"
    percent: int
    note: str = ""


class TaskBlocked(TaskWork):
    """The work on a task cannot go on; `reason` says why."""

    type: ClassVar[str] = "task.blocked"
    reason: str
    kind: str = ""


class TaskUnblocked(TaskWork):
    """What held a task up is gone."""

    type: ClassVar[str] = "task.unblocked"


class TaskCompleted(TaskWork):
    """A task is done, and each of its acceptance criteria is answered."""

    type: ClassVar[str] = "task.completed"
    acceptance: list[dict[str, Any]] = Field(description="Each criterion with its answer.")


class TaskReopened(TaskWork):
    """A task that was done is worked on again."""

    type: ClassVar[str] = "task.reopened"
    reason: str = ""


class TaskClaimed(Payload):
    """Somebody claimed a task, or something else that only one may hold: `resource` is the task's code, or kind:name."""

    type: ClassVar[str] = "task.claimed"
    claim_id: int
    resource: str
    expires_at: str
    handoff: str = Field(default="", description="What the holder before left for whoever goes on.")


class TaskReleased(Payload):
    """A claim has ended; a task that was in progress under it is pending again. `dropped`: the plan no longer has the task."""

    type: ClassVar[str] = "task.released"
    claim_id: int
    resource: str
    how: Literal["released", "expired", "taken", "dropped"]
    reason: str = ""
    handoff: str = Field(default="", description="What whoever goes on should know: said, or else last reported.")
    changes: dict[str, Any] = Field(description="The task's fields with their new values.")
    current_task: str | None = Field(description="Code of the project's current task after this.")


class TaskChanged(Payload):
    """An accepted version says something new about a task; or its `evidence` is another: shown, judged, or out of date."""

    type: ClassVar[str] = "task.changed"
    plan_id: int
    fields: dict[str, Any] = Field(description="Field → {from, to}.")
    why: str = Field(default="", description="Of a change of the evidence, in a sentence.")


class TaskDropped(Payload):
    """An accepted version leaves a task out."""

    type: ClassVar[str] = "task.dropped"
    plan_id: int
    title: str
    was: str = Field(default="", description="The task's status until then: what is done is not undone in silence.")


class ContextChanged(Payload):
    """A version of a context became the active one."""

    context_id: int
    scope: Literal["global", "task"]
    version: int
    source: str
    summary: str = ""


class ContextGenerated(ContextChanged):
    """A context was assembled anew from the state of the work."""

    type: ClassVar[str] = "context.generated"


class ContextUpdated(ContextChanged):
    """A context was written by hand, or an earlier version was activated again."""

    type: ClassVar[str] = "context.updated"
    rolled_back: bool = False


class ArtifactCreated(Payload):
    """The work on a task made something: a file by its `path`, or something elsewhere by its `uri`."""

    type: ClassVar[str] = "artifact.created"
    artifact_id: int
    artifact_type: str
    category: str
    path: str = ""
    uri: str = ""
    sha256: str = ""
    size_bytes: int | None = None


class ArtifactValidated(Payload):
    """An artifact was checked."""

    type: ClassVar[str] = "artifact.validated"
    artifact_id: int
    validation_status: str


class ArtifactDeleted(Payload):
    """An artifact was taken off the record."""

    type: ClassVar[str] = "artifact.deleted"
    artifact_id: int


class DocumentTold(Payload):
    """What every event of a document tells. `task` is the code of the task that it is a document of."""

    document_id: int
    title: str
    kind: str


class DocumentCreated(DocumentTold):
    """A document was created, with an outline of so many sections."""

    type: ClassVar[str] = "document.created"
    sections: int


class DocumentUpdated(DocumentTold):
    """A document's title or outline was edited. `changed` names what."""

    type: ClassVar[str] = "document.updated"
    changed: list[str]


class DocumentDeleted(DocumentTold):
    """A document was deleted, with all its drafts."""

    type: ClassVar[str] = "document.deleted"


class DocumentStarted(DocumentTold):
    """A run began to write a document; its text comes over the document's own stream."""

    type: ClassVar[str] = "document.started"
    generation_id: int
    sections_total: int
    cursor: str = Field(description="Where the document's stream stood when the run began.")


class DocumentCompleted(DocumentTold):
    """A run has written all that it was asked for."""

    type: ClassVar[str] = "document.completed"
    sections_done: int
    elapsed_ms: int


class DocumentFailed(DocumentTold):
    """A run has given up. What it wrote before is kept."""

    type: ClassVar[str] = "document.failed"
    code: str
    message: str


class DocumentCancelled(DocumentTold):
    """A run was cancelled. What it wrote before is kept."""

    type: ClassVar[str] = "document.cancelled"


class SectionUpdated(Payload):
    """A section was changed by hand: `edited`, `adopted` an earlier draft, `locked`, `unlocked`, `briefed`; or an agent has
    `proposed` the `draft`, which waits for a person; or it is `stale`, since what it tells of has changed. `tasks` are the
    codes of the tasks that it tells of: look whether they still fit.
    """

    type: ClassVar[str] = "section.updated"
    document_id: int
    section_id: int
    heading: str
    action: Literal["edited", "adopted", "locked", "unlocked", "briefed", "proposed", "stale"]
    draft: int | None
    tasks: list[str]


class SectionCompleted(Payload):
    """A draft of a section is complete and is its text now. `tasks` are the codes of the tasks that it tells of."""

    type: ClassVar[str] = "section.completed"
    document_id: int
    section_id: int
    heading: str
    draft: int
    length: int
    sha256: str
    tasks: list[str]


class RunStarted(Payload):
    """An agent began a session in the project."""

    type: ClassVar[str] = "run.started"
    run_id: int
    agent: str
    model: str = ""


class RunActivity(Payload):
    """An agent told what it thinks, does or has found."""

    type: ClassVar[str] = "run.activity"
    run_id: int
    activity_id: int
    agent: str
    kind: Literal["thought", "action", "response", "error"]
    body: str


class RunEnded(Payload):
    """A run has ended: by its agent, stopped by a person, or `stale`, since nothing was heard of it."""

    type: ClassVar[str] = "run.ended"
    run_id: int
    agent: str
    status: Literal["complete", "error", "stale"]
    summary: str = ""


class QuestionAsked(Payload):
    """An agent asks people something, and waits."""

    type: ClassVar[str] = "question.asked"
    run_id: int
    activity_id: int
    agent: str
    question: str
    options: list[str] = Field(default_factory=list, description="Answers that it offers; another one is fine, too.")


class QuestionAnswered(Payload):
    """A person answered an agent's question."""

    type: ClassVar[str] = "question.answered"
    run_id: int
    activity_id: int
    question: str
    answer: str


class ToolTold(Payload):
    """What every event of a call to an outside tool tells."""

    call_id: int
    server: str
    tool: str


class ToolRequested(ToolTold):
    """An agent asks to use an outside tool that needs a person's word."""

    type: ClassVar[str] = "tool.requested"
    arguments: str = Field(description="The arguments as JSON, their first 500 characters; all are in the call itself.")
    agent: str
    run_id: int | None = None


class ToolAnswered(ToolTold):
    """A person confirmed a call, which is made now, or refused it."""

    type: ClassVar[str] = "tool.answered"
    verdict: Literal["confirmed", "refused"]
    reason: str = ""


class ToolCalled(ToolTold):
    """A call of an outside tool has ended. `text` begins what it answered, which is data from outside, or what went wrong."""

    type: ClassVar[str] = "tool.called"
    status: Literal["done", "failed"]
    sensitive: bool
    elapsed_ms: int
    text: str = Field(default="", description="At most 500 characters.")
    error_code: str = ""


class MemberChanged(Payload):
    """Somebody joined, left, or has another role. `role` is null for somebody who left."""

    type: ClassVar[str] = "member.changed"
    user: str
    role: Literal["owner", "editor", "viewer"] | None


ALL_TYPES = frozenset(REGISTRY)
