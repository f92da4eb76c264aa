"""The shapes of documents in the API: what goes out, what may come in."""

from typing import Any

from rest_framework import serializers

from documents.models import Document, Draft, Section
from documents.places import START, make_cursor
from documents.services.outlines import MAX_SECTIONS, OutlineEntry
from gamedev_gateway.core.api import MAX_ID, StrictSerializer
from gamedev_gateway.core.fields import ChoiceField
from realtime.serializers import ActorSerializer

MAX_TEXT = 200_000
"""Characters of a section's text written by hand."""
MAX_BRIEF = 5_000
MAX_INSTRUCTIONS = 20_000


class SectionOutlineSerializer(serializers.ModelSerializer):
    """A section without its text."""

    current_draft = serializers.SerializerMethodField(
        help_text="Number of the draft that is its text; null before one."
    )
    tasks = serializers.ListField(
        child=serializers.CharField(), source="told_of", help_text="Codes of the tasks that it tells of."
    )

    class Meta:
        model = Section
        fields = ["id", "document", "idx", "level", "heading", "brief", "status", "locked", "current_draft", "tasks"]
        read_only_fields = fields

    def get_current_draft(self, section: Section) -> int | None:
        return section.current_draft.number if section.current_draft else None


class SectionSerializer(SectionOutlineSerializer):
    content = serializers.SerializerMethodField(help_text="Its text in Markdown; empty while there is none.")

    class Meta(SectionOutlineSerializer.Meta):
        fields = [*SectionOutlineSerializer.Meta.fields, "content"]

    def get_content(self, section: Section) -> str:
        return section.current_draft.text if section.current_draft else ""


class ListedDocumentSerializer(serializers.ModelSerializer):
    """A document as lists show it: its sections without their texts."""

    task = serializers.SerializerMethodField(
        help_text="Code of the task that it is a document of; null: of the project."
    )
    sections = SectionOutlineSerializer(many=True)
    cursor = serializers.SerializerMethodField(
        help_text="Position in the document's stream: subscribed to after it, what this answer does not tell comes."
    )

    class Meta:
        model = Document
        fields = [
            "id",
            "project",
            "task",
            "title",
            "kind",
            "status",
            "global_summary",
            "summary_revision",
            "sections",
            "cursor",
            "elapsed_ms",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_task(self, document: Document) -> str | None:
        return document.task_code or None

    def get_cursor(self, document: Any) -> str:
        if document.ended_number is None:
            return START.cursor
        return make_cursor(document.ended_number, document.ended_length, ended=True)


class DocumentSerializer(ListedDocumentSerializer):
    sections = SectionSerializer(many=True)


class OutlineSectionSerializer(StrictSerializer):
    """A place in an outline."""

    level = serializers.IntegerField(min_value=1, max_value=3, default=1)
    heading = serializers.CharField(max_length=300)
    brief = serializers.CharField(
        max_length=MAX_BRIEF, required=False, allow_blank=True, default="", help_text="What the section should say."
    )

    def to_internal_value(self, data: Any) -> Any:
        return OutlineEntry(**super().to_internal_value(data))


class OutlineEntrySerializer(OutlineSectionSerializer):
    """A place in an edited outline: a section that is there, by its id, or a new one."""

    id = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, allow_null=True, default=None)


class CreateDocumentSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200)
    kind = ChoiceField(choices=Document.Kind.choices, default=Document.Kind.GDD)
    task = serializers.CharField(
        max_length=16, required=False, allow_null=True, help_text="Code of a task of the active plan."
    )
    outline = OutlineSectionSerializer(  # type: ignore[call-arg]
        many=True,
        required=False,
        allow_null=True,
        min_length=1,
        max_length=MAX_SECTIONS,
        help_text="Made from the brief, the active plan and the context if absent.",
    )

    def validate_task(self, task: str | None) -> str:
        return task or ""


class UpdateDocumentSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False)
    outline = OutlineEntrySerializer(  # type: ignore[call-arg]
        many=True,
        required=False,
        min_length=1,
        max_length=MAX_SECTIONS,
        help_text="All sections in their order. One with an `id` keeps its text; one left out is deleted.",
    )


class GenerateDocumentSerializer(StrictSerializer):
    sections = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        default=None,
        allow_null=True,
        min_length=1,
        max_length=MAX_SECTIONS,
        help_text="Ids of the sections to write. If absent: those without a text or with a stale one, or else all. No "
        "locked one is written.",
    )
    instructions = serializers.CharField(
        max_length=MAX_INSTRUCTIONS, required=False, allow_blank=True, default="", help_text="For the writer."
    )


class RegenerateSectionSerializer(StrictSerializer):
    instructions = serializers.CharField(
        max_length=MAX_INSTRUCTIONS, required=False, allow_blank=True, default="", help_text="For the writer."
    )


class UpdateSectionSerializer(StrictSerializer):
    locked = serializers.BooleanField(required=False, help_text="A locked section is touched by no run and no edit.")
    lock = serializers.BooleanField(required=False, help_text="Another name of `locked`.")
    brief = serializers.CharField(max_length=MAX_BRIEF, required=False, allow_blank=True)
    heading = serializers.CharField(max_length=300, required=False)
    text = serializers.CharField(
        max_length=MAX_TEXT,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="In Markdown. Kept as a new draft, which becomes the section's text.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        lock = attrs.pop("lock", None)
        if lock is not None and attrs.setdefault("locked", lock) != lock:
            raise serializers.ValidationError({"lock": ["`locked` says the opposite; give one of them."]})
        return attrs


class DraftErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class DraftSerializer(serializers.ModelSerializer):
    author = ActorSerializer(help_text="Who asked for it, or wrote it.")
    tasks = serializers.ListField(
        child=serializers.CharField(), source="told_of", help_text="Codes of the tasks that it tells of."
    )
    error = DraftErrorSerializer(allow_null=True, help_text="Why it failed.")

    class Meta:
        model = Draft
        fields = [
            "id",
            "section",
            "number",
            "text",
            "length",
            "status",
            "author",
            "generation",
            "instructions",
            "summary",
            "tasks",
            "model",
            "tokens",
            "elapsed_ms",
            "sha256",
            "error",
            "created_at",
        ]
        read_only_fields = fields
