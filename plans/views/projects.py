from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import EmptySerializer, actor_of
from gamedev_gateway.core.errors import Forbidden
from gamedev_gateway.core.pagination import CursorPagination
from plans import services
from plans.agreement_serializers import ChangeRuleSerializer
from plans.brief import Brief
from plans.errors import AgentsDoNotDecide
from plans.models import Membership, Project, Role
from plans.serializers import (
    CreateMemberSerializer,
    CreateProjectSerializer,
    MemberSerializer,
    NextTaskSerializer,
    ProjectSerializer,
    UpdateMemberSerializer,
    UpdateProjectSerializer,
)
from plans.services.briefs import merged, parse_brief_file
from plans.views.agreement import ProjectConsensus
from plans.views.base import ProjectViewSet

OWNERS_WORD = {"tokens_per_day", "evidence_level", "ai_verification"}
"""The fields of a project that only its owners change."""


class NewestFirst(CursorPagination):
    ordering = ("-created_at", "pk")


class ProjectsViewSet(ListModelMixin, ProjectConsensus, ProjectViewSet):
    """Games in the making, of which you are a member."""

    serializer_class = ProjectSerializer
    body_classes = {
        "create": CreateProjectSerializer,
        "partial_update": UpdateProjectSerializer,
        "activate": EmptySerializer,
        "change_consensus": ChangeRuleSerializer,
    }
    owner_actions = ("destroy", "change_consensus")
    lookup_value_converter = "str"
    pagination_class = NewestFirst
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.for_api(self.request.user)

    @extend_schema(responses={201: ProjectSerializer})
    def create(self, request: Request) -> Response:
        """Make a project from a brief, or from a document in Markdown, YAML or JSON."""
        given = self.body()
        name, brief = name_and_brief(given)
        project = services.create_project(
            name=name,
            brief=brief,
            id=given.get("id"),
            description=given["description"],
            actor=actor_of(request),
            owner=request.user,
        )
        return self.answer(self.get_queryset().get(pk=project.pk), status=201)

    @extend_schema(responses=ProjectSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name, description, fields of the brief, or, for owners, what models may use and what evidence is worth."""
        project = self.get_object()
        given = self.body()
        if OWNERS_WORD & given.keys():
            check_owner(project, request)
        changes = dict(given)
        if "brief" in changes:
            changes["brief"] = merged(project.parsed_brief, changes["brief"]).model_dump(mode="json")
        services.update_project(project, changes, actor=actor_of(request))
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the project with everything in it."""
        services.delete_project(self.get_object(), actor=actor_of(request))
        return Response(status=204)

    @extend_schema(responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Make it the project that you work on now."""
        project = self.get_object()
        self.body()
        services.activate_project(project, actor=actor_of(request))
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(responses=NextTaskSerializer)
    @action(detail=True, url_path="next-task")
    def next_task(self, request: Request, pk: str) -> Response:
        """The task to begin next, with the reason, and what waits for what."""
        task, choice = services.next_task(self.get_object())
        return Response(NextTaskSerializer({"task": task, "reason": choice.reason, "blocked": choice.blocked}).data)


def check_owner(project: Project, request: Request) -> None:
    """What models may use, and what evidence is worth, is the owners' word."""
    if actor_of(request).is_agent:
        raise AgentsDoNotDecide("change what models may use, or what evidence is worth")
    if project.role_of(request.user) != Role.OWNER:
        raise Forbidden("Only an owner can change what models may use, and what evidence is worth.")


def name_and_brief(given: dict[str, Any]) -> tuple[str, Brief]:
    """The name and brief that a new project is given, by field or by document."""
    brief = given.get("brief")
    name = given.get("name", "")
    if "document" in given:
        found = parse_brief_file(given["document"], given["document_format"])
        name, brief = name or found.name, merged(found.brief, brief)
    if not name:
        raise ValidationError({"name": ["Give the game a name; the document has no title."]})
    return name[:200], brief or Brief()


class MembersViewSet(ListModelMixin, ProjectViewSet):
    """Who belongs to a project, and as what."""

    serializer_class = MemberSerializer
    body_classes = {
        "create": CreateMemberSerializer,
        "partial_update": UpdateMemberSerializer,
    }
    owner_actions = ("create", "partial_update")
    viewer_actions = ("destroy",)
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.filter(project=self.get_project()).select_related("user", "project")

    @extend_schema(responses={201: MemberSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Let somebody in."""
        project = self.get_project()
        given = self.body()
        member = services.add_member(project, actor=actor_of(request), **given)
        return self.answer(member, status=201)

    @extend_schema(responses=MemberSerializer)
    def partial_update(self, request: Request, project_id: str, pk: int) -> Response:
        """Give a member another role."""
        member = self.get_object()
        given = self.body()
        changed = services.set_member(member.project, member.user, given["role"], actor=actor_of(request))
        return self.answer(changed)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: str, pk: int) -> Response:
        """Leave the project; an owner also takes others out. Their sockets on this project are closed."""
        member = self.get_object()
        if member.user != request.user and member.project.role_of(request.user) != Role.OWNER:
            raise Forbidden("Only an owner can take others out.")
        services.remove_member(member, actor=actor_of(request))
        return Response(status=204)
