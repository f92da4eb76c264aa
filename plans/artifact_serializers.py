"""The shapes of artifacts: what goes out, what may come in."""

from pathlib import PurePosixPath
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from gamedev_gateway.core.api import StrictModelSerializer, StrictSerializer
from gamedev_gateway.core.fields import ChoiceField, PydanticField
from plans.checking.budgets import Budgets
from plans.models import Artifact

RUN_BY_BROWSERS = {"javascript", "data", "vbscript"}
"""Schemes of uris that are programs, not places."""


class ArtifactSerializer(serializers.ModelSerializer):
    task_code = serializers.CharField(source="task.code", allow_null=True, default=None)
    file = serializers.SerializerMethodField(help_text="Where its upload is; null when it was not uploaded.")

    class Meta:
        model = Artifact
        fields = [
            "id",
            "task",
            "task_code",
            "type",
            "category",
            "path",
            "uri",
            "file",
            "sha256",
            "size_bytes",
            "validation_status",
            "validation_report",
            "created_at",
        ]

    def get_file(self, artifact: Artifact) -> str | None:
        return reverse("v1:artifact-file", kwargs={"pk": artifact.pk}) if artifact.file else None


class MadeStaleSerializer(serializers.Serializer):
    task = serializers.CharField(help_text="The task's code.")
    evidence = serializers.IntegerField(help_text="The number of the entry.")


class CreatedArtifactSerializer(ArtifactSerializer):
    """A new artifact, and the evidence that is out of date by it: it showed what was at the same place before."""

    made_stale = MadeStaleSerializer(many=True)

    class Meta(ArtifactSerializer.Meta):
        fields = [*ArtifactSerializer.Meta.fields, "made_stale"]


class CreateArtifactSerializer(StrictModelSerializer):
    """Where it is, or the file itself as one part of a multipart/form-data body."""

    category = ChoiceField(choices=Artifact.Category.choices)
    file = serializers.FileField(
        required=False,
        allow_empty_file=True,
        max_length=1_000,
        help_text="The file itself; `path` is its name if absent.",
    )
    size_bytes = serializers.IntegerField(min_value=0, max_value=2**53, required=False, allow_null=True)

    class Meta:
        model = Artifact
        fields = ["type", "category", "path", "uri", "file", "sha256", "size_bytes"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        upload = attrs.pop("file", None)
        if upload is not None:
            attrs["path"] = attrs.get("path") or upload.name
        if not attrs.get("path") and not attrs.get("uri"):
            raise serializers.ValidationError({"path": ["Say where it is: give a path or a uri, or upload the file."]})
        return {**attrs, "upload": upload}

    def validate_path(self, path: str) -> str:
        if ".." in PurePosixPath(path.replace("\\", "/")).parts:
            raise serializers.ValidationError("Give a path that does not climb up with “..”.")
        return path

    def validate_uri(self, uri: str) -> str:
        if uri.partition(":")[0].strip().lower() in RUN_BY_BROWSERS:
            raise serializers.ValidationError("Give a uri that names a place, such as https://…")
        return uri


class ValidateArtifactSerializer(StrictSerializer):
    """A verdict of your own; or none, and the gateway looks at the file itself."""

    status = ChoiceField(choices=["valid", "invalid"], required=False, help_text="Your verdict.")
    report = serializers.DictField(required=False, help_text="What your verdict is based on.")
    budgets = PydanticField(Budgets, required=False, help_text="What the file may cost, where the gateway looks.")
    known_guids = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{32}\Z"),
        required=False,
        max_length=5_000,
        help_text="Unity's GUIDs that exist though no artifact has them, as those of packages.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "status" not in attrs and "report" in attrs:
            raise serializers.ValidationError({"status": ["Say your verdict: valid or invalid."]})
        for name in ("budgets", "known_guids"):
            if "status" in attrs and name in attrs:
                raise serializers.ValidationError({name: ["They are for a check by the gateway; leave `status` out."]})
        return attrs
