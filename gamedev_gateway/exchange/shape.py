"""What an export says, declared once.

Everything is checked and nothing is changed: a text keeps its spaces, a number its form, so that what was exported is what is
imported. Rules between rows are in `laws`.
"""

import re
import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import model_validator as after_all
from pydantic_core import PydanticCustomError

from gamedev_gateway.core.storable import unstorable
from gamedev_gateway.exchange.errors import first_error
from plans.brief import Brief
from plans.models import SLUG
from plans.spec import CODE_PATTERN, MAX_DEPENDENCIES, MAX_TASKS, Estimates, Line, Name, Prose, Title
from realtime.event_types import REGISTRY

FORMAT: Literal["gamedev-gateway-project"] = "gamedev-gateway-project"
VERSION = 1
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def as_declared(kind: Any) -> AfterValidator:
    """The value must pass as a `kind`; it stays as it was given."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(value: Any) -> Any:
        try:
            adapter.validate_python(value)
        except ValidationError as error:
            place, text = first_error(error)
            raise custom(f"{'.'.join(map(str, place))}: {text}" if place else text) from error
        return value

    return AfterValidator(check)


def custom(text: str) -> PydanticCustomError:
    return PydanticCustomError("export", "{text}", {"text": text})


def storable(value: Any) -> Any:
    for place, text in unstorable(value):
        raise custom(f"{place}: {text}" if place else text)
    return value


def read_time(value: Any) -> Any:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise custom("A time such as 2026-11-23T04:30:00.123456Z belongs here.")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise custom(f"There is no such time: {error}.") from error


def read_uuid(value: Any) -> Any:
    try:
        found = uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise custom("A UUID belongs here.") from error
    if str(found) != value:
        raise custom("Write the UUID in lower case, with its hyphens.")
    return found


Time = Annotated[datetime, BeforeValidator(read_time)]
Uuid = Annotated[uuid.UUID, BeforeValidator(read_uuid)]
Text = Annotated[str, Field(max_length=1_000_000), AfterValidator(storable)]
Json = Annotated[dict[str, Any], AfterValidator(storable)]
JsonList = Annotated[list[dict[str, Any]], Field(max_length=10_000), AfterValidator(storable)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
BigCount = Annotated[int, Field(ge=0, le=2**63 - 1)]
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Ref = Annotated[str, Field(max_length=60)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ActorShape(Shape):
    """Who acted. A person's id is `@username`, or `gone-7` for somebody whose account is no more."""

    kind: Literal["user", "ai", "system"]
    id: Annotated[str, Field(max_length=200), AfterValidator(storable)]
    name: Annotated[str, Field(max_length=200), AfterValidator(storable)]

    @after_all(mode="after")
    def person_by_name(self) -> Self:
        if self.kind == "user" and self.id.isdigit():
            raise custom("A person is named as @username, not by a number.")
        return self


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
    task: Ref
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


class LogShape(Shape):
    """Which events the export has: `first` to `head`, without holes. `first` is above 1 where the log was trimmed, and
    `head` + 1 where there are no events."""

    first: Annotated[int, Field(ge=1, le=2**62)]
    head: Annotated[int, Field(ge=0, le=2**62)]


class ProjectExport(Shape):
    """All of a project but its events."""

    format: Literal["gamedev-gateway-project"]
    format_version: Literal[1]
    project: ProjectShape
    members: Annotated[list[MemberShape], Field(max_length=100_000)]
    plans: Annotated[list[PlanShape], Field(max_length=100_000)]
    contexts: list[ContextShape]
    artifacts: list[ArtifactShape]
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
