"""Sections of a document: composed in the order of the outline, so that none repeats another."""

from collections.abc import Sequence

from documents.writing import markdown
from documents.writing.material import Material, OutlineSection, Written
from documents.writing.summary import first_sentence
from documents.writing.template.blocks import BLOCKS, LEFT_OVER
from documents.writing.template.facts import Known, know
from documents.writing.template.fitting import UNKNOWN, USUAL, fitted
from documents.writing.template.knowledge import Paragraph, Topic, genre_knowledge, outlines, topics
from documents.writing.template.matching import Place, deal, places_of
from documents.writing.template.page import Page, Told
from documents.writing.template.passage import Passage, markdown_of
from documents.writing.template.revising import revised
from documents.writing.template.wishes import Wishes, read_wishes
from plans.planner.wording import clean, excerpt

LONGEST_BRIEF = 400


def write_section(
    material: Material, outline: Sequence[OutlineSection], idx: int, *, instructions: str = ""
) -> Written:
    """The section at a place of the outline; see `TemplateDocument`, which is faster for several sections."""
    return TemplateDocument(material, outline).write(idx, instructions=instructions)


class TemplateDocument:
    """A document on its way: what one of its sections says, no later one says.

    The same material and outline always give the same texts, whichever of them are asked for and in which order.
    """

    def __init__(self, material: Material, outline: Sequence[OutlineSection]) -> None:
        self.known = know(material)
        self.places = places_of(outline, material.kind)
        self._dealt = deal(self.known, self.places)
        self._headings = {place.key: place.section.heading for place in reversed(self.places) if place.key}
        self._composed: list[list[Passage]] = []
        self._told = [Told()]
        """What has been told before each section, as far as they are composed."""

    def write(self, idx: int, *, instructions: str = "") -> Written:
        """The section at a place, or with instructions that section written anew as they ask.

        Raises IndexError when the outline has no such place.
        """
        place, wishes = self.places[idx], read_wishes(instructions)
        idx %= len(self.places)
        text = markdown_of(self._rewritten(idx, wishes) if wishes.asked else self._passages_of(idx))
        return Written(
            text=text,
            summary=_summary(self.known, place, text),
            derived_from=tuple(task.code for task in self.known.material.tasks if _names(text, task.code)),
            not_understood=wishes.not_understood,
        )

    def _passages_of(self, idx: int) -> list[Passage]:
        for at in range(len(self._composed), idx + 1):
            page = self._page(at, self._told[at].copy())
            self._composed.append(
                fitted(
                    self._candidates(page),
                    USUAL if page.place.topic else UNKNOWN,
                    self.known.material.project_name or " ",
                )
            )
            page.told.add(self._composed[at])
            self._told.append(page.told)
        return self._composed[idx]

    def _rewritten(self, idx: int, wishes: Wishes) -> list[Passage]:
        """A changed section: it keeps clear of those before it and of those after it."""
        self._passages_of(len(self.places) - 1)
        own = self._told[idx + 1].without(self._told[idx])
        page = self._page(idx, self._told[-1].without(own))
        return revised(self._candidates(page), wishes, page)

    def _page(self, idx: int, told: Told) -> Page:
        return Page(self.known, self.places[idx], list(self._dealt[idx]), self._headings, told)

    def _candidates(self, page: Page) -> list[Passage]:
        """Everything that the section could say, in the order in which it would."""
        spare = topics()["any"]["any"]
        topic = page.place.topic
        own = self._all(page, topic or spare)
        left_over = [passage for block in LEFT_OVER for passage in page.unsaid(BLOCKS[block](page))]
        more = page.unsaid(BLOCKS["@more criteria"](page))
        return [*_asked(page), *own, *left_over, *more, *(self._spare(page, spare) if topic else [])]

    def _all(self, page: Page, topic: Topic) -> list[Passage]:
        return [passage for entry in topic.text for passage in self._passages(page, entry)]

    def _passages(self, page: Page, entry: Paragraph | str) -> list[Passage]:
        if isinstance(entry, Paragraph):
            return page.paragraph(entry)
        if entry != "@genre":
            return page.unsaid(BLOCKS[entry](page))
        own = genre_knowledge(self.known.reading.genre).topics.get(page.place.key, [])
        return [passage for told in own for passage in page.paragraph(told)]

    def _spare(self, page: Page, spare: Topic) -> list[Passage]:
        """What is true of any section, for one that is too short without it."""
        paragraphs = [entry for entry in spare.text if isinstance(entry, Paragraph) and entry.rank > 1]
        return [passage for told in paragraphs for passage in page.paragraph(told.model_copy(update={"rank": 3}))]


def _asked(page: Page) -> list[Passage]:
    """What the outline asks of the section, when a person has written that."""
    asked = page.place.section.brief
    if not clean(asked) or asked in _own_briefs(page.known):
        return []
    return [Passage("What is asked", (page.phrase("asked", quote=markdown.quoted(excerpt(asked, LONGEST_BRIEF))),), 1)]


def _own_briefs(known: Known) -> set[str | None]:
    return {known.fill_plain(entry.brief) for kind in ("task", known.material.kind) for entry in outlines()[kind]}


def _names(text: str, code: str) -> bool:
    return any(word.strip("|:;,.()“”") == code for word in text.split())


def _summary(known: Known, place: Place, text: str) -> str:
    """The topic's own summary, else the first sentence of the text."""
    told = known.fill_plain(place.topic.summary, heading=place.section.heading) if place.topic else None
    return told or first_sentence(text) or f"{clean(place.section.heading)} is still to be written."
