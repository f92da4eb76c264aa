"""What the views of this app share: the project in the URL, the lock, long work."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import GatewayViewSet, actor_of
from plans.models import Project
from plans.permissions import project_of
from plans.serializers import GenerationSerializer
from plans.services import generate_later, generate_now

PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="`respond-async` answers 202 with a generation to poll.",
)


def preferences(request: Request) -> set[str]:
    """The names in the Prefer header (RFC 7240), without their values."""
    return {part.split(";")[0].strip().lower() for part in request.headers.get("Prefer", "").split(",")}


class ProjectViewSet(GatewayViewSet):
    """A resource that belongs to a project. Writes wait for the project's lock."""

    def lock(self, obj: Any) -> None:
        project_of(obj).lock()

    def get_project(self) -> Project:
        """The project in the URL, locked for a write; 404 for strangers, 403 for a role that may not."""
        visible = Project.objects.visible_to(self.request.user)
        project = get_object_or_404(visible, pk=self.kwargs["project_id"])
        self.check_object_permissions(self.request, project)
        return project if self.request.method in SAFE_METHODS else project.lock()

    def generate(self, project: Project, kind: str, request: dict[str, Any]) -> Response:
        """Long work: at once, or with `Prefer: respond-async` as a job."""
        actor = actor_of(self.request)
        if "respond-async" in preferences(self.request):
            generation = generate_later(project, kind, request, actor=actor)
            place = reverse("v1:generation-detail", kwargs={"pk": generation.pk})
            headers = {"Location": place, "Preference-Applied": "respond-async"}
            return Response(GenerationSerializer(generation).data, status=202, headers=headers)
        made = generate_now(project, kind, request, actor=actor)
        return self.answer(self.get_queryset().get(pk=made.pk), status=201)
