"""What the live page holds in memory while agents play one plan after another as fast as they can.

python -m benchmarks.page_memory [--quick] [--tasks 500] [--events 50000] [--agents 4] [--minutes 10]

Wants what `benchmarks.page` wants. Each line is taken after a garbage collection; the last one, of the same page loaded anew,
is what it holds of the project as it then is.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from benchmarks import table
from benchmarks.page import OPTIONS, heap, load, make_plan, new_page, session_of, shown, url_of
from benchmarks.servers import ROOT, Running, gateway, gateway_env


class Play(threading.Thread):
    """A plan of so many tasks is accepted and played to its end by `simulate`, again and again."""

    def __init__(self, running: Running, tasks: int, agents: int) -> None:
        super().__init__()
        self.running, self.tasks = running, tasks
        options = ["--agents", str(agents), "--speed", "max", "--url", url_of(running), "--no-progress"]
        self.command = [sys.executable, "manage.py", "simulate", running.target.project, *options]
        self.over = threading.Event()
        self.played = 0

    def run(self) -> None:
        env = {**os.environ, **gateway_env(self.running.log.parent)}
        while not self.over.is_set():
            make_plan(self.running, self.tasks, after=self.tasks * self.played)
            with subprocess.Popen(self.command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as simulation:
                while simulation.poll() is None:
                    if self.over.wait(0.2):
                        simulation.terminate()
            self.played += simulation.returncode == 0


@contextmanager
def played(running: Running, tasks: int, agents: int) -> Iterator[Play]:
    play = Play(running, tasks, agents)
    play.start()
    try:
        yield play
    finally:
        play.over.set()
        play.join()


def main() -> None:
    asked = table.arguments(
        __doc__,
        tasks={"type": int, "default": 500},
        events={"type": int, "default": 50_000},
        agents={"type": int, "default": 4},
        minutes={"type": int, "default": 10},
    )
    minutes, seconds = (2, 10) if asked.quick else (asked.minutes, 60)
    print(
        f"| after {seconds} s × | heap, MB | DOM nodes | events shown since the beginning | plans played |\n|--:|--:|--:|--:|--:|"
    )
    with gateway(asked.events) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = new_page(browser, running, session_of(running))
        with played(running, asked.tasks, asked.agents) as play:
            load(page, running)
            inspector, first = page.context.new_cdp_session(page), shown(page)

            def row(after: object) -> None:
                nodes = page.evaluate("document.querySelectorAll('*').length")
                came = f"{shown(page) - first:,}"
                print(f"| {after} | {heap(inspector):.2f} | {nodes} | {came} | {play.played} |", flush=True)

            row(0)
            for minute in range(1, minutes + 1):
                page.wait_for_timeout(seconds * 1000)
                row(minute)
        load(page, running)
        row("loaded anew")
        browser.close()


if __name__ == "__main__":
    main()
