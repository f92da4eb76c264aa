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


class PackQuery(serializers.Serializer):
    budget = serializers.IntegerField(
        min_value=LEAST_BUDGET,
        max_value=MOST_BUDGET,
        default=DEFAULT_BUDGET,
        help_text="Tokens; three bytes of the pack's JSON count as one.",
    )
    since = serializers.CharField(
        required=False,
        default="",
        help_text="The `version` of a pack of the same task and budget: only what is new since.",
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


class RemovedItemSerializer(serializers.Serializer):
    kind = serializers.CharField()
    ref = serializers.CharField()


class ContextPackSerializer(serializers.Serializer):
    """What to know for a task, within a budget: all of it, in `items`; or, with `since`, what has been `added`, `changed` and
    `removed` since that version."""

    task = serializers.CharField()
    budget = serializers.IntegerField()
    tokens = serializers.IntegerField(help_text="Never more than the budget.")
    hash = serializers.CharField(help_text="SHA-256 of what it says; the same as long as nothing is new.")
    version = serializers.CharField(help_text="What to ask with for what is new `since`.")
    items = PackItemSerializer(many=True, required=False)
    since = serializers.CharField(required=False)
    added = PackItemSerializer(many=True, required=False)
    changed = PackItemSerializer(
        many=True, required=False, help_text="Each takes the place of the item of its kind and ref."
    )
    removed = RemovedItemSerializer(many=True, required=False)
    whole = serializers.CharField(
        required=False,
        help_text="Why it is all of it though you have asked with `since`: the log is `trimmed`, the version is `unknown`, or "
        "this is `shorter`.",
    )
    left_out = LeftOutSerializer(many=True)


class ContextPackViewSet(TasksViewSet):
    """What an agent needs for one task."""

    serializer_class = ContextPackSerializer  # type: ignore[assignment]

    @extend_schema(parameters=[PackQuery], responses=ContextPackSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """The task, its criteria, handoff, decisions, neighbours, artifacts and documents, as much as fits the budget."""
        task = self.get_object()
        check_workable(task, Project.objects.get(plans=task.plan_id))
        query = PackQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(pack_for_task(task, **query.validated_data))
