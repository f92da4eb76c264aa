"""Projects, their people, their plans, and the work on the active plan.

Tables keep the names of the database that this system grew from.
"""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from plans.brief import Brief
from plans.spec import CODE_PATTERN, Estimates, TaskSpec
from realtime.models import Event
from realtime.publishing import TaskRef

SLUG = RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Use a-z, 0-9 and single hyphens inside.")


class Role(models.TextChoices):
    """What a member may do: a viewer reads, an editor works, an owner also decides who belongs."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        return {"viewer": 1, "editor": 2, "owner": 3}[self.value]


class ProjectQuerySet(QuerySet["Project"]):
    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """The projects that a user is a member of. Nobody else learns that they exist."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)

    def for_api(self, user: Any) -> "ProjectQuerySet":
        """Visible projects with what their representation needs, in one query."""
        stream_name = Concat(Value("project:"), OuterRef("pk"))
        last = Event.objects.filter(stream__name=stream_name).order_by("-seq")
        accepted = TaskPlan.objects.accepted().filter(project=OuterRef("pk"))
        return (
            self.visible_to(user)
            .select_related("current_task")
            .annotate(
                role=F("memberships__role"),
                active_plan_id=Subquery(accepted.values("pk")[:1]),
                head=Subquery(last.values("seq")[:1]),
                head_uuid=Subquery(last.values("uuid")[:1]),
            )
        )


class Project(models.Model):
    """A game in the making. `revision` counts edits of its own fields; work on tasks does not touch it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft: no plan yet"
        CONSENSUS = "consensus", "Consensus: a plan is being agreed on"
        ACTIVE = "active", "Active: the plan is being worked on"
        COMPLETED = "completed", "Completed: every task is done"

    id = models.CharField(primary_key=True, max_length=64, validators=[SLUG])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    brief = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    active = models.BooleanField(default=False, editable=False)
    current_task = models.ForeignKey(
        "Task", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    active_context = models.ForeignKey(
        "contexts.Context", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    highest_code = models.PositiveIntegerField(
        default=0, editable=False, help_text="The highest task number ever accepted; new tasks are numbered above it."
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        db_table = "projects"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "consensus", "active", "completed"]), name="project_status_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parsed_brief(self) -> Brief:
        return Brief.model_validate(self.brief)

    def role_of(self, user: Any) -> Role | None:
        membership = self.memberships.filter(user=user).first() if user.is_authenticated else None
        return Role(membership.role) if membership else None

    def lock(self) -> "Project":
        """This project as it is now, its row locked until the transaction ends."""
        return Project.objects.select_for_update().get(pk=self.pk)


class Membership(models.Model):
    """A person in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role.choices)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "memberships"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class TaskPlanQuerySet(QuerySet["TaskPlan"]):
    def visible_to(self, user: Any) -> "TaskPlanQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def accepted(self) -> "TaskPlanQuerySet":
        return self.filter(status=TaskPlan.Status.ACCEPTED)


class TaskPlan(models.Model):
    """One version of a project's plan.

    proposed → accepted → superseded, or proposed → superseded. Only a proposal may be edited; a change to an accepted plan
    is a new version with it as `base`.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        ACCEPTED = "accepted"
        SUPERSEDED = "superseded"

    class Origin(models.TextChoices):
        AI = "ai"
        USER = "user"
        SYSTEM = "system"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="plans")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="derived")
    summary = models.TextField(blank=True, default="")
    instructions = models.TextField(blank=True, default="", help_text="What it was asked for with.")
    understood = models.JSONField(default=list, blank=True, help_text="What was done about the instructions.")
    not_understood = models.JSONField(default=list, blank=True, help_text="The parts that nothing was done about.")
    created_by = models.CharField(max_length=6, choices=Origin.choices)
    author = models.JSONField(default=dict, help_text="The actor who made it.")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = TaskPlanQuerySet.as_manager()

    class Meta:
        db_table = "task_plans"
        ordering = ["project", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="plan_version_once_per_project"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(status="accepted"), name="one_accepted_plan_per_project"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "accepted", "superseded"]), name="plan_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} v{self.version} ({self.status})"

    def specs(self) -> list[TaskSpec]:
        """What the plan says, task by task in order. Dropped tasks are no longer part of what it says."""
        return [task.spec() for task in self.tasks.all() if task.status != Task.Status.DROPPED]

    def stats(self) -> dict[str, Any]:
        """Counts over the tasks that are not dropped; `progress` is their mean, 0–100."""
        tasks = [task for task in self.tasks.all() if task.status != Task.Status.DROPPED]
        statuses = [task.status for task in tasks]
        return {
            "total": len(tasks),
            "completed": statuses.count(Task.Status.DONE),
            "blocked": statuses.count(Task.Status.BLOCKED),
            "progress": round(sum(task.progress for task in tasks) / len(tasks)) if tasks else 0,
        }


class TaskQuerySet(QuerySet["Task"]):
    def visible_to(self, user: Any) -> "TaskQuerySet":
        return self.filter(plan__project__in=Project.objects.visible_to(user))

    def active(self) -> "TaskQuerySet":
        """Tasks of accepted plans: the ones that work is done on."""
        return self.filter(plan__status=TaskPlan.Status.ACCEPTED)

    def with_current(self) -> "TaskQuerySet":
        """Adds `current_id`: the id of the task with the same code in the active plan, if there is one."""
        current = Task.objects.active().filter(plan__project=OuterRef("plan__project"), code=OuterRef("code"))
        return self.select_related("plan").annotate(current_id=Subquery(current.values("pk")[:1]))


class Task(models.Model):
    """A task in one version of a plan. The `code` is the task: through all versions it means the same piece of work."""

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        BLOCKED = "blocked"
        DONE = "done"
        DROPPED = "dropped"

    plan = models.ForeignKey(TaskPlan, on_delete=models.CASCADE, related_name="tasks")
    idx = models.PositiveIntegerField(help_text="Place in the plan, from 0.")
    code = models.CharField(max_length=16, validators=[RegexValidator(CODE_PATTERN)])
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    dependencies = models.JSONField(default=list, blank=True)
    acceptance = models.JSONField(default=list, blank=True)
    mcp_tools = models.JSONField(default=list, blank=True)
    deliverables = models.JSONField(default=list, blank=True)
    estimates = models.JSONField(default=dict, blank=True)
    priority = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(5)])
    revision = models.PositiveIntegerField(default=1, editable=False)

    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    progress = models.PositiveSmallIntegerField(default=0)
    blocked_reason = models.TextField(blank=True, default="")
    evidence = models.JSONField(default=list, blank=True)
    acceptance_answers = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    WORK_FIELDS = (
        "status",
        "progress",
        "blocked_reason",
        "evidence",
        "acceptance_answers",
        "started_at",
        "completed_at",
    )
    """What was done about the task, as opposed to what the plan says of it; carried along when a new version is accepted."""

    class Meta:
        db_table = "tasks"
        ordering = ["idx", "code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="task_code_once_per_plan"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "in_progress", "blocked", "done", "dropped"]),
                name="task_status_known",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="task_progress_at_most_100"),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=5), name="task_priority_1_to_5"),
        ]
        indexes = [models.Index(fields=["code"], name="task_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def ref(self) -> TaskRef:
        return TaskRef(self.pk, self.code)

    def spec(self) -> TaskSpec:
        return TaskSpec(
            code=self.code,
            title=self.title,
            description=self.description,
            dependencies=self.dependencies,
            acceptance=self.acceptance,
            mcp_tools=self.mcp_tools,
            deliverables=self.deliverables,
            estimates=Estimates.model_validate(self.estimates),
            priority=self.priority,
        )

    def take_spec(self, spec: TaskSpec, idx: int) -> bool:
        """Say what `spec` says, at place `idx`. True when that is something new."""
        values = {"idx": idx, **spec.model_dump(mode="json")}
        changed = any(getattr(self, field) != value for field, value in values.items())
        for field, value in values.items():
            setattr(self, field, value)
        return changed

    def take_work(self, other: "Task") -> None:
        """Take over what was done about the same task in another version."""
        for field in self.WORK_FIELDS:
            setattr(self, field, getattr(other, field))
        if self.status == self.Status.DROPPED:
            self.status = self.status_by_work()

    def status_by_work(self) -> str:
        """What the work says where the status does not: of a task that was dropped and comes back."""
        if self.completed_at:
            return self.Status.DONE
        return self.Status.IN_PROGRESS if self.started_at else self.Status.PENDING

    def start(self) -> None:
        self.status = self.Status.IN_PROGRESS
        self.started_at = self.started_at or timezone.now()

    def reopen(self) -> None:
        self.status = self.Status.IN_PROGRESS if self.started_at else self.Status.PENDING
        self.completed_at = None
        self.progress = min(self.progress, 99)


class ArtifactQuerySet(QuerySet["Artifact"]):
    def visible_to(self, user: Any) -> "ArtifactQuerySet":
        return self.filter(task__plan__project__in=Project.objects.visible_to(user))


class Artifact(models.Model):
    """Something that work on a task made: where it is and whether it was checked. The file itself lives elsewhere."""

    class Category(models.TextChoices):
        CODE = "code"
        ASSET = "asset"
        DOCUMENT = "document"
        SCREENSHOT = "screenshot"

    class Validation(models.TextChoices):
        PENDING = "pending"
        VALID = "valid"
        INVALID = "invalid"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="artifacts")
    type = models.CharField(max_length=100)
    category = models.CharField(max_length=10, choices=Category.choices)
    path = models.CharField(max_length=1000, blank=True, default="")
    uri = models.CharField(max_length=2000, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="", validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    validation_status = models.CharField(max_length=7, choices=Validation.choices, default=Validation.PENDING)
    validation_report = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        db_table = "artifacts"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.path or self.uri or self.type


class GenerationQuerySet(QuerySet["Generation"]):
    def visible_to(self, user: Any) -> "GenerationQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Generation(models.Model):
    """One run of a writer: who asked for what, which model answered, how long it took, how it ended.

    queued → running → done | failed | cancelled. A running one holds a lease; when that ends without an end, its worker has
    died and another takes the work up.
    """

    class Kind(models.TextChoices):
        PLAN = "plan"
        REFINE = "refine"
        CONTEXT = "context"
        DOCUMENT = "document"
        SECTION = "section"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    OPEN = (Status.QUEUED, Status.RUNNING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="generations")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    request = models.JSONField(default=dict, help_text="The arguments of the run.")
    target = models.JSONField(null=True, blank=True, help_text="What it made: {type, id}.")
    requested_by = models.JSONField(default=dict, help_text="The actor who asked.")
    model = models.CharField(max_length=200, default="template")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True, help_text="{code, message} of a failed run.")
    correlation_id = models.CharField(max_length=128)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(
        default=0, help_text="How often a worker has taken it up: the last one has it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        db_table = "generations"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
