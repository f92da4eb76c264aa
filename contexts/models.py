"""What is known now, per project and per task, in versions."""

from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from plans.models import Project


class ContextQuerySet(QuerySet["Context"]):
    def visible_to(self, user: Any) -> "ContextQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def of(self, project: Project, scope: str, task_code: str = "") -> "ContextQuerySet":
        return self.filter(project=project, scope=scope, task_code=task_code)


class Context(models.Model):
    """One version of what is known of a project, or of one of its tasks.

    Never edited: an edit is a new version, a rollback activates an old one again. A task is named by its code, which means
    the same task in every version of the plan, so that contexts need not move when a plan is accepted.
    """

    class Scope(models.TextChoices):
        GLOBAL = "global"
        TASK = "task"

    class Source(models.TextChoices):
        TEMPLATE = "template-default"
        AI = "ai-generate"
        MANUAL = "manual-edit"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="contexts")
    scope = models.CharField(max_length=6, choices=Scope.choices)
    task_code = models.CharField(max_length=16, blank=True, default="", help_text="Empty for the global context.")
    content = models.JSONField(default=dict)
    created_by = models.CharField(max_length=6, choices=[("ai", "ai"), ("user", "user"), ("system", "system")])
    source = models.CharField(max_length=16, choices=Source.choices)
    version = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)
    based_on_seq = models.PositiveBigIntegerField(default=0, help_text="Head of the project's log when it was made.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContextQuerySet.as_manager()

    class Meta:
        db_table = "contexts"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "scope", "task_code"], condition=Q(is_active=True), name="one_active_context"
            ),
            models.UniqueConstraint(fields=["project", "scope", "task_code", "version"], name="context_version_once"),
            models.CheckConstraint(
                condition=Q(scope="global", task_code="") | (Q(scope="task") & ~Q(task_code="")),
                name="context_task_matches_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.task_code or self.scope} v{self.version}"
