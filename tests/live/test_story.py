"""The whole story on the live page, by mouse and by keyboard alone: a brief, a plan, four agents, a document, a server that dies."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live.conftest import SCREENSHOTS, Pages, password_of
from tests.live.documents_written import (
    Writer,
    check_shows,
    scripted,  # noqa: F401
    section,
    shown,
    shows_end,
    text_of,
    writer,  # noqa: F401
    writes_with,
)
from tests.llm.openai_server import ScriptedServer
from tests.realtime.conftest import Api
from tests.servers import ROOT, Server, free_port, running_server

pytestmark = pytest.mark.stories

BRIEF = (ROOT / "tests/data/briefs/accessible-archery.md").read_text()
LOST = r"WebSocket|ERR_|Failed to load resource"
"""What a browser complains of when its line breaks."""
AGENTS = 4
PLAYS_WITHIN = 120
SLOW = 60
"""Words a second: a section takes a second."""


class Gateway:
    """A gateway that dies and comes back, at one address and with one database."""

    def __init__(self, folder: Path, database: Path | None, models: dict[str, str]) -> None:
        self.folder, self.database, self.models, self.port = folder, database, models, free_port()
        self.running = ExitStack()

    def start(self, **env: str) -> Server:
        server = running_server(self.folder, env=env, port=self.port, measured=False, database=self.database)
        self.server = self.running.enter_context(server)
        return self.server

    def start_again(self) -> None:
        """With documents written by a model that takes its time."""
        self.start(**self.models)

    def die(self) -> None:
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait(10)


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_database: Path | None,
    scripted: ScriptedServer,  # noqa: F811
) -> Iterator[Gateway]:
    gateway = Gateway(tmp_path_factory.mktemp("story"), migrated_database, writes_with(scripted))
    with gateway.running:
        yield gateway


@pytest.fixture(scope="module")
def server(gateway: Gateway) -> Server:
    """As it first starts: templates write."""
    return gateway.start()


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.token)
    yield api
    api.http.close()


class Hands(Protocol):
    """A way to use a page."""

    def press(self, target: Locator) -> None: ...

    def write(self, target: Locator, text: str) -> None: ...

    def choose(self, target: Locator, option: str) -> None: ...


class Mouse:
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.click()
        target.fill(text)

    def choose(self, target: Locator, option: str) -> None:
        target.select_option(option)


IS_BEFORE = (
    "(wanted) => Boolean(wanted.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)"
)


class Keyboard:
    """No mouse at all: what is wanted is reached by the Tab key, from wherever one is; back with Shift."""

    MOST_TABS = 60

    def press(self, target: Locator) -> None:
        self.reach(target)
        target.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        target.page.keyboard.press("Control+A")
        target.page.keyboard.insert_text(text)

    def choose(self, target: Locator, option: str) -> None:
        self.reach(target)
        target.page.keyboard.type(option)

    def reach(self, target: Locator) -> None:
        expect(target).to_be_enabled()
        tab = "Shift+Tab" if target.evaluate(IS_BEFORE) else "Tab"
        for _ in range(self.MOST_TABS):
            if target.evaluate("(wanted) => wanted === document.activeElement"):
                return
            target.page.keyboard.press(tab)
        raise AssertionError(f"{target} cannot be reached by the Tab key.")


@pytest.mark.parametrize("hands", [Mouse(), Keyboard()], ids=["by mouse", "by keyboard"])
def test_a_game_from_its_brief_to_its_end(
    pages: Pages,
    api: Api,
    gateway: Gateway,
    writer: Writer,  # noqa: F811
    hands: Hands,
    request: pytest.FixtureRequest,
) -> None:
    writer.pace = SLOW
    pages.allowed.append(LOST)
    page = pages.new_page()
    sign_in(page, hands, api)
    project = make_project(page, hands, name=f"Archery {request.node.callspec.id}")
    agree_on_a_plan(page, hands)
    play_with_agents(page, gateway.server, project)
    check_board(page, api, project)
    claims = api.get(f"projects/{project}/events/?after=0&types=task.claimed&limit=200")["results"]
    assert len({event["actor"]["name"] for event in claims}) == AGENTS

    gateway.die()
    gateway.start_again()
    document = make_document(page, hands, api, project)
    other = pages.open(f"/#/projects/{project}/documents/{document}", api)
    hands.press(page.get_by_role("button", name=re.compile(r"^Write \d+ sections$")))
    headings = [part["heading"] for part in api.get(f"documents/{document}/")["sections"]]
    for each in (page, other):
        expect(text_of(each, headings[1])).to_contain_text("across")
    take_picture(page, "document-writing")
    gateway.die()
    expect(page.get_by_text(re.compile("connection is lost", re.IGNORECASE)).first).to_be_visible()
    gateway.start_again()
    for each in (page, other):
        shows_end(each)
        expect(section(each, headings[-1])).to_be_visible()
        check_shows(each, api.get(f"documents/{document}/"))
    assert shown(page) == shown(other)
    take_picture(page, "document-done")
    page.goto(f"/#/projects/{project}/board")
    check_board(page, api, project)


def sign_in(page: Page, hands: Hands, person: Api) -> None:
    page.goto("/")
    hands.write(page.get_by_label("Username"), person.name)
    hands.write(page.get_by_label("Password"), password_of(person))
    hands.press(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def make_project(page: Page, hands: Hands, name: str) -> str:
    """From a brief that is pasted; its id."""
    hands.press(page.get_by_role("button", name="New project"))
    form = page.get_by_role("dialog", name="New project")
    hands.press(form.get_by_role("button", name="A brief as a text"))
    hands.write(form.get_by_label("Name"), name)
    hands.write(form.get_by_role("textbox", name="A brief as a text"), BRIEF)
    take_picture(page, "brief")
    hands.press(form.get_by_role("button", name="Make the project"))
    page.wait_for_url("**/plans")
    return page.url.split("/projects/")[1].split("/")[0]


def agree_on_a_plan(page: Page, hands: Hands) -> None:
    hands.press(page.get_by_role("button", name="New plan from the brief"))
    hands.press(page.get_by_role("dialog").get_by_role("button", name="Write it"))
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    take_picture(page, "plan")
    hands.write(page.get_by_label("Refine this version"), "Add a high score table")
    hands.press(page.get_by_role("button", name="Refine", exact=True))
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    hands.press(page.get_by_label(re.compile("^Parts of version 2")).get_by_role("link", name="Changes"))
    hands.press(page.get_by_role("button", name="Accept all of it"))
    hands.press(page.get_by_role("dialog").get_by_role("button", name="Accept", exact=True))
    expect(page.get_by_text("Version 2 is the plan now.").first).to_be_visible()
    take_picture(page, "accepted")
    hands.press(page.get_by_role("navigation").get_by_role("link", name="Board"))


def play_with_agents(page: Page, server: Server, project: str) -> None:
    """Four agents at work, seen on the board, until all is done."""
    command = [
        sys.executable,
        "manage.py",
        "simulate",
        project,
        "--agents",
        str(AGENTS),
        "--speed",
        "20",
        "--no-progress",
    ]
    told = [*command, "--url", server.url]
    with subprocess.Popen(told, cwd=ROOT, env=server.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as agents:
        expect(page.locator(".column.in_progress [data-code]").nth(1)).to_be_visible(timeout=PLAYS_WITHIN * 1000)
        take_picture(page, "agents-at-work")
        output, _ = agents.communicate(timeout=PLAYS_WITHIN)
    assert agents.returncode == 0, output.decode()


def check_board(page: Page, api: Api, project: str) -> None:
    """Each task is in the column that REST says."""
    state = api.get(f"projects/{project}/state/")
    for status in ("pending", "in_progress", "blocked", "done"):
        codes = sorted(task["code"] for task in state["tasks"] if task["status"] == status)
        expect(page.locator(f".column.{status} [data-code]")).to_have_count(len(codes))
        assert sorted(codes_in(page, status)) == codes


def codes_in(page: Page, status: str) -> list[str]:
    cards: list[Any] = page.locator(f".column.{status} [data-code]").evaluate_all(
        "cards => cards.map((card) => card.dataset.code)"
    )
    return cards


def make_document(page: Page, hands: Hands, api: Api, project: str) -> int:
    hands.press(page.get_by_role("navigation").get_by_role("link", name="Documents"))
    hands.press(page.get_by_role("button", name="New document"))
    form = page.get_by_role("dialog", name="New document")
    hands.write(form.get_by_label("Title"), "The design")
    hands.choose(form.get_by_label("Kind"), "Pitch")
    hands.press(form.get_by_role("button", name="Create"))
    expect(page.get_by_role("heading", name="The design", level=1)).to_be_visible()
    return api.get(f"projects/{project}/documents/")["results"][0]["id"]


def take_picture(page: Page, station: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"story-{station}.png")
