"""Documents: the outline as rows, saved through the services; the text to read; runs begun and cancelled."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from documents import services
from documents.admin_forms import DocumentForm, NewDocumentForm, SectionForm
from documents.models import Document, Section
from documents.services import runs
from gamedev_gateway.core.api import actor_of
from plans.admin.access import is_staff, may
from plans.admin.glance import COLOURS, status_badge
from plans.admin.pages import OptionalInstructions, PagesAdmin, admin_url
from plans.models import Project, Role

STATUS_COLOURS = COLOURS | {
    "generating": "info",
    "ready": "success",
    "empty": "default",
    "writing": "info",
    "stale": "warning",
}
PREVIEW = 1_500
"""Characters of a section's text that its row shows."""


def prose(text: str) -> SafeString:
    """A text with its lines as they are."""
    return format_html('<div dir="auto" style="white-space: pre-wrap">{}</div>', text or "–")


class SectionsInline(StackedInline):
    """The outline. Rows are dragged into another order; the text is written by runs, or by hand over the API."""

    model = Section
    form = SectionForm
    fields = ("idx", "heading", ("level", "locked"), "brief", "status", "preview")
    readonly_fields = ("status", "preview")
    ordering = ("idx",)
    ordering_field = "idx"
    hide_ordering_field = True
    extra = 0
    collapsible = True
    verbose_name, verbose_name_plural = "section", "Sections"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        """`get_inline_title` is what unfold shows as the head of a closed row."""
        title = Concat("heading", Value(" · "), "status")
        return (
            super().get_queryset(request).select_related("current_draft", "document").annotate(get_inline_title=title)
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request, obj.project_id, Role.EDITOR)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    @display(description="text")
    def preview(self, section: Section) -> str:
        text = section.current_draft.text if section.current_draft else ""
        return prose(f"{text[:PREVIEW]}…" if len(text) > PREVIEW else text)


@admin.register(Document)
class DocumentAdmin(PagesAdmin):
    form = DocumentForm
    inlines = (SectionsInline,)
    list_display = ("shown_title", "shown_kind", "shown_status", "sections_done", "task_code", "updated_at")
    list_filter = ("status", "kind", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("title", "project__name", "task_code")
    ordering = ("-updated_at", "-pk")
    warn_unsaved_form = True
    actions_detail = ("generate", "cancel")

    # Who may

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request, obj.project_id, Role.EDITOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        done = Count("sections", filter=Q(sections__current_draft__isnull=False))
        rows: QuerySet[Document] = super().get_queryset(request)
        return rows.select_related("project").annotate(written=done, planned=Count("sections"))

    @display(description="document", ordering="title", header=True)
    def shown_title(self, document: Document) -> list[str]:
        return [document.title, document.project.name]

    @display(description="kind", ordering="kind")
    def shown_kind(self, document: Document) -> str:
        return document.get_kind_display()

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, document: Document) -> tuple[str, str]:
        return status_badge(document.status)

    @display(description="sections written")
    def sections_done(self, document: Any) -> str:
        return f"{document.written} of {document.planned}"

    def get_actions(self, request: HttpRequest) -> Any:
        """No deleting of many at once."""
        return {}

    # The form

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **({} if obj else {"form": NewDocumentForm}), **kwargs)
        if obj is None:
            mine = Project.objects.all() if request.user.is_superuser else Project.objects.visible_to(request.user)
            editable = [project.pk for project in mine if may(request, project.pk, Role.EDITOR)]
            form.base_fields["project"].queryset = Project.objects.filter(pk__in=editable)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("project", "title", "kind", "task_code")})]
        head = ("title", "seen_revision") if self.has_change_permission(request, obj) else ("title",)
        told = (("project", "shown_kind", "task_code"), "status", "shown_summary")
        return [(None, {"fields": (*head, *told)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("project", "shown_kind", "task_code", "status", "shown_summary") if obj else ()

    @display(description="summary")
    def shown_summary(self, document: Document) -> str:
        return prose(document.global_summary)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        """A new document here; what was edited is saved with its rows, as one edit."""
        if not change:
            given = form.cleaned_data
            obj.pk = services.create_document(
                given["project"],
                title=given["title"],
                kind=given["kind"],
                task=given["task_code"],
                actor=actor_of(request),
            ).pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Unlocking comes before the edit and locking after it, so that both can be done in one go."""
        formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        actor, document = actor_of(request), form.instance
        rows = [
            row for row in formset.forms if row not in formset.deleted_forms and (row.instance.pk or row.has_changed())
        ]
        relocked = [row for row in rows if row.instance.pk and "locked" in row.changed_data]
        self.set_locks(relocked, False, actor)
        entries = [row.as_entry() for row in sorted(rows, key=lambda row: row.place)]
        services.update_document(document, title=form.cleaned_data["title"], outline=entries, actor=actor)
        self.set_locks(relocked, True, actor)

    def set_locks(self, rows: list[Any], locked: bool, actor: Any) -> None:
        for row in rows:
            if row.cleaned_data["locked"] is locked:
                services.update_section(Section.objects.get(pk=row.instance.pk), locked=locked, actor=actor)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context |= {"subtitle": None, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Document) -> HttpResponse:
        messages.success(request, f"{obj.title} is saved.")
        return HttpResponseRedirect(admin_url(obj))

    def response_add(self, request: HttpRequest, obj: Document, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, f"{obj.title} has its outline; have it written when the outline is as you want it.")
        return HttpResponseRedirect(admin_url(obj))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return [f"{document.title}, with its sections and all their drafts" for document in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        services.delete_document(obj, actor=actor_of(request))

    # The verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        document = self.get_object(request, object_id)
        if document is None or not may(request, document.project_id, Role.EDITOR):
            return []
        shown = "cancel" if document.status == Document.Status.GENERATING else "generate"
        return [verb for verb in super().get_actions_detail(request, object_id) if verb.path == shown]

    @action(description="Generate", icon="auto_awesome", variant=ActionVariant.PRIMARY)
    def generate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        document = self.find(request, object_id)

        def do(data: dict[str, Any]) -> Document:
            runs.start_run(document, actor=actor_of(request), sections=None, instructions=data["instructions"])
            messages.success(request, "It is being written; load the page again to see how far it is.")
            return document

        return self.verb_page(
            request,
            document,
            title=f"Generate {document.title}",
            button="Generate",
            note="The sections that have no text or a doubtful one are written; if there is none, all that are not locked. "
            "The drafts that are there are kept.",
            form=OptionalInstructions,
            do=do,
        )

    @action(description="Cancel", icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        document = self.find(request, object_id)
        return self.verb_page(
            request,
            document,
            title=f"Stop writing {document.title}",
            button="Stop writing",
            note="What was written so far is kept.",
            do=lambda data: runs.cancel_run(document, actor=actor_of(request)),
        )
