"""Looking at a plan: its analysis, and pictures of it and of the way so far."""

from hashlib import sha256
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.errors import InvalidInput
from gamedev_gateway.core.fields import ChoiceField
from plans import history
from plans.analysis import PlanAnalysis, PlannedTask, analyse
from plans.models import Project, Task, TaskPlan
from plans.pictures import POLICY, draw_burnup, draw_gantt, draw_graph
from plans.spec import Estimates, TaskSpec
from plans.tool_names import unknown_tools
from plans.views.base import ProjectViewSet
from plans.views.plan_export import WhateverIsAccepted

SVG = "image/svg+xml"
LOOKED_AT = (
    "plan",
    "idx",
    "code",
    "title",
    "dependencies",
    "estimates",
    "priority",
    "status",
    "progress",
    "blocked_reason",
)
"""The columns of a task that an analysis looks at."""
MOST_STEPS = 20
UNITS = {"story_points": "story points", "tasks": "tasks"}
PICTURE: Any = {(200, SVG): OpenApiTypes.STR}
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the picture that you have; 304 while it is the same.",
)


class FocusQuery(serializers.Serializer):
    """The query of a graph."""

    focus = serializers.CharField(max_length=16, required=False, help_text="A task's code: only what is around it.")
    depth = serializers.IntegerField(
        min_value=0, max_value=MOST_STEPS, default=2, help_text="How many steps around it, before and after."
    )


class UnitQuery(serializers.Serializer):
    """The query of a burn-up."""

    unit = ChoiceField(choices=list(UNITS), required=False, help_text="What is counted; points where there are any.")


class PlanPicturesViewSet(ProjectViewSet):
    """A version of a plan, looked at from above."""

    serializer_class = serializers.Serializer
    queryset = TaskPlan.objects.none()
    content_negotiation_class = WhateverIsAccepted

    def get_queryset(self) -> QuerySet[TaskPlan]:
        visible = TaskPlan.objects.visible_to(self.request.user)
        tasks = Task.objects.exclude(status=Task.Status.DROPPED).only(*LOOKED_AT)
        return visible.select_related("project").prefetch_related(Prefetch("tasks", tasks, to_attr="live_tasks"))

    @extend_schema(responses=PlanAnalysis)
    def analysis(self, request: Request, pk: int) -> Response:
        """Schedule, critical path, slack, parallel tracks and load; what is ready, what waits and why; unknown tools."""
        plan = self.get_object()
        named = dict(
            Task.objects.filter(plan=plan).exclude(status=Task.Status.DROPPED).values_list("code", "mcp_tools")
        )
        analysis = analysis_of(plan)
        analysis.unknown_tools = unknown_tools(plan.project_id, named)
        return Response(analysis.model_dump(mode="json"))

    @extend_schema(parameters=[FocusQuery, IF_NONE_MATCH], responses=PICTURE)
    def graph(self, request: Request, pk: int) -> HttpResponseBase:
        """The dependency graph, from left to right, as SVG. A big plan is folded into stages, unless `focus` names a task."""
        plan = self.get_object()
        asked = checked(FocusQuery, request)
        analysis = analysis_of(plan)
        focus = asked.get("focus")
        if focus is not None and focus not in {task.code for task in analysis.tasks}:
            raise InvalidInput({"focus": [f"This version of the plan has no task {focus!r}."]})
        return picture(request, draw_graph(analysis, name_of(plan), focus, asked["depth"]))

    @extend_schema(parameters=[IF_NONE_MATCH], responses=PICTURE)
    def gantt(self, request: Request, pk: int) -> HttpResponseBase:
        """The schedule in working hours from the start, as SVG, with the critical path, slack, and where the work stands."""
        plan = self.get_object()
        return picture(request, draw_gantt(analysis_of(plan), name_of(plan)))


class ProjectPicturesViewSet(ProjectViewSet):
    """A project over time."""

    serializer_class = serializers.Serializer
    queryset = Project.objects.none()
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(parameters=[UnitQuery, IF_NONE_MATCH], responses=PICTURE)
    def burnup(self, request: Request, project_id: str) -> HttpResponseBase:
        """What was agreed on and what of it was done, over time, as SVG."""
        project = self.get_project()
        unit = checked(UnitQuery, request).get("unit")
        progress, notes = history.progress_of(project)
        unit = unit or ("story_points" if progress.has_points else "tasks")
        moments = progress.points if unit == "story_points" else progress.tasks
        return picture(request, draw_burnup(moments, project.name, UNITS[unit], notes))


def checked(query_class: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    query = query_class(data=request.query_params)
    query.is_valid(raise_exception=True)
    return query.validated_data


def analysis_of(plan: TaskPlan) -> PlanAnalysis:
    """The analysis of a plan with its `live_tasks`: no further query."""
    tasks: list[Task] = plan.live_tasks  # type: ignore[attr-defined]
    return analyse([PlannedTask(spec_of(task), task.status, task.progress, task.blocked_reason) for task in tasks])


def spec_of(task: Task) -> TaskSpec:
    """What an analysis looks at of a task."""
    return TaskSpec(
        code=task.code,
        title=task.title,
        dependencies=task.dependencies,
        estimates=Estimates(**task.estimates),
        priority=task.priority,
    )


def name_of(plan: TaskPlan) -> str:
    return f"{plan.project.name}, plan v{plan.version}"


def picture(request: Request, svg: str) -> HttpResponseBase:
    """The picture, or 304 to somebody who has it. It may be opened by itself: it can load and run nothing."""
    content = svg.encode()
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
    response = HttpResponse(content, content_type=SVG, headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response
