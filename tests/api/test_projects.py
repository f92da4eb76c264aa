import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Project
from realtime.models import Event, Stream
from tests.api.answers import act, done, event_types, events, refused, task_of, wrong_fields
from tests.conftest import BRIEF

URL = "/api/v1/projects/"
HERE = f"{URL}pixel-jumper/"


def test_a_project_is_made_from_a_name_and_a_brief(as_alice, alice):
    response = as_alice.post(URL, {"name": "Star Miner", "brief": BRIEF})
    assert response.status_code == 201
    made = response.json()
    assert (made["id"], made["status"], made["role"], made["active"]) == ("star-miner", "draft", "owner", False)
    assert made["brief"]["mechanics"] == BRIEF["mechanics"]
    assert made["brief_missing"] == []
    assert made["active_plan"] is made["active_context"] is made["current_task"] is None
    assert made["created_at"].endswith("Z")
    assert as_alice.get(f"{URL}star-miner/").json() == made


def test_a_project_is_made_from_a_design_document(as_alice):
    document = "# Moon Garden\n\n## Pitch\n\nGrow flowers on the moon.\n\n## Genre\n\nsimulation\n"
    made = as_alice.post(URL, {"document": document, "brief": {"genre": "puzzle"}}).json()
    assert made["name"] == "Moon Garden"
    assert made["brief"]["pitch"] == "Grow flowers on the moon."
    assert made["brief"]["genre"] == "puzzle", "what is said beside the document wins over it"


@pytest.mark.parametrize(
    ("written_in", "document"),
    [
        ("yaml", "name: Moon Garden\ngenre: simulation\nmechanics:\n  - sow\n"),
        ("json", '{"name": "Moon Garden", "genre": "simulation", "mechanics": ["sow"]}'),
    ],
)
def test_a_project_is_made_from_a_brief_as_a_text(as_alice, written_in, document):
    made = as_alice.post(URL, {"document": document, "document_format": written_in}).json()
    assert made["name"] == "Moon Garden"
    assert (made["brief"]["genre"], made["brief"]["mechanics"]) == ("simulation", ["sow"])


def test_a_brief_in_another_format_than_it_says_is_told_where(as_alice):
    assert wrong_fields(as_alice.post(URL, {"document": "{", "document_format": "json"})) == {"document"}
    assert wrong_fields(as_alice.post(URL, {"document": "x", "document_format": "toml"})) == {"document_format"}


def test_the_same_name_twice_gets_two_ids(as_alice):
    ids = [as_alice.post(URL, {"name": "Пиксель  Jumper_-_2"}).json()["id"] for _ in range(2)]
    assert ids == ["jumper-2", "jumper-2-2"]


def test_a_name_without_any_latin_letter_gets_an_id(as_alice):
    assert as_alice.post(URL, {"name": "星の庭 🎮"}).json()["id"] == "project"


@pytest.mark.parametrize("bad", ["Upper", "-a", "a-", "a--b", "a b", "a_b", "ä", "a" * 65, "", "a/b"])
def test_an_id_is_a_slug(as_alice, bad):
    assert wrong_fields(as_alice.post(URL, {"name": "x", "id": bad})) == {"id"}


def test_a_taken_id_is_a_conflict_also_for_strangers(as_charlie, project):
    problem = refused(as_charlie.post(URL, {"name": "x", "id": project.pk}), 409, "id_taken")
    assert "id" in problem["errors"]
    assert Project.objects.get(pk=project.pk).name == project.name


def test_every_wrong_field_is_named(as_alice):
    body = {"name": "x" * 201, "colour": "red", "brief": {"pitch": 5, "mood": "dark", "mechanics": "jump"}}
    assert wrong_fields(as_alice.post(URL, body)) == {"colour"}
    del body["colour"]
    assert wrong_fields(as_alice.post(URL, body)) == {"name", "brief.pitch", "brief.mood", "brief.mechanics"}


def test_a_project_without_a_name_is_refused(as_alice):
    assert wrong_fields(as_alice.post(URL, {"brief": BRIEF})) == {"name"}
    assert wrong_fields(as_alice.post(URL, {"document": "just words"})) == {"name"}


def test_an_edit_of_the_brief_changes_only_what_it_names(as_alice, project):
    changed = as_alice.patch(HERE, {"brief": {"engine": "Godot 4"}}).json()
    assert changed["brief"]["engine"] == "Godot 4"
    assert changed["brief"]["pitch"] == BRIEF["pitch"]
    told = events(project, "project")[-1]["payload"]
    assert told["action"] == "updated"
    assert set(told["changes"]) == {"brief"}


def test_an_edit_that_changes_nothing_tells_nobody(as_alice, project):
    before = event_types(project)
    assert as_alice.patch(HERE, {"name": project.name, "brief": {"genre": "platformer"}}).status_code == 200
    assert as_alice.patch(HERE, {}).status_code == 200
    assert event_types(project) == before


def test_status_and_other_things_that_follow_cannot_be_set(as_alice, project):
    assert wrong_fields(as_alice.patch(HERE, {"status": "completed", "active": True})) == {"status", "active"}


def test_the_list_has_my_projects_only_newest_first(as_alice, as_charlie, project, bob, alice):
    as_alice.post(URL, {"name": "Aardvark"})
    services.set_member(project, bob, "viewer", actor=Actor.person(alice))
    listed = as_alice.get(URL).json()["results"]
    assert [item["id"] for item in listed] == ["aardvark", "pixel-jumper"]
    assert [item["role"] for item in listed] == ["owner", "owner"]
    assert as_charlie.get(URL).json()["results"] == []


def test_each_member_sees_their_own_role(as_bob, as_vera, project):
    assert as_bob.get(HERE).json()["role"] == "editor"
    assert as_vera.get(HERE).json()["role"] == "viewer"


def test_a_stranger_finds_nothing_and_changes_nothing(as_charlie, project):
    for method, url in [
        ("get", HERE),
        ("patch", HERE),
        ("delete", HERE),
        ("post", f"{HERE}activate/"),
        ("get", f"{HERE}next-task/"),
        ("get", f"{HERE}members/"),
        ("post", f"{HERE}members/"),
        ("get", f"{HERE}plans/"),
        ("post", f"{HERE}plans/"),
        ("post", f"{HERE}plans/generate/"),
        ("get", f"{HERE}plans/active/"),
        ("get", f"{HERE}tasks/"),
        ("get", f"{HERE}contexts/"),
        ("post", f"{HERE}contexts/"),
        ("get", f"{HERE}contexts/active/"),
        ("post", f"{HERE}contexts/generate/"),
    ]:
        problem = refused(getattr(as_charlie, method)(url, {} if method != "get" else None), 404, "not_found")
        assert "pixel" not in str(problem).lower().replace(url, "")
    refused(as_charlie.get(f"{HERE}events/"), 404, "unknown_stream")
    refused(as_charlie.post(f"{HERE}events/", {"type": "chat", "payload": {"text": "hi"}}), 404, "unknown_stream")
    assert event_types(project) == ["project"]


def test_what_a_stranger_reads_is_the_same_whether_the_project_exists(as_charlie, project):
    there, nowhere = as_charlie.get(HERE), as_charlie.get(f"{URL}no-such-thing/")
    assert there.json() == nowhere.json()


def test_a_viewer_reads_an_editor_edits_an_owner_deletes(as_alice, as_bob, as_vera, project):
    refused(as_vera.patch(HERE, {"name": "Mine"}), 403, "forbidden")
    assert as_bob.patch(HERE, {"name": "Ours"}).status_code == 200
    refused(as_bob.delete(HERE), 403, "forbidden")
    assert as_alice.delete(HERE).status_code == 204


def test_deletion_takes_everything_along(as_alice, accepted, project):
    done(as_alice, task_of(accepted, "T-001"))
    assert as_alice.delete(HERE).status_code == 204
    refused(as_alice.get(HERE), 404, "not_found")
    assert not Stream.objects.filter(name="project:pixel-jumper").exists()
    assert not Event.objects.filter(stream__name="project:pixel-jumper").exists()


def test_an_id_that_was_deleted_begins_a_new_log(as_alice, project, accepted):
    old = as_alice.get(HERE).json()["cursor"]
    as_alice.delete(HERE)
    made = as_alice.post(URL, {"name": "Again", "id": "pixel-jumper"}).json()
    assert made["seq"] == 1
    problem = refused(as_alice.get(f"{HERE}events/", {"after": old}), 410, "cursor_lost")
    assert problem["reason"] == "rewound"


def test_only_one_of_my_projects_is_active(as_alice, project):
    as_alice.post(URL, {"name": "Other"})
    assert as_alice.post(f"{HERE}activate/").json()["active"] is True
    assert as_alice.post(f"{URL}other/activate/").json()["active"] is True
    assert as_alice.get(HERE).json()["active"] is False
    actions = [event["payload"]["action"] for event in events(project, "project")]
    assert actions == ["created", "activated", "deactivated"]


def test_activation_again_is_no_change(as_alice, project):
    as_alice.post(f"{HERE}activate/")
    before = event_types(project)
    assert as_alice.post(f"{HERE}activate/").status_code == 200
    assert event_types(project) == before


def test_seq_and_cursor_are_the_position_after_everything_told(as_alice, project, accepted):
    shown = as_alice.get(HERE).json()
    assert shown["seq"] == len(event_types(project))
    assert as_alice.get(f"{HERE}events/", {"after": shown["cursor"]}).json()["results"] == []


def test_the_next_task_comes_with_its_reason_and_what_waits(as_alice, accepted):
    answer = as_alice.get(f"{HERE}next-task/").json()
    assert answer["task"]["code"] == "T-001"
    assert "T-001" in answer["reason"]
    assert {item["code"]: item["waiting_for"] for item in answer["blocked"]} == {"T-002": ["T-001"], "T-003": ["T-001"]}


def test_there_is_no_next_task_without_a_plan_and_it_says_why(as_alice, proposed):
    answer = as_alice.get(f"{HERE}next-task/").json()
    assert answer["task"] is None
    assert "no active plan" in answer["reason"]


def test_a_blocked_task_is_told_with_its_reason(as_alice, accepted):
    act(as_alice, task_of(accepted, "T-001"), "block", reason="No engine licence")
    answer = as_alice.get(f"{HERE}next-task/").json()
    assert answer["task"] is None
    assert answer["blocked"][0] == {"code": "T-001", "waiting_for": [], "reason": "No engine licence"}


def test_the_status_follows_the_work(as_alice, project, propose):
    def status():
        return as_alice.get(HERE).json()["status"]

    assert status() == "draft"
    plan = propose({"title": "Only one"})
    assert status() == "consensus"
    as_alice.post(f"/api/v1/plans/{plan.pk}/accept/")
    assert status() == "active"
    done(as_alice, task_of(plan, "T-001"))
    assert status() == "completed"
    act(as_alice, task_of(plan, "T-001"), "reopen")
    assert status() == "active"
    told = [event["payload"]["changes"]["status"] for event in events(project, "project")]
    assert told == ["draft", "consensus", "active", "completed", "active"]
