"""Outside tools over HTTP: what there is, which calls agents have asked for, and people's word about them."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from agents.engine import calls, catalogue
from agents.models import Tool, ToolCall
from agents.tool_serializers import (
    RefuseCallSerializer,
    ToolCallSerializer,
    ToolPageSerializer,
    ToolQuery,
    ToolSerializer,
)
from gamedev_gateway.core.api import EmptySerializer, actor_of
from plans.views.base import ProjectViewSet


class ToolCallFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=ToolCall.Status.choices)

    class Meta:
        model = ToolCall
        fields = ["status"]


class ProjectToolCallsViewSet(ListModelMixin, ProjectViewSet):
    """The calls of outside tools in a project, newest first."""

    serializer_class = ToolCallSerializer
    filterset_class = ToolCallFilter
    queryset = ToolCall.objects.none()

    def get_queryset(self) -> QuerySet[ToolCall]:
        return ToolCall.objects.filter(project=self.get_project())


class ToolCallsViewSet(ProjectViewSet):
    """One call of an outside tool. The sensitive ones wait for a person."""

    serializer_class = ToolCallSerializer
    body_classes = {"confirm": EmptySerializer, "refuse": RefuseCallSerializer}
    lookup_value_converter = "int"
    queryset = ToolCall.objects.none()

    def get_queryset(self) -> QuerySet[ToolCall]:
        return ToolCall.objects.visible_to(self.request.user).select_related("project")

    @extend_schema(responses=ToolCallSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Say yes, as a person: it is made now, and its end comes as `tool.called`."""
        call = self.get_object()
        self.body()
        return self.answer(calls.confirm_call(call, actor=actor_of(request)))

    @extend_schema(responses=ToolCallSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        """Say no, as a person, and why."""
        call = self.get_object()
        return self.answer(calls.refuse_call(call, actor=actor_of(request), **self.body()))


class ProjectToolsViewSet(ProjectViewSet):
    """The outside tools that a project's agents may use."""

    serializer_class = ToolSerializer
    queryset = Tool.objects.none()

    @extend_schema(parameters=[ToolQuery], responses=ToolPageSerializer)
    def list(self, request: Request, project_id: str) -> Response:
        """Those that fit some words, the best first; without words, all."""
        project = self.get_project()
        query = ToolQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = catalogue.find_tools(project, query.validated_data["q"])[: query.validated_data["limit"]]
        results = ToolSerializer(found, many=True).data
        return Response({"next": None, "previous": None, "results": results})
