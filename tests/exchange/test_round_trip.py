"""Export, import, export: the same bytes, the same answers, the same log."""

import re
from hashlib import sha256
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from contexts.models import Context
from documents import services as documents
from documents.models import Document, Draft, Section, next_draft_number
from documents.services import runs
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.folder import read_folder, write_folder
from gamedev_gateway.exchange.refs import PATHS
from gamedev_gateway.exchange.restore import restore
from plans import services
from plans.models import Artifact, Project, Task
from plans.services import generations
from realtime.event_types import REGISTRY
from tests.conftest import client_for, make_user
from tests.exchange.conftest import exported, imported

KINDS = {
    **dict.fromkeys(("plan", "base", "active_plan", "plan_id", "previous", "continues", "remaining"), "plan"),
    **dict.fromkeys(("in_reply_to", "comment_id"), "comment"),
    **dict.fromkeys(("review", "review_id"), "review"),
    **dict.fromkeys(("task", "current_task", "task_id"), "task"),
    **dict.fromkeys(("active_context", "context_id"), "context"),
    **dict.fromkeys(("artifact", "artifact_id"), "artifact"),
    **dict.fromkeys(("document", "document_id"), "document"),
    **dict.fromkeys(("section", "section_id"), "section"),
    "generation_id": "generation",
}
"""What the members of answers name by id."""
OWN = {
    "heading": "section",
    "number": "draft",
    "sections": "document",
    "tasks": "plan",
    "code": "task",
    "content": "context",
    "category": "artifact",
    "role": "member",
    "anchor": "comment",
    "verdict": "review",
}
"""Whose `id` it is, by another member beside it; the first that is there says it."""
DOCUMENT_URI = re.compile(r"/api/v1/documents/(-?\d+)/export/\?as=markdown")


def everything(client: Any, project_id: str) -> dict[str, Any]:
    """All that the API tells of a project, but for the runs, which are not carried over."""
    base = f"/api/v1/projects/{project_id}"
    plans = listed(client, f"{base}/plans/")
    tasks = [task["id"] for plan in plans for task in plan["tasks"]]
    contexts = listed(client, f"{base}/contexts/")
    documents = [client.get(f"/api/v1/documents/{each['id']}/").json() for each in listed(client, f"{base}/documents/")]
    sections = [section["id"] for document in documents for section in document["sections"]]
    drafts = [draft for pk in sections for draft in listed(client, f"/api/v1/sections/{pk}/drafts/")]
    return {
        "project": client.get(f"{base}/").json(),
        "members": listed(client, f"{base}/members/"),
        "plans": plans,
        "plan": [client.get(f"/api/v1/plans/{plan['id']}/").json() for plan in plans],
        "consensus": client.get(f"{base}/consensus/").json(),
        **{
            what: [listed(client, f"/api/v1/plans/{plan['id']}/{what}/") for plan in plans]
            for what in ("operations", "comments", "reviews")
        },
        "agreed": [client.get(f"/api/v1/plans/{plan['id']}/consensus/").json() for plan in plans],
        "diffs": [client.get(f"/api/v1/plans/{plan['id']}/diff/").json() for plan in plans],
        "tasks": [client.get(f"/api/v1/tasks/{pk}/").json() for pk in tasks],
        "board": listed(client, f"{base}/tasks/"),
        "next": client.get(f"{base}/next-task/").json(),
        "contexts": contexts,
        "active": client.get(f"{base}/contexts/active/").json(),
        "artifacts": [listed(client, f"/api/v1/tasks/{pk}/artifacts/") for pk in tasks],
        "documents": documents,
        "drafts": [{**draft, "generation": None} for draft in drafts],
        "events": listed(client, f"{base}/events/"),
    }


def listed(client: Any, url: str) -> list[Any]:
    found = []
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


def same_but_for_ids(old: Any, new: Any, pairs: dict[tuple[str, Any], Any], kind: str = "") -> None:
    """Both say the same, and wherever one has an id the other has the id of the same thing."""
    if isinstance(old, dict):
        assert old.keys() == new.keys()
        own = next((kind for member, kind in OWN.items() if member in old), "")
        for name in old:
            same_but_for_ids(old[name], new[name], pairs, own if name == "id" else KINDS.get(name, ""))
    elif isinstance(old, list):
        assert len(old) == len(new)
        for left, right in zip(old, new, strict=True):
            same_but_for_ids(left, right, pairs)
    elif isinstance(old, str) and (found := DOCUMENT_URI.fullmatch(old)):
        same_but_for_ids(int(found[1]), int(DOCUMENT_URI.fullmatch(new)[1]), pairs, "document")
    elif kind and isinstance(old, int):
        assert pairs.setdefault((kind, old), new) == new
    else:
        assert old == new


def carried_over(project: Project, alice: Any, tmp_path: Any) -> tuple[bytes, bytes]:
    """The export before, and after the project was deleted and imported again."""
    first = exported(project)
    services.delete_project(project, actor=Actor.person(alice))
    restored = imported(first, tmp_path / "project.json", alice)
    assert restored.remarks == []
    return first, exported(Project.objects.get(pk=project.pk))


def test_the_second_export_equals_the_first(told, alice, tmp_path):
    first, second = carried_over(told, alice, tmp_path)
    assert second == first


def test_the_api_answers_as_before(told, alice, tmp_path):
    client = client_for(alice)
    before = everything(client, told.pk)
    carried_over(told, alice, tmp_path)
    after = everything(client, told.pk)
    assert before["plans"][0]["id"] != after["plans"][0]["id"]
    pairs: dict[tuple[str, Any], Any] = {}
    same_but_for_ids(before, after, pairs)
    assert len({(kind, new) for (kind, _), new in pairs.items()}) == len(pairs)


def test_ids_in_the_log_name_the_rows_of_here(told, alice, tmp_path):
    carried_over(told, alice, tmp_path)
    events = listed(client_for(alice), f"/api/v1/projects/{told.pk}/events/")
    accepted = [event for event in events if event["type"] == "plan.accepted"][-1]
    active = services.get_active_plan(Project.objects.get(pk=told.pk))
    assert accepted["payload"]["plan_id"] == active.pk
    assert {task["id"] for task in accepted["payload"]["tasks"]} == {task.pk for task in active.tasks.all()}
    completed = next(event for event in events if event["type"] == "task.completed")
    kept, lost = completed["payload"]["changes"]["evidence"]
    assert kept["artifact"] == Artifact.objects.get(category="screenshot").pk
    assert lost["artifact"] == -1
    stored = Task.objects.get(plan=active, code="T-001").shown
    assert [(entry.n, entry.artifact) for entry in stored] == [(kept["n"], kept["artifact"]), (lost["n"], -1)]
    assert stored[1].stale, "The artifact that it showed was deleted."
    now = next(
        event for event in events if event["type"] == "task.changed" and "evidence" in event["payload"]["fields"]
    )
    assert now["payload"]["fields"]["evidence"]["to"] == [entry.as_json() for entry in stored]


def test_a_cursor_of_before_goes_on_after(told, alice, tmp_path):
    client = client_for(alice)
    cursor = listed(client, f"/api/v1/projects/{told.pk}/events/")[4]["cursor"]
    carried_over(told, alice, tmp_path)
    answer = client.get(f"/api/v1/projects/{told.pk}/events/?after={cursor}")
    assert answer.json()["results"][0]["seq"] == 6


def test_a_document_is_known_by_its_id_of_here_wherever_it_is_told_of(told, alice, tmp_path):
    before = Document.objects.get(title="Music").pk
    carried_over(told, alice, tmp_path)
    music = Document.objects.get(title="Music")
    assert music.pk != before
    [known] = Context.objects.get(is_active=True, scope="global").content["documents"]
    assert (known["document_id"], known["generation_id"]) == (music.pk, -2)
    [artifact] = Artifact.objects.filter(category="document")
    assert artifact.uri == f"/api/v1/documents/{music.pk}/export/?as=markdown"
    story = Document.objects.get(title="The *story* 📖")
    assert [section.current_draft and section.current_draft.text for section in story.sections.all()] == [
        None,
        "```\nopen",
        "Erstens: ü 🙂\n",
    ]


def test_documents_are_written_on_after_an_import(told, alice, tmp_path):
    carried_over(told, alice, tmp_path)
    music = Document.objects.get(title="Music")
    generations.run_generation(runs.start_run(music, actor=Actor.person(alice)).pk)
    music.refresh_from_db()
    assert (music.status, music.last_draft, music.ends) == ("ready", 7, 3)
    documents.delete_document(music, actor=Actor.person(alice))
    assert not Artifact.objects.filter(category="document").exists()


def test_what_is_being_written_is_imported_as_failed(told, alice, tmp_path):
    music = Document.objects.get(title="Music")
    runs.start_run(music, actor=Actor.person(alice))
    section = music.sections.first()
    half = {"text": "Hälf", "length": 5, "author": Actor.person(alice).as_json()}
    Section.objects.filter(pk=section.pk).update(status="writing")
    Draft.objects.create(document=music, section=section, number=next_draft_number(music), **half)
    first = exported(told)
    services.delete_project(told, actor=Actor.person(alice))
    restored = imported(first, tmp_path / "project.json", alice)
    assert restored.remarks == ["Document 2, 'Music', was being written when it was exported; here it has failed."]
    music = Document.objects.get(title="Music")
    assert (music.status, music.run, music.ends) == ("failed", None, 3)
    assert music.sections.first().status == "failed"
    draft = music.drafts.last()
    assert (draft.status, draft.text, draft.error["code"]) == ("failed", "Hälf", "run_not_exported")
    assert draft.sha256 == sha256("Hälf".encode()).hexdigest()
    assert music.sections.first().current_draft.status == "done"


def test_a_file_from_before_documents_is_imported(project, alice, tmp_path):
    document = orjson.loads(exported(project))
    services.delete_project(project, actor=Actor.person(alice))
    del document["documents"]
    document["format_version"] = 1
    assert imported(orjson.dumps(document), tmp_path / "old.json", alice).counts["documents"] == 0


def test_a_file_from_before_agreement_knows_where_its_numbers_began(told, alice, tmp_path):
    document = orjson.loads(exported(told))
    services.delete_project(told, actor=Actor.person(alice))
    for added in ("comments", "reviews"):
        del document[added]
    for plan in document["plans"]:
        for added in ("continues", "numbered_from", "renumbered", "operations"):
            del plan[added]
    for added in ("consensus", "tokens_per_day"):
        del document["project"][added]
    document["format_version"] = 2
    document["log"]["head"] = 0
    document["events"] = []
    for context in document["contexts"]:
        context["based_on_seq"] = 0
    imported(orjson.dumps(document), tmp_path / "old.json", alice)
    assert Project.objects.get().plans.get(version=3).numbered_from == 4


def test_a_folder_from_before_documents_is_imported(project, alice, tmp_path):
    write_folder(take_snapshot(project), tmp_path / "out")
    services.delete_project(project, actor=Actor.person(alice))
    index = orjson.loads((tmp_path / "out/project.json").read_bytes())
    del index["documents"]
    (tmp_path / "out/project.json").write_bytes(orjson.dumps({**index, "format_version": 1}))
    assert restore(read_folder(tmp_path / "out"), owner=alice).counts["documents"] == 0


def test_a_folder_shows_what_a_document_says(told, tmp_path):
    write_folder(take_snapshot(told), tmp_path)
    assert (tmp_path / "documents/d001.md").read_text() == (
        "# The \\*story\\* 📖\n\n### New\n\n### Core\n\n```\nopen\n```\n\n## Vision\n\nErstens: ü 🙂\n"
    )
    assert "[Music](documents/d002.md), ready, 3 of 3 sections written" in (tmp_path / "README.md").read_text()


def test_work_goes_on_after_an_import(told, alice, tmp_path):
    carried_over(told, alice, tmp_path)
    project = Project.objects.get(pk=told.pk)
    task = Task.objects.active().get(plan__project=project, code="T-004")
    services.start_task(task, actor=Actor.person(alice))
    services.accept_plan(project.plans.get(version=3), actor=Actor.person(alice))
    head = client_for(alice).get(f"/api/v1/projects/{project.pk}/").json()["seq"]
    events = listed(client_for(alice), f"/api/v1/projects/{project.pk}/events/")
    assert [event["seq"] for event in events] == list(range(1, head + 1))


def test_a_folder_carries_the_same(told, alice, tmp_path):
    first = exported(told)
    write_folder(take_snapshot(told), tmp_path / "out")
    services.delete_project(told, actor=Actor.person(alice))
    restore(read_folder(tmp_path / "out"), owner=alice)
    told = Project.objects.get(pk=told.pk)
    assert exported(told) == first
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    write_folder(take_snapshot(told), tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_under_another_id_only_the_id_is_another(told, alice, tmp_path):
    first = exported(told)
    restored = imported(first, tmp_path / "project.json", alice, id="second")
    assert restored.remarks == ["It is not active: its owner works on another project."]
    second = exported(Project.objects.get(pk="second"))
    expected = first.replace(b'"id": "pixel-jumper"', b'"id": "second"', 1).replace(
        b'"active": true', b'"active": false', 1
    )
    assert second == expected


def test_who_has_no_account_here_is_told_and_keeps_the_name(told, alice, bob, tmp_path):
    first = exported(told)
    services.delete_project(told, actor=Actor.person(alice))
    carol = make_user("carol")
    User = type(alice)
    User.objects.filter(pk__in=[alice.pk, bob.pk]).delete()
    restored = imported(first, tmp_path / "project.json", carol)
    assert restored.remarks == [
        "No account here, so no longer members: alice, bob.",
        "carol, who imports it, is an owner now.",
    ]
    events = listed(client_for(carol), f"/api/v1/projects/{told.pk}/events/")
    assert events[0]["actor"] == {"kind": "user", "id": "@alice", "name": "alice"}
    second = exported(Project.objects.get(pk=told.pk))
    assert people_aside(second) == people_aside(first)


def people_aside(document: bytes) -> str:
    return re.sub(r'"members": \[.*?\n  \],', "", document.decode(), flags=re.DOTALL)


def test_a_person_who_is_gone_does_not_become_somebody_else(told, alice, bob, tmp_path):
    services.remove_member(told.memberships.get(user=bob), actor=Actor.person(bob))
    gone = bob.pk
    bob.delete()
    first, second = carried_over(told, alice, tmp_path)
    assert second == first
    assert f'"id": "gone-{gone}"'.encode() in first


def test_an_empty_project_is_carried_over(project, alice, tmp_path):
    first, second = carried_over(project, alice, tmp_path)
    assert second == first


def test_every_id_that_an_event_declares_is_known_to_the_exchange():
    """A new event with an id in its payload has to be entered in refs.PATHS, or its imports would tell lies."""
    for name, payload in REGISTRY.items():
        known = {path for prefix, paths in PATHS if name.startswith(prefix) for path, _ in paths}
        declared = {field for field in payload.model_fields if field == "id" or field.endswith("_id")}
        assert declared <= known, name


@pytest.mark.parametrize("form", ["json", "folder"])
def test_the_commands_carry_a_project(form, told, alice, tmp_path, capsysbinary):
    path = tmp_path / "export"
    call_command("export_project", told.pk, "--as", form, "--output", str(path))
    services.delete_project(told, actor=Actor.person(alice))
    call_command("import_project", str(path), "--owner", "alice", "--dry-run")
    assert not Project.objects.exists()
    call_command("import_project", str(path), "--owner", "alice")
    assert capsysbinary.readouterr().out == b"pixel-jumper\n"
    call_command("export_project", told.pk)
    assert capsysbinary.readouterr().out == exported(Project.objects.get())
