"""The live page in a real browser against a real server. Whatever a test does, the browser must have had nothing to complain of."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.realtime.conftest import Api, api, people, planned, project, someone  # noqa: F401
from tests.servers import ROOT, Server

CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP = {"width": 1280, "height": 800}
SCREENSHOTS = ROOT / "tests/screenshots"
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""
REFUSALS = re.compile(r"/api/v1/")
"""That the gateway says no to a request, a browser tells as an error; to a page it is an answer."""
NPM = {"axe-core": "4.14.1"}
"""What only the tests need, with its version."""


class Pages:
    """Pages of people who are signed in, and what their browsers complained of.

    `allowed`: patterns of complaints that a test brings about itself, e.g. by stopping the server.
    """

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.allowed: list[str] = []

    def open(self, path: str, person: Api, **options: Any) -> Page:
        """A page of that person in a browser of its own, e.g. open("/#/projects/x/board", alice, color_scheme="dark")."""
        page = self.signed_in(person, **options)
        page.goto(path)
        return page

    def signed_in(self, person: Api, **options: Any) -> Page:
        """The same, before it goes anywhere."""
        page = self.new_page(**options)
        page.context.add_cookies([{"name": "sessionid", "value": session_of(person), "url": self.server.url}])
        return page

    def new_page(self, **options: Any) -> Page:
        context = self.browser.new_context(base_url=self.server.url, **{"viewport": DESKTOP, **options})
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.contexts.append(context)
        return context.new_page()

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSALS.search(message.location["url"]):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        allowed = re.compile("|".join(self.allowed) or r"(?!)")
        assert [each for each in self.complaints if not allowed.search(each)] == []


@cache
def session_of(person: Api) -> str:
    """The session of a person who signs in by the form; kept, since each checks a password."""
    with httpx.Client(base_url=person.server.url, timeout=30) as http:
        http.get("/login/")
        form = {"username": person.name, "password": password_of(person)}
        answer = http.post("/login/", data=form, headers={"X-CSRFToken": http.cookies["csrftoken"]})
        assert answer.status_code == 302, answer.text
        return http.cookies["sessionid"]


def password_of(person: Api) -> str:
    if person.name != "admin":
        return f"password-of-{person.name}"
    found = re.search(r"password\s+(\S+)", person.server.greeting_path.read_text())
    assert found, "The server told no password."
    return found[1]


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[Browser]:
    """Of a module and after the server, since Django refuses its database in a thread with Playwright's event loop."""
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def pages(browser: Browser, server: Server) -> Iterator[Pages]:
    pages = Pages(browser, server)
    yield pages
    pages.close()


@pytest.fixture
def board(pages: Pages, api: Api, planned: str) -> Page:  # noqa: F811
    """The board of a project with an accepted plan, as its owner sees it."""
    page = pages.open(f"/#/projects/{planned}/board", api)
    expect(page.locator("[data-code]").first).to_be_visible()
    return page


@pytest.fixture
def join(api: Api) -> Callable[[str, Api, str], Api]:  # noqa: F811
    """Let somebody into a project: join(project, someone, "viewer")."""

    def let_in(project_id: str, person: Api, role: str) -> Api:
        api.post(f"projects/{project_id}/members/", {"user": person.name, "role": role}, expect=201)
        return person

    return let_in


@pytest.fixture(scope="session")
def check_accessible(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page], None]:
    """axe finds nothing on a page, as it is now. Animations are over, since halfway colours are none."""
    axe = (npm_package("axe-core", tmp_path_factory.mktemp("npm")) / "axe.min.js").read_text()

    def check(page: Page) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
        )
        assert [told(violation) for violation in found["violations"]] == []

    return check


def told(violation: dict[str, Any]) -> str:
    """A finding of axe with the places where it was found."""
    nodes = [f"{node['html'][:160]} | {node['failureSummary']}" for node in violation["nodes"][:5]]
    return "\n  ".join([f"{violation['id']}: {violation['help']}", *nodes])


def npm_package(name: str, folder: Path) -> Path:
    """A package of npm that only tests use, in its pinned version."""
    if shutil.which("npm") is None:
        pytest.skip("needs Debian's npm")
    quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(["npm", "install", *quiet, "--prefix", str(folder), f"{name}@{NPM[name]}"], check=True, timeout=120)
    return folder / "node_modules" / name


def no_sideways_scrolling(page: Page) -> None:
    """The page as a whole fits the window's width."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways."
