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
from plans.models import Artifact, Generation, Task
from plans.serializers import (
    ArtifactSerializer,
    BlockSerializer,
    CompleteSerializer,
    CreateArtifactSerializer,
    GenerationSerializer,
    ProgressSerializer,
    ReopenSerializer,
    TaskDetailSerializer,
    TaskSerializer,
    ValidateArtifactSerializer,
)
from plans.views.base import ProjectViewSet


class TaskFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=Task.Status.choices)

    class Meta:
        model = Task
        fields = ["status"]


class PlanOrderPagination(CursorPagination):
    """Tasks in the order of their plan."""

    ordering = ("idx", "code")


class ProjectTasksViewSet(ListModelMixin, ProjectViewSet):
    """The tasks of the active plan, in its order."""

    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    pagination_class = PlanOrderPagination
    queryset = Task.objects.none()

    def get_queryset(self) -> QuerySet[Task]:
        return Task.objects.active().filter(plan__project=self.get_project()).select_related("plan")


class TasksViewSet(ProjectViewSet):
    """One task of any version, and the work on it. Work is done on tasks of the active plan; others answer 409 with
    `current_task`."""

    serializer_class = TaskDetailSerializer
    body_classes = {
        "start": EmptySerializer,
        "progress": ProgressSerializer,
        "block": BlockSerializer,
        "unblock": EmptySerializer,
        "complete": CompleteSerializer,
        "reopen": ReopenSerializer,
    }
    lookup_value_converter = "int"
    queryset = Task.objects.none()

    def get_queryset(self) -> QuerySet[Task]:
        return Task.objects.visible_to(self.request.user).with_current().select_related("plan__project")

    def work(self, verb: Any) -> Response:
        """Check the body, do one verb, answer the task."""
        task = self.get_object()
        verb(task, actor=actor_of(self.request), **self.body())
        return self.answer(self.get_queryset().get(pk=task.pk))

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: int) -> Response:
        """Begin a pending task whose dependencies are done."""
        return self.work(services.start_task)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, pk: int) -> Response:
        """Tell how far it is."""
        return self.work(services.report_progress)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, pk: int) -> Response:
        """Say that it cannot go on, and why."""
        return self.work(services.block_task)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Request, pk: int) -> Response:
        """Let it go on."""
        return self.work(services.unblock_task)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: int) -> Response:
        """Complete it, each acceptance criterion answered with yes."""
        return self.work(services.complete_task)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Take a completion back."""
        return self.work(services.reopen_task)


class TaskArtifactsViewSet(ListModelMixin, ProjectViewSet):
    """What work on a task made, newest first."""

    serializer_class = ArtifactSerializer
    body_classes = {
        "create": CreateArtifactSerializer,
    }
    queryset = Artifact.objects.none()

    def get_task(self) -> Task:
        view = TasksViewSet(
            request=self.request, kwargs={"pk": self.kwargs["task_id"]}, action=self.action, format_kwarg=None
        )
        return view.get_object()

    def get_queryset(self) -> QuerySet[Artifact]:
        task = self.get_task()
        same = Task.objects.filter(plan__project=task.plan.project_id, code=task.code)
        return Artifact.objects.filter(task__in=same).select_related("task")

    @extend_schema(responses={201: ArtifactSerializer})
    def create(self, request: Request, task_id: int) -> Response:
        """Note an artifact: what it is and where."""
        task = self.get_task()
        given = self.body()
        artifact = services.register_artifact(task, actor=actor_of(request), **given)
        return self.answer(artifact, status=201)


class ArtifactsViewSet(ProjectViewSet):
    """One artifact."""

    serializer_class = ArtifactSerializer
    body_classes = {
        "validate": ValidateArtifactSerializer,
    }
    lookup_value_converter = "int"
    queryset = Artifact.objects.none()

    def get_queryset(self) -> QuerySet[Artifact]:
        return Artifact.objects.visible_to(self.request.user).select_related("task__plan__project")

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Forget an artifact; the file itself is not ours."""
        services.delete_artifact(self.get_object(), actor=actor_of(request))
        return Response(status=204)

    @extend_schema(responses=ArtifactSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: int) -> Response:
        """Store the verdict of whoever checked it."""
        artifact = self.get_object()
        given = self.body()
        return self.answer(services.validate_artifact(artifact, actor=actor_of(request), **given))


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
