"""Markdown and PDF: they can be read, and there is something in them."""

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from plans.checking.report import Report, Unreadable
from plans.checking.surroundings import Surroundings
from plans.checking.text import text_of

ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)
"""Links that lead to another place or to the same page."""
RUNS = re.compile(r"^\s*(?:javascript|data|vbscript):", re.IGNORECASE)
ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")


class EveryLink(MarkdownIt):
    """Leaves no link out: the ones that browsers should not follow are to be warned of."""

    def validateLink(self, url: str) -> bool:
        return True


def check_markdown(data: bytes, around: Surroundings, report: Report) -> None:
    text = text_of(data)
    tokens = EveryLink("commonmark", {"html": True}).parse(text)
    headings = [token for token in tokens if token.type == "heading_open"]
    report.facts |= {"words": len(text.split()), "headings": len(headings)}
    check_fences(tokens, text.splitlines(), report)
    for line, target in targets(tokens):
        check_target(target, line, around, report)


def check_fences(tokens: list[Token], lines: list[str], report: Report) -> None:
    for token in tokens:
        if token.type == "fence" and token.map and not closed(token, lines):
            report.warning("open_fence", "A block of code begins here and never ends.", f"line {token.map[0] + 1}")


def closed(token: Token, lines: list[str]) -> bool:
    begin, end = token.map or (0, 0)
    last = lines[end - 1].strip(" >\t") if end - 1 > begin else ""
    return last.startswith(token.markup) and not last.strip(token.markup[0])


def targets(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Where links and pictures lead, with the line of their paragraph."""
    for block in tokens:
        for token in block.children or []:
            target = token.attrs.get("href") or token.attrs.get("src")
            if target:
                yield (block.map or [0])[0] + 1, str(target)


def check_target(target: str, line: int, around: Surroundings, report: Report) -> None:
    where = f"line {line}"
    path = unquote(target).partition("#")[0].removeprefix("./")
    if RUNS.match(target):
        report.warning("runs", "A link here is a program, not a place.", where)
    elif not ELSEWHERE.match(target) and path and not around.has(path):
        report.warning("missing_file", f"It leads to {path}, which is not among the project's artifacts.", where)


def check_pdf(data: bytes, report: Report) -> None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if b"%%EOF" not in data[-1_024:]:
        raise Unreadable("truncated", "The PDF document ends in the middle: its last line is missing.")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise Unreadable("encrypted", "The PDF document is encrypted and cannot be read.")
        report.facts |= {"pages": len(reader.pages), "version": reader.pdf_header.removeprefix("%PDF-")}
        sizes = [page.mediabox for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable("broken_pdf", f"It does not read as a PDF document: {error}") from error
    if not sizes:
        report.error("no_pages", "The PDF document has no pages.")
    for name in ACTIVE:
        if name in data:
            report.warning("active_content", f"It has something that a reader may run or unpack: {name.decode()}.")
