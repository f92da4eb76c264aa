import pytest

from realtime.event_types import CLIENT_TYPES
from tests.api.answers import act, done, event_types, events, refused, task_of, wrong_fields

URL = "/api/v1/projects/pixel-jumper/events/"


def say(client, text="hi", **rest):
    return client.post(URL, {"type": "chat", "payload": {"text": text}, **rest})


def read(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()


def seqs(page):
    return [event["seq"] for event in page["results"]]


@pytest.fixture
def ten(as_alice, project):
    """A log of ten events: one of the project's own, and nine that were said."""
    as_alice.post(URL, [{"type": "chat", "payload": {"text": str(number)}} for number in range(2, 11)])


def test_what_is_published_is_in_the_log(as_bob, project):
    response = say(as_bob, "hello")
    assert response.status_code == 201
    told = response.json()
    assert (told["type"], told["payload"]["text"], told["actor"]["name"]) == ("chat", "hello", "bob")
    assert told["stream"] == "project:pixel-jumper"
    assert told == read(as_bob)["results"][-1]


def test_clients_publish_every_type_of_theirs(as_alice, project):
    for event_type in CLIENT_TYPES:
        assert as_alice.post(URL, {"type": event_type, "payload": {"text": "x"}}).status_code == 201


@pytest.mark.parametrize("event_type", ["task.completed", "plan.accepted", "project", "error", "nonsense", ""])
def test_what_the_gateway_itself_tells_cannot_be_published(as_alice, project, event_type):
    assert wrong_fields(as_alice.post(URL, {"type": event_type, "payload": {"text": "x"}})) == {"type"}


def test_undeclared_and_empty_payloads_are_refused(as_alice, project):
    assert wrong_fields(as_alice.post(URL, {"type": "chat", "payload": {"text": "x", "colour": "red"}})) == {
        "payload.colour"
    }
    assert wrong_fields(as_alice.post(URL, {"type": "chat", "payload": {}})) == {"payload.text"}
    assert wrong_fields(as_alice.post(URL, {"type": "log", "payload": {}})) == {"payload"}
    assert event_types(project) == ["project"]


def test_a_list_is_published_whole(as_alice, project):
    answers = as_alice.post(URL, [{"type": "chat", "payload": {"text": text}} for text in "abc"]).json()
    assert [event["payload"]["text"] for event in answers] == list("abc")
    assert [event["seq"] for event in answers] == [2, 3, 4]


def test_a_list_is_published_all_or_nothing(as_alice, project):
    good = {"type": "chat", "payload": {"text": "a"}}
    assert wrong_fields(as_alice.post(URL, [good, {"type": "chat", "payload": {}}])) == {"1.payload.text"}
    assert wrong_fields(as_alice.post(URL, [good, {"type": "chat"}])) == {"1.payload"}
    assert wrong_fields(as_alice.post(URL, [good, {**good, "task": "T-099"}])) == {"1.task"}
    assert event_types(project) == ["project"]


def test_a_list_has_1_to_500_events(as_alice, project):
    event = {"type": "log", "payload": {"text": "x"}}
    assert wrong_fields(as_alice.post(URL, [])) == {"non_field_errors"}
    assert wrong_fields(as_alice.post(URL, [event] * 501)) == {"non_field_errors"}
    assert len(as_alice.post(URL, [event] * 500).json()) == 500


def test_a_key_makes_a_retry_harmless(as_alice, as_bob, project):
    first = say(as_alice, "once", key="k1")
    assert say(as_alice, "once", key="k1").json()["id"] == first.json()["id"]
    assert say(as_bob, "mine", key="k1").json()["id"] != first.json()["id"], "a key is its author's own"
    assert len(events(project, "chat")) == 2


def test_a_key_used_for_something_else_is_refused(as_alice, project):
    say(as_alice, "once", key="k1")
    refused(say(as_alice, "other", key="k1"), 422, "idempotency_mismatch")
    assert len(events(project, "chat")) == 1


def test_an_event_about_a_task_is_found_by_its_code(as_alice, accepted):
    say(as_alice, "about jumping", task="T-002")
    say(as_alice, "about everything")
    (told,) = read(as_alice, task="T-002")["results"]
    assert (told["task_code"], told["task_id"]) == ("T-002", task_of(accepted, "T-002").pk)


def test_viewers_listen_and_say_nothing(as_vera, project):
    assert as_vera.get(URL).status_code == 200
    refused(say(as_vera), 403, "forbidden")


# Reading


def test_the_log_begins_at_1_and_has_no_holes(as_alice, ten):
    page = read(as_alice)
    assert seqs(page) == list(range(1, 11))
    assert [event["prev"] for event in page["results"]] == list(range(10))
    assert page["next"] is page["previous"] is None


@pytest.mark.parametrize("by", ["seq", "cursor"])
def test_reading_goes_on_after_a_position(as_alice, ten, by):
    position = read(as_alice)["results"][6][by]
    assert seqs(read(as_alice, after=position)) == [8, 9, 10]
    assert read(as_alice, after=position)["results"][0]["prev"] == 7


def test_the_pages_join_without_gap_or_overlap(as_alice, ten):
    page, found = read(as_alice, limit=4), []
    while page:
        found += seqs(page)
        page = as_alice.get(page["next"]).json() if page["next"] else None
    assert found == list(range(1, 11))


def test_reading_backwards_joins_too(as_alice, ten):
    page, found = read(as_alice, before=11, limit=4), []
    while page:
        found = seqs(page) + found
        page = as_alice.get(page["previous"]).json() if page["previous"] else None
    assert found == list(range(1, 11))


def test_a_filtered_page_proves_that_nothing_else_was_skipped(as_alice, accepted, project):
    done(as_alice, task_of(accepted, "T-001"))
    say(as_alice)
    page = read(as_alice, types="task.*,chat")
    all_of_them = [event["seq"] for event in events(project) if event["type"].startswith(("task.", "chat"))]
    assert seqs(page) == all_of_them
    assert [event["prev"] for event in page["results"]] == [0, *all_of_them[:-1]]
    rest = read(as_alice, types="task.*,chat", after=all_of_them[0])
    assert rest["results"][0]["prev"] == all_of_them[0]


def test_types_and_task_filter_together(as_alice, accepted):
    done(as_alice, task_of(accepted, "T-001"))
    act(as_alice, task_of(accepted, "T-002"), "start")
    page = read(as_alice, types="task.started", task="T-002")
    assert [(event["type"], event["task_code"]) for event in page["results"]] == [("task.started", "T-002")]
    assert page["results"][0]["prev"] == 0


def test_a_page_has_at_most_200_events(as_alice, project):
    for _ in range(3):
        as_alice.post(URL, [{"type": "log", "payload": {"text": "x"}}] * 80)
    page = read(as_alice, limit=500)
    assert len(page["results"]) == 200
    assert "limit=500" in page["next"]


@pytest.mark.parametrize("after", ["99999", "99999-abcdef01", "3-00000000", "0-12345678"])
def test_a_position_that_was_never_given_out_is_admitted(as_alice, ten, after):
    problem = refused(as_alice.get(URL, {"after": after}), 410, "cursor_lost")
    assert (problem["reason"], problem["seq"]) == ("rewound", 10)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "yesterday"}, "after"),
        ({"after": "-1"}, "after"),
        ({"after": "9" * 30}, "after"),
        ({"after": "٣"}, "after"),
        ({"before": "0"}, "before"),
        ({"before": "x"}, "before"),
        ({"before": "9" * 5000}, "before"),
        ({"after": "1", "before": "5"}, "before"),
        ({"types": "task.*,nonsense"}, "types"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"colour": "red"}, "colour"),
        ({"task": "a\x00b"}, "task"),
    ],
)
def test_a_wrong_query_is_named(as_alice, ten, query, field):
    assert wrong_fields(as_alice.get(URL, query)) == {field}
