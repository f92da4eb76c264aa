"""A workshop of outside tools as it was seen last, and an agent with a claim that may ask for them."""

import json

import pytest

from agents.engine import calls, catalogue
from agents.engine.calls import Outcome
from agents.models import ToolServer
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Task
from plans.services.claims import Grip
from realtime.models import Event

READS, DESTROYS = {"readOnlyHint": True}, {"destructiveHint": True}
DONE = Outcome({"text": "Done.", "structured": None, "media": [], "cut": False})


def told(name, annotations=None, **more):
    schema = {"type": "object", "properties": {"scene": {"type": "string"}}, "required": ["scene"]}
    known = {"title": "", "description": f"It does {name}.", "input_schema": schema, "annotations": annotations or {}}
    return {"name": name, "tags": [], **known, **more}


@pytest.fixture
def workshop(project, settings):
    settings.GATEWAY_TOOL_HOSTS = [("tools.example", 443)]
    server = ToolServer.objects.create(name="workshop", url="https://tools.example/mcp", tags=["engine"])
    server.projects.add(project)
    catalogue.remember(server, [told("look", READS), told("write"), told("wipe", DESTROYS)])
    return server


@pytest.fixture
def ada(alice):
    return Actor.agent(alice, id="ada-1", name="Ada")


@pytest.fixture
def person(alice):
    return Actor.person(alice)


@pytest.fixture
def claim(accepted, ada):
    task = Task.objects.get(plan=accepted, code="T-001")
    return services.claim_task(task, actor=ada)


@pytest.fixture
def ask(project, workshop, claim, ada):
    def make(tool="look", server="workshop", grip=None, actor=ada, **arguments):
        shown = grip or Grip(claim.pk, claim.fence)
        return calls.request_call(project, server, tool, arguments or {"scene": "Main"}, grip=shown, actor=actor)

    return make


def payloads(project, *types):
    rows = Event.objects.filter(stream__name=f"project:{project.pk}", type__in=types).order_by("seq")
    return [json.loads("{" + event.body)["payload"] for event in rows]
