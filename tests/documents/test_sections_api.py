"""Sections over REST: edited by hand, locked, their drafts kept and adopted, marked when the plan changes under them."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Draft, Section
from tests.api.answers import accept, events, refused, wrong_fields
from tests.documents.documents_over_http import begin_draft, create, section_url, url_of, write


@pytest.fixture
def document(as_alice, accepted):
    return create(as_alice)


@pytest.fixture
def vision(document):
    """The address of the document's first section."""
    return section_url(document, 0)


def told(project):
    return [event["payload"] for event in events(project, "section.updated")]


# By hand


def test_a_text_written_by_hand_is_a_draft_and_becomes_the_sections_text(as_bob, document, vision, project):
    text = "T-002 lets the hero jump. ジャンプ!\n\nT-099 is nobody's, XT-001 neither.\n"
    section = as_bob.patch(vision, {"text": text}).json()
    assert (section["content"], section["status"], section["current_draft"]) == (text, "done", 1)
    assert section["tasks"] == ["T-002"]
    draft = as_bob.get(f"{vision}drafts/").json()["results"][0]
    assert (draft["number"], draft["text"], draft["status"], draft["model"]) == (1, text, "done", "")
    assert (draft["length"], draft["sha256"]) == (len(text.encode()), hashlib.sha256(text.encode()).hexdigest())
    assert (draft["author"]["kind"], draft["author"]["name"]) == ("user", "bob")
    assert draft["summary"] == "T-002 lets the hero jump."
    assert told(project) == [
        {
            "document_id": document["id"],
            "section_id": section["id"],
            "heading": "Vision",
            "action": "edited",
            "draft": 1,
            "tasks": ["T-002"],
        }
    ]


def test_what_a_section_told_of_it_tells_of_after_an_edit_too(as_alice, document):
    write(as_alice, document, 0, "T-003 places gems.")
    assert write(as_alice, document, 0, "Gems are placed, see T-001.")["tasks"] == ["T-001", "T-003"]


def test_drafts_are_numbered_through_the_whole_document(as_alice, document):
    texts = [(1, "One."), (0, "Two."), (1, "Three.")]
    numbers = [write(as_alice, document, place, text)["current_draft"] for place, text in texts]
    assert numbers == [1, 2, 3]
    drafts = as_alice.get(f"{section_url(document, 1)}drafts/").json()["results"]
    assert [draft["number"] for draft in drafts] == [3, 1]


def test_the_same_text_again_is_no_draft(as_alice, document, project):
    for _ in range(2):
        assert write(as_alice, document, 0, "Words.")["current_draft"] == 1
    assert [event["action"] for event in told(project)] == ["edited"]


def test_the_documents_summary_follows_every_edit(as_alice, document):
    write(as_alice, document, 0, "A game of islands. It has gems.")
    write(as_alice, document, 1, "Jump!")
    read = as_alice.get(url_of(document)).json()
    assert (read["global_summary"], read["summary_revision"]) == ("Vision: A game of islands.\nCore loop: Jump!", 2)
    write(as_alice, document, 1, "Jump! And run.")
    assert as_alice.get(url_of(document)).json()["summary_revision"] == 2, "it says the same"


def test_heading_and_brief_are_changed(as_alice, document, vision, project):
    section = as_alice.patch(vision, {"heading": "Idea", "brief": "In one sentence."}).json()
    assert (section["heading"], section["brief"], section["current_draft"]) == ("Idea", "In one sentence.", None)
    assert [(event["action"], event["draft"]) for event in told(project)] == [("briefed", None)]


# The lock


@pytest.mark.parametrize("name", ["locked", "lock"])
def test_a_locked_section_keeps_its_words_until_it_is_unlocked(as_alice, document, vision, project, name):
    write(as_alice, document, 0, "One.")
    assert as_alice.patch(vision, {name: True}).json()["locked"] is True
    for change in ({"text": "Two."}, {"heading": "Two"}, {"brief": "Two"}, {"text": "Two.", name: True}):
        refused(as_alice.patch(vision, change), 409, "section_locked")
    assert as_alice.patch(vision, {"text": "One.", name: True}).status_code == 200, "that is no change"
    section = as_alice.patch(vision, {name: False, "text": "Two."}).json()
    assert (section["locked"], section["content"]) == (False, "Two.")
    assert [event["action"] for event in told(project)] == ["edited", "locked", "unlocked", "edited"]


def test_an_edit_can_lock_what_it_wrote(as_alice, document, vision):
    section = as_alice.patch(vision, {"text": "Final.", "locked": True}).json()
    assert (section["locked"], section["content"]) == (True, "Final.")


def test_a_section_is_not_edited_while_it_is_being_written(as_alice, document, vision):
    write(as_alice, document, 0, "One.")
    begin_draft(document, 0, "Tw")
    for change in ({"text": "Mine."}, {"locked": True}, {"brief": "Else"}):
        refused(as_alice.patch(vision, change), 409, "generating")
    refused(as_alice.post(f"{vision}drafts/1/adopt/"), 409, "generating")
    assert as_alice.get(vision).json()["content"] == "One."
    assert write(as_alice, document, 1, "Another one is free.")["status"] == "done"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "x" * 200_001}, "text"),
        ({"heading": ""}, "heading"),
        ({"locked": "perhaps"}, "locked"),
        ({"locked": True, "lock": False}, "lock"),
        ({"content": "x"}, "content"),
        ({"status": "done"}, "status"),
    ],
)
def test_what_is_wrong_is_named(as_alice, vision, body, field):
    assert wrong_fields(as_alice.patch(vision, body)) == {field}


def test_two_edits_of_one_state_are_not_both_made(as_alice, as_bob, document, vision):
    tag = as_alice.get(vision)["ETag"]
    write(as_bob, document, 0, "Bob was first.")
    stale = as_alice.patch(vision, {"text": "Mine."}, headers={"If-Match": tag})
    assert refused(stale, 412, "stale_version")["current"]["content"] == "Bob was first."


# Drafts


def test_an_earlier_draft_is_adopted(as_alice, document, vision, project):
    write(as_alice, document, 0, "T-001 first.")
    write(as_alice, document, 0, "Second.")
    section = as_alice.post(f"{vision}drafts/1/adopt/")
    assert section.status_code == 200
    assert (section.json()["content"], section.json()["current_draft"]) == ("T-001 first.", 1)
    assert section["ETag"] == as_alice.get(vision)["ETag"]
    assert as_alice.get(url_of(document)).json()["global_summary"] == "Vision: T-001 first."
    assert (told(project)[-1]["action"], told(project)[-1]["draft"]) == ("adopted", 1)
    as_alice.post(f"{vision}drafts/1/adopt/")
    assert len(told(project)) == 3, "the one that it has already is no change"
    assert Draft.objects.count() == 2, "nothing is lost"


def test_only_drafts_of_the_section_that_are_done_are_adopted(as_alice, document, vision):
    write(as_alice, document, 1, "Of another section.")
    failed = begin_draft(document, 0, "Half")
    Draft.objects.filter(pk=failed.pk).update(status="failed")
    Section.objects.filter(pk=failed.section_id).update(status="failed")
    refused(as_alice.post(f"{vision}drafts/{failed.number}/adopt/"), 409, "draft_unfinished")
    for number in (1, 0, 99, 10**30):
        refused(as_alice.post(f"{vision}drafts/{number}/adopt/"), 404, "not_found")


def test_a_locked_section_adopts_nothing(as_alice, document, vision):
    write(as_alice, document, 0, "One.")
    write(as_alice, document, 0, "Two.")
    as_alice.patch(vision, {"locked": True})
    refused(as_alice.post(f"{vision}drafts/1/adopt/"), 409, "section_locked")


def test_one_section_is_written_anew_as_a_job(as_alice, document, vision):
    asked = as_alice.post(f"{vision}regenerate/", {"instructions": "Shorter."})
    assert asked.status_code == 202
    assert as_alice.get(asked["Location"]).json()["project"] == "pixel-jumper"
    assert wrong_fields(as_alice.post(f"{vision}regenerate/", {"sections": [1]})) == {"sections"}


def test_viewers_read_and_strangers_see_nothing(as_alice, as_vera, as_charlie, document, vision):
    write(as_alice, document, 0, "One.")
    assert as_vera.get(vision).json()["content"] == "One."
    assert len(as_vera.get(f"{vision}drafts/").json()["results"]) == 1
    for verb, url in [("patch", vision), ("post", f"{vision}regenerate/"), ("post", f"{vision}drafts/1/adopt/")]:
        refused(getattr(as_vera, verb)(url, {}), 403, "forbidden")
        refused(getattr(as_charlie, verb)(url, {}), 404, "not_found")
    refused(as_charlie.get(vision), 404, "not_found")
    refused(as_charlie.get(f"{vision}drafts/"), 404, "not_found")


# When the plan changes

NEXT = (
    {"code": "T-001", "title": "Set up the project", "acceptance": ["The project opens"], "priority": 1},
    {"code": "T-002", "title": "Let the hero fly", "dependencies": ["T-001"], "acceptance": ["The hero jumps"]},
)
"""The plan changed: T-002 says something else, T-003 is dropped, T-001 is as it was."""


@pytest.fixture
def change_plan(as_alice, accepted, propose, django_capture_on_commit_callbacks):
    def change():
        with django_capture_on_commit_callbacks(execute=True):
            accept(as_alice, propose(*NEXT, base=accepted).pk)

    return change


def test_sections_that_tell_of_a_changed_or_dropped_task_become_stale(as_alice, document, project, change_plan):
    for place, text in enumerate(["T-001 as before.", "T-002 jumps.", "T-003 has gems."]):
        write(as_alice, document, place, text)
    as_alice.patch(section_url(document, 2), {"locked": True})
    before = len(told(project))
    change_plan()
    sections = as_alice.get(url_of(document)).json()["sections"]
    assert [section["status"] for section in sections] == ["done", "stale", "stale"]
    assert [section["content"] for section in sections][1:] == ["T-002 jumps.", "T-003 has gems."]
    marked = events(project, "section.updated")[before:]
    assert [(event["payload"]["action"], event["payload"]["tasks"]) for event in marked] == [
        ("stale", ["T-002"]),
        ("stale", ["T-003"]),
    ]
    cause = events(project, "plan.accepted")[-1]
    assert {event["causation_id"] for event in marked} == {cause["id"]}
    assert {event["correlation_id"] for event in marked} == {cause["correlation_id"]}


def test_a_stale_section_is_settled_by_the_same_text_or_draft(as_alice, document, change_plan):
    write(as_alice, document, 0, "T-002 jumps.")
    write(as_alice, document, 1, "T-002 too.")
    change_plan()
    assert as_alice.post(f"{section_url(document, 0)}drafts/1/adopt/").json()["status"] == "done"
    assert write(as_alice, document, 1, "T-002 too.")["status"] == "done"


def test_a_section_on_its_way_is_not_marked(as_alice, document, change_plan):
    write(as_alice, document, 0, "T-002 jumps.")
    begin_draft(document, 0)
    change_plan()
    assert as_alice.get(section_url(document, 0)).json()["status"] == "writing"


def test_many_documents_are_looked_through_at_once(as_alice, document, change_plan):
    for number in range(3):
        write(as_alice, create(as_alice, title=str(number)), 0, "T-001 stays.")
    with CaptureQueriesContext(connection) as queries:
        change_plan()
    assert len([one for one in queries if one["sql"].startswith("SELECT") and "document_sections" in one["sql"]]) == 1
