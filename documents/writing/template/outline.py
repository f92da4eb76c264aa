"""The outline of a document: which sections its kind has for this project, each with a brief for whoever writes it."""

from documents.writing.material import Material, OutlineSection
from documents.writing.template.facts import Known, know
from documents.writing.template.knowledge import Planned, outlines
from plans.planner.wording import capital

HEADING_LIMIT = 120


def make_outline(material: Material) -> list[OutlineSection]:
    """The sections of a document, headings of level 1 to 3; a document of a task begins with what the task asks."""
    known = know(material)
    planned = [*(outlines()["task"] if material.task else []), *outlines()[material.kind]]
    return _levelled([section for entry in planned if (section := _section(known, entry))])


def _section(known: Known, entry: Planned) -> OutlineSection | None:
    if not known.applies(entry):
        return None
    heading, brief = known.fill_plain(entry.heading), known.fill_plain(entry.brief)
    return OutlineSection(entry.level, capital(heading)[:HEADING_LIMIT], brief) if heading and brief else None


def _levelled(sections: list[OutlineSection]) -> list[OutlineSection]:
    """No section more than one level below the one before it, though some were left out."""
    levelled: list[OutlineSection] = []
    for section in sections:
        deepest = levelled[-1].level + 1 if levelled else 1
        levelled.append(OutlineSection(min(section.level, deepest), section.heading, section.brief))
    return levelled
