"""How the play is shown: a progress bar for people, lines for logs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column

from gamedev_gateway.simulation.agent import Json
from gamedev_gateway.simulation.story import Step

TELLING = ("text", "question", "description", "handoff", "path")


class Tally:
    """Counts what was done, and forgets nothing that the summary needs."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.started = time.monotonic()
        self.tasks: list[Json] = []
        self.steps = 0

    def board(self, tasks: list[Json]) -> None:
        self.tasks = tasks

    def step(self, task: Json, step: Step) -> None:
        self.steps += 1
        self.console.print(f"{task['code']} {step.verb:9} {escape(wording(step))}", highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        self.console.print(f"[yellow]{escape(text)}[/]", highlight=False, soft_wrap=True)

    @property
    def done(self) -> list[Json]:
        return [task for task in self.tasks if task["status"] == "done"]

    def summary(self) -> str:
        seconds = time.monotonic() - self.started
        points = f"{points_of(self.done)} of {points_of(self.tasks)} points"
        return f"{len(self.done)} of {len(self.tasks)} tasks done, {points}, {seconds:.1f} s"


class Bar(Tally):
    """The same with a bar: tasks, points, and what goes on right now."""

    def __init__(self, console: Console, progress: Progress) -> None:
        super().__init__(console)
        self.progress = progress
        self.row = progress.add_task("reading the plan", total=None, points="")

    def board(self, tasks: list[Json]) -> None:
        super().board(tasks)
        points = f"{points_of(self.done)}/{points_of(tasks)} points"
        self.progress.update(self.row, total=len(tasks), completed=len(self.done), points=points)

    def step(self, task: Json, step: Step) -> None:
        self.steps += 1
        text = f"{task['code']} {task['title']}: {wording(step)}"
        self.progress.update(self.row, description=escape(text))

    def note(self, text: str) -> None:
        self.progress.update(self.row, description=escape(text))


@contextmanager
def reporting(*, bar: bool) -> Iterator[Tally]:
    """A bar where there is a terminal for it, else lines."""
    console = Console()
    if not (bar and console.is_terminal):
        yield Tally(console)
        return
    columns = [
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total} tasks"),
        TextColumn("{task.fields[points]}"),
        TextColumn("{task.description}", table_column=one_line()),
    ]
    with Progress(*columns, console=console, expand=True) as progress:
        yield Bar(console, progress)


def one_line() -> Column:
    return Column(no_wrap=True, overflow="ellipsis", ratio=1)


def points_of(tasks: list[Json]) -> int:
    return sum(task["estimates"]["story_points"] for task in tasks)


def wording(step: Step) -> str:
    """What a step says, in a line."""
    body = step.body
    if "percent" in body:
        return f"{body['percent']} % {body['note']}"
    return next((str(body[name]) for name in TELLING if body.get(name)), "")
