"""What is different between two versions of a plan, as JSON or as Markdown."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from gamedev_gateway.core.api import AgainstQuery
from gamedev_gateway.core.errors import InvalidInput
from plans.diff import PlanDiff, diff_plans
from plans.diff_markdown import diff_as_markdown
from plans.lineage import Lineage
from plans.models import TaskPlan
from plans.services.operations import told_on
from plans.views.plan_export import WhateverIsAccepted

# `as` is a word of the language, so it cannot be written as an attribute.
DiffQuery = type(
    "DiffQuery",
    (AgainstQuery,),
    {
        "__doc__": "The query of a plan's diff.",
        "as": serializers.ChoiceField(choices=["json", "markdown"], default="json"),
    },
)


class PlanDifference:
    """The `diff` of a plan's viewset."""

    @extend_schema(
        parameters=[DiffQuery],
        responses={(200, "application/json"): PlanDiff, (200, "text/markdown"): OpenApiTypes.STR},
    )
    @action(detail=True, content_negotiation_class=WhateverIsAccepted)
    def diff(self: Any, request: Request, pk: int) -> HttpResponse:
        """What this version changes, against another version of the same project."""
        plan = self.get_object()
        query = DiffQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        diff = diff_between(other_version(plan, query.validated_data.get("against")), plan)
        if query.validated_data["as"] == "markdown":
            return HttpResponse(diff_as_markdown(diff), content_type="text/markdown; charset=utf-8")
        return JsonResponse(diff.as_json(words=True))


def other_version(plan: TaskPlan, wanted: int | None) -> TaskPlan | None:
    if wanted is None:
        return plan.base
    found = plan.project.plans.filter(pk=wanted).first()
    if found is None:
        raise InvalidInput({"against": ["The project has no such plan."]})
    return found


def diff_between(other: TaskPlan | None, plan: TaskPlan) -> PlanDiff:
    """The difference; splits and merges are those on the way from what both come from."""
    way = Lineage(plan.project_id).way_from(other.pk if other else None, plan.pk)
    return diff_plans(other.specs() if other else [], plan.specs(), [told.op for told in told_on(way)])
