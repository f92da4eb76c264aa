"""A document's text as it grows. Pure: give it the frames of a section stream, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Section:
    """A section as its newest draft has it.

    `status`: writing, done, failed or cancelled. A draft that ends otherwise than done gives way to the last one that was
    done, if that was seen. `begins`: the byte of its draft at which `text` begins; not 0 where a cursor led into its middle.
    `idx`, `heading`: None and empty until a `section_start` tells them.
    """

    id: int
    idx: int | None = None
    heading: str = ""
    draft: int = 0
    text: str = ""
    begins: int = 0
    length: int = 0
    status: str = "writing"
    done: "tuple[int, str, int] | None" = field(default=None, repr=False)
    """Draft, text and first byte of the last one that was done."""


class DocumentText:
    """All sections by their ids, the summary, and how far the run has come."""

    def __init__(self) -> None:
        self.by_id: dict[int, Section] = {}
        self.global_summary = ""
        self.revision = 0
        self.sections_total = 0
        self.sections_done = 0
        self.status = "writing"
        self.current: Section | None = None
        """The one that the last frame was about."""

    @property
    def sections(self) -> list[Section]:
        """In the document's order; those whose place is not known come last."""
        return sorted(self.by_id.values(), key=lambda each: (each.idx is None, each.idx or 0, each.draft))

    @property
    def text(self) -> str:
        return "\n\n".join(section.text for section in self.sections)

    def apply(self, frame: Mapping[str, Any]) -> Section | None:
        """Take a frame, and give the section that it is about. Other frames than those of a section stream change nothing."""
        change = getattr(self, f"_on_{frame['type']}", None)
        self.current = change(frame) if change else self.current
        return self.current if "section_id" in frame else None

    def _on_section_start(self, frame: Mapping[str, Any]) -> Section:
        section = self._begin(frame, 0)
        section.idx, section.heading = frame["idx"], frame["heading"]
        self.sections_total = frame["sections_total"]
        return section

    def _on_section_chunk(self, frame: Mapping[str, Any]) -> Section:
        section = self._section(frame, frame["start"])
        section.text += frame["text"]
        section.length = frame["end"]
        return section

    def _on_section_end(self, frame: Mapping[str, Any]) -> Section:
        section = self._section(frame, frame["length"])
        section.status = frame["status"]
        if section.status == "done":
            section.done = section.draft, section.text, section.begins
        elif section.done:
            section.draft, section.text, section.begins = section.done
            section.length, section.status = section.begins + len(section.text.encode()), "done"
        return section

    def _on_summary_update(self, frame: Mapping[str, Any]) -> Section | None:
        self.global_summary, self.revision = frame["global_summary"], frame["revision"]
        self.sections_done, self.sections_total = frame["sections_done"], frame["sections_total"]
        return self.current

    def _on_document_end(self, frame: Mapping[str, Any]) -> Section | None:
        self.status, self.sections_done = frame["status"], frame["sections_done"]
        return self.current

    def _section(self, frame: Mapping[str, Any], begins: int) -> Section:
        """The section, at the frame's draft."""
        known = self.by_id.get(frame["section_id"])
        return known if known and known.draft == frame["draft"] else self._begin(frame, begins)

    def _begin(self, frame: Mapping[str, Any], begins: int) -> Section:
        self.status = "writing"
        section = self.by_id.setdefault(frame["section_id"], Section(frame["section_id"]))
        section.draft, section.text, section.status = frame["draft"], "", "writing"
        section.begins = section.length = begins
        return section
