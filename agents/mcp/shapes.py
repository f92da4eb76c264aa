"""What tools answer. Members that are not there are left out."""

from typing import Any

from pydantic import BaseModel

from agents.models import Run
from plans.models import Artifact, Claim, Task

Json = dict[str, Any]


def instant(moment: Any) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class RunAnswer(BaseModel):
    run: int
    project: str
    status: str

    @classmethod
    def of(cls, run: Run) -> "RunAnswer":
        return cls(run=run.pk, project=run.project_id, status=run.status)


class TaskShape(BaseModel):
    """A task as an agent sees it."""

    id: int
    code: str
    title: str
    status: str
    priority: int
    progress: int
    description: str
    dependencies: list[str]
    acceptance: list[str]
    deliverables: list[str]
    mcp_tools: list[str]
    blocked_reason: str
    evidence: list[Json]

    @classmethod
    def of(cls, task: Task) -> "TaskShape":
        said = {name: getattr(task, name) for name in cls.model_fields}
        return cls(**said | {"evidence": [entry.as_json() for entry in task.shown]})


class TaskAnswer(BaseModel):
    task: TaskShape
    verdicts: list[Json]
    holder: Json | None = None


class TaskState(BaseModel):
    code: str
    status: str
    progress: int

    @classmethod
    def of(cls, task: Task) -> "TaskState":
        return cls(code=task.code, status=task.status, progress=task.progress)


class Work(BaseModel):
    """A task to do with the claim on it; or `none`, with the reasons and when to ask again."""

    task: TaskShape | None = None
    context_pack: Json | None = None
    claim: int | None = None
    fence: int | None = None
    expires_at: str | None = None
    handoff: str | None = None
    reason: str | None = None
    none: bool | None = None
    reasons: list[str] | None = None
    retry_after: int | None = None

    @classmethod
    def of(cls, task: Task, claim: Claim, pack: Json, handoff: str, reason: str) -> "Work":
        return cls(
            task=TaskShape.of(task),
            context_pack=pack,
            claim=claim.pk,
            fence=claim.fence,
            expires_at=instant(claim.expires_at),
            handoff=handoff,
            reason=reason,
        )


class Alive(BaseModel):
    expires_at: str
    answers: list[Json]


class Pack(BaseModel):
    context_pack: Json


class Said(BaseModel):
    context_version: int
    activity: int | None = None


class ArtifactAnswer(BaseModel):
    artifact: int
    sha256: str
    validation_status: str
    findings: list[Json] | None = None
    made_stale: list[Json] | None = None

    @classmethod
    def of(cls, artifact: Artifact) -> "ArtifactAnswer":
        return cls(
            artifact=artifact.pk,
            sha256=artifact.sha256,
            validation_status=artifact.validation_status,
            findings=artifact.validation_report.get("findings") or None,
            made_stale=artifact.made_stale or None,
        )


class Completion(BaseModel):
    """`done`, or the criteria that are not met, with what would do for each."""

    done: bool
    code: str
    unmet: list[str] = []
    criteria: list[Json] | None = None
    not_verified: str | None = None


class PlanAnswer(BaseModel):
    plan: int
    version: int
    status: str
    summary: str
    tasks: list[Json]
    total: int
    base_version: int | None = None


class Difference(BaseModel):
    version: int
    against: int | None = None
    markdown: str


class Readiness(BaseModel):
    next: str | None = None
    reason: str
    blocked: list[Json]


class CommentAnswer(BaseModel):
    comment: int
    version: int


class DocumentAnswer(BaseModel):
    document: int
    title: str
    kind: str
    status: str
    summary: str
    sections: list[Json]


class SectionAnswer(BaseModel):
    section: int
    draft: int
    status: str
