"""Contexts: every version to read; an earlier one made active again, or one edited as a new version."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from contexts import services
from contexts.models import Context
from gamedev_gateway.core.admin import pretty_json
from gamedev_gateway.core.api import actor_of
from plans.admin.access import may
from plans.admin.pages import PagesAdmin
from plans.admin.reading import cut
from plans.models import Role


class ContentForm(forms.Form):
    """A context's content as JSON."""

    content = forms.JSONField(
        widget=UnfoldAdminTextareaWidget({"rows": 28, "class": "gw-code", "spellcheck": "false"}),
        help_text="A JSON object. Saving makes a new active version; this one stays as it is.",
    )

    def clean_content(self) -> dict[str, Any]:
        content = self.cleaned_data["content"]
        if not isinstance(content, dict):
            raise forms.ValidationError("Give a JSON object: {…}.")
        return content


class IndentedJSON(json.JSONEncoder):
    """JSON that a person can edit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False})


@admin.register(Context)
class ContextAdmin(PagesAdmin):
    list_display = ("shown_name", "version", "shown_active", "source", "created_by", "summary", "created_at")
    list_filter = ("is_active", "scope", "source", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("project__name", "task_code")
    fields = (
        ("project", "scope", "task_code"),
        ("version", "shown_active"),
        ("source", "created_by"),
        ("based_on_seq", "created_at"),
        "shown_content",
    )
    actions_detail = ("activate", "edit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Context]:
        return super().get_queryset(request).select_related("project")

    @display(description="context", ordering="project", header=True)
    def shown_name(self, context: Context) -> list[str]:
        return [context.project.name, context.task_code or "global"]

    @display(description="summary")
    def summary(self, context: Context) -> str:
        return cut(str(context.content.get("summary", "")), 120)

    @display(description="state", ordering="is_active", label={"active": "success"})
    def shown_active(self, context: Context) -> str:
        return "active" if context.is_active else "earlier"

    @display(description="content")
    def shown_content(self, context: Context) -> str:
        return pretty_json(context.content)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        context = self.get_object(request, object_id)
        if context is None or not may(request, context.project_id, Role.EDITOR):
            return []
        hidden = {"activate"} if context.is_active else set()
        return [verb for verb in super().get_actions_detail(request, object_id) if verb.path not in hidden]

    @action(description="Make active again", icon="history", variant=ActionVariant.PRIMARY)
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        context = self.find(request, object_id)
        return self.verb_page(
            request,
            context,
            title=f"Make {context} active again",
            button="Make active",
            note="The version that is active now stays, and can be made active again.",
            do=lambda data: services.activate_context(context, actor=actor_of(request)),
        )

    @action(description="Edit as new version", icon="edit")
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        context = self.find(request, object_id)

        def do(data: dict[str, Any]) -> Context:
            made = services.create_context(
                context.project,
                scope=context.scope,
                task=context.task_code,
                content=data["content"],
                actor=actor_of(request),
                source=Context.Source.MANUAL,
            )
            messages.success(request, f"Version {made.version} is active now.")
            return made

        def form(data: Any) -> ContentForm:
            filled = ContentForm(data, initial={"content": context.content})
            filled.fields["content"].encoder = IndentedJSON  # type: ignore[attr-defined]
            return filled

        return self.verb_page(
            request, context, title=f"Edit {context} as a new version", button="Save as new version", do=do, form=form
        )
