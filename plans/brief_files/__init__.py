"""A brief read from a file: YAML, JSON, or a design document in Markdown.

    parsed = read_brief(text, format_of("archery.md"))
    parsed.brief.missing()  # what the file does not say

What the file does not say stays empty. What it says wrongly raises `BriefError`, which names the field and what to do.
"""

from pathlib import PurePath
from typing import Any

from plans.brief_files.design_document import read_design_document
from plans.brief_files.errors import BriefError
from plans.brief_files.fields import ParsedBrief, brief_of_fields
from plans.brief_files.json_source import load_json
from plans.brief_files.source import Format, clean_text
from plans.brief_files.yaml_source import load_yaml

__all__ = ["BriefError", "Format", "ParsedBrief", "format_of", "read_brief"]

ENDINGS: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
}


def format_of(filename: str) -> Format:
    """The format that a file name promises by its ending."""
    ending = PurePath(filename).suffix.lower()
    if ending not in ENDINGS:
        raise BriefError.about("document", f"Send a file whose name ends in {', '.join(ENDINGS)}.")
    return ENDINGS[ending]


def read_brief(text: str, format: Format) -> ParsedBrief:
    """The brief in a text. Raises BriefError, and nothing else, when it cannot be read."""
    cleaned = clean_text(text)
    if format == "markdown":
        return read_design_document(cleaned)
    return brief_of_fields(_top_level(load_yaml(cleaned) if format == "yaml" else load_json(cleaned)))


def _top_level(document: Any) -> dict[str, Any]:
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise BriefError.about("document", "Write the brief as named fields, such as genre: platformer.")
    return document
