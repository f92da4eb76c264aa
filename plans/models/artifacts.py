"""What work made."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import QuerySet

from plans.models.plans import Task
from plans.models.projects import Project


def by_digest(artifact: "Artifact", filename: str) -> str:
    """Where an uploaded file is kept: by what it holds, never by what it was called."""
    return f"artifacts/{artifact.project_id}/{artifact.sha256}"


class ArtifactQuerySet(QuerySet["Artifact"]):
    def visible_to(self, user: Any) -> "ArtifactQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Artifact(models.Model):
    """Something that work made, on a task or for the project as a whole: where it is and whether it was checked.

    The file lives elsewhere (`path`, `uri`), or was uploaded (`file`).
    """

    class Category(models.TextChoices):
        CODE = "code"
        ASSET = "asset"
        DOCUMENT = "document"
        SCREENSHOT = "screenshot"

    class Validation(models.TextChoices):
        PENDING = "pending"
        VALID = "valid"
        INVALID = "invalid"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="artifacts")
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="artifacts")
    type = models.CharField(max_length=100)
    category = models.CharField(max_length=10, choices=Category.choices)
    path = models.CharField(max_length=1000, blank=True, default="")
    uri = models.CharField(max_length=2000, blank=True, default="")
    file = models.FileField(upload_to=by_digest, blank=True, max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, default="", validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    validation_status = models.CharField(max_length=7, choices=Validation.choices, default=Validation.PENDING)
    validation_report = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ArtifactQuerySet.as_manager()

    made_stale: list[dict[str, Any]] = []
    """[{task, evidence}]: what its registration made out of date, by code and number. Not stored."""

    class Meta:
        db_table = "artifacts"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.path or self.uri or self.type
