"""People's words inside Markdown: they read as they were written, and start nothing."""

import re

from plans.planner.wording import squeeze

DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of all that follows on a page; single letters keep theirs without them."""
SPECIAL = re.compile(r"[\\`*<>\[\]|~^]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)|\$(?=\S)")
LINE_START = re.compile(r"^(?=[#+=-])|^(\d{1,9})(?=[.)])")


def inline(text: str) -> str:
    """The text on one line, safe inside a paragraph, a list item or a table cell."""
    line = DIRECTION_MARKS.sub("", squeeze(text))
    return SPECIAL.sub(lambda found: "\\" + found.group(), line)


def opening(text: str) -> str:
    """Finished Markdown that begins with a person's words, so that it starts no heading and no list."""
    return LINE_START.sub(lambda found: f"{found.group(1) or ''}\\", text)


def quoted(text: str) -> str:
    """The text in quotation marks, its own double ones made single."""
    return "“" + inline(re.sub(r"[“”\"]", "'", text)) + "”"
