"""Versions of a plan, and the tasks in them."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from plans.evidence import Entry, Level, entries_of
from plans.models.projects import Project
from plans.spec import CODE_PATTERN, Estimates, TaskSpec
from plans.verdicts import CriterionVerdict, judge, words_of
from realtime.publishing import TaskRef


class TaskPlanQuerySet(QuerySet["TaskPlan"]):
    def visible_to(self, user: Any) -> "TaskPlanQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def accepted(self) -> "TaskPlanQuerySet":
        return self.filter(status=TaskPlan.Status.ACCEPTED)

    def proposed(self) -> "TaskPlanQuerySet":
        return self.filter(status=TaskPlan.Status.PROPOSED)


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
    continues = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="continued_by",
        help_text="The proposal that this one takes the place of: refined, rebased, or accepted in part.",
    )
    numbered_from = models.PositiveIntegerField(
        default=0, help_text="The project's highest task number when it was made; its new tasks are numbered above it."
    )
    renumbered = models.JSONField(
        default=dict, blank=True, help_text="Code in what it continues → code here, of new tasks whose code was taken."
    )
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

    def take_work(self, other: "Task") -> bool:
        """Take over what was done about the same task in another version. True when that is something new."""
        before = [getattr(self, field) for field in self.WORK_FIELDS]
        for field in self.WORK_FIELDS:
            setattr(self, field, getattr(other, field))
        if self.status == self.Status.DROPPED:
            self.status = self.status_by_work()
        return before != [getattr(self, field) for field in self.WORK_FIELDS]

    def status_by_work(self) -> str:
        """What the work says where the status does not: of a task that was dropped and comes back."""
        if self.completed_at:
            return self.Status.DONE
        return self.Status.IN_PROGRESS if self.started_at else self.Status.PENDING

    @property
    def shown(self) -> list[Entry]:
        """The evidence, also what older gateways stored."""
        return entries_of(self.evidence)

    def verdicts(self, needed: Level) -> list[CriterionVerdict]:
        """How things stand with each criterion. The answers of a completion count while it stands."""
        answers = self.acceptance_answers if self.status == self.Status.DONE else []
        return judge(self.acceptance, words_of(answers), self.shown, needed)

    def start(self) -> None:
        self.status = self.Status.IN_PROGRESS
        self.started_at = self.started_at or timezone.now()

    def reopen(self) -> None:
        self.status = self.Status.IN_PROGRESS if self.started_at else self.Status.PENDING
        self.completed_at = None
        self.progress = min(self.progress, 99)
