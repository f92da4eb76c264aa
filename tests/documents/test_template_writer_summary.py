"""The global summary: folded from one line a section, and taken out of a stream that ends with it."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from documents.writing.summary import MOST_CHARACTERS, SummaryLine, first_sentence, fold

PROSE = st.text(alphabet=st.sampled_from("abS UMARY:\n*#é👩🏽.-"), max_size=200)
CUTS = st.lists(st.integers(0, 400), max_size=30)


def pieces(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def streamed(text: str, cuts: list[int]) -> tuple[str, str]:
    line = SummaryLine()
    passed = "".join(line.feed(piece) for piece in pieces(text, cuts))
    ending = line.finish()
    return passed + ending.rest, ending.summary


class TestSummaryLine:
    @given(PROSE, CUTS)
    @example("Text.", [2])
    def test_the_closing_line_is_taken_out_wherever_the_stream_is_cut(self, text: str, cuts: list[int]) -> None:
        body = f"{text.rstrip()}x"
        passed, summary = streamed(f"{body}\n\nSUMMARY: What it says.\n", cuts)
        assert (passed, summary) == (body, "What it says.")

    @given(PROSE, CUTS)
    def test_cuts_never_change_the_outcome(self, text: str, cuts: list[int]) -> None:
        assert streamed(text, cuts) == streamed(text, [])

    @given(PROSE.filter(lambda text: "summary" not in text.lower()), CUTS)
    def test_a_text_without_such_a_line_passes_unchanged(self, text: str, cuts: list[int]) -> None:
        passed, _ = streamed(text, cuts)
        assert passed == text

    @given(PROSE, CUTS)
    def test_nothing_of_the_line_ever_leaks(self, text: str, cuts: list[int]) -> None:
        line = SummaryLine()
        whole = f"{text.rstrip()}x\nSUMMARY: secret words"
        assert all("secret" not in line.feed(piece) for piece in pieces(whole, cuts))

    def test_text_is_passed_on_as_it_comes(self) -> None:
        line = SummaryLine()
        assert [line.feed(piece) for piece in ("One", " two", " three.")] == ["One", " two", " three."]

    def test_such_a_line_in_the_middle_is_text(self) -> None:
        text = "A.\nSUMMARY: not yet.\nB."
        assert streamed(text, list(range(30)))[0] == text

    def test_decorated_lines_are_known_too(self) -> None:
        assert streamed("A.\n\n**Summary:** All of it.", [4, 7, 9]) == ("A.", "All of it.")

    def test_without_a_line_the_first_sentence_stands_in(self) -> None:
        assert streamed("## Loop\n\nRun and jump. Then rest.", [3]) == (
            "## Loop\n\nRun and jump. Then rest.",
            "Run and jump.",
        )

    def test_an_empty_line_counts_as_none(self) -> None:
        assert streamed("Run. Jump.\nSUMMARY:", []) == ("Run. Jump.", "Run.")

    def test_nothing_at_all_has_no_summary(self) -> None:
        assert streamed("", []) == ("", "")


class TestFold:
    def test_sections_stand_in_their_order_with_their_headings(self) -> None:
        assert fold({2: ("Sound", "It sounds."), 0: ("Loop", "It loops.")}) == "Loop: It loops.\nSound: It sounds."

    @given(st.dictionaries(st.integers(0, 300), st.tuples(st.text(max_size=200), st.text(max_size=400)), max_size=120))
    def test_it_is_never_longer_than_agreed(self, summaries: dict[int, tuple[str, str]]) -> None:
        assert len(fold(summaries)) <= MOST_CHARACTERS

    def test_short_lines_stay_whole_when_long_ones_are_shortened(self) -> None:
        folded = fold({0: ("A", "short."), 1: ("B", "long " * 400), 2: ("C", "also short.")})
        assert folded.startswith("A: short.\nB: long")
        assert folded.endswith("…\nC: also short.")

    def test_of_very_many_the_oldest_are_counted(self) -> None:
        folded = fold({place: (f"Section {place}", "words " * 30) for place in range(100)})
        assert "earlier sections)" in folded.splitlines()[0]
        assert "Section 99" in folded

    def test_nothing_written_folds_to_nothing(self) -> None:
        assert fold({}) == ""


def test_the_first_sentence_skips_headings_tables_and_fences() -> None:
    assert first_sentence("# H\n\n| a | b |\n\n- **Run.** And more.") == "Run."
    assert first_sentence("") == ""
