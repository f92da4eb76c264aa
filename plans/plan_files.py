"""A plan as a file to take away: JSON and YAML that can be posted back, Markdown that people read."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import yaml
from pydantic import BaseModel, Field

from plans.spec import TaskSpec

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
STARTS_A_BLOCK = re.compile(r"^(?:[-+=]|\d+[.)])")


class PlanFile(BaseModel):
    """One version of a plan. `tasks` are what `POST projects/{id}/plans/` takes as its `tasks`."""

    format: Literal["gamedev-gateway-plan"] = "gamedev-gateway-plan"
    project: str
    name: str = Field(description="Of the project.")
    version: int
    status: Literal["proposed", "accepted", "superseded"]
    summary: str
    created_at: datetime
    tasks: list[TaskSpec]


def as_json(plan: PlanFile) -> str:
    return plan.model_dump_json(indent=2) + "\n"


def as_yaml(plan: PlanFile) -> str:
    return yaml.dump(plan.model_dump(mode="json"), Dumper=ExactDumper, sort_keys=False, allow_unicode=True, width=100)


class ExactDumper(yaml.SafeDumper):
    """Quotes with escapes what would be read as another text: PyYAML folds the line ends that only Unicode knows."""

    def represent_str(self, text: str) -> yaml.ScalarNode:
        plain = text.replace("\n", "").isprintable()
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


ExactDumper.add_representer(str, ExactDumper.represent_str)


def as_markdown(plan: PlanFile, states: Mapping[str, str] | None = None) -> str:
    """A page for a wiki: summary, a table of all tasks, then each task with its criteria as check boxes.

    `states` are the statuses of tasks by code; without them the plan is shown as not begun.
    """
    states = states or {}
    blocks = [
        f"# {inline(plan.name)}: plan version {plan.version}",
        f"{plan.status.capitalize()} · {plan.created_at:%Y-%m-%d} · {totals(plan.tasks)}",
        quoted(plan.summary),
        table(plan.tasks, states),
        *(section(task, states.get(task.code, "pending")) for task in plan.tasks),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def totals(tasks: Sequence[TaskSpec]) -> str:
    points = sum(task.estimates.story_points for task in tasks)
    hours = sum(task.estimates.time_hours for task in tasks)
    return f"{len(tasks)} tasks · {points} points · {hours:g} hours"


def table(tasks: Sequence[TaskSpec], states: Mapping[str, str]) -> str:
    head = "| Task | | Status | Priority | Points | Hours | Waits for |\n| --- | --- | --- | ---: | ---: | ---: | --- |"
    rows = [
        f"| {link(task.code)} | {inline(task.title)} | {states.get(task.code, 'pending').replace('_', ' ')} "
        f"| {task.priority} | {task.estimates.story_points} | {task.estimates.time_hours:g} "
        f"| {', '.join(map(link, task.dependencies))} |"
        for task in tasks
    ]
    return "\n".join([head, *rows])


def section(task: TaskSpec, state: str) -> str:
    """One task: heading, figures, description, criteria."""
    estimates = task.estimates
    figures = [f"Priority {task.priority}", f"{estimates.story_points} points", f"{estimates.time_hours:g} hours"]
    if task.dependencies:
        figures.append(f"waits for {', '.join(map(link, task.dependencies))}")
    blocks = [
        f'<a id="{task.code.lower()}"></a>\n\n## {task.code} {inline(task.title)}',
        " · ".join(figures),
        quoted(task.description),
        "\n".join(f"- [{'x' if state == 'done' else ' '}] {item(text)}" for text in task.acceptance),
        listing("Delivers", task.deliverables),
        listing("Tools", task.mcp_tools),
    ]
    return "\n\n".join(filter(None, blocks))


def listing(title: str, items: Sequence[str]) -> str:
    return f"{title}:\n\n" + "\n".join(f"- {item(text)}" for text in items) if items else ""


def link(code: str) -> str:
    return f"[{code}](#{code.lower()})"


def inline(text: str) -> str:
    """Text that stays text inside a heading, a table cell or a line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def item(text: str) -> str:
    """Text that stays text at the start of a list item."""
    escaped = inline(text)
    return STARTS_A_BLOCK.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], escaped)


def quoted(text: str) -> str:
    """Prose with its own Markdown, kept to itself by a quotation; tags are no tags."""
    lines = TAG.sub(r"\\<", text.strip()).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines) if text.strip() else ""
