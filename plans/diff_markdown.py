"""A diff as a page for people: what a proposal changes, in Markdown for a wiki, a chat or a pull request."""

from collections.abc import Iterable, Sequence
from typing import Any

from plans.diff import ChangedTask, FieldChange, MovedTask, PlanDiff, Totals
from plans.diff_words import Part
from plans.plan_files import inline
from plans.spec import TaskSpec

LABELS = {"dependencies": "Waits for", "acceptance": "Acceptance criteria", "mcp_tools": "MCP tools"}
NEAR = 40
"""How many characters of unchanged text are shown beside a change."""


def diff_as_markdown(diff: PlanDiff) -> str:
    """The size of the change first, then what is added, dropped, split, merged, changed and moved, a list each.

    What went is struck through, what came is bold, or underlined inside of a text.
    """
    if diff.is_empty:
        return "Nothing changed.\n"
    known: list[TaskSpec | ChangedTask | MovedTask] = [*diff.dropped, *diff.changed, *diff.moved, *diff.added]
    titles = {task.code: task.title for task in known}
    blocks = [
        summary(diff),
        listed("Added", map(new_task, diff.added)),
        listed("Dropped", (f"~~{name(task.code, task.title)}~~" for task in diff.dropped)),
        listed("Split", (f"{named(each.code, titles)} into {all_named(each.into, titles)}" for each in diff.split)),
        listed("Merged", (f"{all_named(each.codes, titles)} into {each.into}" for each in diff.merged)),
        listed("Changed", map(changed_task, diff.in_detail().changed)),
        listed("Moved", map(moved_task, diff.moved)),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def listed(title: str, items: Iterable[str]) -> str:
    lines = "\n".join(f"- {item}" for item in items)
    return f"### {title}\n\n{lines}" if lines else ""


def name(code: str, title: str) -> str:
    return f"{code} {inline(title)}"


def named(code: str, titles: dict[str, str]) -> str:
    return name(code, titles[code]) if code in titles else code


def all_named(codes: Sequence[str], titles: dict[str, str]) -> str:
    return ", ".join(named(code, titles) for code in codes)


# The size


def summary(diff: PlanDiff) -> str:
    """How many tasks, and what becomes of the totals."""
    parts: dict[str, Sequence[object]] = {
        "added": diff.added,
        "dropped": diff.dropped,
        "changed": diff.changed,
        "moved": diff.moved,
    }
    counts = ", ".join(f"{len(tasks)} {verb}" for verb, tasks in parts.items() if tasks)
    before, after = figures(diff.totals["from"]), figures(diff.totals["to"])
    rows = [
        f"| {label} | {before[label]:g} | {after[label]:g} | {after[label] - before[label]:+g} |" for label in after
    ]
    return "\n".join([f"**{counts}**", "", "| | before | after | |", "| --- | ---: | ---: | ---: |", *rows])


def figures(totals: Totals) -> dict[str, float]:
    return {
        "Tasks": totals.tasks,
        "Points": totals.story_points,
        "Hours": totals.time_hours,
        "Hours on the critical path": totals.critical_hours,
    }


# Tasks


def new_task(task: TaskSpec) -> str:
    waits = [f"waits for {', '.join(task.dependencies)}"] if task.dependencies else []
    size = [f"{task.estimates.story_points} points", f"{task.estimates.time_hours:g} hours"]
    return "\n  - ".join(
        [
            f"**{name(task.code, task.title)}** ({', '.join([*size, *waits])})",
            *(inline(line) for line in task.acceptance),
        ]
    )


def moved_task(task: MovedTask) -> str:
    return f"{name(task.code, task.title)}: from place {task.before + 1} to {task.after + 1}"


def changed_task(task: ChangedTask) -> str:
    changes = (f"{label(field)}: {change_in_words(change)}" for field, change in task.fields.items())
    return "\n  - ".join([f"**{name(task.code, task.title)}**", *changes])


def label(field: str) -> str:
    return LABELS.get(field, field.capitalize())


def change_in_words(change: FieldChange) -> str:
    """A field, its `in_detail()` told."""
    if change.words is not None:
        return "".join(marked(part) for part in change.words)
    if change.added or change.removed:
        return ", ".join([*(gone(item) for item in change.removed or ()), *(new(item) for item in change.added or ())])
    return f"{gone(value_in_words(change.before))} {new(value_in_words(change.after))}"


def value_in_words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['story_points']} points, {value['time_hours']:g} hours"
    return ", ".join(value) if isinstance(value, list) else str(value)


def marked(part: Part) -> str:
    """A run of text with its mark; of a long one that stayed only what is near a change.

    Tags, since Markdown's own marks do not work beside every letter and sign.
    """
    text = inline(part.text)
    marks = {"same": shortened(text), "gone": f"<del>{text}</del>", "new": f"<ins>{text}</ins>"}
    return spaced(part.text, marks[part.kind])


def spaced(text: str, written: str) -> str:
    """What is written for a text, with a space where the text begins or ends with one."""
    if not text.strip():
        return " "
    return f"{' ' * text[0].isspace()}{written}{' ' * text[-1].isspace()}"


def shortened(text: str) -> str:
    if len(text) <= 2 * NEAR + 3:
        return text
    first, last = text[:NEAR].rsplit(" ", 1)[0], text[-NEAR:].split(" ", 1)[-1]
    return f"{first} … {last}"


def gone(text: str) -> str:
    return f"~~{inline(text)}~~"


def new(text: str) -> str:
    return f"**{inline(text)}**"
