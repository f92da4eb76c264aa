"""The log of the projects that a person is a member of."""

from django.contrib import admin
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from plans.admin.access import is_staff
from plans.admin.log_words import event_in_words
from plans.admin.reading import cut
from plans.models import Project
from realtime.admin import EventAdmin
from realtime.models import Event, Stream

admin.site.unregister(Event)


@admin.register(Event)
class ProjectEventAdmin(EventAdmin):
    """Superusers read every log, other staff those of their projects."""

    list_display = ("seq", "type", "what", "who", "log", "at")
    fields = ("seq", "type", "what", "who", "log", "task_code", "author", "correlation_id", "key", "at", "event")

    @display(description="what happened")
    def what(self, event: Event) -> str:
        return format_html('<span class="gw-what">{}</span>', cut(event_in_words(event.as_dict()), 200))

    @display(description="who")
    def who(self, event: Event) -> str:
        return str(event.as_dict()["actor"]["name"])

    def streams(self, request: HttpRequest) -> QuerySet[Stream]:
        streams = super().streams(request)
        if request.user.is_superuser:
            return streams
        mine = Project.objects.visible_to(request.user).annotate(log=Concat(Value("project:"), F("pk")))
        return streams.filter(name__in=mine.values("log"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events = super().get_queryset(request)
        return events if request.user.is_superuser else events.filter(stream__in=self.streams(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return is_staff(request)
