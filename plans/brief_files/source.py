"""The text of a brief file before anything reads it: size, byte order mark, line ends, characters no database keeps."""

import re
from typing import Literal

from plans.brief_files.errors import BriefError

Format = Literal["yaml", "json", "markdown"]

MAX_BYTES = 1_048_576
MAX_LINES = 20_000
MAX_NODES = 20_000
MAX_DEPTH = 30
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
TOO_DEEP = f"The document is nested too deeply. Keep it within {MAX_DEPTH} levels."


def clean_text(text: str) -> str:
    """The text without byte order mark and with plain line ends; refused when too big or not storable."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BriefError.about(
            "document", "The file is larger than 1 MB. Send the brief alone, without its appendices."
        )
    cleaned = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if cleaned.count("\n") > MAX_LINES:
        raise BriefError.about("document", f"The file has more than {MAX_LINES} lines. Send the brief alone.")
    if bad := UNSTORABLE.search(cleaned):
        where = place(cleaned, bad.start())
        raise BriefError.about(
            "document", f"{where}: {describe_unstorable(bad.group())} Take it out and send it again."
        )
    return cleaned


def describe_unstorable(character: str) -> str:
    """A sentence that names a character which cannot be stored."""
    if character == "\0":
        return "there is a NUL byte here."
    return f"there is half a character here (a lone surrogate, U+{ord(character):04X})."


def place(text: str, position: int) -> str:
    """Where a position is, as an editor shows it."""
    before = text[:position]
    return f"Line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10))}"
