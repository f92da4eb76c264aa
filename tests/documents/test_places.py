"""Places of a document's stream are in order, go to clients as cursors and come back, and cut no character."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.places import START, Place, make_cursor, parse_cursor, split_text

NUMBERS = st.integers(0, 999_999_999)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(NUMBERS.filter(bool), NUMBERS, st.booleans())
def test_a_cursor_names_the_place_that_it_was_made_of(draft: int, offset: int, ended: bool) -> None:
    place = Place(draft, offset, ended, 3, 1)
    assert parse_cursor(place.cursor) == Place(draft, offset, ended)


@pytest.mark.parametrize("text", ["0", "0.0"])
def test_the_beginning_is_before_everything(text: str) -> None:
    assert parse_cursor(text) == START < Place(1, 0, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "01.2",
        "1.02",
        "1.2.3",
        "1.2.END",
        "-1.2",
        "1.-2",
        " 1.2",
        "1.2\n",
        "1.2.end.end",
        "1.9999999999",
        "٣.١",
    ],
)
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert parse_cursor(text) is None


def test_a_stream_passes_its_places_in_their_order() -> None:
    passed = [
        Place(),
        Place(1, 0, False),
        Place(1, 40, False),
        Place(1, 40, True),
        Place(1, 40, True, 1),
        Place(2, 0, False, 1),
        Place(2, 9, True, 1),
        Place(2, 9, True, 2),
        Place(2, 9, True, 2, 1),
    ]
    shuffled = random.Random(1).sample(passed, len(passed))
    assert sorted(shuffled) == passed


@given(TEXTS, st.integers(0, 10_000), st.integers(4, 50))
def test_pieces_join_to_the_text_and_no_character_is_cut(text: str, start: int, most: int) -> None:
    pieces = split_text(text, start, most)
    assert "".join(piece for _, _, piece in pieces) == text
    at = start
    for begins, ends, piece in pieces:
        assert begins == at
        assert 0 < ends - begins == len(piece.encode()) <= most
        at = ends
    assert at == start + len(text.encode())


def test_a_cursor_before_the_first_draft_is_zero() -> None:
    assert make_cursor(0, 0, ended=True) == "0.0"
