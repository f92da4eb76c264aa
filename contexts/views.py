from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from contexts import services
from contexts.diff import diff_contents
from contexts.models import Context
from contexts.serializers import ContextSerializer, CreateContextSerializer, DiffSerializer, WhichContextSerializer
from gamedev_gateway.core.api import AgainstQuery, EmptySerializer, actor_of
from gamedev_gateway.core.errors import InvalidInput, NotFound
from plans.models import Generation
from plans.serializers import GenerationSerializer
from plans.views.base import PREFER, ProjectViewSet


class ContextFilter(filters.FilterSet):
    scope = filters.ChoiceFilter(choices=Context.Scope.choices)
    task = filters.CharFilter(field_name="task_code", help_text="The task's code.")

    class Meta:
        model = Context
        fields = ["scope", "task"]


class ProjectContextsViewSet(ListModelMixin, ProjectViewSet):
    """What is known: all versions of all contexts of a project, newest first."""

    serializer_class = ContextSerializer
    body_classes = {
        "create": CreateContextSerializer,
        "generate_context": WhichContextSerializer,
    }
    filterset_class = ContextFilter
    queryset = Context.objects.none()

    def get_queryset(self) -> QuerySet[Context]:
        return Context.objects.filter(project=self.get_project())

    @extend_schema(responses={201: ContextSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Write a new version by hand; it becomes the active one. A global one has what it leaves out assembled."""
        project = self.get_project()
        given = self.body()
        context = services.write_context(project, actor=actor_of(request), **given)
        return self.answer(context, status=201)

    @extend_schema(parameters=[WhichContextSerializer], responses=ContextSerializer)
    @action(detail=False)
    def active(self, request: Request, project_id: str) -> Response:
        """The active version of one context; 404 before there is one."""
        project = self.get_project()
        which = {name: value for name, value in request.query_params.dict().items() if name != "format"}
        asked = WhichContextSerializer(data=which)
        asked.is_valid(raise_exception=True)
        context = services.get_active_context(project, **asked.validated_data)
        if context is None:
            raise NotFound("There is no such context yet; generate it.")
        return self.answer(context)

    @extend_schema(
        responses={201: ContextSerializer, 202: GenerationSerializer},
        parameters=[PREFER],
    )
    @action(detail=False, methods=["post"], url_path="generate")
    def generate_context(self, request: Request, project_id: str) -> Response:
        """Assemble a context anew from the state of the work."""
        project = self.get_project()
        given = self.body()
        services.task_ref(project, given["scope"], given["task"])
        return self.generate(project, Generation.Kind.CONTEXT, given)


class ContextsViewSet(ProjectViewSet):
    """One version of a context."""

    serializer_class = ContextSerializer
    body_classes = {
        "activate": EmptySerializer,
    }
    lookup_value_converter = "int"
    queryset = Context.objects.none()

    def get_queryset(self) -> QuerySet[Context]:
        return Context.objects.visible_to(self.request.user).select_related("project")

    @extend_schema(responses=ContextSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: int) -> Response:
        """Make this version the active one again."""
        context = self.get_object()
        self.body()
        return self.answer(services.activate_context(context, actor=actor_of(request)))

    @extend_schema(parameters=[AgainstQuery], responses=DiffSerializer)
    @action(detail=True)
    def diff(self, request: Request, pk: int) -> Response:
        """What this version says differently from another of the same context."""
        context = self.get_object()
        other = self.other_version(context)
        return Response(diff_contents(other.content if other else {}, context.content))

    def other_version(self, context: Context) -> Context | None:
        versions = Context.objects.of(context.project, context.scope, context.task_code)
        wanted = AgainstQuery.read(self.request)
        if wanted is None:
            return versions.filter(version__lt=context.version).order_by("-version").first()
        found = versions.filter(pk=wanted).first()
        if found is None:
            raise InvalidInput({"against": ["There is no such version of this context."]})
        return found
