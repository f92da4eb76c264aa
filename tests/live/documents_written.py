"""A gateway whose documents are written by a scripted model, at its pace, and what a page shows of them."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.llm.openai_server import Asked, Reply, ScriptedServer
from tests.realtime.conftest import Api

OUTLINE = [
    {"level": 1, "heading": "Vision", "brief": "What the game is."},
    {"level": 1, "heading": "Core loop", "brief": "What the player does."},
    {"level": 2, "heading": "Jumping", "brief": "How it feels."},
]
PROSE = """The hero **jumps** across floating islands, 島々を跳ぶ, and lands where the player *meant* to land.

- Read the gap, é, at a glance.
- Commit; correct in the air 👩‍🚀.

| Value | Start |
| --- | ---: |
| Jump height | 3 tiles |

> A good jump is one that players blame themselves for missing.

```
if on_floor:

    jump()
```

What is open is told at the end of section NUMBER, as it should be."""
expect.set_options(
    timeout=20_000
)  # the first section waits for the model's library to be loaded, on a machine that is busy
HOLDS_AT_MOST = 60
"""Seconds, lest a test that fails keeps the model waiting for ever."""
ENDS_WITHIN = 60_000
"""Milliseconds; a run of which a worker was lost goes on only after its lease."""


class Writer:
    """The model behind the gateway. Each section it is asked for gets a number of its own.

    `pace`: words a second; None: at once. `holds_after`: words of each section after which it says no more, until the run is cancelled.
    `hold`: it waits before each section until the test says `go_on`.
    """

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.text = PROSE
        self.pace: float | None = None
        self.holds_after: int | None = None
        self.turns: threading.Semaphore | None = None

    def hold(self) -> None:
        self.turns = threading.Semaphore(0)

    def go_on(self) -> None:
        assert self.turns is not None
        self.turns.release()

    def reply(self, asked: Asked) -> Reply:
        if self.turns is not None:
            self.turns.acquire(timeout=HOLDS_AT_MOST)
        number = len(self.server.requests)
        text = f"{self.text.replace('NUMBER', str(number))}\n\nSummary: Section {number} in one line."
        return Reply(text=text, tokens_per_second=self.pace, silent_after=self.holds_after)

    def asked(self) -> list[str]:
        """What it was told, section by section."""
        return [request.text_of("user") for request in self.server.requests]


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def writer(scripted: ScriptedServer) -> Writer:
    scripted.clear()
    writer = Writer(scripted)
    scripted.default = writer.reply
    return writer


def writes_with(scripted: ScriptedServer) -> dict[str, str]:
    """The settings of a gateway that this model writes for."""
    return {"OPENAI_BASE_URL": scripted.url, "GATEWAY_LLM": "openai-chat:scripted"}


def make(api: Api, project: str, **given: Any) -> dict[str, Any]:
    body = {"title": "The design", "outline": OUTLINE, **given}
    return api.post(f"projects/{project}/documents/", body, expect=201)


def stored(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    """The document as REST has it now."""
    return api.get(f"documents/{document['id']}/")


def patch(api: Api, path: str, **change: Any) -> dict[str, Any]:
    response = api.http.patch(f"/api/v1/{path}", json=change)
    assert response.status_code == 200, response.text
    return response.json()


def place(document: dict[str, Any]) -> str:
    """Where the document is on the page."""
    return f"/#/projects/{document['project']}/documents/{document['id']}"


def section(page: Page, heading: str) -> Locator:
    return page.get_by_role("region", name=heading, exact=True)


def text_of(page: Page, heading: str) -> Locator:
    return section(page, heading).locator(".text")


def act(page: Page, heading: str, what: str) -> None:
    """Choose something from a section's menu."""
    section(page, heading).locator("summary").click()
    section(page, heading).get_by_role("button", name=what).click()


def shows_end(page: Page, status: str = "ready") -> None:
    expect(page.locator(".work-bar")).to_contain_text(status, timeout=ENDS_WITHIN)


def shown(page: Page) -> list[list[str]]:
    """Each section's heading and what is drawn of its text, as HTML."""
    return page.evaluate(
        """[...document.querySelectorAll(".section")].map((section) => [
            section.querySelector("h2, h3, h4").innerText,
            section.querySelector(".text")?.innerHTML.replace(/<!--.*?-->/gs, "").trim() ?? "",
        ])"""
    )


def check_shows(page: Page, document: dict[str, Any]) -> None:
    """The page says what REST says: the same words in the same order, section by section, and the summary."""
    headings = page.locator(".section > header > :is(h2, h3, h4)")
    assert headings.all_inner_texts() == [part["heading"] for part in document["sections"]]
    for part in document["sections"]:
        if part["content"]:
            assert words(text_of(page, part["heading"]).inner_text()) == words(part["content"]), part["heading"]
        else:
            expect(text_of(page, part["heading"])).to_have_count(0)
    expect(page.locator(".in-short li")).to_have_text(document["global_summary"].splitlines())


def words(text: str) -> list[str]:
    """The words of a text; the marks of Markdown are none."""
    return re.findall(r"\w+", text)
