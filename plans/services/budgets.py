"""What a project's models may use: so many tokens in any 24 hours. The template costs nothing."""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from gamedev_gateway.core.errors import GatewayError
from plans.models import Generation, Project

DAY = timedelta(hours=24)


class BudgetSpent(GatewayError):
    """The project's models have used what they may. `retry_after`: seconds until some of it is a day old."""

    code, http_status, title = "budget_spent", 429, "The tokens of the day are used up"

    def __init__(self, used: int, limit: int, retry_after: int) -> None:
        super().__init__(
            f"The models have used {used:,} tokens for this project in the last 24 hours, and it has {limit:,}. "
            "An owner can raise the project's `tokens_per_day`.",
            used=used,
            limit=limit,
            retry_after=retry_after,
        )


def check_budget(project: Project) -> None:
    """Raise BudgetSpent when the next answer of a model would be one too many. Where templates write, nothing is spent."""
    limit = daily_limit(project)
    if limit is None or not settings.GATEWAY_LLM:
        return
    used = tokens_used(project)
    if used >= limit:
        raise BudgetSpent(used, limit, retry_after(project, used, limit))


def daily_limit(project: Project) -> int | None:
    """Tokens in 24 hours: the project's own word, or else the server's; None: as many as it likes."""
    return settings.GATEWAY_TOKENS_PER_DAY if project.tokens_per_day is None else project.tokens_per_day


def tokens_used(project: Project) -> int:
    """In and out, by the runs that are open or have ended in the last 24 hours."""
    return of_today(project).aggregate(used=Sum(F("tokens_in") + F("tokens_out"), default=0))["used"]


def of_today(project: Project) -> QuerySet[Generation]:
    return project.generations.filter(Q(finished_at=None) | Q(finished_at__gt=timezone.now() - DAY))


def retry_after(project: Project, used: int, limit: int) -> int:
    """Seconds until so many runs are a day old that less than the limit is left."""
    now = timezone.now()
    ended = of_today(project).exclude(finished_at=None).order_by("finished_at")
    for finished_at, tokens in ended.values_list("finished_at", F("tokens_in") + F("tokens_out")):
        used -= tokens
        if used < limit:
            return seconds_until(finished_at + DAY, now)
    return seconds_until(now + DAY, now)


def seconds_until(then: datetime, now: datetime) -> int:
    return max(1, math.ceil((then - now).total_seconds()))
