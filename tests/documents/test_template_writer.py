"""The template writer: outlines and sections from a brief, a plan and a context."""

from dataclasses import replace
from itertools import combinations, pairwise
from typing import get_args

import pytest

from documents.writing.material import ContextFact, Kind, Material, OutlineSection, TaskFact
from documents.writing.template import TemplateDocument, make_outline, write_section
from documents.writing.template.blocks import BLOCKS
from documents.writing.template.knowledge import genre_knowledge, needs, notes, outlines, phrases, topics
from documents.writing.template.matching import places_of
from documents.writing.template.passage import sentences
from plans.brief import Brief
from plans.planner.genre import recognise_genre
from plans.planner.knowledge import genres
from tests.documents.example_documents import EXAMPLES, ORIGINS, brief_in, example, material_of, texts_of
from tests.plans.briefs_for_planner import BRIEFS

KINDS: list[Kind] = list(get_args(Kind))
BY_HAND = [
    OutlineSection(1, "Zebra protocol", "How zebras queue"),
    OutlineSection(2, "Mechanics: the jump", "coyote time"),
    OutlineSection(2, "Mechanics: the rest"),
    OutlineSection(1, "Der Ton macht die Musik", "Was man hört"),
    OutlineSection(1, "Sound"),
    OutlineSection(3, "Budget and team"),
    OutlineSection(1, "日本語の章", "説明"),
    OutlineSection(1, "KPIs", "retention"),
]


@pytest.fixture(scope="module")
def jumper() -> Material:
    return material_of(*brief_in("pixel-jumper.yaml"))


def tokens(text: str) -> int:
    return round(len(text.split()) * 1.3)


def said_in(text: str) -> set[str]:
    return {found for line in text.splitlines() for found in sentences(line)}


def runs_of(text: str, length: int = 4) -> set[tuple[str, ...]]:
    """The runs of four words in a text."""
    words = text.split()
    return set(zip(*(words[start:] for start in range(length)), strict=False))


class TestOutlines:
    @pytest.mark.parametrize("kind", KINDS)
    def test_each_kind_has_an_outline_whose_headings_lead_to_their_topics(self, jumper: Material, kind: Kind) -> None:
        outline = make_outline(replace(jumper, kind=kind))
        assert 5 <= len(outline) <= 11
        assert all(section.brief and section.heading for section in outline)
        planned = {entry.topic for entry in outlines()[kind]}
        keys = [place.key for place in places_of(outline, kind)]
        assert set(keys) <= planned
        assert len(set(keys)) == len(keys)

    def test_a_design_document_has_about_nine_sections_of_levels_one_and_two(self, jumper: Material) -> None:
        outline = make_outline(jumper)
        assert len(outline) == 9
        assert {section.level for section in outline} == {1, 2}

    def test_no_heading_is_more_than_one_level_below_the_one_before(self, jumper: Material) -> None:
        for kind in KINDS:
            levels = [0, *(section.level for section in make_outline(replace(jumper, kind=kind)))]
            assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_a_brief_that_asks_for_access_gets_a_section_on_it(self, jumper: Material) -> None:
        archery = make_outline(material_of(*brief_in("accessible-archery.md")))
        assert "Accessibility" in [section.heading for section in archery]
        assert "Accessibility" not in [section.heading for section in make_outline(jumper)]

    def test_a_document_of_a_task_begins_with_what_the_task_asks(self, jumper: Material) -> None:
        material = replace(jumper, kind="test_plan", task_code="T-004")
        assert make_outline(material)[0].heading == "What T-004 asks"
        first = write_section(material, make_outline(material), 0)
        assert "T-004" in first.derived_from
        assert "collect gems" in first.text


class TestSections:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("filename", list(ORIGINS))
    def test_each_section_has_300_to_900_tokens_and_repeats_no_other(self, filename: str, kind: Kind) -> None:
        texts = texts_of(material_of(*brief_in(filename), kind))
        assert all(300 <= tokens(text) <= 900 for text in texts)
        assert sum(len(said_in(text)) for text in texts) == len(set().union(*map(said_in, texts)))
        for one, other in combinations(map(runs_of, texts), 2):
            assert len(one & other) < 0.12 * min(len(one), len(other))

    @pytest.mark.parametrize("genre", list(BRIEFS))
    def test_every_genre_gets_whole_documents_with_and_without_a_plan(self, genre: str) -> None:
        for at, (name, brief) in enumerate(BRIEFS[genre].items()):
            material = Material(name, brief) if at else material_of(name, brief)
            texts = texts_of(material)
            assert all(300 <= tokens(text) <= 900 for text in texts)
            assert sum(len(said_in(text)) for text in texts) == len(set().union(*map(said_in, texts)))

    def test_projects_of_one_genre_read_differently(self) -> None:
        documents = [set().union(*map(said_in, texts_of(material_of(*item)))) for item in BRIEFS["platformer"].items()]
        for one, other in combinations(documents, 2):
            assert len(one & other) < 0.72 * min(len(one), len(other))

    def test_an_empty_brief_gives_questions_and_no_facts(self) -> None:
        texts = texts_of(Material("Nameless", Brief()))
        assert all(tokens(text) >= 300 for text in texts)
        assert "There is no accepted plan yet" in texts[-1]
        assert "On which platforms does it appear first?" in texts[-1]

    def test_the_same_material_gives_the_same_text_in_any_order(self, jumper: Material) -> None:
        outline = make_outline(jumper)
        together = texts_of(jumper, outline)
        assert [write_section(jumper, outline, idx).text for idx in (7, 2)] == [together[7], together[2]]

    def test_outlines_by_hand_get_sensible_sections(self, jumper: Material) -> None:
        document = TemplateDocument(jumper, BY_HAND)
        texts = [document.write(idx).text for idx in range(len(BY_HAND))]
        assert all(300 <= tokens(text) <= 900 for text in texts)
        assert sum(len(said_in(text)) for text in texts) == len(set().union(*map(said_in, texts)))
        assert "How zebras queue" in texts[0]
        assert "coyote time" in texts[1]
        assert "one developer and one artist" in texts[5]

    def test_a_section_that_does_not_exist_is_an_error(self, jumper: Material) -> None:
        with pytest.raises(IndexError):
            write_section(jumper, make_outline(jumper), 99)


class TestFacts:
    def test_a_section_names_the_tasks_it_tells_of(self, jumper: Material) -> None:
        outline = make_outline(jumper)
        mechanics = write_section(jumper, outline, 2)
        assert mechanics.derived_from == ("T-002", "T-004", "T-005", "T-008")
        assert all(code in mechanics.text for code in mechanics.derived_from)

    def test_every_mechanic_and_constraint_of_a_brief_is_told_once(self) -> None:
        name, brief = brief_in("accessible-archery.md")
        whole = "\n".join(texts_of(material_of(name, brief)))
        for line in [*brief.mechanics, *brief.constraints]:
            words = (
                line.removeprefix("Out of scope (for now): ").split(" (")[0].replace('"', "'")[:40].replace("*", "\\*")
            )
            assert whole.count(words) >= 1, line

    def test_what_the_context_says_is_told(self, jumper: Material) -> None:
        context = ContextFact(
            summary="The slice is nearly there.",
            decisions=("Levels are built by hand.",),
            open_questions=("Who draws the islands?",),
            risks=("The artist leaves in May",),
        )
        whole = "\n".join(texts_of(replace(jumper, context=context)))
        assert "Levels are built by hand." in whole
        assert "Who draws the islands?" in whole
        assert "The artist leaves in May" in whole

    def test_a_context_of_any_shape_is_read(self) -> None:
        content = {
            "summary": 7,
            "decisions": [{"text": "A"}, 3, None, "B"],
            "risks": ["Constraint: x", "y"],
            "open_questions": "no",
        }
        assert ContextFact.from_content(content) == ContextFact("", ("A", "B"), (), ("y",))

    def test_release_notes_tell_what_is_done_and_what_is_blocked(self, jumper: Material) -> None:
        tasks = tuple(
            replace(
                task,
                status={"T-001": "done", "T-002": "blocked"}.get(task.code, task.status),
                blocked_reason="no artist",
            )
            for task in jumper.tasks
        )
        texts = texts_of(replace(jumper, kind="release_notes", tasks=tasks))
        assert "T-001: Set up Pixel Jumper" in texts[0]
        assert "no artist" in texts[1]
        assert "T-003" in texts[3]

    def test_where_the_brief_is_silent_nothing_is_stated_as_a_fact(self) -> None:
        brief = Brief(pitch="A game about rain.", genre="puzzle", mechanics=["pour rain"], visual_style="ink")
        whole = "\n".join(texts_of(Material("Rain", brief)))
        assert "not said beyond the pitch" in whole
        assert "The brief names no platform." in whole

    def test_numbers_of_our_own_are_called_starting_values(self, jumper: Material) -> None:
        controls = write_section(jumper, make_outline(jumper), 3).text
        before_table = controls.split("| Value |")[0].lower()
        assert "starting values" in before_table or "begin with these values" in before_table

    def test_summaries_are_one_plain_line_each(self, jumper: Material) -> None:
        for kind in ("gdd", "test_plan", "other"):
            material = replace(jumper, kind=kind)
            document = TemplateDocument(material, make_outline(material))
            summaries = [document.write(idx).summary for idx in range(len(document.places))]
            assert all(0 < len(summary) <= 400 and "\n" not in summary for summary in summaries)
            assert len(set(summaries)) == len(summaries)

    def test_a_task_outside_the_plan_does_not_count(self) -> None:
        material = Material("Rain", Brief(pitch="See T-999."), (TaskFact("T-001", "Set up"),), task_code="T-404")
        assert material.task is None
        assert "T-999" not in write_section(material, make_outline(material), 0).derived_from


class TestKnowledge:
    def test_all_files_are_readable_and_speak_of_known_things(self) -> None:
        for genre in genres():
            assert genre_knowledge(genre).tuning, genre
        blocks = {
            entry
            for group in topics().values()
            for topic in group.values()
            for entry in topic.text
            if isinstance(entry, str)
        }
        assert blocks - {"@genre"} <= BLOCKS.keys()
        assert needs().keys() <= notes().keys()
        assert all(len(set(ways)) == len(ways) for ways in phrases().values())

    def test_every_planned_section_has_its_topic(self) -> None:
        known = {key for group in topics().values() for key in group}
        assert {entry.topic for entries in outlines().values() for entry in entries} <= known

    def test_genres_are_those_of_the_planner(self) -> None:
        assert recognise_genre(brief_in("pixel-jumper.yaml")[1]) == "platformer"


@pytest.mark.parametrize("filename", list(ORIGINS))
def test_the_examples_in_the_documentation_are_what_is_written(filename: str) -> None:
    stored = (EXAMPLES / filename).with_suffix(".md").read_text(encoding="utf-8")
    assert stored == example(filename), "make them anew: python -m tests.documents.example_documents"
