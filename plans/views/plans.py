from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import actor_of, etag_of
from gamedev_gateway.core.errors import InvalidInput, NotFound
from plans import services
from plans.agreement_serializers import AcceptedPlanSerializer, AcceptSerializer, RebaseSerializer
from plans.models import Generation, TaskPlan
from plans.serializers import (
    CreatePlanSerializer,
    EditPlanSerializer,
    GeneratePlanSerializer,
    GenerationSerializer,
    PlanSerializer,
    RefinePlanSerializer,
)
from plans.services.writing import check_brief
from plans.views.agreement import PlanAgreement
from plans.views.base import PREFER, ProjectViewSet
from plans.views.plan_diff import PlanDifference
from plans.views.plan_export import PlanExport


class PlanFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=TaskPlan.Status.choices)

    class Meta:
        model = TaskPlan
        fields = ["status"]


class ProjectPlansViewSet(ListModelMixin, ProjectViewSet):
    """The versions of a project's plan, newest first."""

    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    body_classes = {
        "create": CreatePlanSerializer,
        "generate_plan": GeneratePlanSerializer,
    }
    queryset = TaskPlan.objects.none()

    def get_queryset(self) -> QuerySet[TaskPlan]:
        return TaskPlan.objects.filter(project=self.get_project()).prefetch_related("tasks__plan")

    @extend_schema(responses={201: PlanSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        """Propose a version written by hand."""
        project = self.get_project()
        given = self.body()
        base = project.plans.filter(pk=given["base"]).first() if given["base"] is not None else None
        if given["base"] is not None and base is None:
            raise InvalidInput({"base": ["The project has no such plan."]})
        plan = services.propose_tasks(
            project,
            given["tasks"],
            actor=actor_of(request),
            summary=given["summary"],
            base=base,
            reason=given["reason"],
        )
        return self.answer(self.get_queryset().get(pk=plan.pk), status=201)

    @extend_schema(
        responses={201: PlanSerializer, 202: GenerationSerializer},
        parameters=[PREFER],
    )
    @action(detail=False, methods=["post"], url_path="generate")
    def generate_plan(self, request: Request, project_id: str) -> Response:
        """Let the planner propose a version from the brief."""
        project = self.get_project()
        given = self.body()
        check_brief(project)
        return self.generate(project, Generation.Kind.PLAN, given)

    @extend_schema(responses=PlanSerializer)
    @action(detail=False)
    def active(self, request: Request, project_id: str) -> Response:
        """The accepted version; 404 before there is one."""
        plan = self.get_queryset().accepted().first()  # type: ignore[attr-defined]
        if plan is None:
            raise NotFound("The project has no active plan; generate one and accept it.")
        return self.answer(plan)


class PlansViewSet(PlanExport, PlanDifference, PlanAgreement, ProjectViewSet):
    """One version of a plan."""

    serializer_class = PlanSerializer
    body_classes = {
        "partial_update": EditPlanSerializer,
        "refine": RefinePlanSerializer,
        "accept": AcceptSerializer,
        "rebase": RebaseSerializer,
    }
    lookup_value_converter = "int"
    queryset = TaskPlan.objects.none()

    def get_queryset(self) -> QuerySet[TaskPlan]:
        visible = TaskPlan.objects.visible_to(self.request.user)
        return visible.select_related("project").prefetch_related("tasks__plan")

    @extend_schema(responses=PlanSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Edit a proposal by operations: all of them, or none."""
        plan = self.get_object()
        given = self.body()
        services.edit_plan(
            plan,
            given.get("ops", []),
            actor=actor_of(request),
            summary=given.get("summary"),
            reason=given.get("reason", ""),
        )
        return self.answer(self.get_queryset().get(pk=pk))

    @extend_schema(responses={201: PlanSerializer, 202: GenerationSerializer}, parameters=[PREFER])
    @action(detail=True, methods=["post"])
    def refine(self, request: Request, pk: int) -> Response:
        """Let the planner propose a new version, changed as the instructions say. The summary tells what was understood."""
        plan = self.get_object()
        given = self.body()
        return self.generate(plan.project, Generation.Kind.REFINE, {"plan": plan.pk, **given})

    @extend_schema(responses=AcceptedPlanSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Make a proposal the active plan, whole or in part. Work done so far is carried over by code."""
        plan = self.get_object()
        services.accept_plan(plan, actor=actor_of(request), only=self.body().get("only"))
        accepted = self.get_queryset().get(pk=pk)
        told = AcceptedPlanSerializer(accepted, context=self.get_serializer_context()).data
        return Response(told, headers={"ETag": etag_of(accepted)})

    @extend_schema(responses={201: PlanSerializer})
    @action(detail=True, methods=["post"])
    def rebase(self, request: Request, pk: int) -> Response:
        """Carry a proposal over to the plan that was accepted meanwhile: a new version, or 409 with the conflicts."""
        plan = self.get_object()
        given = self.body()
        onto = plan.project.plans.filter(pk=given["onto"]).first() if given["onto"] is not None else None
        if given["onto"] is not None and onto is None:
            raise InvalidInput({"onto": ["The project has no such plan."]})
        made = services.rebase_plan(
            plan, actor=actor_of(request), onto=onto, resolutions=given["resolutions"], policy=given["policy"]
        )
        return self.answer(self.get_queryset().get(pk=made.pk), status=201)
