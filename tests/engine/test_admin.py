"""The tools of the trade in the admin: operators register servers and decide about tools, editors decide about calls."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from agents.engine import catalogue
from agents.engine.errors import TookTooLong
from agents.models import Tool, ToolServer
from plans import services
from plans.models import Role
from tests.engine.conftest import READS, told

SERVERS, TOOLS, CALLS = "/admin/agents/toolserver/", "/admin/agents/tool/", "/admin/agents/toolcall/"
FORM = {
    "name": "blender",
    "transport": "http",
    "url": "https://tools.example/mcp",
    "headers": "",
    "command": "",
    "tags": "3d\nmodelling",
    "policy": "confirm",
    "timeout_seconds": "60",
    "enabled": "on",
}


@pytest.fixture
def operator(db):
    client = Client()
    client.force_login(User.objects.create_superuser("olga", password="x"))
    return client


@pytest.fixture
def bob_admin(bob, project, person):
    services.set_member(project, bob, Role.EDITOR, actor=person)
    bob.is_staff = True
    bob.save()
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.GATEWAY_TOOL_HOSTS = [("tools.example", 443)]
    settings.GATEWAY_TOOL_COMMANDS = {"godot": ["node", "godot.js"]}
    settings.GATEWAY_TOOL_SECRETS = {"GATEWAY_TOOL_SECRET_BLENDER": "open-sesame"}


def errors_in(response):
    return str(response.context["adminform"].form.errors)


def test_a_server_is_registered_and_granted(operator, project):
    header = {"headers": "Authorization: Bearer ${GATEWAY_TOOL_SECRET_BLENDER}", "projects": [project.pk]}
    response = operator.post(f"{SERVERS}add/", FORM | header)
    assert response.status_code == 302, errors_in(response)
    server = ToolServer.objects.get()
    assert (server.tags, list(server.projects.all())) == (["3d", "modelling"], [project])
    assert server.headers == {"Authorization": "Bearer ${GATEWAY_TOOL_SECRET_BLENDER}"}
    page = operator.get(f"{SERVERS}{server.pk}/change/").content.decode()
    assert "open-sesame" not in page and "not asked yet" in page


def test_a_command_is_one_of_those_that_are_allowed(operator):
    command = FORM | {"transport": "command", "url": "", "command": "godot"}
    assert operator.post(f"{SERVERS}add/", command).status_code == 302
    refused = operator.post(f"{SERVERS}add/", command | {"name": "shell", "command": "bash"})
    assert "Select a valid choice" in errors_in(refused)
    refused = operator.post(f"{SERVERS}add/", command | {"name": "none", "command": ""})
    assert "GATEWAY_TOOL_COMMANDS" in errors_in(refused)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"url": "http://127.0.0.1:8000/"}, "GATEWAY_TOOL_HOSTS"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "GATEWAY_TOOL_HOSTS"),
        ({"headers": "Authorization: Bearer abc"}, "looks like a secret"),
        ({"headers": "Authorization: ${SECRET_KEY}"}, "is not set"),
        ({"name": "Two Words"}, "Use a-z"),
        ({"timeout_seconds": "6000"}, "600"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_in_its_form(operator, change, error):
    assert error in errors_in(operator.post(f"{SERVERS}add/", FORM | change))
    assert not ToolServer.objects.exists()


def test_staff_register_servers_only_with_the_permission(bob_admin, bob, workshop):
    assert bob_admin.get(SERVERS).status_code == 403
    assert bob_admin.get(f"{SERVERS}{workshop.pk}/probe/").status_code == 403
    bob.user_permissions.set(Permission.objects.filter(codename__endswith="toolserver"))
    assert bob_admin.get(SERVERS).status_code == 200


def test_a_server_is_asked_by_a_button_and_by_a_command(operator, workshop, monkeypatch, capsys):
    monkeypatch.setattr(catalogue, "listed_by", lambda server: [told("look", READS)])
    page = operator.get(f"{SERVERS}{workshop.pk}/probe/", follow=True).content.decode()
    assert "workshop has 1 tools." in page and "answers" in page
    call_command("probe_tools")
    assert capsys.readouterr().out == "workshop: 1 tools\n"

    def asleep(server):
        raise TookTooLong("It sleeps.")

    monkeypatch.setattr(catalogue, "listed_by", asleep)
    assert "It sleeps." in operator.get(f"{SERVERS}{workshop.pk}/probe/", follow=True).content.decode()
    with pytest.raises(CommandError, match="In trouble: workshop"):
        call_command("probe_tools", "workshop")
    with pytest.raises(CommandError, match="no tool server gimp"):
        call_command("probe_tools", "gimp")


def test_people_decide_about_a_tool_as_it_is_now(operator, workshop):
    wipe = Tool.objects.get(name="wipe")
    assert operator.get(f"{TOOLS}{wipe.pk}/change/").status_code == 200
    operator.post(f"{TOOLS}{wipe.pk}/change/", {"policy": "allow"})
    wipe.refresh_from_db()
    assert (wipe.effective_policy, wipe.allowed_digest) == ("allow", wipe.digest)
    catalogue.remember(workshop, [told("wipe", description="Something else.")])
    page = operator.get(TOOLS).content.decode()
    assert "since it was allowed" in page
    assert operator.get(f"{TOOLS}add/").status_code == 403


def test_an_editor_confirms_or_refuses_a_call(bob_admin, ask, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("agents.engine.running.start", lambda begun: None)
    first, second = ask("wipe")[0], ask("wipe", scene="Menu")[0]
    page = bob_admin.get(f"{CALLS}{first.pk}/change/").content.decode()
    assert "Confirm" in page and "Refuse" in page and "Main" in page
    assert "Ada asks for it" in bob_admin.get(f"{CALLS}{first.pk}/confirm/").content.decode()
    bob_admin.post(f"{CALLS}{first.pk}/confirm/")
    bob_admin.post(f"{CALLS}{second.pk}/refuse/", {"reason": "Not on a Friday."})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.decided_by["name"]) == ("running", "bob")
    assert (second.status, second.reason) == ("refused", "Not on a Friday.")
    assert "waits for nobody" in bob_admin.post(f"{CALLS}{second.pk}/confirm/").content.decode()
    assert "Let it be made" not in bob_admin.get(f"{CALLS}{second.pk}/change/").content.decode()
    assert bob_admin.get(CALLS).status_code == 200


def test_strangers_do_not_learn_of_a_call(ask, charlie):
    call, _ = ask("wipe")
    charlie.is_staff = True
    charlie.save()
    client = Client()
    client.force_login(charlie)
    assert "workshop" not in client.get(CALLS).content.decode()
    assert client.get(f"{CALLS}{call.pk}/confirm/").status_code == 404


def test_the_pictures_of_a_plan_tell_of_unknown_tools(operator, accepted, workshop):
    accepted.tasks.filter(code="T-001").update(mcp_tools=["unity.paint"])
    page = operator.get(f"/admin/plans/taskplan/{accepted.pk}/pictures/").content.decode()
    assert "Unknown tools" in page and "unity.paint" in page
