from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from plans.views.plans import PlansViewSet, ProjectPlansViewSet
from plans.views.projects import MembersViewSet, ProjectsViewSet
from plans.views.tasks import (
    ArtifactsViewSet,
    GenerationsViewSet,
    ProjectTasksViewSet,
    TaskArtifactsViewSet,
    TasksViewSet,
)

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectsViewSet, "project")
router.register("plans", PlansViewSet, "plan")
router.register("tasks", TasksViewSet, "task")
router.register("artifacts", ArtifactsViewSet, "artifact")
router.register("generations", GenerationsViewSet, "generation")

LIST_CREATE: dict[str, Any] = {"get": "list", "post": "create"}
project = "projects/<str:project_id>"

urlpatterns = [
    *router.urls,
    path(f"{project}/members/", MembersViewSet.as_view(LIST_CREATE), name="member-list"),
    path(
        f"{project}/members/<int:pk>/",
        MembersViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="member-detail",
    ),
    path(f"{project}/plans/", ProjectPlansViewSet.as_view(LIST_CREATE), name="project-plan-list"),
    path(
        f"{project}/plans/generate/",
        ProjectPlansViewSet.as_view({"post": "generate_plan"}),
        name="project-plan-generate",
    ),
    path(f"{project}/plans/active/", ProjectPlansViewSet.as_view({"get": "active"}), name="project-plan-active"),
    path(f"{project}/tasks/", ProjectTasksViewSet.as_view({"get": "list"}), name="project-task-list"),
    path("tasks/<int:task_id>/artifacts/", TaskArtifactsViewSet.as_view(LIST_CREATE), name="task-artifact-list"),
]
