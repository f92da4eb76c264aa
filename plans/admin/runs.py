"""What the writers did, and what the work made: to read; an artifact is also checked here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.admin import pretty_json
from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import MembersAdmin, may
from plans.admin.glance import COLOURS, status_badge
from plans.admin.pages import PagesAdmin
from plans.models import Artifact, Generation, Project, Role, TaskPlan


@admin.register(Generation)
class GenerationAdmin(MembersAdmin):
    list_display = (
        "id",
        "project",
        "kind",
        "shown_status",
        "model",
        "asked_by",
        "first_token_ms",
        "elapsed_ms",
        "tokens",
        "cost_usd",
        "created_at",
    )
    list_filter = ("status", "kind", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("correlation_id__exact",)
    fields = (
        ("project", "kind"),
        ("status", "model"),
        "asked_by",
        "shown_request",
        "shown_target",
        "shown_result",
        "shown_error",
        ("elapsed_ms", "first_token_ms", "tokens", "cost_usd"),
        "correlation_id",
        ("created_at", "finished_at"),
    )

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, run: Generation) -> tuple[str, str]:
        return status_badge(run.status)

    @display(description="asked by")
    def asked_by(self, run: Generation) -> str:
        return run.requested_by.get("name", "–")

    @display(description="tokens in / out")
    def tokens(self, run: Generation) -> str:
        return f"{run.tokens_in} / {run.tokens_out}"

    @display(description="request")
    def shown_request(self, run: Generation) -> str:
        return pretty_json(run.request)

    @display(description="made")
    def shown_target(self, run: Generation) -> str:
        return pretty_json(run.target) if run.target else ""

    @display(description="found")
    def shown_result(self, run: Generation) -> str:
        return pretty_json(run.result) if run.result else ""

    @display(description="error")
    def shown_error(self, run: Generation) -> str:
        return pretty_json(run.error) if run.error else ""


def plan_by_writer(project: Project, kind: str, request: dict[str, Any], actor: Actor) -> TaskPlan:
    """The plan that a writer makes while the page waits."""
    run = services.generate(project, kind, request, actor=actor)
    return TaskPlan.objects.get(pk=run.target["id"])  # type: ignore[index]


class VerdictForm(forms.Form):
    status = forms.ChoiceField(choices=[("valid", "Valid"), ("invalid", "Invalid")], widget=UnfoldAdminSelectWidget)
    note = forms.CharField(required=False, max_length=2_000, widget=UnfoldAdminTextareaWidget({"rows": 3}))


@admin.register(Artifact)
class ArtifactAdmin(PagesAdmin):
    list_display = ("__str__", "task", "type", "category", "shown_status", "created_at")
    list_filter = ("validation_status", "category", ("task__plan__project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    search_fields = ("path", "uri", "type")
    fields = (
        "task",
        ("type", "category"),
        "path",
        "uri",
        "sha256",
        "size_bytes",
        "validation_status",
        "shown_report",
        "created_at",
    )
    actions_detail = ("validate",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artifact]:
        return super().get_queryset(request).select_related("project", "task")

    @display(description="checked", ordering="validation_status", label=COLOURS)
    def shown_status(self, artifact: Artifact) -> tuple[str, str]:
        return status_badge(artifact.validation_status)

    @display(description="report")
    def shown_report(self, artifact: Artifact) -> str:
        return pretty_json(artifact.validation_report) if artifact.validation_report else ""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        artifact = self.get_object(request, object_id)
        allowed = artifact is not None and may(request, artifact.project_id, Role.EDITOR)
        return super().get_actions_detail(request, object_id) if allowed else []

    @action(description="Tell whether it is valid", icon="fact_check")
    def validate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        artifact = self.find(request, object_id)

        def do(data: dict[str, Any]) -> Artifact:
            report = {"note": data["note"]} if data["note"] else {}
            return services.validate_artifact(artifact, status=data["status"], report=report, actor=actor_of(request))

        return self.verb_page(
            request, artifact, title=f"Check {artifact}", button="Save the verdict", do=do, form=VerdictForm
        )
