"""A plan to take away, as JSON, YAML or Markdown."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from gamedev_gateway.core.api import etag_of
from plans.models import Task, TaskPlan
from plans.plan_files import PlanFile, as_json, as_markdown, as_yaml

FORMS = {
    "json": ("application/json", "json"),
    "yaml": ("application/yaml", "yaml"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
}


# `as` is a word of the language, so it cannot be written as an attribute.
ExportQuery = type(
    "ExportQuery",
    (serializers.Serializer,),
    {
        "__doc__": "The query of an export.",
        "as": serializers.ChoiceField(choices=list(FORMS), default="json", help_text="Which kind of file."),
    },
)


class WhateverIsAccepted(BaseContentNegotiation):
    """The query says what the answer is, so that the Accept header has nothing to decide. Errors are problem documents."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class PlanExport:
    """The `export` of a plan's viewset."""

    @extend_schema(
        parameters=[ExportQuery],
        responses={
            (200, "application/json"): PlanFile,
            (200, "application/yaml"): OpenApiTypes.STR,
            (200, "text/markdown"): OpenApiTypes.STR,
        },
    )
    @action(detail=True, content_negotiation_class=WhateverIsAccepted)
    def export(self: Any, request: Request, pk: int) -> HttpResponse:
        """The plan as a file. The `tasks` of JSON and YAML can be posted to `projects/{id}/plans/` as they are."""
        plan = self.get_object()
        query = ExportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        media_type, suffix = FORMS[query.validated_data["as"]]
        name = f"{plan.project_id}-v{plan.version}.{suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": etag_of(plan)}
        return HttpResponse(written(plan, suffix), content_type=media_type, headers=headers)


def written(plan: TaskPlan, suffix: str) -> str:
    file = plan_file(plan)
    if suffix == "md":
        return as_markdown(file, {task.code: Task.Status(task.status).value for task in plan.tasks.all()})
    return as_yaml(file) if suffix == "yaml" else as_json(file)


def plan_file(plan: TaskPlan) -> PlanFile:
    return PlanFile(
        project=plan.project_id,
        name=plan.project.name,
        version=plan.version,
        status=TaskPlan.Status(plan.status).value,
        summary=plan.summary,
        created_at=plan.created_at,
        tasks=plan.specs(),
    )
