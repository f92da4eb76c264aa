"""Agents as people see them on the page: what they ask, hold and want to do; and what a person says to it."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Locator, Page, expect

from tests.agents.conftest import Agent, agent_token, connected, grip  # noqa: F401
from tests.live.conftest import SCREENSHOTS, Pages, no_sideways_scrolling
from tests.realtime.conftest import Api
from tests.servers import Server, manage

pytestmark = pytest.mark.stories

HOSTILE = (
    "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\"> \u202eevil\u2066 "
    + "W" * 300
)


class Remote:
    """An agent over MCP, for a test that is not asynchronous, since the browser's is not."""

    def __init__(self, portal: BlockingPortal, agent: Agent, name: str) -> None:
        self.portal, self.agent, self.name = portal, agent, name

    def start(self, project: str) -> "Remote":
        self.portal.call(self.agent.start, project, self.name)
        return self

    def does(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.portal.call(partial(self.agent.does, tool, **arguments))

    def refused(self, tool: str, expected: str, **arguments: Any) -> dict[str, Any]:
        return self.portal.call(partial(self.agent.refused, tool, expected, **arguments))

    def asks(self, question: str, **more: Any) -> None:
        self.does("ask_question", run=self.agent.run, question=question, **more)


@pytest.fixture
def ada(api: Api, agent_token: Callable[[str], str], planned: str) -> Iterator[Remote]:  # noqa: F811
    """Ada, an agent with a run in the project."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(connected(api.server.url, agent_token("Ada"))) as agent,
    ):
        yield Remote(portal, agent, "Ada").start(planned)


@pytest.fixture
def ben(api: Api, agent_token: Callable[[str], str]) -> Iterator[Api]:  # noqa: F811
    """Ben, an agent over REST."""
    ben = Api(api.server, agent_token("Ben"), "Ben")
    yield ben
    ben.http.close()


@pytest.fixture
def station(pages: Pages, api: Api, planned: str) -> Page:
    """The agents' station as the project's owner sees it."""
    return open_agents(pages, api, planned)


def open_agents(pages: Pages, person: Api, project: str, *rest: Any, **options: Any) -> Page:
    place = "/".join(["/#/projects", project, "agents", *map(str, rest)])
    page = pages.open(place, person, **options)
    expect(page.get_by_role("heading", name="Claims")).to_be_visible()
    return page


def waiting(page: Page) -> Locator:
    return page.get_by_role("region", name="Waiting for a person")


def held(page: Page, resource: str) -> Locator:
    return page.locator(f"[data-claim='{resource}']")


def events(api: Api, project: str, kind: str) -> list[dict[str, Any]]:
    return api.get(f"projects/{project}/events/?types={kind}&limit=200")["results"]


# Questions


def test_a_person_answers_on_the_page_what_an_agent_asks_and_the_agent_reads_it(station: Page, ada: Remote) -> None:
    expect(waiting(station)).to_contain_text("No agent waits for a person.")
    work = ada.does("claim_next_task", run=ada.agent.run)
    ada.asks("Which engine?", options=["Godot", "Unity"], code=work["task"]["code"])
    question = waiting(station).get_by_role("article", name="Ada asks")
    expect(question).to_contain_text("Which engine?")
    expect(question).to_contain_text(work["task"]["code"])
    expect(station.get_by_role("link", name=re.compile("^Agents.*1"))).to_be_visible()
    expect(station.get_by_role("article", name="Ada", exact=True)).to_contain_text("waits for an answer")

    question.get_by_role("button", name="Godot").click()
    expect(waiting(station)).to_contain_text("No agent waits for a person.")
    expect(station.get_by_role("article", name="Ada", exact=True)).to_contain_text(
        re.compile("Godot.*answered by.*admin")
    )
    [answer] = ada.does("heartbeat", **grip(work))["answers"]
    assert answer["answer"] == "Godot"


def test_an_answer_in_ones_own_words_is_sent_from_the_keyboard(
    station: Page, ada: Remote, api: Api, planned: str
) -> None:
    ada.asks("How high shall the hero jump?", options=["Two tiles"])
    words = waiting(station).get_by_role("textbox", name="Or in your own words")
    words.fill("Three, when the key is held.")
    ada.asks("And how far?")
    expect(waiting(station).get_by_role("article")).to_have_count(2)
    expect(words).to_have_value("Three, when the key is held.")
    words.press("Control+Enter")
    expect(waiting(station).get_by_role("article")).to_have_count(1)
    [answered] = events(api, planned, "question.answered")
    assert answered["payload"]["answer"] == "Three, when the key is held."


def test_questions_that_waited_before_the_page_came_are_there_also_behind_other_words(
    pages: Pages, ada: Remote, api: Api, planned: str
) -> None:
    ada.asks("Which engine?")
    ada.does("log_decision", run=ada.agent.run, text="Tiles of 16 pixels", why="As the brief says")
    page = pages.open(f"/#/projects/{planned}/board", api)
    page.get_by_role("link", name=re.compile("^Agents.*1")).click()
    expect(waiting(page)).to_contain_text("Which engine?")


# Runs and claims


def test_a_claim_is_taken_away_and_its_holder_told(station: Page, ada: Remote, api: Api, planned: str) -> None:
    work = ada.does("claim_next_task", run=ada.agent.run)
    code = work["task"]["code"]
    ada.does("report_progress", **grip(work), percent=30, note="Half of the tiles")
    expect(held(station, code)).to_contain_text("Ada")
    expect(station.get_by_role("article", name="Ada", exact=True)).to_contain_text(work["task"]["title"])

    held(station, code).get_by_role("button", name=re.compile("Take .* away from Ada")).click()
    reason = held(station, code).get_by_role("textbox")
    expect(reason).to_be_focused()
    reason.press("Escape")
    expect(held(station, code).get_by_role("button", name=re.compile("away from Ada"))).to_be_focused()
    station.keyboard.press("Enter")
    reason.fill("I do this one myself.")
    held(station, code).get_by_role("button", name="Take away", exact=True).click()

    expect(held(station, code)).to_have_count(0)
    ada.refused("report_progress", "stale_claim", **grip(work), percent=60)
    [told] = events(api, planned, "task.released")
    assert (told["payload"]["how"], told["payload"]["reason"]) == ("taken", "I do this one myself.")


def test_what_only_one_may_hold_is_shown_until_it_is_given_back(station: Page, api: Api, planned: str) -> None:
    claim = api.post(f"projects/{planned}/claims/", {"resource": "unity:editor:1"}, expect=201)
    expect(held(station, "unity:editor:1")).to_contain_text(re.compile("exclusive.*admin", re.DOTALL))
    api.post(f"claims/{claim['claim']}/release/", expect=200)
    expect(held(station, "unity:editor:1")).to_have_count(0)


def test_a_claim_that_ran_out_leaves_the_page(station: Page, api: Api, planned: str) -> None:
    api.post(f"projects/{planned}/claims/", {"resource": "unity:editor:1", "ttl": 5}, expect=201)
    expect(held(station, "unity:editor:1")).to_be_visible()
    expect(held(station, "unity:editor:1")).to_have_count(0, timeout=30_000)


def test_a_run_is_stopped_and_gives_up_what_it_held(station: Page, ada: Remote, api: Api, planned: str) -> None:
    work = ada.does("claim_next_task", run=ada.agent.run)
    expect(held(station, work["task"]["code"])).to_be_visible()
    station.get_by_role("button", name="Stop Ada").click()
    station.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(held(station, work["task"]["code"])).to_have_count(0)
    station.get_by_text("Ended runs (1)").click()
    expect(station.get_by_role("article", name="Ada", exact=True)).to_contain_text(
        re.compile("failed.*Stopped by admin", re.DOTALL)
    )
    assert api.get(f"runs/{ada.agent.run}/")["status"] == "error"


def test_the_address_of_a_run_leads_to_it_though_it_has_ended(pages: Pages, ben: Api, api: Api, planned: str) -> None:
    run = ben.post(f"projects/{planned}/runs/", {"agent": "Ben"}, expect=201)["id"]
    for number in range(60):
        ben.post(f"runs/{run}/activities/", {"kind": "thought", "body": f"Thought {number}"}, expect=201)
    ben.post(f"runs/{run}/end/", {"summary": "Nothing left to do."}, expect=200)
    page = open_agents(pages, api, planned, run)
    card = page.get_by_role("article", name="Ben", exact=True)
    expect(card).to_be_in_viewport()
    expect(card).to_contain_text("Nothing left to do.")
    expect(card.get_by_text("Thought 59")).to_be_visible()
    card.get_by_role("button", name="Read all of it").click()
    expect(card.get_by_text("Thought 0", exact=True)).to_be_visible()


# Tool calls

ARGUMENTS = {
    "path": "res://\u202egnp.exe",
    "nodes": [{"name": "Hero"}],
    "script": "extends Node\nfunc _ready():\n\tpass",
    "force": True,
}
ASK = """
import json
from django.db import transaction
from django.utils import timezone
from agents.engine.calls import request_call
from agents.models import Run, Tool, ToolServer
from gamedev_gateway.core.actors import Actor
from plans.models import Claim
from plans.services.claims import Grip
run = Run.objects.select_related("project", "user").get(pk={run})
server, _ = ToolServer.objects.get_or_create(name="godot", defaults={{"url": "http://127.0.0.1:9/mcp"}})
server.projects.add(run.project)
claim = Claim.objects.get(run=run.pk, ended_at=None)
actor = Actor.agent(run.user, id=run.actor["id"], name=run.actor["name"])
for name in {tools}:
    Tool.objects.get_or_create(server=server, name=name, defaults={{"digest": "0" * 64, "seen_at": timezone.now()}})
    arguments = json.loads({arguments!r})
    request_call(run.project, "godot", name, arguments, grip=Grip(claim.pk, claim.fence), actor=actor)
"""
"""A server of tools where nobody answers; and an agent that asks for some of them, which need a person's word."""


def wants_to_call(server: Server, ada: Remote, *tools: str) -> None:
    """Ada asks for calls of tools that need a person's word."""
    script = ASK.format(run=ada.agent.run, tools=list(tools), arguments=json.dumps(ARGUMENTS))
    manage("shell", "-v", "0", "-c", script, env=server.env)


def test_a_person_reads_what_a_tool_is_to_do_before_the_word(
    station: Page, ada: Remote, api: Api, server: Server, planned: str
) -> None:
    ada.does("claim_next_task", run=ada.agent.run)
    wants_to_call(server, ada, "delete_scene", "build_game")
    call = waiting(station).get_by_role("article", name="Ada wants to call delete_scene")
    for line in ("res://‹U+202E›gnp.exe", "nodes.0.name", "Hero", "func _ready():", "true", "sensitive"):
        expect(call).to_contain_text(line)
    expect(station.get_by_role("link", name=re.compile("^Agents.*2"))).to_be_visible()

    call.get_by_role("button", name="Refuse…").click()
    call.get_by_role("textbox", name=re.compile("Why not")).fill("That scene is the only one.")
    call.get_by_role("button", name="Refuse", exact=True).click()
    expect(call).to_have_count(0)
    station.get_by_role("article", name="Ada wants to call build_game").get_by_role("button", name="Confirm").click()
    expect(waiting(station)).to_contain_text("No agent waits for a person.")

    found = {call["tool"]: call for call in api.get(f"projects/{planned}/tool-calls/")["results"]}
    assert (found["delete_scene"]["status"], found["delete_scene"]["reason"]) == (
        "refused",
        "That scene is the only one.",
    )
    assert found["build_game"]["decided_by"]["name"] == "admin"
    station.get_by_text("Latest tool calls").click()
    expect(station.get_by_role("row", name=re.compile("delete_scene"))).to_contain_text("That scene is the only one.")
    expect(station.get_by_role("row", name=re.compile("build_game"))).to_contain_text("failed", timeout=30_000)


# For everybody


def test_a_viewer_sees_what_happens_and_no_verb(
    pages: Pages, ada: Remote, planned: str, someone: Api, server: Server, join: Callable[..., Api]
) -> None:
    work = ada.does("claim_next_task", run=ada.agent.run)
    ada.asks("Which engine?", options=["Godot"])
    wants_to_call(server, ada, "build_game")
    page = open_agents(pages, join(planned, someone, "viewer"), planned)
    expect(waiting(page).get_by_role("article")).to_have_count(2)
    expect(held(page, work["task"]["code"])).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)


def test_what_agents_say_is_text(station: Page, ada: Remote) -> None:
    ada.asks(HOSTILE, options=["<b>bold</b>", "W" * 400])
    question = waiting(station).get_by_role("article")
    expect(question).to_contain_text("<script>document.title = 'owned'</script><img src=x")
    expect(question.get_by_role("button", name="<b>bold</b>")).to_be_visible()
    expect(station.locator("main").locator("img, script, b")).to_have_count(0)
    expect(station).not_to_have_title("owned")
    station.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(station)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_agents_are_accessible(
    pages: Pages,
    ada: Remote,
    api: Api,
    server: Server,
    planned: str,
    scheme: str,
    check_accessible: Callable[[Page], None],
) -> None:
    work = ada.does("claim_next_task", run=ada.agent.run)
    ada.asks("Which engine?", options=["Godot", "Unity"], code=work["task"]["code"])
    wants_to_call(server, ada, "build_game")
    page = open_agents(pages, api, planned, color_scheme=scheme)
    expect(waiting(page).get_by_role("article")).to_have_count(2)
    page.screenshot(path=SCREENSHOTS / f"agents-{scheme}.png")
    waiting(page).get_by_role("button", name="Refuse…").click()
    held(page, work["task"]["code"]).get_by_role("button").click()
    page.get_by_text("Latest tool calls").click()
    expect(page.get_by_role("table")).to_be_visible()
    check_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)
    check_accessible(page)
