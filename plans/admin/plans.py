"""Plans: a proposal is edited here with comfort, and refined; every other version is read. What else can be done with a plan
has pages of its own."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from unfold.decorators import action, display

from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import may
from plans.admin.agreement import AgreementPages
from plans.admin.glance import COLOURS, plan_at_a_glance, status_badge
from plans.admin.looking import LookingPages
from plans.admin.pages import Instructions
from plans.admin.plan_form import PlanForm
from plans.admin.reading import cut, diff_in_words
from plans.admin.rebasing import RebasePages
from plans.admin.runs import plan_by_writer
from plans.admin.standing import head_of
from plans.models import Generation, Role, TaskPlan
from realtime.models import Event
from realtime.publishing import project_stream


@admin.register(TaskPlan)
class TaskPlanAdmin(AgreementPages, RebasePages, LookingPages):
    form = PlanForm
    list_display = ("version_of", "shown_status", "tasks_count", "base", "written_by", "revision", "created_at")
    list_filter = ("status", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project", "base")
    search_fields = ("project__name", "project__id", "summary")
    ordering = ("-created_at", "-pk")
    warn_unsaved_form = True
    change_form_outer_before_template = "admin/gateway/plan_head.html"
    change_form_before_template = "admin/gateway/plan_glance.html"
    change_form_after_template = "admin/gateway/plan_tasks.html"
    actions_detail = ("agree", "refine", "rebase", "compare", "pictures")
    actions_row = ("agree", "compare", "refine")

    class Media:
        js = ["plans/plan_rows.js", "plans/agreement.js"]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskPlan]:
        return super().get_queryset(request).select_related("project", "base").annotate(size=Count("tasks"))

    @display(description="plan", ordering="project__name", header=True)
    def version_of(self, plan: TaskPlan) -> list[str]:
        return [f"{plan.project.name} v{plan.version}", cut(plan.summary, 90)]

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, plan: TaskPlan) -> tuple[str, str]:
        return status_badge(plan.status)

    @display(description="tasks", ordering="size")
    def tasks_count(self, plan: TaskPlan) -> int:
        return plan.size  # type: ignore[attr-defined]

    @display(description="by")
    def written_by(self, plan: TaskPlan) -> str:
        return f"{plan.author.get('name', '–')} ({plan.created_by})"

    # The form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A page that was open while its plan was accepted may still be sent: the form then tells why it is refused."""
        if obj is None or not may(request, obj.project_id, Role.EDITOR):
            return False
        return obj.status == TaskPlan.Status.PROPOSED or request.method == "POST"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["summary", "reason", "seen_revision"] if self.has_change_permission(request, obj) else ["summary"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """To be written, a plan is read under its project's lock, so that nobody edits it between check and save."""
        plan = super().get_object(request, object_id, from_field)
        if plan is None or request.method != "POST" or not self.is_form(request):
            return plan
        plan.project.lock()
        return super().get_object(request, object_id, from_field)

    def is_form(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and str(match.url_name).endswith("_change")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        plan = kwargs["obj"] if "obj" in kwargs else args[-1]
        stored = TaskPlan.objects.select_related("project", "base").prefetch_related("tasks").get(pk=plan.pk)
        context |= {
            "title": f"{stored.project.name} v{stored.version}",
            "subtitle": None,
            "glance": plan_at_a_glance(stored),
            "head": head_of(stored, "tasks", request),
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: TaskPlan, form: PlanForm, change: bool) -> None:
        summary = form.cleaned_data["summary"] if "summary" in form.changed_data else None
        before = obj.revision
        reason = form.cleaned_data["reason"]
        plan = services.edit_plan(obj, form.rows.ops, actor=actor_of(request), summary=summary, reason=reason)
        if plan.revision == before:
            messages.info(request, "Nothing was changed.")
        else:
            told = f"Saved as revision {plan.revision}: {diff_in_words(form.rows.diff())}."
            messages.success(request, told)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return diff_in_words(form.rows.diff())

    def response_change(self, request: HttpRequest, obj: TaskPlan) -> HttpResponse:
        """Stay on the page, where new tasks have their codes now."""
        return HttpResponseRedirect(request.get_full_path())

    # The verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons beside the tabs; the other pages are tabs."""
        plan = self.get_object(request, object_id)
        allowed = plan is not None and may(request, plan.project_id, Role.EDITOR)
        return [verb for verb in super().get_actions_detail(request, object_id) if allowed and verb.path == "refine"]

    @action(description="Refine", icon="auto_fix_high")
    def refine(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id)

        def do(data: dict[str, Any]) -> TaskPlan:
            asked = {"plan": plan.pk, "instructions": data["instructions"]}
            made = plan_by_writer(plan.project, Generation.Kind.REFINE, asked, actor_of(request))
            tell_understanding(request, made)
            return made

        note = (
            "A new version is proposed; this one is superseded by it."
            if plan.status == "proposed"
            else ("A new version is proposed, with this one as its base.")
        )
        hint = (
            "For example: “split T-004”, “add a boss fight after T-007”, “drop sound”, “T-003 first”, "
            "“make it smaller”. What is not understood is told and left alone."
        )
        return self.verb_page(
            request,
            plan,
            title=f"Refine {plan.project.name} v{plan.version}",
            button="Refine",
            do=do,
            form=Instructions,
            note=note,
            hint=hint,
        )


def tell_understanding(request: HttpRequest, plan: Any) -> None:
    """What the planner understood of an instruction, as it told everybody in its event."""
    events = Event.objects.filter(stream__name=project_stream(plan.project_id), type="plan.refined")
    event = events.order_by("-seq").first()
    told = event.as_dict()["payload"] if event else {}
    if told.get("plan_id") != plan.pk:
        return
    for sentence in told["understood"]:
        messages.success(request, sentence)
    for part in told["not_understood"]:
        messages.warning(request, format_html("Not understood: “{}”.", part))
