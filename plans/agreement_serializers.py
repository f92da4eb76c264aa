"""The shapes of agreement: comments, reviews, operations, who must agree."""

from typing import Any

from rest_framework import serializers

from gamedev_gateway.core.api import MAX_ID, StrictSerializer
from gamedev_gateway.core.fields import ChoiceField, PydanticField
from plans.conflicts import Resolution
from plans.lineage import Lineage
from plans.models import Comment, PlanOperation, Review, TaskPlan
from plans.operations import AnyOperation
from plans.seen import Staleness
from plans.serializers import PlanSerializer
from plans.services.comments import digest_of_place
from plans.spec import MAX_TASKS, TaskSpec
from realtime.serializers import ActorSerializer

MAX_COMMENT = 20_000


class OperationRowSerializer(serializers.ModelSerializer):
    """One step on the way from a version's base to the version."""

    op = PydanticField(AnyOperation)
    author = ActorSerializer()

    class Meta:
        model = PlanOperation
        fields = ["number", "op", "author", "reason", "created_at"]


class AcceptSerializer(StrictSerializer):
    only = serializers.ListField(
        child=serializers.CharField(max_length=16),
        min_length=1,
        max_length=2 * MAX_TASKS,
        required=False,
        help_text="Codes of the changes to take; what remains becomes a new proposal. All, if absent.",
    )


class AcceptedPlanSerializer(PlanSerializer):
    remaining = serializers.SerializerMethodField(
        help_text="Id of the proposal that holds what was not taken; null where nothing remains."
    )

    class Meta(PlanSerializer.Meta):
        fields = [*PlanSerializer.Meta.fields, "remaining"]

    def get_remaining(self, plan: TaskPlan) -> int | None:
        return plan.continued_by.values_list("pk", flat=True).first()


class RebaseSerializer(StrictSerializer):
    onto = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="Id of an accepted version; the active plan if absent.",
    )
    resolutions = PydanticField(list[Resolution], required=False, default=list)
    policy = ChoiceField(
        choices=["mine", "theirs"],
        required=False,
        allow_null=True,
        default=None,
        help_text="For every conflict that no resolution names.",
    )


# Comments


class AnchorSerializer(serializers.Serializer):
    """What a comment is about, as it was when it was made."""

    plan = serializers.IntegerField()
    code = serializers.CharField(allow_null=True, help_text="Null: about all of the plan.")
    field = serializers.CharField(allow_null=True)


class NowSerializer(serializers.Serializer):
    """The same in the version for which the comments are listed."""

    code = serializers.CharField(allow_null=True, help_text="The task's code there; a rebase may have changed it.")
    present = serializers.BooleanField(help_text="Whether it is still there.")
    changed = serializers.BooleanField(help_text="Whether it says something else now.")


class Places:
    """Where comments on earlier versions stand in one version."""

    def __init__(self, lineage: Lineage, pk: int, tasks: list[TaskSpec]) -> None:
        self.lineage = lineage
        self.pk = pk
        self.tasks = {task.code: task for task in tasks}

    def of(self, comment: Comment) -> dict[str, Any]:
        if not comment.code:
            return {"code": None, "present": True, "changed": False}
        code = self.lineage.code_in(self.pk, comment.plan_id, comment.code)
        changed = digest_of_place(self.tasks, code, comment.field) != comment.about
        return {"code": code, "present": code in self.tasks, "changed": changed}


class CommentSerializer(serializers.ModelSerializer):
    """Something said about a plan; it follows what it is about into later versions. The context has the `places`."""

    author = ActorSerializer()
    anchor = serializers.SerializerMethodField()
    now = serializers.SerializerMethodField()
    resolved_by = ActorSerializer(allow_null=True)

    class Meta:
        model = Comment
        fields = [
            "id",
            "author",
            "body",
            "anchor",
            "now",
            "blocking",
            "in_reply_to",
            "resolved_by",
            "resolved_at",
            "created_at",
        ]

    def get_anchor(self, comment: Comment) -> AnchorSerializer:
        anchor = {"plan": comment.plan_id, "code": comment.code or None, "field": comment.field or None}
        return AnchorSerializer(anchor).data  # type: ignore[return-value]

    def get_now(self, comment: Comment) -> NowSerializer:
        return NowSerializer(self.context["places"].of(comment)).data  # type: ignore[return-value]


class CreateCommentSerializer(StrictSerializer):
    body = serializers.CharField(max_length=MAX_COMMENT)
    code = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    field = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    blocking = serializers.BooleanField(
        required=False, default=False, help_text="While it is open, the proposal cannot be accepted."
    )
    in_reply_to = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, allow_null=True, default=None, help_text="Id of a comment."
    )


# Reviews


class ReviewSerializer(serializers.ModelSerializer):
    """What somebody thinks of a version. The context has the `staleness`."""

    author = ActorSerializer()
    stale = serializers.SerializerMethodField(help_text="Whether what it was about says something else now.")

    class Meta:
        model = Review
        fields = ["id", "author", "plan", "verdict", "body", "stale", "created_at"]

    def get_stale(self, review: Review) -> bool:
        staleness: Staleness = self.context["staleness"]
        return staleness.of(review)


class CreateReviewSerializer(StrictSerializer):
    verdict = ChoiceField(choices=Review.Verdict.choices, help_text="Agents and viewers may only `advise`.")
    body = serializers.CharField(max_length=MAX_COMMENT, required=False, allow_blank=True, default="")


# Who must agree


class RuleSerializer(serializers.Serializer):
    """Who must agree on a project's plans."""

    roles = serializers.ListField(child=serializers.ChoiceField(["owner", "editor"]))
    approvals = serializers.IntegerField(help_text="By how many different people; whoever accepts is one of them.")


class ChangeRuleSerializer(StrictSerializer):
    roles = serializers.ListField(child=ChoiceField(["owner", "editor"]), min_length=1, max_length=2, required=False)
    approvals = serializers.IntegerField(min_value=1, max_value=20, required=False)


class VoiceSerializer(serializers.Serializer):
    user = serializers.CharField()
    review = serializers.IntegerField()
    stale = serializers.BooleanField()


class MissingSerializer(serializers.Serializer):
    """What is missing if you accept now."""

    approvals = serializers.IntegerField()
    by = serializers.ListField(child=serializers.CharField(), help_text="Who may still give one.")
    comments = serializers.ListField(child=serializers.IntegerField(), help_text="Open comments that block.")
    change_requests = VoiceSerializer(many=True)


class ConsensusSerializer(serializers.Serializer):
    """How far people agree on a version: each one's newest review counts."""

    rule = RuleSerializer()
    approvals = VoiceSerializer(many=True)
    change_requests = VoiceSerializer(many=True)
    blocking_comments = serializers.ListField(child=serializers.IntegerField())
    missing = MissingSerializer()
    agreed = serializers.BooleanField(help_text="Whether nothing is missing.")
