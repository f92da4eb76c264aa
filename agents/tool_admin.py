"""The tools of the trade in the admin: operators register servers and decide about tools; editors confirm calls or refuse them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from agents.engine import calls, catalogue
from agents.engine.addresses import address_of
from agents.models import Tool, ToolCall, ToolServer
from gamedev_gateway.core.admin import pretty_json
from gamedev_gateway.core.api import actor_of
from gamedev_gateway.core.errors import GatewayError
from plans.admin.access import may
from plans.admin.fields import LinesField, PairsField
from plans.admin.pages import PagesAdmin, admin_url
from plans.models import Role

STATES = {"waiting": "warning", "running": "info", "done": "success", "failed": "danger", "refused": "default"}
POLICIES = {"allow": "success", "confirm": "warning", "deny": "danger"}


class ToolServerForm(forms.ModelForm):
    headers = PairsField(
        rows=2,
        help_text="One a line: Authorization: Bearer ${GATEWAY_TOOL_SECRET_UNITY}. Secrets by the name of a variable only.",
    )
    tags = LinesField(rows=2, help_text="One a line: words that its tools are found by, such as the engine's name.")
    command = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ToolServer
        fields = [
            "name",
            "transport",
            "url",
            "headers",
            "command",
            "tags",
            "policy",
            "timeout_seconds",
            "enabled",
            "projects",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted({*settings.GATEWAY_TOOL_COMMANDS, self.instance.command} - {""})
        self.fields["command"].choices = [("", "—"), *((name, name) for name in known)]  # type: ignore[attr-defined]
        self.fields["command"].help_text = "One of those that the operator allows in GATEWAY_TOOL_COMMANDS."

    def clean(self) -> dict[str, Any]:
        """The address is checked as it is when the server is asked."""
        data = super().clean() or {}
        told = {name: data.get(name) or "" for name in ("transport", "url", "command")}
        try:
            address_of(ToolServer(**told, headers=data.get("headers") or {}))
        except GatewayError as error:
            self.add_error("command" if told["transport"] == ToolServer.Transport.COMMAND else "url", error.detail)
        return data


@admin.register(ToolServer)
class ToolServerAdmin(ModelAdmin):
    """For superusers, and staff who were given the permission: what is here reaches out of the gateway."""

    form = ToolServerForm
    list_display = ("name", "transport", "state", "shown_tools", "policy", "enabled", "probed_at")
    list_filter = ("transport", "enabled")
    search_fields = ("name",)
    autocomplete_fields = ("projects",)
    readonly_fields = ("state", "tools_seen", "probed_at")
    actions_detail = ("probe",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ToolServer]:
        there = Q(tools__vanished_at=None)
        return super().get_queryset(request).annotate(offers=Count("tools", filter=there))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*ToolServerForm.Meta.fields, *(self.readonly_fields if obj else ())]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    @display(description="state", label={"answers": "success", "in trouble": "danger", "not asked yet": "default"})
    def state(self, server: ToolServer) -> tuple[str, str] | str:
        if server.trouble:
            return "in trouble", server.trouble
        return "answers" if server.probed_at else "not asked yet"

    @display(description="tools", ordering="offers")
    def shown_tools(self, server: ToolServer) -> int:
        return server.offers  # type: ignore[attr-defined]

    @display(description="tools")
    def tools_seen(self, server: ToolServer) -> str:
        return ", ".join(server.tools.filter(vanished_at=None).values_list("name", flat=True)) or "none"

    def save_model(self, request: HttpRequest, obj: ToolServer, form: Any, change: bool) -> None:
        obj.probed_at = None  # due again, since its address may be another
        super().save_model(request, obj, form, change)

    @action(description="Probe now", icon="network_check", permissions=["change"])
    def probe(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask it for its tools."""
        server = ToolServer.objects.get(pk=object_id)
        try:
            messages.success(request, f"{server} has {catalogue.probe(server)} tools.")
        except GatewayError as error:
            messages.error(request, error.detail)
        return redirect(admin_url(server))


@admin.register(Tool)
class ToolAdmin(ModelAdmin):
    """What each tool says of itself; people decide about it, and no more."""

    list_display = ("name", "server", "shown_policy", "reads", "changed", "vanished_at")
    list_filter = ("server", ("vanished_at", admin.EmptyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("server",)
    search_fields = ("name", "description")
    fields = (
        "server",
        "name",
        "policy",
        "shown_policy",
        "description",
        "schema",
        "hints",
        "seen_at",
        "changed",
        "vanished_at",
    )
    readonly_fields = tuple(name for name in fields if name != "policy")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="when called", label=POLICIES)
    def shown_policy(self, tool: Tool) -> str:
        return tool.effective_policy

    @display(description="only reads", boolean=True)
    def reads(self, tool: Tool) -> bool:
        return tool.only_reads

    @display(description="changed", ordering="changed_at")
    def changed(self, tool: Tool) -> str:
        if tool.changed_at is None:
            return ""
        since = " since it was allowed" if tool.policy and tool.allowed_digest != tool.digest else ""
        return f"{tool.changed_at:%Y-%m-%d %H:%M}{since}"

    @display(description="arguments")
    def schema(self, tool: Tool) -> SafeString:
        return pretty_json(tool.input_schema)

    @display(description="it says of itself")
    def hints(self, tool: Tool) -> SafeString:
        return pretty_json(tool.annotations)

    def save_model(self, request: HttpRequest, obj: Tool, form: Any, change: bool) -> None:
        obj.decide(obj.policy)
        obj.save(update_fields=["policy", "allowed_digest"])


class RefusalForm(forms.Form):
    reason = forms.CharField(
        max_length=5_000,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}),
        help_text="The agent reads it.",
    )


@admin.register(ToolCall)
class ToolCallAdmin(PagesAdmin):
    """Every call that an agent has asked for; those that wait are confirmed or refused here."""

    list_display = ("what", "project", "state", "agent", "task_code", "sensitive", "created_at")
    list_filter = ("status", ("project", admin.RelatedOnlyFieldListFilter), "server")
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("tool", "task_code", "correlation_id")
    ordering = ("-pk",)
    fields = (
        "what",
        ("project", "task_code"),
        ("state", "decided"),
        "shown_arguments",
        "shown_result",
        "trouble",
        "reason",
        ("agent", "run"),
        ("created_at", "finished_at"),
        "correlation_id",
    )
    actions_detail = ("confirm", "refuse")

    @display(description="tool", ordering="tool")
    def what(self, call: ToolCall) -> str:
        return f"{call.server}.{call.tool}"

    @display(description="state", ordering="status", label=STATES)
    def state(self, call: ToolCall) -> str:
        return call.status

    @display(description="asked for by")
    def agent(self, call: ToolCall) -> str:
        return call.requested_by["name"]

    @display(description="decided by")
    def decided(self, call: ToolCall) -> str:
        return call.decided_by["name"] if call.decided_by else ""

    @display(description="arguments")
    def shown_arguments(self, call: ToolCall) -> SafeString:
        return pretty_json(call.arguments)

    @display(description="answer, from outside")
    def shown_result(self, call: ToolCall) -> SafeString | str:
        return pretty_json(call.result) if call.result else ""

    @display(description="what went wrong")
    def trouble(self, call: ToolCall) -> str:
        return f"{call.error['code']}: {call.error['message']}" if call.error else ""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        call = self.get_object(request, object_id)
        waits = (
            call is not None and call.status == ToolCall.Status.WAITING and may(request, call.project_id, Role.EDITOR)
        )
        return super().get_actions_detail(request, object_id) if waits else []

    @action(description="Confirm", icon="check_circle", variant=ActionVariant.PRIMARY)
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        call = self.find(request, object_id)

        def do(data: dict[str, Any]) -> ToolCall:
            made = calls.confirm_call(call, actor=actor_of(request))
            messages.success(request, "It is being made.")
            return made

        return self.verb_page(
            request,
            call,
            title=f"Confirm {call.server}.{call.tool}",
            note=f"{call.requested_by['name']} asks for it, with {calls.written(call.arguments)[:1_000]}",
            button="Let it be made",
            do=do,
        )

    @action(description="Refuse", icon="block", variant=ActionVariant.DANGER)
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        call = self.find(request, object_id)

        def do(data: dict[str, Any]) -> ToolCall:
            refused = calls.refuse_call(call, reason=data["reason"], actor=actor_of(request))
            messages.success(request, "The agent is told.")
            return refused

        return self.verb_page(
            request,
            call,
            title=f"Refuse {call.server}.{call.tool}",
            note=f"{call.requested_by['name']} asks for it, with {calls.written(call.arguments)[:1_000]}",
            button="Refuse it",
            form=RefusalForm,
            do=do,
        )
