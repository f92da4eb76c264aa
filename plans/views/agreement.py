"""How people come to agree on a plan: what a proposal changes, what is said about it, and who has approved."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from gamedev_gateway.core.api import EmptySerializer, actor_of, etag_of
from gamedev_gateway.core.pagination import CursorPagination
from plans import services
from plans.agreement_serializers import (
    CommentSerializer,
    ConsensusSerializer,
    CreateCommentSerializer,
    CreateReviewSerializer,
    OperationRowSerializer,
    Places,
    ReviewSerializer,
    RuleSerializer,
)
from plans.lineage import Lineage, specs_of
from plans.models import Comment, PlanOperation, Project, Review, TaskPlan
from plans.proposed_changes import Overlaps, ProposedChanges, overlaps_of, proposed_changes
from plans.seen import Staleness
from plans.services.comments import comments_heard_on
from plans.services.consensus import consensus_on
from plans.views.base import ProjectViewSet


class ReadingOrder(CursorPagination):
    """As things were said."""

    ordering = "pk"


class InOrderApplied(CursorPagination):
    ordering = "number"


class PlanAgreement:
    """What a plan's viewset tells of a proposal before anybody accepts it."""

    @extend_schema(responses=ProposedChanges)
    @action(detail=True)
    def changes(self: Any, request: Request, pk: int) -> Response:
        """What accepting it would change, code by code: who wanted it and why, what belongs together, what else touches it."""
        return Response(proposed_changes(self.get_object()).model_dump(mode="json"))

    @extend_schema(responses=Overlaps)
    @action(detail=True)
    def overlaps(self: Any, request: Request, pk: int) -> Response:
        """The other open proposals that change some of the same tasks."""
        return Response(overlaps_of(self.get_object()).model_dump(mode="json"))

    @extend_schema(responses=ConsensusSerializer)
    @action(detail=True)
    def consensus(self: Any, request: Request, pk: int) -> Response:
        """How far people agree on it, and what is missing if you accept it now."""
        plan = self.get_object()
        found = consensus_on(plan.project, plan, Lineage(plan.project_id), actor=actor_of(request))
        return Response(ConsensusSerializer(found).data)


class OfOnePlan(ListModelMixin, ProjectViewSet):
    """What belongs to one version of a plan. Its reader sees what a member of its project sees."""

    pagination_class: Any = ReadingOrder
    viewer_actions: tuple[str, ...] = ()

    def get_plan(self) -> TaskPlan:
        from plans.views.plans import PlansViewSet

        view = PlansViewSet(
            request=self.request,
            kwargs={"pk": self.kwargs["plan_id"]},
            action=self.action,
            format_kwarg=None,
            viewer_actions=self.viewer_actions,
        )
        return view.get_object()


class PlanOperationsViewSet(OfOnePlan):
    """The operations of a version, in the order in which they were applied."""

    serializer_class = OperationRowSerializer
    pagination_class = InOrderApplied
    queryset = PlanOperation.objects.none()

    def get_queryset(self) -> QuerySet[PlanOperation]:
        return PlanOperation.objects.filter(plan=self.get_plan())


class PlanCommentsViewSet(OfOnePlan):
    """What is said about a version: also what was said about those that it continues, and what is open of accepted ones."""

    serializer_class = CommentSerializer
    body_classes = {"create": CreateCommentSerializer}
    viewer_actions = ("create",)
    queryset = Comment.objects.none()

    def get_queryset(self) -> QuerySet[Comment]:
        plan = self.get_plan()
        lineage = Lineage(plan.project_id)
        self.places = Places(lineage, plan.pk, plan.specs())
        return comments_heard_on(plan, lineage)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "places": getattr(self, "places", None)}

    @extend_schema(responses={201: CommentSerializer})
    def create(self, request: Request, plan_id: int) -> Response:
        """Say something about the plan, a task, or a field of a task. A viewer's or an agent's word does not block."""
        plan = self.get_plan()
        comment = services.comment_on_plan(plan, actor=actor_of(request), **self.body())
        self.places = Places(Lineage(plan.project_id), plan.pk, plan.specs())
        return self.answer(comment, status=201)


class CommentsViewSet(ProjectViewSet):
    """One comment, as seen from the version in which it goes on now."""

    serializer_class = CommentSerializer
    body_classes = {"resolve": EmptySerializer, "reopen": EmptySerializer}
    viewer_actions = ("resolve", "reopen")
    lookup_value_converter = "int"
    queryset = Comment.objects.none()

    def get_queryset(self) -> QuerySet[Comment]:
        return Comment.objects.visible_to(self.request.user).select_related("plan__project")

    def representation(self, obj: Comment) -> Any:
        lineage = Lineage(obj.plan.project_id)
        newest = lineage.newest(obj.plan_id)
        places = Places(lineage, newest.pk, specs_of(newest)[newest.pk])
        return CommentSerializer(obj, context={**self.get_serializer_context(), "places": places}).data

    @extend_schema(responses=CommentSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: int) -> Response:
        """Say that it has had its answer: for editors, and for whoever wrote it."""
        comment = self.get_object()
        self.body()
        return self.answer(services.resolve_comment(comment, actor=actor_of(request)))

    @extend_schema(responses=CommentSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Say that it still wants an answer."""
        comment = self.get_object()
        self.body()
        return self.answer(services.reopen_comment(comment, actor=actor_of(request)))


class PlanReviewsViewSet(OfOnePlan):
    """What people and agents think of a version, and of those that it continues."""

    serializer_class = ReviewSerializer
    body_classes = {"create": CreateReviewSerializer}
    viewer_actions = ("create",)
    queryset = Review.objects.none()

    def get_queryset(self) -> QuerySet[Review]:
        plan = self.get_plan()
        lineage = Lineage(plan.project_id)
        self.staleness = Staleness(lineage, plan.pk)
        return Review.objects.filter(plan__in=[each.pk for each in lineage.continued(plan.pk)])

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "staleness": getattr(self, "staleness", None)}

    @extend_schema(responses={201: ReviewSerializer})
    def create(self, request: Request, plan_id: int) -> Response:
        """Approve of a proposal, ask for changes, or advise. Your newest review counts."""
        plan = self.get_plan()
        review = services.review_plan(plan, actor=actor_of(request), **self.body())
        self.staleness = Staleness(Lineage(plan.project_id), plan.pk)
        return self.answer(review, status=201)


class ProjectConsensus:
    """The `consensus` of a project's viewset: who must agree on its plans."""

    @extend_schema(responses=RuleSerializer)
    @action(detail=True)
    def consensus(self: Any, request: Request, pk: str) -> Response:
        """Who must agree before a plan is accepted."""
        return answer_rule(self.get_object())

    @extend_schema(responses=RuleSerializer)
    @consensus.mapping.patch
    def change_consensus(self: Any, request: Request, pk: str) -> Response:
        """Change who must agree: for owners."""
        project = self.get_object()
        return answer_rule(services.change_rule(project, self.body(), actor=actor_of(request)))


def answer_rule(project: Project) -> Response:
    rule = dict(
        RuleSerializer(project.rule).data
    )  # a plain dict: the browsable API would ask for the rule's own project
    return Response(rule, headers={"ETag": etag_of(project)})
