"""Work on tasks, contexts, tokens, and the log: what the admin lets people do, and what it only shows."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import AccessToken, SocketTicket
from agents.tokens import create_token
from contexts.models import Context
from contexts.services import generate_context
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.models import IdempotencyRecord
from plans import services
from plans.models import Task
from realtime.models import Event
from tests.admin.conftest import events_of, told


def task_page(task: Task, verb: str) -> str:
    return f"/admin/plans/task/{task.pk}/{verb}/"


def test_a_task_is_worked_on_from_start_to_end(bob_admin, accepted):
    task = accepted.tasks.get(code="T-001")
    steps = [
        ("start", {}, "in_progress"),
        ("block", {"reason": "no light"}, "blocked"),
        ("unblock", {}, "in_progress"),
        ("complete", {"met_0": "on", "note": "seen it"}, "done"),
        ("reopen", {"reason": "looks odd"}, "in_progress"),
    ]
    for verb, data, status in steps:
        shown = bob_admin.get(task_page(task, "change")).content.decode()
        assert task_page(task, verb) in shown
        bob_admin.post(task_page(task, verb), data)
        task.refresh_from_db()
        assert task.status == status, verb
    types = [event.type for event in events_of(accepted.project) if event.type.startswith("task.")]
    assert types == ["task.started", "task.blocked", "task.unblocked", "task.completed", "task.reopened"]
    assert [(shown.kind, shown.note, shown.by.name) for shown in task.shown] == [("note", "seen it", "bob")]


def test_a_task_is_not_complete_before_its_criteria_are(bob_admin, accepted):
    task = accepted.tasks.get(code="T-001")
    bob_admin.post(task_page(task, "start"))
    answer = bob_admin.post(task_page(task, "complete"), {"note": ""})
    assert told(answer)[0].startswith("T-001 is not complete")
    assert "The project opens" in told(answer)[0]
    assert Task.objects.get(pk=task.pk).status == "in_progress"


def test_looking_at_a_verb_does_nothing(bob_admin, accepted):
    task = accepted.tasks.get(code="T-001")
    bob_admin.get(task_page(task, "start"))
    assert Task.objects.get(pk=task.pk).status == "pending"


def test_what_a_service_refuses_is_told(bob_admin, accepted):
    answer = bob_admin.post(task_page(accepted.tasks.get(code="T-002"), "start"))
    assert told(answer) == ["T-002 waits for T-001."]


def test_the_list_has_the_tasks_of_active_plans(alice_admin, accepted, propose):
    propose({"title": "Only proposed"})
    page = alice_admin.get("/admin/plans/task/?status__exact=pending&plan__project__id__exact=pixel-jumper")
    assert "Let the hero jump" in page.content.decode()
    assert "Only proposed" not in page.content.decode()


@pytest.mark.parametrize("verb", ["change", "start", "complete"])
def test_a_stranger_does_not_learn_of_a_task(charlie_admin, accepted, verb):
    assert charlie_admin.get(task_page(accepted.tasks.first(), verb)).status_code in (302, 404)


def test_a_viewer_does_not_work(vera_admin, accepted):
    task = accepted.tasks.first()
    assert vera_admin.get(task_page(task, "change")).status_code == 200
    assert vera_admin.post(task_page(task, "start")).status_code == 403


def test_events_are_read_and_never_written(admin_client, accepted):
    event = events_of(accepted.project)[-1]
    page = admin_client.get(f"/admin/realtime/event/{event.pk}/change/").content.decode()
    assert "&quot;correlation_id&quot;" in page
    assert 'name="_save"' not in page
    assert admin_client.post(f"/admin/realtime/event/{event.pk}/change/", {"type": "x"}).status_code == 403
    assert admin_client.post(f"/admin/realtime/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/realtime/event/add/").status_code == 403


def test_the_log_is_never_counted(admin_client, accepted):
    for query in ("", "?stream=project:pixel-jumper", "?type=plan.accepted", "?q=nothing", "?p=2"):
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(f"/admin/realtime/event/{query}").status_code == 200
        assert not [one for one in queries if "COUNT(" in one["sql"] and "events" in one["sql"]], query


def test_the_log_is_searched_by_a_whole_correlation_id(admin_client, accepted):
    event = events_of(accepted.project)[-1]
    whole = admin_client.get("/admin/realtime/event/", {"q": event.correlation_id})
    part = admin_client.get("/admin/realtime/event/", {"q": event.correlation_id[:-1]})
    assert f"/event/{event.pk}/" in whole.content.decode()
    assert f"/event/{event.pk}/" not in part.content.decode()


def test_members_read_the_log_of_their_projects_only(vera_admin, charlie_admin, accepted):
    event = Event.objects.last()
    assert vera_admin.get(f"/admin/realtime/event/{event.pk}/change/").status_code == 200
    assert charlie_admin.get(f"/admin/realtime/event/{event.pk}/change/").status_code in (302, 404)
    page = charlie_admin.get("/admin/realtime/event/").content.decode()
    assert "pixel-jumper" not in page


def test_an_earlier_context_is_made_active_again(alice_admin, alice, accepted):
    first, second = (generate_context(accepted.project, scope="global", actor=Actor.person(alice)) for _ in range(2))
    alice_admin.post(f"/admin/contexts/context/{first.pk}/activate/")
    assert Context.objects.get(pk=first.pk).is_active
    assert not Context.objects.get(pk=second.pk).is_active
    assert events_of(accepted.project)[-1].type == "context.updated"


def test_a_context_is_edited_as_a_new_version(alice_admin, alice, accepted):
    made = generate_context(accepted.project, scope="global", actor=Actor.person(alice))
    url = f"/admin/contexts/context/{made.pk}/edit/"
    assert "  &quot;summary&quot;" in alice_admin.get(url).content.decode()
    assert "JSON object" in alice_admin.post(url, {"content": "[1]"}).content.decode()
    alice_admin.post(url, {"content": '{"summary": "By hand"}'})
    edited = Context.objects.get(version=made.version + 1)
    assert (edited.source, edited.content, edited.is_active) == ("manual-edit", {"summary": "By hand"}, True)
    assert Context.objects.get(pk=made.pk).content == made.content


def test_a_token_is_shown_once_and_its_digest_never(alice_admin, alice):
    data = {"name": "laptop", "scopes": ["read"], "expiry_0": "", "expiry_1": ""}
    answer = alice_admin.post("/admin/agents/accesstoken/add/", data, follow=True)
    token = AccessToken.objects.get()
    assert (token.user, token.scopes, token.expiry) == (alice, ["read"], None)
    assert "shown only now" in told(answer)[0]
    for url in ("/admin/agents/accesstoken/", f"/admin/agents/accesstoken/{token.pk}/change/"):
        page = alice_admin.get(url).content.decode()
        assert token.name in page
        assert "shown only now" not in page


def test_a_token_is_revoked(alice_admin, alice, django_capture_on_commit_callbacks):
    token, _ = create_token(alice, name="old")
    with django_capture_on_commit_callbacks() as callbacks:
        alice_admin.post(f"/admin/agents/accesstoken/{token.pk}/delete/", {"post": "yes"})
    assert not AccessToken.objects.exists()
    assert callbacks


def test_tokens_of_others_are_not_seen(alice_admin, bob):
    token, _ = create_token(bob, name="of bob")
    assert alice_admin.get(f"/admin/agents/accesstoken/{token.pk}/change/").status_code in (302, 404)
    assert "of bob" not in alice_admin.get("/admin/agents/accesstoken/").content.decode()


def test_an_artifact_is_checked(alice_admin, alice, accepted):
    task = accepted.tasks.get(code="T-001")
    artifact = services.register_artifact(
        task, actor=Actor.person(alice), type="scene", category="asset", path="a.tscn"
    )
    alice_admin.post(f"/admin/plans/artifact/{artifact.pk}/validate/", {"status": "valid", "note": "opens"})
    artifact.refresh_from_db()
    assert (artifact.validation_status, artifact.validation_report) == (
        "valid",
        {"note": "opens", "checked_by": "user alice"},
    )


def test_every_page_opens(admin_client, alice, accepted):
    generate_context(accepted.project, scope="global", actor=Actor.person(alice))
    services.generate_now(
        accepted.project, "refine", {"plan": accepted.pk, "instructions": "drop T-003"}, actor=Actor.person(alice)
    )
    services.register_artifact(accepted.tasks.first(), actor=Actor.person(alice), type="x", category="code", path="x")
    create_token(alice)
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert admin_client.get(base).status_code == 200, base
        if (row := model._default_manager.first()) is not None:
            page = admin_client.get(f"{base}{row.pk}/change/")
            assert page.status_code == 200, base
            assert "(&#x27;" not in page.content.decode(), f"{base} shows a pair that only lists draw as a badge"


def test_secrets_and_stored_answers_are_not_in_the_admin():
    assert not {SocketTicket, IdempotencyRecord} & set(admin.site._registry)
