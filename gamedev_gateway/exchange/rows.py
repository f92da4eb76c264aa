"""Rows as plain data, and rows from it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import models

from gamedev_gateway.exchange.errors import ExchangeError

BATCH = 500


def time_text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if moment else None


def in_order(value: Any) -> Any:
    """JSON with its members sorted: databases do not all keep the order in which they were given."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def row_data(row: Any, fields: Any, **instead: Any) -> dict[str, Any]:
    """The fields of a row in their declared order, as JSON."""
    return {name: instead[name] if name in instead else plain(getattr(row, name)) for name in fields}


def plain(value: Any) -> Any:
    return time_text(value) if isinstance(value, datetime) else in_order(value)


def keep_times(rows: Sequence[models.Model], given: Sequence[Any], *fields: str) -> None:
    """Store new rows with the times that they had; `auto_now_add` would say that they were made just now."""
    if rows:
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, batch_size=BATCH)
        for row, shape in zip(rows, given, strict=True):
            for name in fields:
                setattr(row, name, getattr(shape, name))
        manager.bulk_update(rows, fields, batch_size=BATCH)


def without(shape: Any, *names: str) -> dict[str, Any]:
    return {name: value for name, value in dict(shape).items() if name not in names}


def at(place: str, act: Callable[..., Any], *given: Any) -> Any:
    """Do it; what is wrong is told with its place."""
    try:
        return act(*given)
    except ExchangeError as error:
        raise ExchangeError(f"{place}: {error.detail}") from error
