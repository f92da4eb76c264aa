"""Documents over REST. Their text as it is written comes over the socket."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpResponse
from django.utils.text import slugify
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from documents import services
from documents.export import DocumentFile, as_html, as_json, as_markdown, document_file
from documents.models import Document, Draft, Section
from documents.serializers import (
    CreateDocumentSerializer,
    DocumentSerializer,
    DraftSerializer,
    GenerateDocumentSerializer,
    ListedDocumentSerializer,
    RegenerateSectionSerializer,
    SectionSerializer,
    UpdateDocumentSerializer,
    UpdateSectionSerializer,
)
from documents.services import runs
from gamedev_gateway.core.api import EmptySerializer, actor_of, etag_of
from plans.models import Generation
from plans.serializers import GenerationSerializer
from plans.views.base import PREFER, ProjectViewSet, queued
from plans.views.plan_export import WhateverIsAccepted

FORMS = {
    "markdown": (as_markdown, "text/markdown; charset=utf-8", "md"),
    "html": (as_html, "text/html; charset=utf-8", "html"),
    "json": (as_json, "application/json", "json"),
}

# `as` is a word of the language, so it cannot be written as an attribute.
DocumentExportQuery = type(
    "DocumentExportQuery",
    (serializers.Serializer,),
    {
        "__doc__": "The query of an export.",
        "as": serializers.ChoiceField(choices=list(FORMS), default="markdown", help_text="Which kind of file."),
    },
)


def with_cursor(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Adds `ended_number` and `ended_length` of the last draft before any that is being written.

    Read before the sections: a client that goes on from there may be told again what it has, but misses nothing.
    """
    writing = Draft.objects.filter(document=OuterRef("document"), status=Draft.Status.WRITING)
    ended = (
        Draft.objects.filter(document=OuterRef("pk"))
        .exclude(status=Draft.Status.WRITING)
        .exclude(Exists(writing.filter(number__lt=OuterRef("number"))))
        .order_by("-number")
    )
    return documents.annotate(
        ended_number=Subquery(ended.values("number")[:1]), ended_length=Subquery(ended.values("length")[:1])
    )


class DocumentFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Document.Kind.choices)
    status = filters.ChoiceFilter(choices=Document.Status.choices)
    task = filters.CharFilter(field_name="task_code", help_text="The task's code.")

    class Meta:
        model = Document
        fields = ["kind", "status", "task"]


class ProjectDocumentsViewSet(ListModelMixin, ProjectViewSet):
    """The documents of a project and of its tasks, newest first."""

    serializer_class = DocumentSerializer
    body_classes = {
        "list": ListedDocumentSerializer,
        "create": CreateDocumentSerializer,
    }
    filterset_class = DocumentFilter
    queryset = Document.objects.none()

    def get_queryset(self) -> QuerySet[Document]:
        sections = Section.objects.select_related("current_draft").defer("current_draft__text").order_by("idx")
        documents = with_cursor(Document.objects.filter(project=self.get_project()))
        return documents.prefetch_related(Prefetch("sections", sections))

    @extend_schema(responses={201: DocumentSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Create a document, with an outline of yours or one made from the brief, the active plan and the context."""
        project = self.get_project()
        document = services.create_document(project, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=document.pk), status=201)


class DocumentsViewSet(ProjectViewSet):
    """One document with its sections."""

    serializer_class = DocumentSerializer
    body_classes = {
        "partial_update": UpdateDocumentSerializer,
        "generate_document": GenerateDocumentSerializer,
        "make_outline": EmptySerializer,
        "cancel": EmptySerializer,
    }
    lookup_value_converter = "int"
    queryset = Document.objects.none()

    def get_queryset(self) -> QuerySet[Document]:
        sections = Section.objects.select_related("current_draft").order_by("idx")
        documents = with_cursor(Document.objects.visible_to(self.request.user)).select_related("project")
        return documents.prefetch_related(Prefetch("sections", sections))

    @extend_schema(responses=DocumentSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the title, or the outline as a whole: before, between and during runs."""
        document = self.get_object()
        services.update_document(document, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete the document with all its drafts; while it is being written, cancel that first."""
        services.delete_document(self.get_object(), actor=actor_of(request))
        return Response(status=204)

    @extend_schema(responses={201: DocumentSerializer, 202: GenerationSerializer}, parameters=[PREFER])
    @action(detail=True, methods=["post"], url_path="outline/generate")
    def make_outline(self, request: Request, pk: int) -> Response:
        """Have its outline made anew, by a model where one is set, while no section has been written or locked."""
        document = self.get_object()
        self.body()
        return self.generate(document.project, Generation.Kind.OUTLINE, {"document": document.pk})

    @extend_schema(responses={202: GenerationSerializer})
    @action(detail=True, methods=["post"], url_path="generate")
    def generate_document(self, request: Request, pk: int) -> Response:
        """Have it written, section by section: always a job, whose text comes over the document's stream."""
        document = self.get_object()
        given = self.body()
        sections = None if given["sections"] is None else services.find_sections(document, given["sections"])
        run = runs.start_run(document, actor=actor_of(request), sections=sections, instructions=given["instructions"])
        return queued(run)

    @extend_schema(responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop the run that writes it. What it wrote so far is kept."""
        document = self.get_object()
        self.body()
        runs.cancel_run(document, actor=actor_of(request))
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(
        parameters=[DocumentExportQuery],
        responses={
            (200, "text/markdown"): OpenApiTypes.STR,
            (200, "text/html"): OpenApiTypes.STR,
            (200, "application/json"): DocumentFile,
        },
    )
    @action(detail=True, content_negotiation_class=WhateverIsAccepted)
    def export(self, request: Request, pk: int) -> HttpResponse:
        """The document as a file. The HTML runs nothing and fetches nothing."""
        document = self.get_object()
        query = DocumentExportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        written, media_type, suffix = FORMS[query.validated_data["as"]]
        name = f"{slugify(document.title)[:80] or 'document'}-{document.pk}.{suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": etag_of(document)}
        return HttpResponse(written(document_file(document)), content_type=media_type, headers=headers)


class SectionsViewSet(ProjectViewSet):
    """One section of a document."""

    serializer_class = SectionSerializer
    body_classes = {
        "partial_update": UpdateSectionSerializer,
        "regenerate": RegenerateSectionSerializer,
    }
    lookup_value_converter = "int"
    queryset = Section.objects.none()

    def get_queryset(self) -> QuerySet[Section]:
        visible = Section.objects.filter(document__in=Document.objects.visible_to(self.request.user))
        return visible.select_related("document__project", "current_draft")

    @extend_schema(responses=SectionSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Lock or unlock it, change its heading or brief, or write its text by hand, which is a draft too."""
        section = self.get_object()
        return self.answer(services.update_section(section, actor=actor_of(request), **self.body()))

    @extend_schema(responses={202: GenerationSerializer})
    @action(detail=True, methods=["post"])
    def regenerate(self, request: Request, pk: int) -> Response:
        """Have this section written anew, as the instructions ask; the draft that is there is kept."""
        section = self.get_object()
        given = self.body()
        return queued(runs.start_run(section.document, actor=actor_of(request), sections=[section], **given))


class SectionDraftsViewSet(ListModelMixin, ProjectViewSet):
    """Every attempt at a section, newest first."""

    serializer_class = DraftSerializer
    body_classes = {
        "adopt": EmptySerializer,
    }
    queryset = Draft.objects.none()

    def get_section(self) -> Section:
        view: Any = SectionsViewSet(
            request=self.request, kwargs={"pk": self.kwargs["section_id"]}, action=self.action, format_kwarg=None
        )
        return view.get_object()

    def get_queryset(self) -> QuerySet[Draft]:
        return Draft.objects.filter(section=self.get_section())

    @extend_schema(responses=SectionSerializer)
    def adopt(self, request: Request, section_id: int, number: int) -> Response:
        """Make an earlier draft the section's text."""
        section = self.get_section()
        self.body()
        adopted = services.adopt_draft(section, number, actor=actor_of(request))
        return Response(SectionSerializer(adopted).data, headers={"ETag": etag_of(adopted)})
