from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from plans.views.agreement import (
    CommentsViewSet,
    PlanCommentsViewSet,
    PlanOperationsViewSet,
    PlanReviewsViewSet,
)
from plans.views.artifacts import ArtifactsViewSet, ProjectArtifactsViewSet, TaskArtifactsViewSet
from plans.views.claims import ClaimsViewSet, ProjectClaimsViewSet
from plans.views.generations import GenerationsViewSet, ProjectGenerationsViewSet
from plans.views.pictures import PlanPicturesViewSet, ProjectPicturesViewSet
from plans.views.plans import PlansViewSet, ProjectPlansViewSet
from plans.views.projects import MembersViewSet, ProjectsViewSet
from plans.views.state import ProjectStateViewSet
from plans.views.tasks import ProjectTasksViewSet, TasksViewSet

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectsViewSet, "project")
router.register("plans", PlansViewSet, "plan")
router.register("comments", CommentsViewSet, "comment")
router.register("tasks", TasksViewSet, "task")
router.register("artifacts", ArtifactsViewSet, "artifact")
router.register("claims", ClaimsViewSet, "claim")
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
    path("plans/<int:pk>/analysis/", PlanPicturesViewSet.as_view({"get": "analysis"}), name="plan-analysis"),
    path("plans/<int:pk>/graph.svg", PlanPicturesViewSet.as_view({"get": "graph"}), name="plan-graph"),
    path("plans/<int:pk>/gantt.svg", PlanPicturesViewSet.as_view({"get": "gantt"}), name="plan-gantt"),
    path(f"{project}/burnup.svg", ProjectPicturesViewSet.as_view({"get": "burnup"}), name="project-burnup"),
    path(f"{project}/state/", ProjectStateViewSet.as_view({"get": "retrieve"}), name="project-state"),
    path(f"{project}/claims/", ProjectClaimsViewSet.as_view(LIST_CREATE), name="project-claim-list"),
    path("plans/<int:plan_id>/operations/", PlanOperationsViewSet.as_view({"get": "list"}), name="plan-operation-list"),
    path("plans/<int:plan_id>/comments/", PlanCommentsViewSet.as_view(LIST_CREATE), name="plan-comment-list"),
    path("plans/<int:plan_id>/reviews/", PlanReviewsViewSet.as_view(LIST_CREATE), name="plan-review-list"),
    path(f"{project}/generations/", ProjectGenerationsViewSet.as_view({"get": "list"}), name="project-generation-list"),
    path(f"{project}/tasks/", ProjectTasksViewSet.as_view({"get": "list"}), name="project-task-list"),
    path(f"{project}/artifacts/", ProjectArtifactsViewSet.as_view({"get": "list"}), name="project-artifact-list"),
    path("tasks/<int:task_id>/artifacts/", TaskArtifactsViewSet.as_view(LIST_CREATE), name="task-artifact-list"),
]
