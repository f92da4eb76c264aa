from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import actor_of
from gamedev_gateway.core.pagination import CursorPagination
from plans import services
from plans.claim_serializers import GripSerializer
from plans.evidence import Entry
from plans.models import Claim, Task
from plans.serializers import (
    BlockSerializer,
    CompleteSerializer,
    JudgeEvidenceSerializer,
    ProgressSerializer,
    ReopenSerializer,
    ShowEvidenceSerializer,
    TaskDetailSerializer,
    TaskSerializer,
    VerifySerializer,
)
from plans.views.base import ProjectViewSet, before_the_lock
from plans.views.claims import TaskClaims
from plans.views.generations import TaskVerification


class TaskFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=Task.Status.choices)
    claimed_by = filters.CharFilter(method="claimed", label="Id or name of who holds the claim; `none`: nobody does.")

    def claimed(self, queryset: Any, name: str, value: str) -> QuerySet[Task]:
        claims = Claim.objects.open().filter(project=OuterRef("plan__project"), resource=OuterRef("code"))
        if value == "none":
            return queryset.filter(~Exists(claims))
        return queryset.filter(Exists(claims.filter(Q(holder__id=value) | Q(holder__name=value))))

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


class TasksViewSet(TaskClaims, TaskVerification):
    """One task of any version, and the work on it. Work is done on tasks of the active plan; others answer 409 with
    `current_task`."""

    serializer_class = TaskDetailSerializer
    body_classes = {
        **TaskClaims.claim_bodies,
        "start": GripSerializer,
        "progress": ProgressSerializer,
        "block": BlockSerializer,
        "unblock": GripSerializer,
        "complete": CompleteSerializer,
        "reopen": ReopenSerializer,
        "verify": VerifySerializer,
        "evidence": ShowEvidenceSerializer,
        "confirm_evidence": JudgeEvidenceSerializer,
        "dispute_evidence": JudgeEvidenceSerializer,
    }
    lookup_value_converter = "int"
    queryset = Task.objects.none()
    opinions: list[Entry]

    def get_queryset(self) -> QuerySet[Task]:
        return Task.objects.visible_to(self.request.user).with_current().select_related("plan__project")

    def write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A model thinks before the transaction begins, so that nobody waits for it."""
        if self.action == "complete":
            task = before_the_lock(self)
            self.opinions = services.opinions_on(task, actor=actor_of(request), **self.body())
        return super().write(handler, request, *args, **kwargs)

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
        """Complete it, each acceptance criterion answered with yes, and shown to hold where that is demanded."""
        return self.work(partial(services.complete_task, opinions=self.opinions))

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: int) -> Response:
        """Show something for its criteria, before it is complete or after. What a person shows is confirmed by that."""
        return self.work(services.show_evidence)

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"], url_path="evidence/<int:number>/confirm")
    def confirm_evidence(self, request: Request, pk: int, number: int) -> Response:
        """Say that you have seen for yourself what the entry of this number shows: for people."""
        return self.work(partial(services.judge_evidence, number=number, verdict="confirmed"))

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"], url_path="evidence/<int:number>/dispute")
    def dispute_evidence(self, request: Request, pk: int, number: int) -> Response:
        """Say that it does not show what it should; it counts no more: for people."""
        return self.work(partial(services.judge_evidence, number=number, verdict="disputed"))

    @extend_schema(responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Take a completion back."""
        return self.work(services.reopen_task)
