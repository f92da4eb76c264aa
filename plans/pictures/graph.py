"""The dependency graph of a plan, from left to right."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from plans.analysis import PlanAnalysis, TaskAnalysis
from plans.pictures.layout import Layout, lay_out
from plans.pictures.neighbourhood import Neighbourhood, around
from plans.pictures.stage_cards import draw_stages
from plans.pictures.stages import MOST_TASKS
from plans.pictures.style import STATUSES, count, document, hours, icon
from plans.pictures.svg import cut, element, group, label, number, width_of, window, wrap

CARD, TALL, GAP, BETWEEN, LINE = 212, 66, 14, 56, 16
"""Pixels: a card's width and height, the room below it, the room between columns, the room for a passing line."""


def draw_graph(plan: PlanAnalysis, name: str, focus: str | None = None, depth: int = 2) -> str:
    """The whole graph; one that is too big in stages; or the neighbourhood of the task `focus`, which the plan must have."""
    title = f"{name}: what waits for what"
    if focus is not None:
        return draw_tasks(plan, title, around(plan, focus, depth))
    if len(plan.tasks) > MOST_TASKS:
        return draw_stages(plan, title)
    return draw_tasks(plan, title, None)


def draw_tasks(plan: PlanAnalysis, title: str, near: Neighbourhood | None) -> str:
    tasks = near.tasks if near else plan.tasks
    edges, implied = essential({task.code: task.dependencies for task in tasks}, plan.levels)
    levels = compact({task.code: task.level for task in tasks})
    layout = lay_out(levels, edges, card=TALL + GAP, line=LINE)
    path = set(pairwise(plan.critical_path))
    body = [
        *(draw_line(layout, levels, line, line in path) for line in sorted(layout.lines, key=path.__contains__)),
        *(draw_card(task, left(levels[task.code]), layout.heights[task.code], near) for task in tasks),
    ]
    width = max(len(layout.columns) * (CARD + BETWEEN) - BETWEEN, 0)
    height = max((top + TALL / 2 for node, top in layout.heights.items() if isinstance(node, str)), default=0)
    return document(title, notes_of(plan, near, edges, implied), body, width=width, height=height)


def notes_of(
    plan: PlanAnalysis, near: Neighbourhood | None, edges: Mapping[str, Sequence[str]], implied: int
) -> list[str]:
    """What a reader must know about what is drawn and what is not."""
    notes = [f"{count(len(plan.tasks), 'task')}, at least {hours(plan.hours)} of work one after another."]
    if near:
        notes.append(f"Shown: {near.code} and what is within {count(near.depth, 'step')} before and after it.")
    if near and near.left_out:
        notes.append(f"{count(near.left_out, 'task')} further away would be too many to read: take a smaller depth.")
    drawn = sum(map(len, edges.values()))
    if implied:
        notes.append(f"Lines drawn: {drawn}. Dependencies that follow from these are not drawn: {implied}.")
    return notes


def compact(levels: Mapping[str, int]) -> dict[str, int]:
    """The same without empty levels."""
    column = {level: place for place, level in enumerate(sorted(set(levels.values())))}
    return {code: column[level] for code, level in levels.items()}


def essential(
    dependencies: Mapping[str, Sequence[str]], levels: Sequence[Sequence[str]]
) -> tuple[dict[str, list[str]], int]:
    """The dependencies among these tasks without those that follow from others, and how many those are."""
    order = [code for level in levels for code in level if code in dependencies]
    bits = {code: 1 << place for place, code in enumerate(order)}
    reach: dict[str, int] = {}
    edges: dict[str, list[str]] = {}
    implied = 0
    for code in order:
        direct = [before for before in dict.fromkeys(dependencies[code]) if before in bits]
        through = 0
        for before in direct:
            through |= reach[before]
        edges[code] = [before for before in direct if not bits[before] & through]
        implied += len(direct) - len(edges[code])
        reach[code] = through | sum(bits[before] for before in edges[code])
    return edges, implied


def left(level: int) -> float:
    return level * (CARD + BETWEEN)


def draw_line(layout: Layout, levels: Mapping[str, int], line: tuple[str, str], critical: bool) -> str:
    """A curve from the right side of one card to the left side of another, straight through the columns between."""
    before, after = line
    nodes = layout.lines[line]
    x, y = left(levels[before]) + CARD, layout.heights[before]
    way = [f"M{number(x)} {number(y)}"]
    for level, node in enumerate(nodes[1:], levels[before] + 1):
        way.append(curve(x, y, left(level) - (6 if node == after else 0), layout.heights[node]))
        x, y = left(level) + CARD, layout.heights[node]
        if node != after:
            way.append(f"H{number(x)}")
    name = "critical" if critical else "line"
    tip = f"M{number(left(levels[after]))} {number(y)}l-8 -4.5v9z"
    return element("path", d="".join(way), class_=f"hollow {name}-edge", stroke_width=3 if critical else 1.5) + element(
        "path", d=tip, class_=name
    )


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = number((x + to_x) / 2)
    return f"C{half} {number(y)} {half} {number(to_y)} {number(to_x)} {number(to_y)}"


def draw_card(task: TaskAnalysis, x: float, middle: float, near: Neighbourhood | None) -> str:
    y = middle - TALL / 2
    edge = "critical-edge" if task.critical else "line-edge"
    focus = near is not None and near.code == task.code
    body = [
        element("rect", x=x - 4, y=y - 4, width=CARD + 8, height=TALL + 8, rx=10, class_="ink thin") if focus else "",
        element(
            "rect",
            x=x,
            y=y,
            width=CARD,
            height=TALL,
            rx=7,
            class_=f"card {edge}",
            stroke_width=2 if task.critical else 1,
        ),
        icon(task.standing, x + 10, y + 9),
        label(task.code, x + 28, y + 19, "ink strong"),
        standing(task, x, y),
        label(hours(task.hours), x + CARD - (24 if task.critical else 10), y + 19, "faint small end"),
        icon("critical", x + CARD - 20, y + 9) if task.critical else "",
        window(x + 10, y + 24, CARD - 20, TALL - 30, *title_of(task)),
        progress(task, x, y),
    ]
    return group(told(task), *body, class_="task")


def standing(task: TaskAnalysis, x: float, y: float) -> str:
    """The word for where it stands, between its code and its hours."""
    begin = 36 + width_of(task.code, 13)
    room = CARD - begin - width_of(hours(task.hours), 11) - (30 if task.critical else 16)
    return label(cut(STATUSES[task.standing], room, 11), x + begin, y + 19, f"{task.standing} small")


def title_of(task: TaskAnalysis) -> Sequence[str]:
    lines = wrap(task.title, CARD - 20, 12, lines=2)
    return [label(line, 0, 14 + 16 * row, "ink") for row, line in enumerate(lines)]


def progress(task: TaskAnalysis, x: float, y: float) -> str:
    """How far a task in progress is, along the lower edge of its card."""
    if task.standing != "in_progress" or not task.progress:
        return ""
    width = (CARD - 20) * task.progress / 100
    return element("rect", x=x + 10, y=y + TALL - 5, width=width, height=3, rx=1.5, class_="in_progress")


def told(task: TaskAnalysis) -> str:
    """A task in a sentence, for screen readers and for the mouse."""
    parts = [f"{task.code} {task.title}: {STATUSES[task.standing]}", hours(task.hours)]
    if task.critical:
        parts.append("on the critical path")
    if task.dependencies:
        parts.append(f"after {', '.join(task.dependencies)}")
    return ", ".join(parts)
