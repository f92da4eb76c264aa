"""Runs of the writers."""

from typing import Any

from django.db import models
from django.db.models import QuerySet

from plans.models.projects import Project


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
        OUTLINE = "outline"
        SECTION = "section"
        VERIFY = "verify"

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
    result = models.JSONField(
        null=True, blank=True, help_text="What it found, where that is nothing that is stored elsewhere."
    )
    requested_by = models.JSONField(default=dict, help_text="The actor who asked.")
    model = models.CharField(max_length=200, default="template")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, help_text="Where the model's prices are known."
    )
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
