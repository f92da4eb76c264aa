from typing import Any

from django.utils import timezone
from rest_framework import serializers

from agents.models import AccessToken, Scope
from gamedev_gateway.core.api import StrictSerializer
from gamedev_gateway.core.fields import ChoiceField


class LoginSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1_000, trim_whitespace=False, write_only=True)


class LoginAnswerSerializer(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class TicketAnswerSerializer(serializers.Serializer):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class TokenSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="uid")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)
    created_at = serializers.DateTimeField(source="created")

    class Meta:
        model = AccessToken
        fields = ["id", "name", "scopes", "expires_at", "last_used_at", "created_at"]


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="Shown this once.")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


class CreateTokenSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    scopes = serializers.ListField(child=ChoiceField(choices=Scope.choices), required=False, min_length=1, max_length=3)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_expires_at(self, value: Any) -> Any:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This time has passed.")
        return value
