"""The shapes of the API: what goes out, what may come in."""

from typing import Annotated, Any, get_args

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema_field
from pydantic import Field
from rest_framework import serializers

from gamedev_gateway.core.api import MAX_ID, StrictSerializer
from gamedev_gateway.core.fields import ChoiceField, PydanticField
from plans.brief import Brief
from plans.brief_files import Format
from plans.claim_serializers import GripSerializer, HeldSerializer
from plans.evidence import KINDS, Entry
from plans.models import SLUG, Claim, Generation, Membership, Project, Role, Task, TaskPlan
from plans.operations import NewTask, Operations
from plans.services.claims import open_claims
from plans.spec import MAX_TASKS, Estimates
from plans.verdicts import CriterionVerdict
from realtime.history import START
from realtime.models import make_cursor
from realtime.serializers import ActorSerializer

MOST_TESTS = 10**9

# Projects


class ProjectSerializer(serializers.ModelSerializer):
    brief = PydanticField(Brief)
    brief_missing = serializers.SerializerMethodField(help_text="Answers without which no plan can be made.")
    active_plan = serializers.IntegerField(source="active_plan_id", allow_null=True)
    current_task_code = serializers.SerializerMethodField()
    seq = serializers.SerializerMethodField(help_text="Head of the project's log.")
    cursor = serializers.SerializerMethodField(help_text="The position after everything that this answer tells.")
    role = serializers.ChoiceField(choices=Role.choices, help_text="Yours.")

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "description",
            "brief",
            "brief_missing",
            "status",
            "active",
            "active_plan",
            "active_context",
            "current_task",
            "current_task_code",
            "tokens_per_day",
            "evidence_level",
            "ai_verification",
            "seq",
            "cursor",
            "role",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_brief_missing(self, project: Project) -> list[str]:
        return project.parsed_brief.missing()

    def get_current_task_code(self, project: Project) -> str | None:
        return project.current_task.code if project.current_task else None

    def get_seq(self, project: Any) -> int:
        return project.head or 0

    def get_cursor(self, project: Any) -> str:
        return make_cursor(project.head, project.head_uuid) if project.head else START


class CreateProjectSerializer(StrictSerializer):
    id = serializers.CharField(
        max_length=64, validators=[SLUG], required=False, help_text="Made from the name if absent."
    )
    name = serializers.CharField(
        max_length=200, required=False, help_text="May be absent when the document has a title."
    )
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    brief = PydanticField(Brief, required=False)
    document = serializers.CharField(
        max_length=100_000, required=False, help_text="A brief as a text; fields in `brief` win over it."
    )
    document_format = ChoiceField(
        choices=get_args(Format),
        default="markdown",
        help_text="How the document is written, e.g. a design document in Markdown.",
    )


class UpdateProjectSerializer(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    brief = PydanticField(Brief, required=False, help_text="The fields given are changed, the others stay.")
    tokens_per_day = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        help_text="What models may use in 24 hours, in and out; null: the server's default. Only an owner changes it.",
    )
    evidence_level = ChoiceField(
        choices=Project.EvidenceLevel.choices,
        required=False,
        help_text="Who must have seen evidence at least, for it to count. Only an owner changes it.",
    )
    ai_verification = serializers.BooleanField(
        required=False, help_text="Whether a model looks at what agents hand in. Only an owner changes it."
    )


class MemberSerializer(serializers.ModelSerializer):
    user = serializers.CharField(source="user.username")

    class Meta:
        model = Membership
        fields = ["id", "user", "role", "created_at"]


class CreateMemberSerializer(StrictSerializer):
    user = serializers.SlugRelatedField("username", queryset=get_user_model().objects.filter(is_active=True))
    role = ChoiceField(choices=Role.choices)


class UpdateMemberSerializer(StrictSerializer):
    role = ChoiceField(choices=Role.choices)


# Plans and tasks


class StatsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    completed = serializers.IntegerField()
    blocked = serializers.IntegerField()
    progress = serializers.IntegerField(help_text="0 to 100.")


class EntriesField(PydanticField):
    def to_representation(self, value: list[Entry]) -> list[dict[str, Any]]:
        return [entry.as_json() for entry in value]


class VerdictsField(PydanticField):
    def to_representation(self, value: Task) -> list[dict[str, Any]]:
        return [verdict.model_dump() for verdict in value.verdicts(value.plan.project.needed_level)]


class TaskSerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="plan.project_id")
    dependencies = serializers.ListField(child=serializers.CharField())
    acceptance = serializers.ListField(child=serializers.CharField())
    mcp_tools = serializers.ListField(child=serializers.CharField())
    deliverables = serializers.ListField(child=serializers.CharField())
    estimates = PydanticField(Estimates)
    evidence = EntriesField(list[Entry], source="shown", help_text="What was shown; what is `stale` counts no more.")
    claim = serializers.SerializerMethodField(help_text="Who has claimed it; null for nobody.")

    class Meta:
        model = Task
        fields = [
            "id",
            "project",
            "plan",
            "idx",
            "code",
            "title",
            "description",
            "status",
            "dependencies",
            "acceptance",
            "mcp_tools",
            "deliverables",
            "estimates",
            "priority",
            "progress",
            "blocked_reason",
            "claim",
            "evidence",
            "started_at",
            "completed_at",
        ]
        read_only_fields = fields

    @extend_schema_field(HeldSerializer(allow_null=True))
    def get_claim(self, task: Task) -> dict[str, Any] | None:
        if task.plan.status != TaskPlan.Status.ACCEPTED:
            return None
        held = self.claims_of(task.plan.project_id).get(task.code)
        return HeldSerializer(held).data if held else None

    def claims_of(self, project_id: str) -> dict[str, Claim]:
        """The open claims of a project, read once for all tasks of an answer."""
        read: dict[str, dict[str, Claim]] = self.context.setdefault("claims", {})  # type: ignore[attr-defined]
        if project_id not in read:
            read[project_id] = open_claims(project_id)
        return read[project_id]


class TaskDetailSerializer(TaskSerializer):
    current_task = serializers.IntegerField(
        source="current_id",
        allow_null=True,
        help_text="Id of the same task in the active plan; null where it has none.",
    )
    verdicts = VerdictsField(list[CriterionVerdict], source="*", help_text="How things stand with each criterion.")

    class Meta(TaskSerializer.Meta):
        fields = [*TaskSerializer.Meta.fields, "verdicts", "current_task"]


class PlanSerializer(serializers.ModelSerializer):
    tasks = TaskSerializer(many=True)
    stats = StatsSerializer()
    author = ActorSerializer()

    class Meta:
        model = TaskPlan
        fields = [
            "id",
            "project",
            "version",
            "status",
            "summary",
            "created_by",
            "author",
            "created_at",
            "accepted_at",
            "base",
            "continues",
            "instructions",
            "understood",
            "not_understood",
            "revision",
            "tasks",
            "stats",
        ]


class CreatePlanSerializer(StrictSerializer):
    tasks = PydanticField(Annotated[list[NewTask], Field(min_length=1, max_length=MAX_TASKS)])
    summary = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    base = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Id of the version that it changes; null: it replaces the plan.",
    )
    reason = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")


class EditPlanSerializer(StrictSerializer):
    ops = PydanticField(Operations, required=False)
    summary = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    reason = serializers.CharField(
        max_length=5_000, required=False, allow_blank=True, help_text="Kept with each operation."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"ops", "summary"} & attrs.keys():
            raise serializers.ValidationError({"ops": ["Give operations, a summary, or both."]})
        return attrs


class GeneratePlanSerializer(StrictSerializer):
    instructions = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")


class RefinePlanSerializer(StrictSerializer):
    instructions = serializers.CharField(max_length=20_000)


class WaitingSerializer(serializers.Serializer):
    code = serializers.CharField()
    waiting_for = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)


class NextTaskSerializer(serializers.Serializer):
    task = TaskSerializer(allow_null=True)
    reason = serializers.CharField()
    blocked = WaitingSerializer(many=True)


# Work


class ProgressSerializer(GripSerializer):
    percent = serializers.IntegerField(min_value=0, max_value=100)
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")


class BlockSerializer(GripSerializer):
    reason = serializers.CharField(max_length=5_000)
    kind = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class AnswerSerializer(StrictSerializer):
    criterion = serializers.CharField(max_length=1_000)
    met = serializers.BooleanField()
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True)


class CriterionField(serializers.Field):
    """The text of a criterion, or its number from 1."""

    def to_internal_value(self, data: Any) -> str | int:
        if isinstance(data, bool) or not isinstance(data, str | int) or len(str(data)) > 1_000:
            raise serializers.ValidationError("Give the criterion's text, or its number from 1.")
        return data


class EvidenceSerializer(StrictSerializer):
    kind = serializers.CharField(max_length=100, help_text=f"{', '.join(KINDS)}, or any other word.")
    criterion = extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})(CriterionField)(
        required=False, allow_null=True, help_text="The one that it speaks for; absent: each that demands its kind."
    )
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True)
    artifact = serializers.IntegerField(max_value=MAX_ID, required=False, allow_null=True)
    excerpt = serializers.CharField(max_length=5_000, required=False, allow_blank=True, help_text="Of a log.")
    passed = serializers.IntegerField(min_value=0, max_value=MOST_TESTS, required=False, help_text="Of a test run.")
    failed = serializers.IntegerField(min_value=0, max_value=MOST_TESTS, required=False)
    skipped = serializers.IntegerField(min_value=0, max_value=MOST_TESTS, required=False)
    tool_call = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="The call of a tool whose result it is."
    )


class ShowEvidenceSerializer(EvidenceSerializer, GripSerializer):
    """One thing to show."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        shown = super().validate(attrs)
        grip = {"grip": shown.pop("grip")} if "grip" in shown else {}
        return {**grip, "evidence": [shown]}


class JudgeEvidenceSerializer(StrictSerializer):
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")


class CompleteSerializer(GripSerializer):
    acceptance = AnswerSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]
    evidence = EvidenceSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]


class ReopenSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")


# Generations


class TargetSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="E.g. `taskplan`, `context`.")
    id = serializers.IntegerField()


class GenerationErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    criterion = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["met", "unmet", "unclear", "not_verified"])
    reason = serializers.CharField()


class GenerationResultSerializer(serializers.Serializer):
    verdicts = VerdictSerializer(many=True)


class VerifySerializer(StrictSerializer):
    """What a completion would be handed in with. What is left out is taken from the task."""

    acceptance = AnswerSerializer(many=True, required=False, allow_null=True, default=None, max_length=100)  # type: ignore[call-arg]
    evidence = EvidenceSerializer(many=True, required=False, allow_null=True, default=None, max_length=100)  # type: ignore[call-arg]


class GenerationSerializer(serializers.ModelSerializer):
    target = TargetSerializer(allow_null=True, help_text="What it made, or what it was about.")
    result = GenerationResultSerializer(allow_null=True, help_text="What it found, where it made nothing: verdicts.")
    requested_by = ActorSerializer()
    error = GenerationErrorSerializer(allow_null=True, help_text="Why it failed.")

    class Meta:
        model = Generation
        fields = [
            "id",
            "project",
            "kind",
            "target",
            "result",
            "requested_by",
            "model",
            "status",
            "tokens_in",
            "tokens_out",
            "cost_usd",
            "first_token_ms",
            "elapsed_ms",
            "error",
            "created_at",
            "finished_at",
        ]
