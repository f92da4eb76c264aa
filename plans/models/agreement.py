"""How people come to agree on a plan: what was changed by whom, what was said about it, and who has approved it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from plans.models.plans import TaskPlan
from plans.models.projects import Project


class PlanOperation(models.Model):
    """One operation on the way from a version's base to what it says now: by hand, by the planner, or by an agent."""

    plan = models.ForeignKey(TaskPlan, on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField(help_text="From 1, in the order in which they were applied.")
    op = models.JSONField(help_text="As the API takes it, with the codes that new tasks were given.")
    author = models.JSONField(default=dict, help_text="The actor whose change it is.")
    reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "plan_operations"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_operation_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.op.get('op')}"


class CommentQuerySet(QuerySet["Comment"]):
    def visible_to(self, user: Any) -> "CommentQuerySet":
        return self.filter(plan__project__in=Project.objects.visible_to(user))

    def open(self) -> "CommentQuerySet":
        return self.filter(resolved_at=None)


class Comment(models.Model):
    """Something said about a version, one of its tasks, or one field of a task; it follows them into later versions."""

    plan = models.ForeignKey(TaskPlan, on_delete=models.CASCADE, related_name="comments")
    code = models.CharField(max_length=16, blank=True, default="")
    field = models.CharField(max_length=20, blank=True, default="")
    about = models.CharField(
        max_length=64, blank=True, default="", help_text="Digest of what the task or the field said at the time."
    )
    body = models.TextField()
    blocking = models.BooleanField(default=False, help_text="While it is open, the plan cannot be accepted.")
    author = models.JSONField(default=dict)
    in_reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    resolved_by = models.JSONField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "plan_comments"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(field="") | ~Q(code=""), name="comment_field_needs_code")]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def project(self) -> Project:
        return self.plan.project


class ReviewQuerySet(QuerySet["Review"]):
    def visible_to(self, user: Any) -> "ReviewQuerySet":
        return self.filter(plan__project__in=Project.objects.visible_to(user))


class Review(models.Model):
    """What a person or an agent thinks of a version. `seen` tells what it was about, so that it grows stale when that
    changes and not when other things do."""

    class Verdict(models.TextChoices):
        APPROVE = "approve"
        REQUEST_CHANGES = "request_changes"
        ADVISE = "advise"

    plan = models.ForeignKey(TaskPlan, on_delete=models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=15, choices=Verdict.choices)
    body = models.TextField(blank=True, default="")
    author = models.JSONField(default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen = models.JSONField(default=dict, help_text="Code → digest of the change that was looked at.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        db_table = "plan_reviews"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.author.get('name', '?')}"
