"""Who works on what, and how it ended: to read; an editor may take a claim away."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import may
from plans.admin.pages import PagesAdmin
from plans.models import Claim, Role

STATES = {"held": "info", "released": "default", "expired": "warning", "taken": "danger", "completed": "success"}


class HeldFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Held now"), *Claim.Ended.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        if self.value() is None:
            return queryset
        return queryset.open() if self.value() == "yes" else queryset.filter(ended_as=self.value())  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=5_000,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}),
        help_text="Its holder and everybody who watches reads it.",
    )


@admin.register(Claim)
class ClaimAdmin(PagesAdmin):
    list_display = ("resource", "project", "held_by", "state", "reported", "created_at", "until")
    list_filter = (HeldFilter, ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("resource",)
    ordering = ("-pk",)
    fields = (
        ("resource", "project"),
        ("held_by", "run", "fence"),
        ("how_it_stands", "until"),
        "reported",
        "handoff",
        "created_at",
    )
    actions_detail = ("take_away",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).select_related("project")

    @display(description="held by")
    def held_by(self, claim: Claim) -> str:
        agent = " (agent)" if claim.holder["kind"] == "ai" else ""
        return f"{claim.holder['name']}{agent}"

    @display(description="state", label=STATES)
    def state(self, claim: Claim) -> tuple[str, str]:
        if claim.ended_at is None:
            return ("held", "held") if claim.is_open else ("expired", "run out")
        return claim.ended_as, claim.ended_as

    @display(description="state")
    def how_it_stands(self, claim: Claim) -> str:
        if claim.ended_at is None:
            return "Held now" if claim.is_open else "Not heard of in time"
        return claim.get_ended_as_display()

    @display(description="until", ordering="expires_at")
    def until(self, claim: Claim) -> str:
        moment = timezone.localtime(claim.ended_at or claim.expires_at)
        return f"{moment:%Y-%m-%d %H:%M}"

    @display(description="reported")
    def reported(self, claim: Claim) -> str:
        return f"{claim.progress} %: {claim.note}" if claim.note else ""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        claim = self.get_object(request, object_id)
        open_to = claim is not None and claim.ended_at is None and may(request, claim.project_id, Role.EDITOR)
        return super().get_actions_detail(request, object_id) if open_to else []

    @action(description="Take away", icon="front_hand", variant=ActionVariant.DANGER)
    def take_away(self, request: HttpRequest, object_id: str) -> HttpResponse:
        claim = self.find(request, object_id)

        def do(data: dict[str, Any]) -> Claim:
            taken = services.release_claim(claim, reason=data["reason"], actor=actor_of(request))
            messages.success(request, f"{taken.resource} is free again.")
            return taken

        return self.verb_page(
            request,
            claim,
            title=f"Take {claim.resource} away from {claim.holder['name']}",
            note="What the holder does under this claim is refused from now on; a task in progress is pending again.",
            button="Take it away",
            form=ReasonForm,
            do=do,
        )
