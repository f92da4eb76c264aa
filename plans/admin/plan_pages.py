"""What the pages of a plan share: one head, which tells what stands in the way, and the tabs."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from plans.admin.pages import PagesAdmin
from plans.admin.standing import head_of
from plans.models import TaskPlan


class PlanPages(PagesAdmin):
    def plan_page(
        self, request: HttpRequest, plan: TaskPlan, template: str, *, tab: str, **context: Any
    ) -> TemplateResponse:
        title = f"{plan.project.name} v{plan.version}"
        return self.page(request, plan, template, title=title, plan=plan, head=head_of(plan, tab, request), **context)
