"""Plans: a proposal is edited here with comfort, and refined, compared and accepted; every other version is read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget

from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import may
from plans.admin.glance import COLOURS, plan_at_a_glance, status_badge
from plans.admin.pages import Instructions, PagesAdmin
from plans.admin.plan_form import PlanForm
from plans.admin.reading import cut, diff_in_words, readable
from plans.admin.runs import plan_by_writer
from plans.diff import diff_plans
from plans.errors import CodesTaken, StaleBase
from plans.models import Generation, Role, TaskPlan
from plans.services.accepting import check_base
from realtime.models import Event
from realtime.publishing import project_stream


@admin.register(TaskPlan)
class TaskPlanAdmin(PagesAdmin):
    form = PlanForm
    list_display = ("version_of", "shown_status", "tasks_count", "base", "written_by", "revision", "created_at")
    list_filter = ("status", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project", "base")
    search_fields = ("project__name", "project__id", "summary")
    ordering = ("-created_at", "-pk")
    warn_unsaved_form = True
    change_form_before_template = "admin/gateway/plan_glance.html"
    change_form_after_template = "admin/gateway/plan_tasks.html"
    actions_detail = ("accept", "refine", "compare")
    actions_row = ("compare", "refine")

    class Media:
        js = ["plans/plan_rows.js"]

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
        return ["summary", "seen_revision"] if self.has_change_permission(request, obj) else ["summary"]

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
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: TaskPlan, form: PlanForm, change: bool) -> None:
        summary = form.cleaned_data["summary"] if "summary" in form.changed_data else None
        before = obj.revision
        plan = services.edit_plan(obj, form.rows.ops, actor=actor_of(request), summary=summary)
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
        plan = self.get_object(request, object_id)
        shown = {"compare"}
        if plan is not None and may(request, plan.project_id, Role.EDITOR):
            shown |= {"refine", "accept"} if plan.status == TaskPlan.Status.PROPOSED else {"refine"}
        return [verb for verb in super().get_actions_detail(request, object_id) if verb.path in shown]

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

    @action(description="Accept", icon="check_circle", variant=ActionVariant.PRIMARY)
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id)
        active = services.get_active_plan(plan.project)
        seen = f"{plan.revision}-{active.pk if active else ''}"

        def do(data: dict[str, Any]) -> TaskPlan:
            if data["seen"] != seen:
                messages.warning(request, "It was edited since you looked at it. Nothing is accepted yet: look again.")
                return plan
            accepted = services.accept_plan(plan, actor=actor_of(request))
            messages.success(request, f"Version {accepted.version} is the active plan now.")
            return accepted

        return self.verb_page(
            request,
            plan,
            title=f"Accept {plan.project.name} v{plan.version}",
            button="Accept this plan",
            do=do,
            form=lambda data: SeenForm(data, initial={"seen": seen}),
            note="It becomes the active plan; work done so far is carried over by code."
            if active
            else "It becomes the active plan, and work on it can begin.",
            warning=why_stale(plan, active),
            against=f"the active plan, v{active.version}" if active else "no plan: everything is new",
            diff=readable(diff_plans(active.specs() if active else [], plan.specs())),
        )

    @action(description="Compare", icon="difference")
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id, Role.VIEWER)
        others = plan.project.plans.exclude(pk=plan.pk).order_by("-version")
        form = CompareForm(others, request.GET if "against" in request.GET else {"against": first_choice(plan, others)})
        other = form.cleaned_data["against"] if form.is_valid() else None
        return self.page(
            request,
            plan,
            "admin/gateway/compare.html",
            title=f"Compare {plan.project.name} v{plan.version}",
            form=form,
            plan=plan,
            other=other,
            diff=readable(diff_plans(other.specs(), plan.specs())) if other else None,
        )


class SeenForm(forms.Form):
    """What was on the page when it was confirmed."""

    seen = forms.CharField(widget=forms.HiddenInput)


class CompareForm(forms.Form):
    against = forms.ModelChoiceField(TaskPlan.objects.none(), label="Changes since", widget=UnfoldAdminSelectWidget)

    def __init__(self, others: QuerySet[TaskPlan], data: Any) -> None:
        super().__init__(data)
        self.fields["against"].queryset = others  # type: ignore[attr-defined]
        self.fields["against"].label_from_instance = lambda plan: f"v{plan.version} ({plan.status})"  # type: ignore[attr-defined]


def first_choice(plan: TaskPlan, others: QuerySet[TaskPlan]) -> int | None:
    """What a version is compared with when nobody says: its base, or the version before it."""
    before = others.filter(version__lt=plan.version).first() or others.first()
    return plan.base_id or (before.pk if before else None)


def why_stale(plan: TaskPlan, active: TaskPlan | None) -> str:
    try:
        check_base(plan, active)
    except (StaleBase, CodesTaken) as error:
        return error.detail
    return ""


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
