"""What the views of this app share: the project in the URL, the lock, long work."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import GatewayViewSet, actor_of
from gamedev_gateway.core.idempotency import amend_answer, forget_answer
from plans.models import Generation, Project
from plans.permissions import project_of
from plans.serializers import GenerationSerializer
from plans.services import generations, thinking

PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="`respond-async` answers 202 with a generation to poll.",
)


def preferences(request: Request) -> set[str]:
    """The names in the Prefer header (RFC 7240), without their values."""
    return {part.split(";")[0].strip().lower() for part in request.headers.get("Prefer", "").split(",")}


def queued(run: Generation, **headers: str) -> Response:
    """A run that was asked for: 202, with where to look how far it is."""
    place = reverse("v1:generation-detail", kwargs={"pk": run.pk})
    return Response(GenerationSerializer(run).data, status=202, headers={"Location": place, **headers})


def before_the_lock(view: "ProjectViewSet") -> Any:
    """A view's object with all that is asked of the request, for slow work that no lock should wait for. What is read here
    is read again, and checked again, under the lock."""
    obj = GenericAPIView.get_object(view)
    view.check_precondition(obj)
    return obj


class ProjectViewSet(GatewayViewSet):
    """A resource that belongs to a project. Writes wait for the project's lock."""

    to_think: Generation | None = None
    """The run that a model does for this request, once the request's own transaction is over."""

    def lock(self, obj: Any) -> None:
        project_of(obj).lock()

    def get_project(self) -> Project:
        """The project in the URL, locked for a write; 404 for strangers, 403 for a role that may not."""
        visible = Project.objects.visible_to(self.request.user)
        project = get_object_or_404(visible, pk=self.kwargs["project_id"])
        self.check_object_permissions(self.request, project)
        return project if self.request.method in SAFE_METHODS else project.lock()

    def generate(self, project: Project, kind: str, request: dict[str, Any]) -> Response:
        """Long work: at once, or with `Prefer: respond-async` as a job.

        A model thinks for minutes. So its run is only queued in the request's transaction, with a 202 for whoever sends the same
        key meanwhile, and done after it (see `write`).
        """
        actor = actor_of(self.request)
        if "respond-async" in preferences(self.request):
            run = generations.generate_later(project, kind, request, actor=actor)
            return queued(run, **{"Preference-Applied": "respond-async"})
        if not thinking.model_writes():
            return self.made(thinking.run_now(project, kind, request, actor=actor))
        self.to_think = generations.queue(project, kind, request, actor)
        return queued(self.to_think)

    def made(self, run: Generation) -> Response:
        """The answer to whoever has waited for a run: what it made."""
        return self.answer(self.get_queryset().get(pk=run.target["id"]), status=201)  # type: ignore[index]

    def write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().write(handler, request, *args, **kwargs)
        return response if self.to_think is None else self.think(request, self.to_think, response)

    def think(self, request: Request, run: Generation, otherwise: Response) -> Response:
        """Do a run whose transaction is over, and answer what it made. A worker that was faster leaves it at the 202."""
        try:
            done = thinking.do_run(run)
        except Exception:
            forget_answer(request)
            raise
        if done is None:
            return otherwise
        with transaction.atomic():
            response = self.made(done)
            amend_answer(request, response)
        return response
