"""A log whose oldest events were deleted: what is kept reads as before, and what is asked of the rest is admitted."""

import pytest
from django.core.management import call_command

from realtime.models import Stream
from tests.api.answers import refused

URL = "/api/v1/projects/pixel-jumper/events/"


def read(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()


def seqs(page):
    return [event["seq"] for event in page["results"]]


@pytest.fixture
def whole(as_alice, project):
    """The log before: ten events, the first one of the project itself, every third thereafter a chat."""
    kinds = ["chat" if number % 3 == 0 else "log" for number in range(2, 11)]
    as_alice.post(URL, [{"type": kind, "payload": {"text": "x"}} for kind in kinds])
    return read(as_alice)["results"]


@pytest.fixture
def trimmed(whole):
    """The same log, of which 7 to 10 are kept."""
    call_command("prune_events", "--keep", "4", verbosity=0)
    assert Stream.objects.get().kept_from == 7
    return whole


@pytest.mark.parametrize("query", [{}, {"after": "0"}, {"after": "6"}])
def test_from_the_beginning_is_from_the_first_event_that_is_kept(as_alice, trimmed, query):
    page = read(as_alice, **query)
    assert page["results"] == trimmed[6:]
    assert [event["prev"] for event in page["results"]] == [6, 7, 8, 9]
    assert page["next"] is page["previous"] is None


def test_a_cursor_of_before_goes_on_where_its_event_is_kept(as_alice, trimmed):
    assert seqs(read(as_alice, after=trimmed[6]["cursor"])) == [8, 9, 10]


@pytest.mark.parametrize("by", ["seq", "cursor"])
def test_a_position_whose_next_events_are_gone_is_admitted(as_alice, trimmed, by):
    problem = refused(as_alice.get(URL, {"after": trimmed[2][by]}), 410, "cursor_lost")
    assert (problem["reason"], problem["seq"]) == ("trimmed", 10)


def test_reading_backwards_ends_at_the_first_event_that_is_kept(as_alice, trimmed):
    page = read(as_alice, before=11, limit=3)
    assert seqs(page) == [8, 9, 10]
    page = as_alice.get(page["previous"]).json()
    assert seqs(page) == [7]
    assert page["previous"] is None
    assert seqs(read(as_alice, before=7)) == []


@pytest.mark.parametrize("query", [{}, {"types": "chat"}, {"task": "T-001"}])
def test_reading_backwards_from_before_it_is_admitted(as_alice, trimmed, query):
    problem = refused(as_alice.get(URL, {"before": 5, **query}), 410, "cursor_lost")
    assert problem["reason"] == "trimmed"


def test_a_filtered_page_does_not_say_that_nothing_was_before_it(as_alice, trimmed):
    page = read(as_alice, types="chat")
    assert [(event["seq"], event["prev"]) for event in page["results"]] == [(9, 6)]
    assert page["previous"] is None


def test_pages_that_were_begun_before_are_told_that_their_next_one_is_gone(as_alice, whole):
    page = read(as_alice, limit=3)
    call_command("prune_events", "--keep", "4", verbosity=0)
    assert refused(as_alice.get(page["next"]), 410, "cursor_lost")["reason"] == "trimmed"


def test_the_project_and_its_log_go_on(as_alice, trimmed):
    project = as_alice.get("/api/v1/projects/pixel-jumper/").json()
    assert (project["seq"], project["cursor"]) == (10, trimmed[-1]["cursor"])
    said = as_alice.post(URL, {"type": "chat", "payload": {"text": "on"}}).json()
    assert (said["seq"], said["prev"]) == (11, 10)
    assert seqs(read(as_alice, after=project["cursor"])) == [11]


def test_where_only_the_newest_event_is_kept_its_cursor_still_holds(as_alice, whole):
    call_command("prune_events", "--keep", "1", verbosity=0)
    assert seqs(read(as_alice)) == [10]
    assert seqs(read(as_alice, after=whole[-1]["cursor"])) == []
