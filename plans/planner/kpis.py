"""The numbers a brief wants to reach, in words."""

import math
from typing import Any

from plans.planner.knowledge import words
from plans.planner.wording import clean, fold, mentions, shorten

LOWER_IS_BETTER = (
    "crash",
    "crashes",
    "bug",
    "bugs",
    "churn",
    "load",
    "loading",
    "latency",
    "refund",
    "refunds",
    "cost",
    "deaths",
    "quit",
    "dropoff",
    "nausea",
    "uninstall",
)
SHOWN = 12


def kpi_name(key: str) -> str:
    """ "day 1 retention" for "day_1_retention"."""
    return shorten(clean(key.replace("_", " ")), 40)


def kpi_criterion(key: str, value: Any) -> str:
    """A line that names one target with its number."""
    name, told = kpi_name(key), _value(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (
            f"The report shows {name} against its target ({told}), with the sessions it was measured in."
            if told
            else f"The report shows {name}."
        )
    bound = "at most" if mentions(fold(name), LOWER_IS_BETTER) else "at least"
    return f"Measured in the playtest build: {name} is {bound} {told}, or the report says what will change."


def is_of_the_market(key: str) -> bool:
    """Whether a target is about what people do outside the game, such as wishlists or sales."""
    return mentions(fold(kpi_name(key)), words().market)


def market_criteria(kpis: dict[str, Any]) -> list[str]:
    """One line for the targets that are read off after publication."""
    told = [
        f"{kpi_name(key)} {_bound(key, value)}{_value(value)}".strip()
        for key, value in kpis.items()
        if clean(key) and is_of_the_market(key)
    ][:SHOWN]
    return [f"Somebody is named who follows these numbers after publication: {'; '.join(told)}."] if told else []


def _bound(key: str, value: Any) -> str:
    """ "at least " or "at most " before a number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _value(value):
        return ""
    return "at most " if mentions(fold(kpi_name(key)), LOWER_IS_BETTER) else "at least "


def kpi_criteria(kpis: dict[str, Any]) -> list[str]:
    """A line for each target; many targets share lines, so that the list stays readable."""
    named = [(key, value) for key, value in kpis.items() if clean(key) and not is_of_the_market(key)]
    if len(named) <= 3:
        return [kpi_criterion(key, value) for key, value in named]
    told = [f"{kpi_name(key)} {_value(value)}".strip() for key, value in named[:SHOWN]]
    return [f"The report compares each target with what was measured: {'; '.join(told)}."]


def _value(value: Any) -> str:
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return ""
    return shorten(str(value), 60) if value not in (None, "") else ""
