"""Looking at a plan: two versions side by side, pictures, and the analysis in words."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from plans.admin.plan_pages import PlanPages
from plans.admin.reading import readable
from plans.analysis import PlanAnalysis, PlannedTask, analyse
from plans.models import Project, Role, Task, TaskPlan
from plans.tool_names import unknown_tools
from plans.views.plan_diff import diff_between


class CompareForm(forms.Form):
    against = forms.ModelChoiceField(TaskPlan.objects.none(), label="Changes since", widget=UnfoldAdminSelectWidget)

    def __init__(self, others: QuerySet[TaskPlan], data: Any) -> None:
        super().__init__(data)
        self.fields["against"].queryset = others  # type: ignore[attr-defined]
        self.fields["against"].label_from_instance = lambda plan: f"v{plan.version} ({plan.status})"  # type: ignore[attr-defined]


class LookingPages(PlanPages):
    """Adds the pages `compare` and `pictures` to the admin of plans."""

    @action(description="Compare", icon="difference")
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id, Role.VIEWER)
        others = plan.project.plans.exclude(pk=plan.pk).order_by("-version")
        form = CompareForm(others, request.GET if "against" in request.GET else {"against": first_choice(plan, others)})
        other = form.cleaned_data["against"] if form.is_valid() else None
        return self.plan_page(
            request,
            plan,
            "admin/gateway/compare.html",
            tab="compare",
            form=form,
            other=other,
            diff=readable(diff_between(other, plan)) if other else None,
        )

    @action(description="Pictures", icon="account_tree")
    def pictures(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id, Role.VIEWER)
        tasks = [task for task in plan.tasks.all() if task.status != Task.Status.DROPPED]
        return self.plan_page(
            request,
            plan,
            "admin/gateway/pictures.html",
            tab="pictures",
            pictures=pictures_of(plan) if is_member(request, plan.project) else [],
            **analysis_in_words(analysis_of(tasks)),
            unknown_tools=unknown_tools(plan.project_id, {task.code: task.mcp_tools for task in tasks}),
        )


def first_choice(plan: TaskPlan, others: QuerySet[TaskPlan]) -> int | None:
    """What a version is compared with when nobody says: its base, or the version before it."""
    before = others.filter(version__lt=plan.version).first() or others.first()
    return plan.base_id or (before.pk if before else None)


# Pictures


def is_member(request: HttpRequest, project: Project) -> bool:
    """The pictures are resources of the API, which knows members alone, not even superusers."""
    return project.role_of(request.user) is not None


def pictures_of(plan: TaskPlan) -> list[dict[str, str]]:
    return [
        {"name": "graph", "title": "What waits for what", "src": reverse("v1:plan-graph", args=[plan.pk])},
        {"name": "gantt", "title": "When what can be done", "src": reverse("v1:plan-gantt", args=[plan.pk])},
    ]


def burnup_of(project: Project) -> str:
    return reverse("v1:project-burnup", args=[project.pk])


# In words


def analysis_of(tasks: list[Task]) -> PlanAnalysis:
    return analyse([PlannedTask(task.spec(), task.status, task.progress, task.blocked_reason) for task in tasks])


def analysis_in_words(analysis: PlanAnalysis) -> dict[str, Any]:
    """The analysis for the template: the critical path, what can be begun, what is held up and by what."""
    by_code = {task.code: task for task in analysis.tasks}
    return {
        "analysis": analysis,
        "critical": [by_code[code] for code in analysis.critical_path],
        "ready": [task for task in analysis.tasks if task.standing == "ready"],
        "waiting": [task for task in analysis.tasks if task.reason],
    }
