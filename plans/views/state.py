"""A project's board, now and as it was."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import MAX_ID
from plans import history
from plans.board import State
from plans.models import Project
from plans.views.base import ProjectViewSet


class StateQuery(serializers.Serializer):
    """The query of a state."""

    at = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="The seq of an event; now if absent."
    )


class ProjectStateViewSet(ProjectViewSet):
    """A project as it was right after an event of its log."""

    serializer_class = serializers.Serializer
    queryset = Project.objects.none()

    @extend_schema(parameters=[StateQuery], responses=State)
    def retrieve(self, request: Request, project_id: str) -> Response:
        """Board, plan, contexts and artifacts: now, or as they were right after the event `at`.

        410 `cursor_lost` for an event that the log no longer keeps, as at `events/`.
        """
        project = self.get_project()
        query = StateQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        at = query.validated_data.get("at")
        state = history.state_now(project) if at is None else history.state_at(project, at)
        return Response(state.model_dump(mode="json"))
