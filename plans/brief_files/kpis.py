"""Targets by name, from a mapping, a list, or lines such as "Day-1 retention: 35 %"."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from plans.brief_files.limits import LINE_LIMIT
from plans.brief_files.lists import split_list
from plans.brief_files.source import MAX_DEPTH

MAX_INTEGER = 2**63 - 1
_NUMBER = re.compile(r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$")
_TARGET = re.compile(r"^(?P<name>[^:=<>≥≤]+?)\s*(?::\s+|=\s*|(?=[<>≥≤]))(?P<target>\S.*)$", re.S)
_NAMES = ("name", "metric", "kpi")
_TARGETS = ("target", "value", "goal")


class KpiError(ValueError):
    """A sentence that says which target cannot be kept, and what to write."""


def kpis_of(value: Any) -> dict[str, Any]:
    """The targets in a value of a YAML or JSON brief."""
    if value is None:
        return {}
    if isinstance(value, str):
        return kpis_of_lines(split_list(value))
    if isinstance(value, Mapping):
        return {name: _checked(name, target) for name, target in value.items()}
    if isinstance(value, list):
        return _kpis_of_list(value)
    raise KpiError("Write the targets by name, such as {session_minutes: 8}.")


def kpis_of_lines(lines: Iterable[str]) -> dict[str, Any]:
    """The targets in lines of text; the first of a name counts, and a line without a target has none."""
    found: dict[str, Any] = {}
    for line in lines:
        match = _TARGET.match(line.strip()) if len(line) <= LINE_LIMIT else None
        name, target = (match["name"], _number_or_text(match["target"])) if match else (line.strip(), None)
        if name:
            found.setdefault(name, target)
    return found


def _kpis_of_list(entries: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, entry in enumerate(entries, 1):
        for name, target in _entry_kpis(number, entry).items():
            if name in found:
                raise KpiError(f'"{name}" is given twice. Keep one of them.')
            found[name] = _checked(name, target)
    return found


def _entry_kpis(number: int, entry: Any) -> dict[str, Any]:
    if entry is None:
        return {}
    if isinstance(entry, str):
        return kpis_of_lines([entry])
    if not isinstance(entry, dict):
        raise KpiError(f"Entry {number}: write a name and its target, such as session_minutes: 8.")
    names, targets = ([key for key in entry if key.lower() in keys] for keys in (_NAMES, _TARGETS))
    if len(names) == 1 and len(targets) <= 1 and isinstance(entry[names[0]], str) and len(entry) <= 2:
        return {entry[names[0]]: entry[targets[0]] if targets else None}
    return entry


def _checked(name: str, value: Any, depth: int = 1) -> Any:
    if depth > MAX_DEPTH:
        raise KpiError(f'"{name}" is nested too deeply. Keep targets flat.')
    if isinstance(value, float) and not math.isfinite(value):
        raise KpiError(f'"{name}" must be a finite number. NaN and Infinity are not targets.')
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise KpiError(f'"{name}" is too large a number. Put it in quotes to keep it as text.')
    if isinstance(value, list):
        return [_checked(name, item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _checked(name, item, depth + 1) for key, item in value.items()}
    return value


def _number_or_text(text: str) -> int | float | str:
    if not _NUMBER.match(text):
        return text
    return float(text) if "." in text else int(text)
