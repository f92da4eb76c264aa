"""Stretches of a text that stay whole: quotations and parentheses."""

import re

WHOLE = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|(?<!\w)['‘][^'’\n]+['’](?!\w)|\([^()\n]*\)|\[[^\[\]\n]*\]")
QUOTED = re.compile(r"[\"“«'‘](?P<text>[^\"“”«»\n]+)[\"”»'’]")
VEIL = "\ue000"


def veiled(text: str) -> str:
    """The text, as long as before, with nothing to read inside quotations and parentheses."""
    return WHOLE.sub(lambda found: found[0][0] + VEIL * (len(found[0]) - 2) + found[0][-1], text)


def split_outside(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text cut where the pattern matches, but never inside a quotation or parentheses."""
    parts, start = [], 0
    for found in pattern.finditer(veiled(text)):
        parts.append(text[start : found.start()])
        start = found.end()
    return [*parts, text[start:]]


def quotation(text: str) -> str:
    """What is quoted, when the whole text is one quotation; otherwise ""."""
    found = QUOTED.fullmatch(text.strip())
    return found["text"].strip() if found else ""
