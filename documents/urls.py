from django.urls import path
from rest_framework.routers import SimpleRouter

from documents.views import DocumentsViewSet, ProjectDocumentsViewSet, SectionDraftsViewSet, SectionsViewSet

router = SimpleRouter(use_regex_path=False)
router.register("documents", DocumentsViewSet, "document")
router.register("sections", SectionsViewSet, "section")

drafts = "sections/<int:section_id>/drafts"

urlpatterns = [
    *router.urls,
    path(
        "projects/<str:project_id>/documents/",
        ProjectDocumentsViewSet.as_view({"get": "list", "post": "create"}),
        name="project-document-list",
    ),
    path(f"{drafts}/", SectionDraftsViewSet.as_view({"get": "list"}), name="section-draft-list"),
    path(f"{drafts}/<int:number>/adopt/", SectionDraftsViewSet.as_view({"post": "adopt"}), name="section-draft-adopt"),
]
