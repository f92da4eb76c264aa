"""Projects from briefs as people write them."""

from typing import Any

from gamedev_gateway.core.errors import InvalidInput
from plans.brief import Brief
from plans.brief_files import BriefError, ParsedBrief, read_brief


def parse_brief_file(text: str, format: Any) -> ParsedBrief:
    """The name and the brief in a YAML, JSON or Markdown document; InvalidInput names what is wrong where."""
    try:
        return read_brief(text, format)
    except BriefError as error:
        raise InvalidInput(error.errors) from error


def merged(found: Brief, given: Brief | None) -> Brief:
    """What a document says, with what was said beside it on top."""
    if given is None:
        return found
    return Brief.model_validate({**found.model_dump(), **given.model_dump(exclude_unset=True)})
