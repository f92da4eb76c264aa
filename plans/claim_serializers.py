"""The shapes of claims, and how a write shows one."""

from typing import Any

from rest_framework import serializers

from gamedev_gateway.core.api import MAX_ID, StrictSerializer
from plans.models import Claim
from plans.services.claims import DEFAULT_TTL, LONGEST_TTL, Grip, last_handoff
from realtime.serializers import ActorSerializer

RESOURCE = r"^[a-z][a-z0-9_-]{0,30}:[^\s:][^\s]{0,150}$"


class HeldSerializer(serializers.ModelSerializer):
    """A claim as everybody in the project sees it."""

    holder = ActorSerializer()
    since = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Claim
        fields = ["id", "resource", "holder", "run", "since", "expires_at", "progress", "note"]


class ClaimSerializer(HeldSerializer):
    """One claim, open or ended."""

    handoff = serializers.CharField(help_text="What its holder left for whoever goes on.")

    class Meta(HeldSerializer.Meta):
        fields = [*HeldSerializer.Meta.fields, "handoff", "ended_as", "ended_at"]


class GrantedSerializer(serializers.ModelSerializer):
    """What the holder gets: `claim` and `fence` go with every write under it."""

    claim = serializers.IntegerField(source="pk")
    handoff = serializers.SerializerMethodField(help_text="What the holder before left; empty for the first.")

    class Meta:
        model = Claim
        fields = ["claim", "fence", "resource", "expires_at", "handoff"]

    def get_handoff(self, claim: Claim) -> str:
        return last_handoff(claim)


class TtlSerializer(StrictSerializer):
    ttl = serializers.IntegerField(
        min_value=5,
        max_value=LONGEST_TTL,
        default=DEFAULT_TTL,
        help_text="Seconds that the claim lives without a heartbeat.",
    )


class ClaimResourceSerializer(TtlSerializer):
    resource = serializers.RegexField(
        RESOURCE,
        max_length=200,
        help_text="Something that only one may hold, as kind:name: `scene:Main.unity`. Tasks are claimed at the task.",
    )

    def validate_resource(self, resource: str) -> str:
        if resource.startswith("task:"):
            raise serializers.ValidationError("A task is claimed at POST tasks/{id}/claim/.")
        return resource


class GripSerializer(StrictSerializer):
    """A body that may show a claim; both of `claim` and `fence`, or neither."""

    claim = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False)
    fence = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        claim, fence = attrs.pop("claim", None), attrs.pop("fence", None)
        if (claim is None) != (fence is None):
            missing = "claim" if claim is None else "fence"
            raise serializers.ValidationError({missing: ["A claim is shown with both `claim` and `fence`."]})
        return attrs if claim is None else {**attrs, "grip": Grip(claim, fence)}


class ShownGripSerializer(StrictSerializer):
    """A body that must show a claim."""

    claim = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    fence = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"grip": Grip(attrs["claim"], attrs["fence"])}


class ReleaseSerializer(GripSerializer):
    """The holder shows the claim; a person who takes somebody's claim away shows none."""

    reason = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")
    handoff = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
