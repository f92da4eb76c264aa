from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import EmptySerializer, actor_of
from gamedev_gateway.core.pagination import CursorPagination
from plans import services
from plans.models import Generation, Project
from plans.serializers import GenerationSerializer
from plans.services.budgets import daily_limit, tokens_used
from plans.services.verifying import verify_request
from plans.views.base import PREFER, ProjectViewSet


class GenerationsViewSet(ProjectViewSet):
    """Runs of the writers."""

    serializer_class = GenerationSerializer
    body_classes = {
        "cancel": EmptySerializer,
    }
    lookup_value_converter = "int"
    queryset = Generation.objects.none()

    def get_queryset(self) -> QuerySet[Generation]:
        return Generation.objects.visible_to(self.request.user).select_related("project")

    @extend_schema(responses=GenerationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop a run that has not ended."""
        generation = self.get_object()
        self.body()
        return self.answer(services.cancel_generation(generation, actor=actor_of(request)))


class GenerationFilter(filters.FilterSet):
    kind = filters.MultipleChoiceFilter(choices=Generation.Kind.choices)
    status = filters.MultipleChoiceFilter(choices=Generation.Status.choices)

    class Meta:
        model = Generation
        fields = ["kind", "status"]


class WithBudget(CursorPagination):
    """A page, and beside it what the project's models have used."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        self.project: Project = view.get_project()
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        limit = daily_limit(self.project)
        response.data["budget"] = {"tokens_used": tokens_used(self.project), "tokens_per_day": limit}
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        limit = {"type": ["integer", "null"], "description": "Null: as many as they like."}
        used = {"type": "integer", "description": "By models in the last 24 hours, in and out."}
        page["properties"]["budget"] = {
            "type": "object",
            "required": ["tokens_used", "tokens_per_day"],
            "properties": {"tokens_used": used, "tokens_per_day": limit},
        }
        page["required"].append("budget")
        return page


class ProjectGenerationsViewSet(ListModelMixin, ProjectViewSet):
    """The runs of a project's writers, newest first, and what its models have used of their tokens."""

    serializer_class = GenerationSerializer
    filterset_class = GenerationFilter
    pagination_class = WithBudget
    queryset = Generation.objects.none()

    def get_queryset(self) -> QuerySet[Generation]:
        return self.get_project().generations.all()


class TaskVerification(ProjectViewSet):
    """A model's opinion on whether the work on a task meets its acceptance criteria."""

    @extend_schema(responses={201: GenerationSerializer, 202: GenerationSerializer}, parameters=[PREFER])
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: int) -> Response:
        """Have a model look whether the evidence shows that the criteria are met. It decides nothing; its verdicts and reasons
        are the generation's `result`. Where no model is set, they say that nothing was verified."""
        task = self.get_object()
        given = self.body()
        asked = verify_request(task, given["acceptance"], given["evidence"])
        return self.generate(task.plan.project, Generation.Kind.VERIFY, asked)

    def made(self, run: Generation) -> Response:
        return Response(GenerationSerializer(run).data, status=201)
