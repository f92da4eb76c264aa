from django.urls import path
from rest_framework.routers import SimpleRouter

from contexts.views import ContextsViewSet, ProjectContextsViewSet

router = SimpleRouter(use_regex_path=False)
router.register("contexts", ContextsViewSet, "context")

contexts = "projects/<str:project_id>/contexts"

urlpatterns = [
    *router.urls,
    path(
        f"{contexts}/", ProjectContextsViewSet.as_view({"get": "list", "post": "create"}), name="project-context-list"
    ),
    path(f"{contexts}/active/", ProjectContextsViewSet.as_view({"get": "active"}), name="project-context-active"),
    path(
        f"{contexts}/generate/",
        ProjectContextsViewSet.as_view({"post": "generate_context"}),
        name="project-context-generate",
    ),
]
