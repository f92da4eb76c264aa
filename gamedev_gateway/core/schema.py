"""What drf-spectacular cannot know by itself: our headers, our errors, our pydantic fields."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="The same key with the same body is done once; the stored answer is given again.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag that you have read; stale: 412."
)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Names this edit of the object, for If-Match.",
)
CORRELATION_ID = OpenApiParameter(
    "X-Correlation-ID", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Your name for what this causes."
)


class ProblemSerializer(serializers.Serializer):
    """An RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; branch on it.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="Per field, for 400."
    )
    path = serializers.ListField(child=serializers.CharField(), required=False, help_text="Of a dependency cycle.")
    needs = serializers.JSONField(required=False, help_text="Of `needs_more`: code → {code: why}.")
    conflicts = serializers.ListField(
        child=serializers.JSONField(), required=False, help_text="Of a rebase: what has to be decided."
    )
    criteria = serializers.JSONField(
        required=False, help_text="Of `criteria_unmet`: [{criterion, demands, verdict, reason}]."
    )
    missing = serializers.JSONField(required=False, help_text="Of `not_agreed`: what is missing.")
    current = serializers.JSONField(required=False, help_text="The object as it is now, for 412.")


class GatewaySchema(AutoSchema):
    """AutoSchema with the conventions that hold for every operation."""

    def get_summary(self) -> str | None:
        """The first line of the description, so that a list of operations can be read."""
        return super().get_summary() or (self.get_description() or "").strip().split("\n")[0] or None

    def get_override_parameters(self) -> list[Any]:
        parameters = [*super().get_override_parameters(), CORRELATION_ID]
        if self.method == "POST" and getattr(self.view, "idempotent", False):
            parameters.append(IDEMPOTENCY_KEY)
        if self.is_about_one_object():
            parameters.append(ETAG)
            parameters += [IF_MATCH] * (self.method not in SAFE_METHODS)
        return parameters

    def is_about_one_object(self) -> bool:
        names = [part for part in self.path.split("/") if part.startswith("{")]
        return "{id}" in names and getattr(self.view, "action", "") != "diff"

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction=direction)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        bodies["default"] = {
            "description": "A problem: `code` says which.",
            "content": {"application/problem+json": {"schema": problem}},
        }
        return bodies


class StrictSerializerExtension(OpenApiSerializerExtension):
    """Serializers that refuse unknown fields say so."""

    target_class = "gamedev_gateway.core.api.StrictFieldsMixin"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if not type(self.target).__dict__.get("__doc__"):
            schema.pop("description", None)
        return {**schema, "additionalProperties": False}


class PydanticFieldExtension(OpenApiSerializerFieldExtension):
    target_class = "gamedev_gateway.core.fields.PydanticField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema = self.target.adapter.json_schema(ref_template="#/components/schemas/{model}")
        for name, part in schema.pop("$defs", {}).items():
            component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=part)
            auto_schema.registry.register_on_missing(component)
        if schema.get("type") != "object":
            return schema
        name = schema["title"]
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema)
        auto_schema.registry.register_on_missing(component)
        return component.ref


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "agents.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
