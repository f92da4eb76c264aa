"""The YAML between two --- lines at the beginning of a Markdown file."""

import re
from typing import Any

from plans.brief_files.errors import BriefError
from plans.brief_files.fields import KNOWN, canonical, values_of_fields
from plans.brief_files.headings import topics_of
from plans.brief_files.limits import FIELDS
from plans.brief_files.yaml_source import load_yaml

_FRONT_MATTER = re.compile(r"\A(---[ \t]*\n.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.S | re.M)
_FIRST_FIELD = re.compile(r"---[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[\w\"'][^:\n]{0,60}:(?:[ \t]|\n)")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The values that the front matter gives, in the types of a brief, and the document after it."""
    found = _FRONT_MATTER.match(text)
    if not found or not _FIRST_FIELD.match(found[1]):
        return {}, text
    document = load_yaml(found[1])
    if not isinstance(document, dict):
        raise BriefError.about("document", "Write the front matter as named fields, or take out its --- lines.")
    return _values(document), text[found.end() :]


def _values(document: dict[str, Any]) -> dict[str, Any]:
    """Its known fields; front matter is shared with other tools, so what is not of the brief is let be."""
    fields: dict[str, Any] = {}
    for key, value in document.items():
        for field in _fields_named(key):
            if value is not None:
                fields.setdefault(field, value)
    return values_of_fields(fields, {})


def _fields_named(key: str) -> list[str]:
    field = canonical(key)
    if field in KNOWN:
        return [field]
    return [topic for topic in topics_of(field.replace("_", " ")) if topic in ("name", *FIELDS)]
