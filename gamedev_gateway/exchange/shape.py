"""What an export says, declared once.

Everything is checked and nothing is changed: a text keeps its spaces, a number its form, so that what was exported is what is
imported. Rules between rows are in `laws`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field
from pydantic import model_validator as after_all

from documents.services.outlines import MAX_SECTIONS
from gamedev_gateway.exchange.fields import (
    ActorShape,
    BigCount,
    Code,
    Count,
    Json,
    JsonList,
    Number,
    Ref,
    Shape,
    Text,
    Time,
    Uuid,
    as_declared,
    custom,
    storable,
)
from gamedev_gateway.exchange.shape_agreement import CommentShape, OperationShape, ReviewShape
from plans.brief import Brief
from plans.consensus import Rule
from plans.evidence import Level
from plans.models import SLUG
from plans.spec import MAX_DEPENDENCIES, MAX_TASKS, Estimates, Line, Name, Prose, Title
from realtime.event_types import REGISTRY

FORMAT: Literal["gamedev-gateway-project"] = "gamedev-gateway-project"
VERSION = 4
"""Raised with documents (2), with agreement (3) and with evidence (4). What a version does not have is empty."""
Told = Annotated[list[Code], Field(max_length=MAX_TASKS)]


class ProjectShape(Shape):
    id: Annotated[str, Field(max_length=64, pattern=SLUG.regex.pattern.replace(r"\Z", "$"))]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
    description: Text
    brief: Annotated[Json, as_declared(Brief)]
    status: Literal["draft", "consensus", "active", "completed"]
    active: bool
    current_task: Ref | None
    active_context: Ref | None
    highest_code: Count
    consensus: Annotated[Json, as_declared(Rule)] = {}
    tokens_per_day: Count | None = None
    evidence_level: Level = "said"
    ai_verification: bool = False
    revision: Count
    created_at: Time
    updated_at: Time


class MemberShape(Shape):
    user: Annotated[str, Field(min_length=1, max_length=150), AfterValidator(storable)]
    role: Literal["owner", "editor", "viewer"]
    revision: Count
    created_at: Time


class TaskShape(Shape):
    """A task of one version: what the plan says of it, then what was done about it."""

    code: Code
    idx: Count
    title: Annotated[Text, as_declared(Title)]
    description: Annotated[Text, as_declared(Prose)]
    dependencies: Annotated[list[Code], Field(max_length=MAX_DEPENDENCIES)]
    acceptance: Annotated[list[Text], as_declared(list[Line]), Field(max_length=50)]
    mcp_tools: Annotated[list[Text], as_declared(list[Name]), Field(max_length=50)]
    deliverables: Annotated[list[Text], as_declared(list[Line]), Field(max_length=50)]
    estimates: Annotated[Json, as_declared(Estimates)]
    priority: Annotated[int, Field(ge=1, le=5)]
    revision: Count
    status: Literal["pending", "in_progress", "blocked", "done", "dropped"]
    progress: Annotated[int, Field(ge=0, le=100)]
    blocked_reason: Text
    evidence: JsonList
    acceptance_answers: JsonList
    started_at: Time | None
    completed_at: Time | None


class PlanShape(Shape):
    version: Number
    status: Literal["proposed", "accepted", "superseded"]
    base: Number | None
    continues: Number | None = None
    numbered_from: Count = 0
    renumbered: dict[Code, Code] = {}
    summary: Text
    instructions: Text
    understood: list[Text]
    not_understood: list[Text]
    created_by: Literal["ai", "user", "system"]
    author: ActorShape
    revision: Count
    created_at: Time
    accepted_at: Time | None
    tasks: Annotated[list[TaskShape], Field(max_length=2 * MAX_TASKS)]
    operations: Annotated[list[OperationShape], Field(max_length=1_000_000)] = []


class ContextShape(Shape):
    """One version of a context. `number` counts the project's contexts in the order in which they were made."""

    number: Number
    scope: Literal["global", "task"]
    task_code: Code | Literal[""]
    version: Number
    is_active: bool
    created_by: Literal["ai", "user", "system"]
    source: Literal["template-default", "ai-generate", "manual-edit"]
    based_on_seq: BigCount
    created_at: Time
    content: Json

    @after_all(mode="after")
    def task_fits_scope(self) -> Self:
        if (self.scope == "task") != bool(self.task_code):
            raise custom("The context of a task names it, the global one does not.")
        return self


class ArtifactShape(Shape):
    """What is known of a file; `number` counts the project's artifacts in the order in which they were made."""

    number: Number
    task: Ref | None
    type: Annotated[str, Field(max_length=100), AfterValidator(storable)]
    category: Literal["code", "asset", "document", "screenshot"]
    path: Annotated[str, Field(max_length=1_000), AfterValidator(storable)]
    uri: Annotated[str, Field(max_length=2_000), AfterValidator(storable)]
    sha256: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")]
    size_bytes: BigCount | None
    validation_status: Literal["pending", "valid", "invalid"]
    validation_report: Json
    revision: Count
    created_at: Time


class SectionShape(Shape):
    """A place in a document's outline; `number` counts its sections in the order in which they were made.

    `current_draft` is the number of the draft that is its text.
    """

    number: Number
    idx: Count
    level: Annotated[int, Field(ge=1, le=3)]
    heading: Annotated[str, Field(max_length=300), AfterValidator(storable)]
    brief: Text
    status: Literal["empty", "writing", "done", "failed", "stale"]
    locked: bool
    current_draft: Number | None
    told_of: Told
    revision: Count


class DraftErrorShape(Shape):
    """Why a draft failed."""

    code: Annotated[str, Field(max_length=100), AfterValidator(storable)]
    message: Text


class DraftShape(Shape):
    """One attempt at the section of this number. `length` in bytes of the text in UTF-8; no `sha256` while it is written."""

    number: Number
    section: Number
    status: Literal["writing", "done", "proposed", "failed", "cancelled"]
    author: ActorShape
    instructions: Text
    summary: Text
    told_of: Told
    model: Annotated[str, Field(max_length=200), AfterValidator(storable)]
    tokens: Count
    elapsed_ms: Count | None
    length: Count
    sha256: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")]
    error: DraftErrorShape | None
    created_at: Time
    text: Text


class DocumentShape(Shape):
    """A document with every draft; `number` counts the project's documents in the order in which they were made."""

    number: Number
    task_code: Code | Literal[""]
    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
    kind: Literal[
        "gdd",
        "technical_design",
        "pitch",
        "art_bible",
        "level_brief",
        "test_plan",
        "release_notes",
        "post_mortem",
        "other",
    ]
    status: Literal["draft", "generating", "ready", "failed", "cancelled"]
    global_summary: Text
    summary_revision: Count
    last_draft: Count
    ends: Annotated[int, Field(ge=0, le=2**31 - 2)]
    elapsed_ms: Count | None
    revision: Count
    created_at: Time
    updated_at: Time
    sections: Annotated[list[SectionShape], Field(max_length=MAX_SECTIONS)]
    drafts: Annotated[list[DraftShape], Field(max_length=100_000)]


class LogShape(Shape):
    """Which events the export has: `first` to `head`, without holes. `first` is above 1 where the log was trimmed, and
    `head` + 1 where there are no events."""

    first: Annotated[int, Field(ge=1, le=2**62)]
    head: Annotated[int, Field(ge=0, le=2**62)]


class ProjectExport(Shape):
    """All of a project but its events."""

    format: Literal["gamedev-gateway-project"]
    format_version: Literal[1, 2, 3, 4]
    project: ProjectShape
    members: Annotated[list[MemberShape], Field(max_length=100_000)]
    plans: Annotated[list[PlanShape], Field(max_length=100_000)]
    comments: Annotated[list[CommentShape], Field(max_length=1_000_000)] = []
    reviews: Annotated[list[ReviewShape], Field(max_length=1_000_000)] = []
    contexts: list[ContextShape]
    artifacts: list[ArtifactShape]
    documents: Annotated[list[DocumentShape], Field(max_length=100_000)] = []
    log: LogShape


class EventShape(Shape):
    """One event of the log. Ids in its payload are references; `task_id` is one too."""

    seq: Annotated[int, Field(ge=1, le=2**62)]
    id: Uuid
    type: Annotated[str, Field(max_length=40)]
    task_code: Code | None
    task_id: Ref | None
    payload: Json
    actor: ActorShape
    key: Annotated[str, Field(max_length=255), AfterValidator(storable)] | None
    correlation_id: Annotated[str, Field(max_length=128), AfterValidator(storable)]
    causation_id: Uuid | None
    timestamp: Time

    @after_all(mode="after")
    def type_is_known(self) -> Self:
        if self.type not in REGISTRY:
            raise custom(f"{self.type!r} is not a type of event; known: {', '.join(sorted(REGISTRY))}.")
        return self
