"""The live page in chromium: how soon it is there, how soon it answers, and what many events cost it.

python -m benchmarks.page [--quick] [--tasks 500] [--events 50000] [--rate 200] [--seconds 60]

Wants Debian's chromium and the Python package playwright, as the tests do. Everything runs on the same cores: the browser draws by software.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks import table
from benchmarks.servers import ROOT, Running, gateway, gateway_env

OPTIONS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
DEPENDS_ON = 7
"""Every task but the first waits for the one so many before it."""
BATCHES_PER_SECOND = 20
LOADS = 5
SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
user = get_user_model().objects.get()
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session.create()
print(session.session_key)
"""
WATCH = """
window.longTasks = []; window.interactions = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => interactions.push(...list.getEntries().filter(({ interactionId }) => interactionId).map(({ duration }) => duration)))
    .observe({ type: "event", durationThreshold: 16, buffered: true });
const look = () => {
    if (document.querySelector(".task-card") && document.querySelector(".event")) window.shownAt = performance.now();
    else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""`shownAt`: milliseconds from the navigation to the frame in which the board and the feed are there."""


def session_of(running: Running) -> str:
    """The session of the one user that there is, who has no password."""
    env = {**os.environ, **gateway_env(running.log.parent)}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SIGN_IN]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout.strip()


def make_plan(running: Running, count: int, after: int = 0) -> list[int]:
    """The ids of the tasks of an accepted plan. Their codes follow the first `after`."""
    target = running.target
    tasks: list[dict[str, Any]] = [
        {
            "code": code_of(after + number),
            "title": f"Build part {number} of the level",
            "dependencies": [code_of(after + number - DEPENDS_ON)] if number > DEPENDS_ON * 8 else [],
        }
        for number in range(1, count + 1)
    ]
    plan = target.call("POST", f"/api/v1/projects/{target.project}/plans/", {"tasks": tasks})
    accepted = target.call("POST", f"/api/v1/plans/{plan['id']}/accept/", {})
    return [task["id"] for task in accepted["tasks"]]


def code_of(number: int) -> str:
    return f"T-{number:03d}"


def start_some(running: Running, tasks: list[int]) -> list[int]:
    """The ids of those that are in progress now: one in ten, if so many wait for nothing."""
    started = tasks[: min(len(tasks) // 10, DEPENDS_ON * 8)]
    for task in started:
        running.target.call("POST", f"/api/v1/tasks/{task}/start/", {})
    return started


@contextmanager
def events(running: Running, per_second: int, started: list[int]) -> Iterator[None]:
    """So many events a second meanwhile: reports in lists, and one in twenty is progress on a task."""
    target, over = running.target, threading.Event()
    path = f"/api/v1/projects/{target.project}/events/"
    said = [{"type": "update", "payload": {"text": target.text}}] * (per_second // BATCHES_PER_SECOND)

    def publish() -> None:
        number, due = 0, time.monotonic()
        while not over.is_set():
            number, due = number + 1, due + 1 / BATCHES_PER_SECOND
            has_progress = number % 2
            target.call("POST", path, said[has_progress:])  # type: ignore[arg-type]
            if has_progress:
                task = started[number % len(started)]
                target.call("POST", f"/api/v1/tasks/{task}/progress/", {"percent": number % 100})
            over.wait(max(due - time.monotonic(), 0))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def new_page(browser: Browser, running: Running, session: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url_of(running)}])
    context.add_init_script(WATCH)
    return context.new_page()


def url_of(running: Running) -> str:
    return f"http://{running.target.host}:{running.target.port}"


def load(page: Page, running: Running) -> float:
    """Milliseconds until the board is there."""
    page.goto("about:blank")
    page.goto(f"{url_of(running)}/#/projects/{running.target.project}/board")
    page.wait_for_selector(".event")
    return page.evaluate(
        "new Promise((done) => { const look = () => window.shownAt ? done(shownAt) : setTimeout(look, 20); look(); })"
    )


def first_view(browser: Browser, running: Running, session: str) -> dict[str, float]:
    cold = []
    for _ in range(LOADS):
        page = new_page(browser, running, session)
        cold.append(load(page, running))
        warm = [load(page, running) for _ in range(2)]
        page.context.close()
    return {"first view, nothing cached, ms": statistics.median(cold), "first view again, ms": min(warm)}


def interact(page: Page) -> None:
    """Open and close tasks, walk the board, filter it."""
    page.locator(".column.pending [data-code]").first.click()
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.get_by_label("Filter tasks").press_sequentially("part 4", delay=30)
    page.get_by_label("Filter tasks").fill("")
    page.get_by_label("Kinds of events").select_option("work")
    page.get_by_label("Kinds of events").select_option("all")


def under_load(page: Page, during: Callable[[], None]) -> dict[str, float]:
    """The page's long tasks and slowest interaction while something goes on."""
    page.evaluate("longTasks.length = interactions.length = 0")
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before, busy, begun = heap(session), busy_seconds(session), time.monotonic()
    during()
    share = 100 * (busy_seconds(session) - busy) / (time.monotonic() - begun)
    tasks, slow = page.evaluate("[longTasks, interactions]")
    after = heap(session)
    return {
        "tasks over 50 ms": len(tasks),
        "the longest, ms": max(tasks, default=0),
        "slowest interaction, ms": max(slow, default=16),
        "main thread at work, % of the time": share,
        "heap before, MB": before,
        "heap after, MB": after,
        "DOM nodes after": page.evaluate("document.querySelectorAll('*').length"),
    }


def heap(session: CDPSession) -> float:
    """Megabytes that are in use, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def busy_seconds(session: CDPSession) -> float:
    """Of a processor, that the page's main thread has used: who else works on the machine does not count."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def shown(page: Page) -> int:
    """The newest event that the page shows."""
    text = page.locator(".event .when").first.get_attribute("aria-label") or ""
    return int(text.split(",")[0].removeprefix("Event "))


def measure(browser: Browser, running: Running, asked: Any) -> Iterator[tuple[str, dict[str, float]]]:
    session, started = session_of(running), start_some(running, make_plan(running, asked.tasks))
    yield "First view", first_view(browser, running, session)
    page = new_page(browser, running, session)
    load(page, running)
    yield "At rest", under_load(page, lambda: interact(page))
    first = shown(page)
    with events(running, asked.rate, started):
        begun = time.monotonic()
        yield f"Events at {asked.rate} a second", under_load(page, lambda: page.wait_for_timeout(asked.seconds * 1000))
        rate = (shown(page) - first) / (time.monotonic() - begun)
        yield "Used meanwhile", {**under_load(page, lambda: interact(page)), "events shown a second": rate}


def main() -> None:
    asked = table.arguments(
        __doc__,
        tasks={"type": int, "default": 500},
        events={"type": int, "default": 50_000},
        rate={"type": int, "default": 200},
        seconds={"type": int, "default": 60},
    )
    asked.seconds = 10 if asked.quick else asked.seconds
    print(f"A project of {asked.tasks:,} tasks and {asked.events:,} events\n\n| | |\n|---|--:|")
    with gateway(asked.events) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for title, found in measure(browser, running, asked):
            for name, value in found.items():
                print(f"| {title}: {name} | {value:,.1f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
