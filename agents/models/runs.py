"""An agent's session in a project, and what it told of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from plans.models import Project


class RunQuerySet(QuerySet["Run"]):
    def visible_to(self, user: Any) -> "RunQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def open(self) -> "RunQuerySet":
        return self.filter(status__in=Run.OPEN)


class Run(models.Model):
    """pending → active ⇄ awaiting_input → complete | error | stale.

    It is seen whenever its agent calls; one that is not seen for long has vanished and becomes stale.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Begun, and nothing told yet"
        ACTIVE = "active", "At work"
        AWAITING_INPUT = "awaiting_input", "Waits for an answer"
        COMPLETE = "complete", "Ended well"
        ERROR = "error", "Ended badly, or was stopped"
        STALE = "stale", "Not heard of any more"

    OPEN = (Status.PENDING, Status.ACTIVE, Status.AWAITING_INPUT)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    agent = models.CharField(max_length=100, help_text="What the agent calls itself.")
    model = models.CharField(max_length=200, blank=True, default="")
    capabilities = models.JSONField(default=list, blank=True, help_text="Names of what it can do.")
    actor = models.JSONField(help_text="Whose token it uses, as an actor.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.PENDING)
    summary = models.TextField(blank=True, default="", help_text="What it says, or what is said, at its end.")
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "runs"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["seen_at"],
                condition=Q(status__in=["pending", "active", "awaiting_input"]),
                name="open_runs_by_last_sight",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} ({self.status})"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class ActivityQuerySet(QuerySet["Activity"]):
    def visible_to(self, user: Any) -> "ActivityQuerySet":
        return self.filter(run__project__in=Project.objects.visible_to(user))

    def questions(self) -> "ActivityQuerySet":
        return self.filter(kind=Activity.Kind.ELICITATION)

    def waiting(self) -> "ActivityQuerySet":
        """The questions that an agent still waits for an answer to."""
        return self.questions().filter(answered_at=None, run__status__in=Run.OPEN)


class Activity(models.Model):
    """Something that an agent told of its run. An elicitation is a question to people, who answer it."""

    class Kind(models.TextChoices):
        THOUGHT = "thought"
        ACTION = "action"
        ELICITATION = "elicitation"
        RESPONSE = "response"
        ERROR = "error"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    body = models.TextField()
    task_code = models.CharField(max_length=16, blank=True, default="")
    options = models.JSONField(default=list, blank=True, help_text="Answers that a question offers.")
    answer = models.TextField(blank=True, default="")
    answered_by = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        db_table = "run_activities"
        ordering = ["pk"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.kind}: {self.body[:60]}"

    @property
    def project(self) -> Project:
        return self.run.project
