"""Named fields, from YAML, JSON or front matter, into a brief. Every mistake is collected and named by its field."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from plans.brief import Brief
from plans.brief_files.errors import BriefError
from plans.brief_files.headings import topics_of
from plans.brief_files.kpis import KpiError, kpis_of
from plans.brief_files.limits import FIELDS, LIST_FIELDS, NAME_LIMIT
from plans.brief_files.lists import entry_text, scalar_text, split_list
from plans.brief_files.source import MAX_DEPTH, TOO_DEEP, UNSTORABLE, describe_unstorable

KNOWN = ("name", "id", *FIELDS)
WRAPPERS = ("brief", "project")
MAX_ERRORS = 20


@dataclass(frozen=True)
class ParsedBrief:
    """What a file says. The name is empty and the id None when the file gives none."""

    name: str
    brief: Brief
    id: str | None = None


class _FieldError(ValueError):
    pass


def brief_of_fields(document: dict[str, Any]) -> ParsedBrief:
    """The brief in a mapping of fields, at the top or under `brief:` or `project:`."""
    errors: dict[str, list[str]] = {}
    fields = dict(_known_fields(document, errors))
    return parsed_brief(values_of_fields(fields, errors))


def values_of_fields(fields: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    """The values of known fields in the types of a brief; raises all errors at once."""
    values: dict[str, Any] = {}
    for field, value in fields.items():
        try:
            values[field] = _value(field, value)
        except (_FieldError, KpiError) as error:
            errors.setdefault(field, []).append(str(error))
    if errors:
        raise BriefError(errors)
    return values


def parsed_brief(values: dict[str, Any]) -> ParsedBrief:
    """A checked brief from values of the right types."""
    name, identity = values.get("name") or "", values.get("id") or None
    try:
        brief = Brief.model_validate({field: value for field, value in values.items() if field in FIELDS})
    except ValidationError as error:
        raise _limits_error(error) from error
    return ParsedBrief(name, brief, identity)


def canonical(key: str) -> str:
    """`Visual style`, `visual-style` and `visualStyle` as the field `visual_style`."""
    return re.sub(r"[\s_-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.strip()[:100])).lower()


def _known_fields(document: dict[str, Any], errors: dict[str, list[str]]) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in _unwrapped(document, 1):
        field = canonical(key)
        if len(errors) >= MAX_ERRORS:
            return
        if field not in KNOWN:
            errors[key] = [_unknown(key, field)]
        elif field in seen:
            errors[key] = ["Given twice. Keep one of them."]
        else:
            seen.add(field)
            yield field, value


def _unwrapped(document: dict[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    if depth > MAX_DEPTH:
        raise BriefError.about("document", TOO_DEEP)
    for key, value in document.items():
        if canonical(key) not in WRAPPERS:
            yield key, value
        elif isinstance(value, dict):
            yield from _unwrapped(value, depth + 1)
        elif value is not None:
            raise BriefError.about(key, "Write the fields of the brief under it, indented, or take this line out.")


def _unknown(key: str, field: str) -> str:
    if field in WRAPPERS:
        return "Write the fields of the brief under it."
    close = difflib.get_close_matches(field, KNOWN, n=1, cutoff=0.7) or [
        topic for topic in topics_of(key[:100]) if topic in KNOWN
    ]
    if close:
        return f'Unknown field. Did you mean "{close[0]}"?'
    return f"Unknown field. The fields are {', '.join(KNOWN)}."


def _value(field: str, value: Any) -> Any:
    _refuse_unstorable(value)
    if field == "kpis":
        return kpis_of(value)
    if field in LIST_FIELDS:
        return list(_lines(value))
    return _text(field, value)


def _text(field: str, value: Any) -> str:
    text = "" if value is None else scalar_text(value)
    if text is None:
        raise _FieldError(f"Write one text here, not {_kind(value)}.")
    text = text.strip() if field in ("name", "id") else text
    if field in ("name", "id") and len(text) > NAME_LIMIT:
        raise _FieldError(f"At most {NAME_LIMIT} characters. Shorten it.")
    return text


def _lines(value: Any) -> Iterator[str]:
    for number, entry in enumerate(_entries(value), 1):
        text = "" if entry is None else entry_text(entry)
        if text is None:
            raise _FieldError(f"Entry {number}: write one text here, not {_kind(entry)}.")
        if text.strip():
            yield text


def _entries(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [
            {name: entry} if not isinstance(entry, dict) else {"name": name, **entry} for name, entry in value.items()
        ]
    text = scalar_text(value)
    if text is None:
        raise _FieldError(f"Write a list here, one entry a line, not {_kind(value)}.")
    return list(split_list(text))


def _kind(value: Any) -> str:
    kinds = {bool: "true or false (put the word in quotes)", list: "a list", dict: "fields of their own"}
    return kinds.get(type(value), "this")


def _refuse_unstorable(value: Any, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise _FieldError(TOO_DEEP)
    if isinstance(value, str) and (bad := UNSTORABLE.search(value)):
        raise _FieldError(f"Character {bad.start() + 1}: {describe_unstorable(bad.group())} Take it out.")
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for part in value:
            _refuse_unstorable(part, depth + 1)


def _limits_error(error: ValidationError) -> BriefError:
    errors: dict[str, list[str]] = {}
    for detail in error.errors():
        errors.setdefault(str(detail["loc"][0]), []).append(_limit_sentence(detail))
    return BriefError({field: sentences[:MAX_ERRORS] for field, sentences in errors.items()})


def _limit_sentence(detail: ErrorDetails) -> str:
    entry = f"Entry {int(detail['loc'][1]) + 1}: " if len(detail["loc"]) > 1 else ""
    limit = detail.get("ctx", {}).get("max_length")
    if limit is None:
        return f"{entry}{detail['msg']}. Correct it."
    unit = "entries" if detail["type"] == "too_long" else "characters"
    return f"{entry}At most {limit} {unit}. Shorten it."
