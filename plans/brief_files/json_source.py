"""JSON into plain data."""

import json
from typing import Any

from plans.brief_files.errors import BriefError, printable
from plans.brief_files.source import TOO_DEEP


def load_json(text: str) -> Any:
    """The document in the text; None when it is empty."""
    if not text.strip():
        return None
    try:
        return json.loads(text, object_pairs_hook=_object)
    except BriefError:
        raise
    except json.JSONDecodeError as error:
        sentence = f"Line {error.lineno}, column {error.colno}: {error.msg}. Correct the JSON there."
        raise BriefError.about("document", sentence) from error
    except RecursionError as error:
        raise BriefError.about("document", TOO_DEEP) from error
    except ValueError as error:
        raise BriefError.about("document", "A number has too many digits. Shorten it, or put it in quotes.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BriefError.about("document", f'"{printable(key, 60)}" is given twice. Keep one of them.')
        found[key] = value
    return found
