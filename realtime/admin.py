"""The event log, to read, made for a table of millions of rows: nothing here counts them. And the sockets of this process."""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from gamedev_gateway.core.admin import ReadOnlyAdmin, pretty_json
from realtime import insight
from realtime.event_types import ALL_TYPES
from realtime.models import Event, Socket, Stream


class StreamFilter(admin.SimpleListFilter):
    """The logs that the reader may see. (Django's own filter would list them all.)"""

    title, parameter_name = "log", "stream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in model_admin.streams(request).order_by("name").values_list("name", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(stream__name=self.value()) if self.value() else queryset


class TypeFilter(admin.SimpleListFilter):
    """The declared types. (Django's own filter would look for them in every row.)"""

    title, parameter_name = "type", "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(ALL_TYPES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The log as superusers see it; the apps above open it for others, as far as they may look."""

    list_display: tuple[str, ...] = ("seq", "type", "log", "task_code", "author", "correlation_id", "at")
    list_display_links = ("seq", "type")
    list_filter = (StreamFilter, TypeFilter)
    list_filter_sheet = False
    list_select_related = ("stream",)
    list_per_page = 50
    search_fields = ("correlation_id__exact",)
    search_help_text = "A correlation id, whole and exact"
    sortable_by = ()
    show_full_result_count = False
    paginator = InfinitePaginator
    actions = None
    fields: tuple[str, ...] = ("seq", "type", "log", "task_code", "author", "correlation_id", "key", "at", "event")

    class Media:
        css = {"all": ["plans/admin.css"]}

    def streams(self, request: HttpRequest) -> QuerySet[Stream]:
        """The logs that the reader may see."""
        return Stream.objects.all()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).select_related("stream")

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Newest first, in an order that an index has: of one log by its seq, of all by the row."""
        return ("-stream", "-seq") if request.GET.get(StreamFilter.parameter_name) else ("-pk",)

    @display(description="log")
    def log(self, event: Event) -> str:
        return event.stream.name

    @display(description="at (UTC)")
    def at(self, event: Event) -> str:
        return format_html('<span class="gw-one-line">{}</span>', f"{event.timestamp:%Y-%m-%d %H:%M:%S}")

    @display(description="the event as it was sent")
    def event(self, event: Event) -> str:
        return pretty_json(event.as_dict())


@admin.register(Socket)
class SocketAdmin(ReadOnlyAdmin):
    """One page: the hubs of the process that answers, as they are now. For those who may view sockets: it names everybody's."""

    class Media:
        css = {"all": ["plans/admin.css", "realtime/sockets.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Sockets",
            "opts": self.opts,
            "media": self.media,
            "refreshes": "refresh" in request.GET,
            **see_hubs(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/gateway/sockets.html", context)


def see_hubs() -> dict[str, Any]:
    """What the page shows of the hubs: `busy` when they do not answer."""
    try:
        hubs = insight.ask_hubs(insight.look_inside)
    except TimeoutError:
        return {"busy": True}
    names = get_user_model().objects.in_bulk({user_id for hub in hubs for user_id, _ in hub.users})
    return {
        "hubs": [(hub, [(names.get(user_id, user_id), count) for user_id, count in hub.users]) for hub in hubs],
        "pid": os.getpid(),
        "sockets_per_user": settings.GATEWAY_SOCKETS_PER_USER,
    }
