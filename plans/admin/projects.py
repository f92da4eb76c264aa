"""Projects: the brief, the people, and the state at a glance."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import is_staff, may
from plans.admin.glance import COLOURS, project_at_a_glance, status_badge
from plans.admin.looking import burnup_of, is_member
from plans.admin.pages import OptionalInstructions, PagesAdmin, admin_url
from plans.admin.project_form import MemberForm, OwnedProjectForm, ProjectForm, help_of
from plans.admin.runs import plan_by_writer
from plans.models import Generation, Membership, Project, Role, TaskPlan

BRIEF = ("pitch", "genre", "mechanics", "visual_style")
AGREEMENT = (("roles", "approvals"), "evidence_level", "ai_verification", "tokens_per_day")
MORE = ("platform", "engine", "target", "references", "constraints", "kpis", "milestones")


class MembersInline(TabularInline):
    """Who belongs. Owners decide; an owner always stays."""

    model = Membership
    form = MemberForm
    fields = ("username", "role")
    extra = 0
    hide_title = True
    verbose_name, verbose_name_plural = "person", "People"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request, obj.pk, Role.OWNER)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    @display(description="username")
    def username(self, member: Membership) -> str:
        return member.user.get_username()


@admin.register(Project)
class ProjectAdmin(PagesAdmin):
    form = ProjectForm
    inlines = (MembersInline,)
    list_display = ("shown_name", "shown_status", "plan_version", "current_task", "shown_active", "updated_at")
    list_filter = ("status", "active")
    list_filter_sheet = False
    list_select_related = ("current_task",)
    search_fields = ("name", "id", "description")
    ordering = ("-updated_at",)
    warn_unsaved_form = True
    change_form_before_template = "admin/gateway/project_glance.html"
    actions_detail = ("generate", "activate")

    # Who may

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request, obj.pk, Role.EDITOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request, obj.pk, Role.OWNER)

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        accepted = TaskPlan.objects.accepted().filter(project=OuterRef("pk"))
        return super().get_queryset(request).annotate(plan_version=Subquery(accepted.values("version")[:1]))

    @display(description="project", ordering="name", header=True)
    def shown_name(self, project: Project) -> list[str]:
        return [project.name, project.pk]

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, project: Project) -> tuple[str, str]:
        return status_badge(project.status)

    @display(description="worked on", ordering="active", label={"now": "primary"})
    def shown_active(self, project: Project) -> str:
        return "now" if project.active else "at rest"

    @display(description="active plan", ordering="plan_version")
    def plan_version(self, project: Project) -> str | None:
        version = project.plan_version  # type: ignore[attr-defined]
        return f"v{version}" if version else None

    # The form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        owned = obj is not None and may(request, obj.pk, Role.OWNER)
        return super().get_form(request, obj, change, **{"form": OwnedProjectForm if owned else ProjectForm, **options})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        changing = self.has_change_permission(request, obj)
        if obj and not changing:
            return [(None, {"fields": ("name", "description", "brief_to_read")})]
        head = ("name", "description", "seen_revision") if obj else ("name", "id", "description")
        owned = (
            [("Agreement, evidence and budget", {"fields": AGREEMENT})]
            if obj and may(request, obj.pk, Role.OWNER)
            else []
        )
        return [(None, {"fields": head}), ("The brief", {"fields": BRIEF}), ("More of it", {"fields": MORE}), *owned]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None or self.has_change_permission(request, obj) else ("brief_to_read",)

    @display(description="brief")
    def brief_to_read(self, project: Project) -> str:
        return "\n".join(
            f"{name.replace('_', ' ')}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in project.parsed_brief.model_dump().items()
            if value
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        project = kwargs.get("obj")
        if project is not None and project.pk and not context.get("add"):
            stored = Project.objects.select_related("current_task").get(pk=project.pk)
            context |= {"title": stored.name, "subtitle": None, "glance": project_at_a_glance(stored)}
            context["burnup"] = burnup_of(stored) if is_member(request, stored) else ""
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Project, form: ProjectForm, change: bool) -> None:
        actor = actor_of(request)
        if change:
            services.update_project(obj, form.changes(), actor=actor)
            if changes := form.rule_changes():
                services.change_rule(obj, changes, actor=actor)
            return
        made = services.create_project(
            id=form.cleaned_data.get("id") or None,
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            brief=form.brief,
            actor=actor,
            owner=request.user,
        )
        obj.pk = made.pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Members join and rise before others leave or step down, so that an owner can be handed over to in one go."""
        formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        actor = actor_of(request)
        changed = [row for row in formset.forms if row.has_changed() and row not in formset.deleted_forms]
        for row in sorted(changed, key=lambda row: row.cleaned_data["role"] != Role.OWNER):
            services.set_member(form.instance, row.cleaned_data["username"], row.cleaned_data["role"], actor=actor)
        for row in formset.deleted_forms:
            if row.instance.pk:
                services.remove_member(Membership.objects.get(pk=row.instance.pk), actor=actor)

    def response_change(self, request: HttpRequest, obj: Project) -> HttpResponse:
        messages.success(request, f"{obj.name} is saved.")
        return HttpResponseRedirect(admin_url(obj))

    def response_add(self, request: HttpRequest, obj: Project, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, f"{obj.name} is there. You own it; let a plan be generated next.")
        return HttpResponseRedirect(admin_url(obj))

    # Deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """In words: to list every event and task of a project would take as long as deleting them."""
        return [f"{project.name}, with its plans, tasks, contexts and log" for project in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Project) -> None:
        services.delete_project(obj, actor=actor_of(request))

    def get_actions(self, request: HttpRequest) -> Any:
        """No deleting of many at once."""
        return {}

    # The verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        project = self.get_object(request, object_id)
        if project is None or not may(request, project.pk, Role.EDITOR):
            return []
        hidden = {"activate"} if project.active else set()
        return [verb for verb in super().get_actions_detail(request, object_id) if verb.path not in hidden]

    @action(description="Generate plan", icon="auto_awesome", variant=ActionVariant.PRIMARY)
    def generate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        project = self.find(request, object_id)
        if missing := project.parsed_brief.missing():
            return self.page(
                request,
                project,
                "admin/gateway/brief_incomplete.html",
                title=f"Generate a plan for {project.name}",
                missing=[(name, name.replace("_", " "), help_of(name)) for name in missing],
            )
        return self.verb_page(
            request,
            project,
            title=f"Generate a plan for {project.name}",
            button="Generate",
            note="A new version is proposed from the brief. Nothing is accepted by it; what somebody has begun stays.",
            form=OptionalInstructions,
            do=lambda data: plan_by_writer(project, Generation.Kind.PLAN, data, actor_of(request)),
        )

    @action(description="Work on this now", icon="push_pin")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        project = self.find(request, object_id)
        return self.verb_page(
            request,
            project,
            title=f"Work on {project.name} now",
            button="Work on this now",
            note="It becomes your active project; the other projects that you own come to rest.",
            do=lambda data: services.activate_project(project, actor=actor_of(request)),
        )
