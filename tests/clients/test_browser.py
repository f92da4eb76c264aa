"""The JavaScript client as a page uses it: in a real browser, from the gateway's own address, over a line that breaks."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.clients.cutting import Line, line_to
from tests.realtime.conftest import Api
from tests.servers import ROOT

CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CLIENT = ROOT / "clients/js/src/gateway.js"
pytestmark = [pytest.mark.stories, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]

OPEN = """async ({ project, token }) => {
    const { Gateway } = await import("/gateway.js");
    const askTicket = async () => {
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await fetch("/api/v1/auth/ws-ticket/", { method: "POST", headers });
        return await answer.json();
    };
    window.states = [];
    window.events = [];
    window.errors = [];
    window.gateway = new Gateway(location.origin, {
        credentials: askTicket,
        backoff: { base: 20, cap: 100 },
        onState: (state) => states.push(state.name),
    });
    gateway.subscribe(`project:${project}`, {
        after: 0,
        onEvent: (event) => events.push(event),
        onError: (error) => errors.push(String(error)),
    });
}"""
HAS_EVENTS = """(count) => new Promise((resolve, reject) => {
    const giveUp = Date.now() + 15_000;
    const look = () => {
        if (events.length >= count) resolve(events.length);
        else if (Date.now() > giveUp) reject(new Error(`${events.length} events; ${states}; ${errors}`));
        else setTimeout(look, 10);
    };
    look();
})"""
SAY = "([project, text]) => gateway.publish(project, 'chat', { text })"


@pytest.fixture
def line(api: Api) -> Iterator[tuple[Line, str]]:
    with line_to(api.server.url) as made:
        yield made


@pytest.fixture
def page(line: tuple[Line, str]) -> Iterator[Page]:
    """A page at the near end of the line, which also finds the client there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page()
        page.route("**/gateway.js", lambda route: route.fulfill(path=CLIENT, content_type="text/javascript"))
        page.goto(f"{line[1]}/healthz")
        yield page
        browser.close()


def test_a_page_sees_every_event_once_over_a_line_that_breaks(
    page: Page, line: tuple[Line, str], api: Api, project: str
) -> None:
    page.evaluate(OPEN, {"project": project, "token": api.token})
    api.chat(project, "before")
    assert page.evaluate(HAS_EVENTS, 2) == 2
    for number in range(3):
        line[0].cut()
        api.chat(project, f"while it was away {number}")
        assert page.evaluate(HAS_EVENTS, 3 + number) == 3 + number
    page.evaluate(SAY, [project, "said in the page"])
    assert page.evaluate(HAS_EVENTS, 6) == 6
    page.evaluate("gateway.close()")
    states = page.evaluate("states")
    assert page.evaluate("errors") == []
    assert page.evaluate("events") == api.get(f"projects/{project}/events/?limit=200")["results"]
    assert states[:2] == ["connecting", "open"]
    assert states.count("open") == 4
    assert states[-1] == "closed"
