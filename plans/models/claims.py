"""Who works on what, so that nobody else begins it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from plans.models.projects import Project


class ClaimQuerySet(QuerySet["Claim"]):
    def visible_to(self, user: Any) -> "ClaimQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def open(self) -> "ClaimQuerySet":
        """Those that hold now: not ended, and not run out."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def run_out(self) -> "ClaimQuerySet":
        """Those whose holder has not been heard of in time, and that nobody has ended yet."""
        return self.filter(ended_at=None, expires_at__lte=timezone.now())


class Claim(models.Model):
    """One holder's hold on a task, by its code, or on something else that only one may hold (`scene:Main.unity`).

    It lives as long as its holder says so every now and then. `fence` rises with each claim of the same thing: a write that
    shows an old one comes from somebody who has lost the claim.
    """

    class Ended(models.TextChoices):
        RELEASED = "released", "Released by its holder"
        EXPIRED = "expired", "Not heard of in time"
        TAKEN = "taken", "Taken away by a person"
        COMPLETED = "completed", "The task is done"
        DROPPED = "dropped", "The plan no longer has the task"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="claims")
    resource = models.CharField(max_length=200, help_text="A task's code, or kind:name.")
    holder = models.JSONField(help_text="The actor who holds it.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    run = models.PositiveBigIntegerField(null=True, blank=True, help_text="The agent's run that holds it.")
    fence = models.PositiveIntegerField()
    ttl = models.PositiveIntegerField(help_text="Seconds that each sign of life is good for.")
    expires_at = models.DateTimeField()
    progress = models.PositiveSmallIntegerField(default=0, help_text="As last reported under this claim.")
    note = models.TextField(blank=True, default="", help_text="What was last reported under this claim.")
    handoff = models.TextField(blank=True, default="", help_text="What whoever goes on should know.")
    ended_as = models.CharField(max_length=9, choices=Ended.choices, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        db_table = "claims"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "resource"], condition=Q(ended_at=None), name="one_open_claim_per_resource"
            ),
            models.UniqueConstraint(fields=["project", "resource", "fence"], name="claim_fence_rises"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(ended_at=None), name="open_claims_by_expiry")]

    def __str__(self) -> str:
        return f"{self.resource} by {self.holder['name']}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
