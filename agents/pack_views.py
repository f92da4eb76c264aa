"""Context packs over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.packs import pack_for_task
from contexts.packing import DEFAULT_BUDGET, LEAST_BUDGET, MOST_BUDGET
from plans.models import Project
from plans.services.progress import check_workable
from plans.views.tasks import TasksViewSet


class BudgetQuery(serializers.Serializer):
    budget = serializers.IntegerField(
        min_value=LEAST_BUDGET,
        max_value=MOST_BUDGET,
        default=DEFAULT_BUDGET,
        help_text="Tokens; three bytes of the pack's JSON count as one.",
    )


class PackItemSerializer(serializers.Serializer):
    kind = serializers.CharField(
        help_text="task, criteria, handoff, decision, question, risk, dependency, dependent, artifact, context, brief, section"
    )
    ref = serializers.CharField(help_text="What to ask for it with.")
    why = serializers.CharField(help_text="Why it is here.")
    text = serializers.CharField()
    cut = serializers.BooleanField(required=False, help_text="True: this is only the beginning.")


class LeftOutSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="`any` where there is no room for the kinds.")
    count = serializers.IntegerField()
    refs = serializers.ListField(child=serializers.CharField(), help_text="Some of them.")


class ContextPackSerializer(serializers.Serializer):
    """What to know for a task, within a budget."""

    task = serializers.CharField()
    budget = serializers.IntegerField()
    tokens = serializers.IntegerField(help_text="Never more than the budget.")
    hash = serializers.CharField(help_text="SHA-256 of what it says; the same as long as nothing is new.")
    items = PackItemSerializer(many=True)
    left_out = LeftOutSerializer(many=True)


class ContextPackViewSet(TasksViewSet):
    """What an agent needs for one task."""

    serializer_class = ContextPackSerializer  # type: ignore[assignment]

    @extend_schema(parameters=[BudgetQuery], responses=ContextPackSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """The task, its criteria, handoff, decisions, neighbours, artifacts and documents, as much as fits the budget."""
        task = self.get_object()
        check_workable(task, Project.objects.get(plans=task.plan_id))
        query = BudgetQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(pack_for_task(task, query.validated_data["budget"]))
