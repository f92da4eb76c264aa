"""Checks of arguments that REST has no body for."""

from rest_framework import serializers

from contexts.packing import LEAST_BUDGET, MOST_BUDGET
from gamedev_gateway.core.api import StrictSerializer
from gamedev_gateway.core.fields import ChoiceField
from plans.claim_serializers import TtlSerializer


class BudgetSerializer(StrictSerializer):
    budget_tokens = serializers.IntegerField(min_value=LEAST_BUDGET, max_value=MOST_BUDGET)
    scope = ChoiceField(choices=["global", "task"], required=False)
    code = serializers.CharField(required=False, allow_blank=True)


class WorkSerializer(TtlSerializer):
    budget_tokens = serializers.IntegerField(min_value=LEAST_BUDGET, max_value=MOST_BUDGET)


class DecisionSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5_000)
    why = serializers.CharField(max_length=5_000)
    code = serializers.CharField(max_length=16, allow_blank=True)
