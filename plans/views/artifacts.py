"""Artifacts: noted or uploaded, checked, given back."""

from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import actor_of, etag_of
from gamedev_gateway.core.errors import NotFound
from gamedev_gateway.core.parsers import StrictJSONParser
from plans import services
from plans.artifact_files import Measured, measure_given, name_of, open_file
from plans.artifact_serializers import (
    ArtifactSerializer,
    CreateArtifactSerializer,
    CreatedArtifactSerializer,
    ValidateArtifactSerializer,
)
from plans.checking.budgets import Budgets
from plans.checking.kinds import kind_of_bytes
from plans.models import Artifact, Task
from plans.services.artifact_checks import Seen
from plans.views.base import ProjectViewSet, before_the_lock
from plans.views.tasks import TasksViewSet

SHOWN = {
    **{kind: f"image/{kind}" for kind in ("gif", "jpeg", "png", "webp")},
    **{kind: f"audio/{kind}" for kind in ("ogg", "wav")},
}
"""Pictures and sounds that a browser may show: it runs nothing in them."""
FORMS = [(200, "application/octet-stream"), *((200, kind) for kind in SHOWN.values())]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


class ArtifactFilter(filters.FilterSet):
    task = filters.CharFilter(field_name="task__code", help_text="The task's code.")
    category = filters.MultipleChoiceFilter(choices=Artifact.Category.choices)
    validation_status = filters.MultipleChoiceFilter(choices=Artifact.Validation.choices)

    class Meta:
        model = Artifact
        fields = ["type", "category", "validation_status", "task"]


class ProjectArtifactsViewSet(ListModelMixin, ProjectViewSet):
    """What the whole project made, newest first: of its tasks, and its own, such as its documents."""

    serializer_class = ArtifactSerializer
    filterset_class = ArtifactFilter
    queryset = Artifact.objects.none()

    def get_queryset(self) -> QuerySet[Artifact]:
        return Artifact.objects.filter(project=self.get_project()).select_related("task")


class TaskArtifactsViewSet(ListModelMixin, ProjectViewSet):
    """What work on a task made, newest first."""

    serializer_class = ArtifactSerializer
    parser_classes = [StrictJSONParser, MultiPartParser]
    body_classes = {
        "create": CreateArtifactSerializer,
    }
    queryset = Artifact.objects.none()
    measured: Measured | None = None
    seen: Seen | None = None

    def task_view(self) -> TasksViewSet:
        return TasksViewSet(
            request=self.request, kwargs={"pk": self.kwargs["task_id"]}, action=self.action, format_kwarg=None
        )

    def get_task(self) -> Task:
        return self.task_view().get_object()

    def get_queryset(self) -> QuerySet[Artifact]:
        task = self.get_task()
        same = Task.objects.filter(plan__project=task.plan.project_id, code=task.code)
        return Artifact.objects.filter(task__in=same).select_related("task")

    def write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A file is read and checked before the transaction begins, so that nobody waits for it."""
        if self.action == "create":
            task = before_the_lock(self.task_view())
            given = self.body()
            self.measured = measure_given(task.plan.project_id, given["upload"], given.get("path", ""))
            self.seen = services.see_new(task.plan.project, measured=self.measured, **given)
        return super().write(handler, request, *args, **kwargs)

    @extend_schema(responses={201: CreatedArtifactSerializer})
    def create(self, request: Request, task_id: int) -> Response:
        """Note an artifact: what it is and where; or upload it. A file that the gateway can read is checked at once."""
        task = self.get_task()
        known = {"measured": self.measured, "seen": self.seen}
        artifact = services.register_artifact(task, actor=actor_of(request), **known, **self.body())
        shown = CreatedArtifactSerializer(artifact, context=self.get_serializer_context())
        return Response(shown.data, status=201, headers={"ETag": etag_of(artifact)})


class ArtifactsViewSet(ProjectViewSet):
    """One artifact."""

    serializer_class = ArtifactSerializer
    body_classes = {
        "validate": ValidateArtifactSerializer,
    }
    lookup_value_converter = "int"
    queryset = Artifact.objects.none()
    seen: Seen | None = None

    def get_queryset(self) -> QuerySet[Artifact]:
        return Artifact.objects.visible_to(self.request.user).select_related("project", "task")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A file is given as what it is, whatever the client would rather have."""
        return super().perform_content_negotiation(request, force=force or self.action == "file")

    def write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A file is checked before the transaction begins, so that nobody waits for it."""
        if self.action == "validate":
            self.seen = self.look(before_the_lock(self))
        return super().write(handler, request, *args, **kwargs)

    def look(self, artifact: Artifact) -> Seen | None:
        """What the gateway sees; None when somebody else's verdict was sent."""
        given = self.body()
        if "status" in given:
            return None
        budgets, known = given.get("budgets", Budgets()), given.get("known_guids", [])
        return services.see_artifact(artifact, budgets=budgets, known_guids=known)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Forget an artifact, with its upload; a file that was only noted stays where it is."""
        services.delete_artifact(self.get_object(), actor=actor_of(request))
        return Response(status=204)

    @extend_schema(responses=ArtifactSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: int) -> Response:
        """Check the file, or store the verdict of whoever checked it.

        Without `status` the gateway reads the file itself, and the report has `checked_by: gateway`, the `kind` of the file,
        `findings` (`level`, `code`, `message`, `where`) and `facts`. With it, the report is yours, and `checked_by` names you.
        """
        artifact, actor = self.get_object(), actor_of(request)
        if self.seen:
            status, report = self.seen
            return self.answer(services.store_verdict(artifact, status=status, report=report, actor=actor))
        given = {"report": {}, **self.body()}
        return self.answer(services.validate_artifact(artifact, actor=actor, **given))

    @extend_schema(responses=dict.fromkeys(FORMS, OpenApiTypes.BINARY))
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: int) -> FileResponse:
        """The file itself: pictures to look at, sounds to hear, anything else to save."""
        artifact = self.get_object()
        found = open_file(artifact)
        if found is None:
            raise NotFound("The gateway has no file of this artifact.")
        return file_response(found, name_of(artifact).replace("\\", "/").rpartition("/")[2])


def file_response(file: BinaryIO, name: str) -> FileResponse:
    """A file as a download that no browser runs; what it is, its bytes say, not its name."""
    looks = kind_of_bytes(file.read(4_096))
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=looks not in SHOWN,
        filename=name or "artifact",
        content_type=SHOWN.get(looks, "application/octet-stream"),
        headers=HEADERS,
    )
