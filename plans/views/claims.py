"""Claims over HTTP: on tasks, and on whatever else only one may hold."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import actor_of
from plans import services
from plans.claim_serializers import (
    ClaimResourceSerializer,
    ClaimSerializer,
    GrantedSerializer,
    ReleaseSerializer,
    ShownGripSerializer,
    TtlSerializer,
)
from plans.models import Claim
from plans.serializers import TaskDetailSerializer
from plans.views.base import ProjectViewSet


class TaskClaims(ProjectViewSet):
    """The verbs of a task's claim; a part of the task's own view."""

    claim_bodies = {"claim": TtlSerializer, "heartbeat": ShownGripSerializer, "release": ReleaseSerializer}

    @extend_schema(request=TtlSerializer, responses=GrantedSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: int) -> Response:
        """Claim the task, so that nobody else begins it. Claiming again prolongs one's own claim."""
        task = self.get_object()
        granted = services.claim_task(task, actor=actor_of(request), **self.body())
        return Response(GrantedSerializer(granted).data)

    @extend_schema(request=ShownGripSerializer, responses=GrantedSerializer)
    @action(detail=True, methods=["post"])
    def heartbeat(self, request: Request, pk: int) -> Response:
        """A sign of life: the claim lives for its ttl from now on."""
        task = self.get_object()
        kept = services.heartbeat(task.plan.project, actor=actor_of(request), **self.body())
        return Response(GrantedSerializer(kept).data)

    @extend_schema(request=ReleaseSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: int) -> Response:
        """Give the claim back, with what whoever goes on should know; a person may take somebody's claim away."""
        task = self.get_object()
        services.release_task(task, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=task.pk))


class ClaimFilter(filters.FilterSet):
    resource = filters.CharFilter()
    open = filters.BooleanFilter(method="only_open", label="Whether it holds now.")

    class Meta:
        model = Claim
        fields = ["resource"]

    def only_open(self, queryset: Any, name: str, value: bool) -> QuerySet[Claim]:
        open_ones = queryset.open()
        return open_ones if value else queryset.exclude(pk__in=open_ones.values("pk"))


class ProjectClaimsViewSet(ListModelMixin, ProjectViewSet):
    """The claims of a project, open and ended, newest first."""

    serializer_class = ClaimSerializer
    filterset_class = ClaimFilter
    body_classes = {"create": ClaimResourceSerializer}
    queryset = Claim.objects.none()

    def get_queryset(self) -> QuerySet[Claim]:
        return Claim.objects.filter(project=self.get_project())

    @extend_schema(request=ClaimResourceSerializer, responses={201: GrantedSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Claim something that only one may hold."""
        granted = services.claim_resource(self.get_project(), actor=actor_of(request), **self.body())
        return Response(GrantedSerializer(granted).data, status=201)


class ClaimsViewSet(ProjectViewSet):
    """One claim."""

    serializer_class = ClaimSerializer
    body_classes = {"heartbeat": ShownGripSerializer, "release": ReleaseSerializer}
    lookup_value_converter = "int"
    queryset = Claim.objects.none()

    def get_queryset(self) -> QuerySet[Claim]:
        return Claim.objects.visible_to(self.request.user).select_related("project")

    @extend_schema(responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: int) -> Response:
        """Give it back, or, as a person, take it away from its holder."""
        claim = self.get_object()
        services.release_claim(claim, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(request=ShownGripSerializer, responses=GrantedSerializer)
    @action(detail=True, methods=["post"])
    def heartbeat(self, request: Request, pk: int) -> Response:
        """A sign of life: the claim lives for its ttl from now on."""
        claim = self.get_object()
        return Response(
            GrantedSerializer(services.heartbeat(claim.project, actor=actor_of(request), **self.body())).data
        )
