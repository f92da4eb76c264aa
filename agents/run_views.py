"""Runs over HTTP: what agents do here, and what people say to it."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from agents import runs
from agents.models import Activity, Run
from agents.run_serializers import (
    ActivitySerializer,
    AnswerQuestionSerializer,
    EndRunSerializer,
    NoteActivitySerializer,
    RunDetailSerializer,
    RunSerializer,
    StartRunSerializer,
)
from gamedev_gateway.core.api import actor_of
from gamedev_gateway.core.pagination import CursorPagination
from plans.views.base import ProjectViewSet


class RunFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=Run.Status.choices)

    class Meta:
        model = Run
        fields = ["status"]


class ProjectRunsViewSet(ListModelMixin, ProjectViewSet):
    """The agents' sessions in a project, newest first."""

    serializer_class = RunSerializer
    filterset_class = RunFilter
    body_classes = {"create": StartRunSerializer}
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.filter(project=self.get_project())

    @extend_schema(responses={201: RunSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Begin a session."""
        return self.answer(runs.start_run(self.get_project(), actor=actor_of(request), **self.body()), status=201)


class RunsViewSet(ProjectViewSet):
    """One session of an agent."""

    serializer_class = RunDetailSerializer
    body_classes = {"end": EndRunSerializer}
    lookup_value_converter = "int"
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.visible_to(self.request.user).select_related("project")

    @extend_schema(responses=RunDetailSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """End it: the agent its own, a person anyone's. Its claims are given up."""
        run = self.get_object()
        runs.end_run(run, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=pk))


class ActivityOrder(CursorPagination):
    ordering = "pk"


class RunActivitiesViewSet(ListModelMixin, ProjectViewSet):
    """What an agent told of its run, oldest first."""

    serializer_class = ActivitySerializer
    pagination_class = ActivityOrder
    body_classes = {"create": NoteActivitySerializer}
    queryset = Activity.objects.none()

    def get_run(self) -> Run:
        view = RunsViewSet(
            request=self.request, kwargs={"pk": self.kwargs["run_id"]}, action=self.action, format_kwarg=None
        )
        return view.get_object()

    def get_queryset(self) -> QuerySet[Activity]:
        return Activity.objects.filter(run=self.get_run())

    @extend_schema(responses={201: ActivitySerializer})
    def create(self, request: Request, run_id: int) -> Response:
        """Tell something of one's own run; an `elicitation` asks people, and the run waits for the answer."""
        self.get_run()
        actor = actor_of(request)
        run = runs.own_run(run_id, actor)
        return self.answer(runs.note_activity(run, actor=actor, **self.body()), status=201)


class QuestionFilter(filters.FilterSet):
    waiting = filters.BooleanFilter(method="only_waiting", label="Whether an agent still waits for the answer.")

    class Meta:
        model = Activity
        fields: list[str] = []

    def only_waiting(self, queryset: QuerySet[Activity], name: str, value: bool) -> QuerySet[Activity]:
        waiting = Activity.objects.waiting()
        return queryset.filter(pk__in=waiting) if value else queryset.exclude(pk__in=waiting)


class ProjectQuestionsViewSet(ListModelMixin, ProjectViewSet):
    """What agents have asked people in a project, newest first."""

    serializer_class = ActivitySerializer
    filterset_class = QuestionFilter
    queryset = Activity.objects.none()

    def get_queryset(self) -> QuerySet[Activity]:
        return Activity.objects.questions().filter(run__project=self.get_project())


class ActivitiesViewSet(ProjectViewSet):
    """One thing that an agent told; a question can be answered."""

    serializer_class = ActivitySerializer
    body_classes = {"answer_question": AnswerQuestionSerializer}
    lookup_value_converter = "int"
    queryset = Activity.objects.none()

    def get_queryset(self) -> QuerySet[Activity]:
        return Activity.objects.visible_to(self.request.user).select_related("run__project")

    @extend_schema(responses=ActivitySerializer)
    @action(detail=True, methods=["post"], url_path="answer")
    def answer_question(self, request: Request, pk: int) -> Response:
        """Answer an agent's question, as a person."""
        activity = self.get_object()
        runs.answer_question(activity, actor=actor_of(request), **self.body())
        return self.answer(self.get_queryset().get(pk=pk))
