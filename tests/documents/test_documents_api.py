"""Documents over REST: created with an outline, listed, edited as a whole, written by runs, deleted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Document
from plans.models import Generation
from tests.api.answers import events, refused, wrong_fields
from tests.documents.documents_over_http import HERE, OUTLINE, begin_draft, create, section_url, url_of, write

NO_ONE = "/api/v1/documents/987654/"


def headings(document):
    return [section["heading"] for section in document["sections"]]


# Creating


def test_a_document_has_the_outline_that_was_given(as_bob, project):
    made = create(as_bob, kind="technical_design")
    assert (made["project"], made["task"], made["kind"], made["status"]) == (
        "pixel-jumper",
        None,
        "technical_design",
        "draft",
    )
    assert [{name: section[name] for name in OUTLINE[0]} for section in made["sections"]] == OUTLINE
    assert [section["idx"] for section in made["sections"]] == [0, 1, 2]
    assert {section["status"] for section in made["sections"]} == {"empty"}
    assert {section["content"] for section in made["sections"]} == {""}
    assert made["cursor"] == "0.0"
    assert as_bob.get(url_of(made)).json() == made
    told = events(project, "document.created")[0]["payload"]
    assert told == {"document_id": made["id"], "title": "The design", "kind": "technical_design", "sections": 3}


def test_without_an_outline_one_is_made_from_brief_and_plan(as_alice, accepted):
    made = as_alice.post(HERE, {"title": "The game", "kind": "gdd"}).json()
    assert len(made["sections"]) >= 5
    assert all(section["heading"] and section["brief"] for section in made["sections"])


def test_a_document_of_a_task_is_told_to_those_who_follow_the_task(as_alice, accepted, project):
    made = as_alice.post(HERE, {"title": "The jump", "kind": "level_brief", "task": "T-002"}).json()
    assert made["task"] == "T-002"
    assert events(project, "document.created")[0]["task_code"] == "T-002"


def test_an_agent_may_write_documents(as_alice, accepted):
    made = as_alice.post("/api/v1/tokens/", {"name": "a", "scopes": ["read", "agent"]})
    as_alice.force_authenticate(None)
    as_alice.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['token']}")
    assert create(as_alice)["title"] == "The design"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "x", "kind": "poem"}, "kind"),
        ({"title": "x", "task": "T-099"}, "task"),
        ({"title": "x", "outline": []}, "outline.non_field_errors"),
        ({"title": "x", "outline": "Vision"}, "outline.non_field_errors"),
        ({"title": "x", "outline": [{"heading": "a"}] * 201}, "outline.non_field_errors"),
        ({"title": "x", "outline": [{"heading": "a"}, {"level": 1}]}, "outline.1.heading"),
        ({"title": "x", "outline": [{"heading": "a", "level": 4}]}, "outline.0.level"),
        ({"title": "x", "outline": [{"heading": "a", "id": 1}]}, "outline.0.id"),
        ({"title": "x", "outline": [{"heading": "a\x00"}]}, "outline.0.heading"),
        ({"title": "x", "status": "ready"}, "status"),
    ],
)
def test_what_is_wrong_is_named(as_alice, accepted, body, field):
    assert wrong_fields(as_alice.post(HERE, body)) == {field}
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "words", ["空に浮かぶ島", "جزر عائمة", "Инди-игра «Прыг»", "👩‍🚀 é ñ", 'a | b *c* <i>d</i> "e"']
)
def test_words_of_any_language_survive(as_alice, project, words):
    made = create(as_alice, title=words, outline=[{"heading": words, "brief": words}])
    assert write(as_alice, made, 0, words)["content"] == words
    read = as_alice.get(url_of(made)).json()
    section = read["sections"][0]
    assert (read["title"], section["heading"], section["brief"], section["content"]) == (words,) * 4


# Reading


def test_the_list_shows_outlines_without_texts_and_costs_the_same_for_many(as_alice, project):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            found = as_alice.get(HERE).json()["results"]
        return found, len(queries)

    write(as_alice, create(as_alice), 0, "Words.")
    few, cost_of_few = cost()
    for number in range(4):
        document = create(as_alice, title=f"Design {number}")
        for place in range(3):
            write(as_alice, document, place, f"Words {place}.")
    many, cost_of_many = cost()
    assert (len(few), len(many)) == (1, 5)
    assert cost_of_many <= cost_of_few
    assert [document["title"] for document in many] == [*(f"Design {n}" for n in (3, 2, 1, 0)), "The design"]
    assert headings(many[0]) == ["Vision", "Core loop", "Jumping"]
    assert "content" not in many[0]["sections"][0]


def test_the_list_is_filtered_and_paged(as_alice, accepted):
    for kind in ("gdd", "pitch", "gdd"):
        create(as_alice, kind=kind)
    create(as_alice, task="T-001", kind="test_plan")
    assert len(as_alice.get(HERE, {"kind": "gdd"}).json()["results"]) == 2
    assert [found["kind"] for found in as_alice.get(HERE, {"task": "T-001"}).json()["results"]] == ["test_plan"]
    assert as_alice.get(HERE, {"status": "ready"}).json()["results"] == []
    assert wrong_fields(as_alice.get(HERE, {"kind": "poem"})) == {"kind"}
    page = as_alice.get(HERE, {"limit": 3}).json()
    rest = as_alice.get(page["next"]).json()
    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (3, 1, None)


def test_the_cursor_stands_before_what_the_answer_does_not_tell(as_alice, project):
    made = create(as_alice)
    write(as_alice, made, 0, "Häuser.")
    assert as_alice.get(url_of(made)).json()["cursor"] == "1.8.end"
    begin_draft(made, 1, "Half a sen")
    read = as_alice.get(url_of(made)).json()
    assert (read["cursor"], read["sections"][1]["content"]) == ("1.8.end", ""), "the draft on its way is still to come"
    write(as_alice, made, 2, "Meanwhile.")
    assert as_alice.get(url_of(made)).json()["cursor"] == "1.8.end"
    assert as_alice.get(HERE).json()["results"][0]["cursor"] == "1.8.end"


# Editing


def edit(client, document, **changes):
    return client.patch(url_of(document), changes)


def entry(section, **changes):
    return {name: section[name] for name in ("id", "level", "heading", "brief")} | changes


def test_the_outline_is_reordered_reworded_extended_and_cut(as_alice, project):
    made = create(as_alice)
    write(as_alice, made, 2, "Words about jumping.")
    vision, loop, jumping = made["sections"]
    outline = [entry(jumping, level=1), {"heading": "Art", "brief": "Pixels."}, entry(vision, heading="The vision")]
    edited = edit(as_alice, made, outline=outline, title="Our design").json()
    assert edited["title"] == "Our design"
    assert headings(edited) == ["Jumping", "Art", "The vision"]
    assert [section["idx"] for section in edited["sections"]] == [0, 1, 2]
    assert [edited["sections"][place]["id"] for place in (0, 2)] == [jumping["id"], vision["id"]]
    assert edited["sections"][0]["content"] == "Words about jumping."
    assert loop["id"] not in [section["id"] for section in edited["sections"]]
    told = events(project, "document.updated")
    assert [event["payload"]["changed"] for event in told] == [["title", "outline"]]


def test_the_summary_follows_the_outline(as_alice, project):
    made = create(as_alice)
    write(as_alice, made, 0, "A game of islands.")
    write(as_alice, made, 1, "Jump, then gather.")
    read = as_alice.get(url_of(made)).json()
    assert read["global_summary"] == "Vision: A game of islands.\nCore loop: Jump, then gather."
    vision, loop, _ = made["sections"]
    edited = edit(as_alice, made, outline=[entry(loop), entry(vision, heading="The idea")]).json()
    assert edited["global_summary"] == "Core loop: Jump, then gather.\nThe idea: A game of islands."
    assert edited["summary_revision"] == read["summary_revision"] + 1


def test_an_edit_that_changes_nothing_is_told_to_nobody(as_alice, project):
    made = create(as_alice)
    tag = as_alice.get(url_of(made))["ETag"]
    same = edit(as_alice, made, title=made["title"], outline=[entry(section) for section in made["sections"]])
    assert same["ETag"] == tag
    assert events(project, "document.updated") == []


def test_a_locked_section_is_moved_but_neither_reworded_nor_dropped(as_alice, project):
    made = create(as_alice)
    vision, loop, _ = made["sections"]
    as_alice.patch(section_url(made, 0), {"locked": True})
    assert headings(edit(as_alice, made, outline=[entry(loop), entry(vision)]).json()) == ["Core loop", "Vision"]
    refused(edit(as_alice, made, outline=[entry(loop)]), 409, "section_locked")
    refused(edit(as_alice, made, outline=[entry(loop), entry(vision, brief="Else")]), 409, "section_locked")
    assert headings(as_alice.get(url_of(made)).json()) == ["Core loop", "Vision"]


def test_a_section_that_is_being_written_stays_while_others_are_edited(as_alice, project):
    made = create(as_alice)
    vision, loop, _ = made["sections"]
    begin_draft(made, 0, "Once upon")
    refused(edit(as_alice, made, outline=[entry(loop)]), 409, "generating")
    refused(edit(as_alice, made, outline=[entry(vision, heading="Else"), entry(loop)]), 409, "generating")
    edited = edit(as_alice, made, outline=[entry(loop, heading="The loop"), entry(vision)]).json()
    assert headings(edited) == ["The loop", "Vision"]
    assert edited["sections"][1]["status"] == "writing"


def test_ids_in_an_outline_are_of_this_document_and_there_once(as_alice, project):
    made, other = create(as_alice), create(as_alice)
    vision = entry(made["sections"][0])
    foreign = entry(other["sections"][0])
    assert wrong_fields(edit(as_alice, made, outline=[vision, foreign])) == {"outline.1.id"}
    assert wrong_fields(edit(as_alice, made, outline=[vision, vision])) == {"outline.1.id"}
    assert wrong_fields(edit(as_alice, made, outline=[{"id": "x", "heading": "a"}])) == {"outline.0.id"}
    assert wrong_fields(edit(as_alice, made, outline=[])) == {"outline.non_field_errors"}
    assert wrong_fields(edit(as_alice, made, kind="pitch")) == {"kind"}
    assert len(as_alice.get(url_of(made)).json()["sections"]) == 3


def test_two_edits_of_one_state_are_not_both_made(as_alice, as_bob, project):
    made = create(as_alice)
    tag = as_alice.get(url_of(made))["ETag"]
    write(as_bob, made, 0, "Words are no edit of the outline.")
    as_bob.patch(section_url(made, 0), {"heading": "Bob's vision"})
    stale = as_alice.patch(url_of(made), {"title": "Mine"}, headers={"If-Match": tag})
    assert refused(stale, 412, "stale_version")["current"]["sections"][0]["heading"] == "Bob's vision"
    now = as_alice.get(url_of(made))["ETag"]
    write(as_bob, made, 0, "Other words.")
    assert as_alice.patch(url_of(made), {"title": "Mine"}, headers={"If-Match": now}).status_code == 200


# Deleting


def test_a_deleted_document_is_gone_and_told(as_alice, project):
    made = create(as_alice)
    write(as_alice, made, 0, "Words.")
    assert as_alice.delete(url_of(made)).status_code == 204
    refused(as_alice.get(url_of(made)), 404, "not_found")
    refused(as_alice.get(section_url(made, 0)), 404, "not_found")
    told = {"document_id": made["id"], "title": "The design", "kind": "gdd"}
    assert events(project, "document.deleted")[0]["payload"] == told


def test_a_document_is_not_deleted_under_the_writers_hands(as_alice, project):
    made = create(as_alice)
    Document.objects.filter(pk=made["id"]).update(status="generating")
    refused(as_alice.delete(url_of(made)), 409, "generating")


# Runs


def test_generating_is_a_job_that_can_be_looked_at_and_cancelled(as_alice, project):
    made = create(as_alice)
    asked = as_alice.post(f"{url_of(made)}generate/", {"instructions": "Briefly."})
    assert asked.status_code == 202
    run = as_alice.get(asked["Location"]).json()
    assert (run["id"], run["kind"], run["status"]) == (asked.json()["id"], "document", "queued")
    assert as_alice.get(url_of(made)).json()["status"] == "generating"
    assert as_alice.post(f"{url_of(made)}cancel/").json()["status"] == "cancelled"


def test_generating_twice_with_one_key_begins_one_run(as_alice, project):
    made = create(as_alice)
    answers = [as_alice.post(f"{url_of(made)}generate/", {}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sections": []}, "sections"),
        ({"sections": "all"}, "sections"),
        ({"sections": ["x"]}, "sections.0"),
        ({"sections": [987654]}, "sections.0"),
        ({"instructions": "x" * 20_001}, "instructions"),
        ({"model": "gpt"}, "model"),
    ],
)
def test_a_run_is_asked_for_in_order(as_alice, project, body, field):
    made = create(as_alice)
    assert wrong_fields(as_alice.post(f"{url_of(made)}generate/", body)) == {field}
    assert not Generation.objects.exists()


def test_a_run_of_some_sections_is_of_them_alone(as_alice, project):
    made, other = create(as_alice), create(as_alice)
    foreign = other["sections"][0]["id"]
    assert wrong_fields(as_alice.post(f"{url_of(made)}generate/", {"sections": [foreign]})) == {"sections.0"}
    asked = as_alice.post(f"{url_of(made)}generate/", {"sections": [made["sections"][1]["id"]]})
    assert (asked.status_code, asked.json()["kind"]) == (202, "section")
    assert events(project, "document.started")[0]["payload"]["sections_total"] == 1


# Who may


def test_viewers_read_and_strangers_see_nothing(as_alice, as_vera, as_charlie, project):
    made = create(as_alice)
    one = url_of(made)
    assert as_vera.get(one).json() == made
    assert len(as_vera.get(HERE).json()["results"]) == 1
    verbs = [("post", f"{one}generate/"), ("post", f"{one}cancel/"), ("patch", one), ("delete", one), ("post", HERE)]
    for verb, url in verbs:
        refused(getattr(as_vera, verb)(url, {}), 403, "forbidden")
        refused(getattr(as_charlie, verb)(url, {}), 404, "not_found")
    for url in (one, HERE, f"{one}export/"):
        refused(as_charlie.get(url), 404, "not_found")
    refused(as_alice.get(NO_ONE), 404, "not_found")
