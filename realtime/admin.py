"""The event log, to read. Made for a table of millions of rows: nothing here counts them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from gamedev_gateway.core.admin import ReadOnlyAdmin, pretty_json
from realtime.event_types import ALL_TYPES
from realtime.models import Event, Stream


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
