from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from agents.pack_views import ContextPackViewSet
from agents.run_views import (
    ActivitiesViewSet,
    ProjectQuestionsViewSet,
    ProjectRunsViewSet,
    RunActivitiesViewSet,
    RunsViewSet,
)
from agents.tool_views import ProjectToolCallsViewSet, ProjectToolsViewSet, ToolCallsViewSet
from agents.views import LoginViewSet, TicketViewSet, TokensViewSet

router = SimpleRouter(use_regex_path=False)
router.register("runs", RunsViewSet, "run")
router.register("activities", ActivitiesViewSet, "activity")
router.register("tool-calls", ToolCallsViewSet, "tool-call")

LIST_CREATE: dict[str, Any] = {"get": "list", "post": "create"}

urlpatterns = [
    *router.urls,
    path("projects/<str:project_id>/runs/", ProjectRunsViewSet.as_view(LIST_CREATE), name="project-run-list"),
    path(
        "projects/<str:project_id>/questions/", ProjectQuestionsViewSet.as_view({"get": "list"}), name="question-list"
    ),
    path("projects/<str:project_id>/tools/", ProjectToolsViewSet.as_view({"get": "list"}), name="project-tool-list"),
    path(
        "projects/<str:project_id>/tool-calls/",
        ProjectToolCallsViewSet.as_view({"get": "list"}),
        name="project-tool-call-list",
    ),
    path("runs/<int:run_id>/activities/", RunActivitiesViewSet.as_view(LIST_CREATE), name="run-activity-list"),
    path("tasks/<int:pk>/context-pack/", ContextPackViewSet.as_view({"get": "retrieve"}), name="task-context-pack"),
    path("auth/token/", LoginViewSet.as_view({"post": "create", "delete": "destroy"}), name="login"),
    path("auth/ws-ticket/", TicketViewSet.as_view({"post": "create"}), name="ws-ticket"),
    path("tokens/", TokensViewSet.as_view({"get": "list", "post": "create"}), name="token-list"),
    path("tokens/<uuid:id>/", TokensViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="token-detail"),
]
