"""A document as it grows, in a terminal or as plain text."""

import shutil
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from gateway_client.document import DocumentText, Section


class Screen:
    """Writes the text as it comes. A terminal's last line tells the progress; elsewhere there is only text."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.out = out
        self.document = DocumentText()
        self.is_terminal = out.isatty()
        self.lines = 0

    def __enter__(self) -> "Screen":
        if self.is_terminal:
            self.lines = shutil.get_terminal_size().lines
            self.out.write(f"\n\x1b[1;{self.lines - 1}r\x1b[{self.lines - 1};1H")  # the last line does not scroll
        return self

    def __exit__(self, *exception: object) -> None:
        if self.is_terminal:
            self.out.write(f"\x1b7\x1b[r\x1b[{self.lines};1H\x1b[K\x1b8\n")
        self.out.flush()

    def show(self, frame: Mapping[str, Any]) -> None:
        """Take a frame of a section stream."""
        section = self.document.apply(frame)
        write = getattr(self, f"_on_{frame['type']}", None)
        if write:
            write(frame, section)
        if self.is_terminal:
            status = progress(self.document, section)
            self.out.write(f"\x1b7\x1b[{self.lines};1H\x1b[K\x1b[7m {status} \x1b[0m\x1b8")
        self.out.flush()

    def _on_section_start(self, frame: Mapping[str, Any], section: Section) -> None:
        self.out.write(f"== section {frame['idx'] + 1} of {frame['sections_total']}: {frame['heading']}\n")

    def _on_section_chunk(self, frame: Mapping[str, Any], section: Section) -> None:
        self.out.write(frame["text"])

    def _on_section_end(self, frame: Mapping[str, Any], section: Section) -> None:
        seconds = frame["elapsed_ms"] / 1000
        told = f"{frame['status']}: {frame['length']:,} bytes, {frame['tokens']:,} tokens, {seconds:.1f} s"
        self.out.write(f"\n-- {told}\n\n")

    def _on_document_end(self, frame: Mapping[str, Any], section: Section | None) -> None:
        document, seconds = self.document, frame["elapsed_ms"] / 1000
        self.out.write(f"== summary\n{document.global_summary}\n" if document.global_summary else "")
        done = f"{document.sections_done} of {document.sections_total or '?'} sections"
        self.out.write(f"-- document {frame['status']}: {done}, {seconds:.1f} s\n")


def progress(document: DocumentText, section: Section | None) -> str:
    """One line: which section of how many, and its bytes so far."""
    if section is None:
        return f"{document.status}: {document.sections_done} of {document.sections_total} sections done"
    place = "?" if section.idx is None else section.idx + 1
    return f"section {place} of {document.sections_total or '?'} · {section.heading} · {section.length:,} bytes · {section.status}"
