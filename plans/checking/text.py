"""Bytes as text."""

import codecs

from plans.checking.kinds import BOMS
from plans.checking.report import Unreadable

MAX_TEXT_BYTES = 10_000_000
MAX_CODE_BYTES = 1_000_000
"""A syntax tree takes a hundred times the room of its source, which people write by hand."""


def text_of(data: bytes, most: int = MAX_TEXT_BYTES) -> str:
    """The text, without a byte order mark. Raises Unreadable for any encoding but UTF-8."""
    if len(data) > most:
        raise Unreadable("too_large", f"It has {len(data):,} bytes; a file of its kind is read up to {most:,}.")
    if data.startswith(BOMS):
        raise Unreadable("wrong_encoding", "It is written in UTF-16; save it as UTF-8.")
    if b"\x00" in data:
        where = f"byte {data.index(0)}"
        raise Unreadable("not_text", "It holds NUL characters, which text does not.", where)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable("wrong_encoding", "It is not UTF-8; save it as UTF-8.", f"line {line}") from error
    if not text.strip():
        raise Unreadable("empty", "There is nothing in it but white space.")
    return text


def line_at(text: str, position: int) -> str:
    """The place of a character, as findings tell it."""
    return f"line {text.count(chr(10), 0, position) + 1}"
