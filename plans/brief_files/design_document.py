"""A game design document in Markdown into a brief: front matter first, then labels and headings, then mentions."""

from collections.abc import Iterator
from typing import Any

from plans.brief_files.answers import Answer, gist, label_topics, labels_of, section_lines, section_text, sections_about
from plans.brief_files.fields import ParsedBrief, parsed_brief
from plans.brief_files.front_matter import split_front_matter
from plans.brief_files.headings import game_name, tells_of_game_part, topics_of
from plans.brief_files.kpis import kpis_of_lines
from plans.brief_files.limits import LINE_LIMIT, LIST_FIELDS, NAME_LIMIT, TEXT_FIELDS, fit, shorten
from plans.brief_files.lists import split_list, split_platforms, without_stop
from plans.brief_files.mentions import engine_in, genre_in, platforms_in
from plans.brief_files.outline import Section, read_outline

MIN_INTRO = 20
MAX_KPIS = 100


def read_design_document(text: str) -> ParsedBrief:
    """The brief that a design document holds. What it does not say stays empty."""
    stated, body = split_front_matter(text)
    return parsed_brief(_Document(read_outline(body)).values() | stated)


class _Document:
    """Looks each field up: labels before headings for facts, headings before labels for what takes a section."""

    def __init__(self, root: Section) -> None:
        self.root = root
        self.labels: dict[str, Answer] = {}
        for section in root.walk():
            for topic, answer in labels_of(section):
                self.labels.setdefault(topic, answer)

    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = {"pitch": self.pitch()}
        found["genre"] = self._fact("genre") or genre_in(found["pitch"])
        found["engine"] = self._engine()
        found["target"] = self._fact("target") or self._players()
        found["visual_style"] = self._look() or self._label_text("visual_style")
        found["platform"] = self._platforms() or platforms_in(f"{found['pitch']}\n{self._introduction()}")
        found["references"] = self._label_lines("references") or self._entries("references")
        found["mechanics"] = self._mechanics()
        found["constraints"] = self._entries("constraints", "excluded") or self._label_lines("constraints")
        found["milestones"] = self._milestones()
        fitted: dict[str, Any] = {field: fit(field, found[field]) for field in (*TEXT_FIELDS, *LIST_FIELDS)}
        return fitted | {"name": self.name(), "kpis": self._kpis()}

    def name(self) -> str:
        heading = next((section for section in self.root.walk() if section.level == 1), None)
        name = game_name(heading.title) if heading else ""
        return shorten(name or self._label_text("name"), NAME_LIMIT)

    def pitch(self) -> str:
        """Labels deep in the document come late: a `Description:` there is often of a sword."""
        opening = [answer for part in self._openings() for topic, answer in labels_of(part) if topic == "pitch"]
        if opening:
            return _text(opening[0])
        return self._section_pitch() or self._label_text("pitch") or self._introduction_pitch()

    def _section_pitch(self) -> str:
        for section in sections_about(self.root, "pitch"):
            prose = [text for part in section.walk() if _on_topic(part, "pitch") for text in _prose(part)]
            items = [item.line.text for item in section.items if not item.line.label]
            if prose or items:
                return prose[0] if prose else "; ".join(items)
        return ""

    def _introduction_pitch(self) -> str:
        return next((text for text in self._introduction().splitlines() if len(text) >= MIN_INTRO), "")

    def _introduction(self) -> str:
        return "\n".join(text for section in self._openings() for text in _prose(section))

    def _openings(self) -> list[Section]:
        """What stands before the first heading and under the title."""
        titled = [part for part in self.root.subsections[:1] if part.level == 1 and not topics_of(part.title)]
        return [self.root, *titled]

    def _look(self) -> str:
        for section in sections_about(self.root, "visual_style"):
            labelled = [answer for topic, answer in labels_of(section) if topic == "visual_style"]
            if text := _text(labelled[0]) if labelled else section_text(section):
                return text
        return ""

    def _players(self) -> str:
        """A section on the players, unless it only counts them."""
        text = without_stop(self._section_text("players"))
        return "" if text[:1].isdigit() else text

    def _engine(self) -> str:
        told = self._fact("engine")
        if told and not self._shared("engine"):
            return told
        everything = "\n".join(section_text(section) for section in self.root.walk())
        return engine_in(told) or engine_in(everything)

    def _platforms(self) -> list[str]:
        answer = self.labels.get("platform")
        lines = list(answer.lines) if answer else self._entries("platform")
        if self._shared("platform"):
            return platforms_in("\n".join(lines), asked=True)
        if answer and answer.listed:
            return lines
        return split_platforms(lines[0]) if len(lines) == 1 else lines

    def _shared(self, topic: str) -> bool:
        """Whether the answer to a topic stands under a heading with others, as in "Platforms & engine"."""
        if topic in self.labels:
            return self.labels[topic].shared
        return any(len(topics_of(section.title)) > 1 for section in sections_about(self.root, topic))

    def _mechanics(self) -> list[str]:
        topics = ("mechanics", "gameplay")
        main = self._entries("mechanics") or self._label_lines("mechanics")
        main = main or self._entries("gameplay", "mechanics") or self._label_lines("gameplay")
        inside = {id(part) for topic in topics for found in sections_about(self.root, topic) for part in found.walk()}
        parts = [part for part in self.root.walk() if tells_of_game_part(part.title) and not topics_of(part.title)]
        return main + [gist(part) for part in parts if id(part) not in inside and part.level <= 3]

    def _milestones(self) -> list[str]:
        """What a heading calls out of scope is a limit, even when it says roadmap as well."""
        sections = sections_about(self.root, "milestones")
        planned = [part for part in sections if "excluded" not in topics_of(part.title)]
        return _spread([line for part in planned for line in section_lines(part, ("milestones",))]) or (
            self._label_lines("milestones")
        )

    def _kpis(self) -> dict[str, Any]:
        lines = self._entries("kpis") or self._label_lines("kpis")
        targets = kpis_of_lines(shorten(line, LINE_LIMIT) for line in lines)
        return dict(list(targets.items())[:MAX_KPIS])

    def _fact(self, topic: str) -> str:
        return without_stop(self._label_text(topic) or self._section_text(topic))

    def _section_text(self, topic: str) -> str:
        texts = [section_text(section) for section in sections_about(self.root, topic)]
        return next((text for text in texts if text), "")

    def _entries(self, *topics: str) -> list[str]:
        sections = {id(part): part for topic in topics for part in sections_about(self.root, topic)}
        return _spread([line for part in sections.values() for line in section_lines(part, topics)])

    def _label_text(self, topic: str) -> str:
        return _text(self.labels[topic]) if topic in self.labels else ""

    def _label_lines(self, topic: str) -> list[str]:
        answer = self.labels.get(topic)
        if not answer or answer.listed:
            return list(answer.lines) if answer else []
        return split_list(without_stop(answer.lines[0]))


def _spread(lines: list[str]) -> list[str]:
    """A section that is one line may hold a list in it."""
    return split_list(without_stop(lines[0])) if len(lines) == 1 else lines


def _text(answer: Answer) -> str:
    return ", ".join(answer.lines)


def _on_topic(section: Section, topic: str) -> bool:
    named = topics_of(section.title)
    return not named or topic in named


def _prose(section: Section) -> Iterator[str]:
    """The section's paragraphs that are not labelled facts."""
    for paragraph in section.paragraphs:
        label = paragraph.lines[0].label
        if not label or not label_topics(label[0]):
            yield paragraph.text
