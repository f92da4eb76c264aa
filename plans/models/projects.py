"""Projects and their people."""

from typing import Any, cast

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from plans.brief import Brief
from plans.consensus import Rule
from plans.evidence import Level
from realtime.models import Event

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
        from plans.models.plans import TaskPlan

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

    class EvidenceLevel(models.TextChoices):
        """The levels of plans.evidence, in words."""

        SAID = "said", "said by whoever did the work"
        SEEN = "seen", "seen by a tool"
        CHECKED = "checked", "checked by the gateway"
        CONFIRMED = "confirmed", "confirmed by a person"

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
    consensus = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Who must agree on a plan; empty for the default rule."
    )
    tokens_per_day = models.PositiveIntegerField(
        null=True, blank=True, help_text="What the writers' models may use in 24 hours; empty for the server's default."
    )
    evidence_level = models.CharField(
        max_length=9,
        choices=EvidenceLevel.choices,
        default=EvidenceLevel.SAID,
        help_text="Who must have seen the evidence for a criterion at least.",
    )
    ai_verification = models.BooleanField(
        default=False,
        help_text="Whether a model, where one is set, looks at what agents hand in before it counts.",
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
            ),
            models.CheckConstraint(
                condition=Q(evidence_level__in=["said", "seen", "checked", "confirmed"]),
                name="project_evidence_level_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parsed_brief(self) -> Brief:
        return Brief.model_validate(self.brief)

    @property
    def rule(self) -> Rule:
        """Who must agree on its plans."""
        return Rule.model_validate(self.consensus)

    @property
    def needed_level(self) -> Level:
        """Who must have seen the evidence for a criterion at least."""
        return cast(Level, self.evidence_level)

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
