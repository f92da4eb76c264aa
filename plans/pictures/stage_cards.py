"""A big plan as a row of stages, read like lines of a book."""

from collections import Counter
from collections.abc import Sequence

from plans.analysis import PlanAnalysis
from plans.pictures.stages import Stage, stages_of, waits_for
from plans.pictures.style import count, document, hours, icon
from plans.pictures.svg import cut, element, group, label, number

CARD, TALL, GAP, ABREAST = 262, 128, 34, 4
"""Pixels: a card's width and height and the room between two; how many stand side by side."""


def draw_stages(plan: PlanAnalysis, title: str) -> str:
    stages = stages_of(plan)
    waits = waits_for(stages)
    body = [draw_stage(stage, waits[stage.number]) for stage in stages]
    arrows = [draw_arrow(stage.number) for stage in stages[1:]]
    rows = -(-len(stages) // ABREAST)
    notes = [
        f"{count(len(plan.tasks), 'task')} on {count(len(plan.levels), 'level')}, at least {hours(plan.hours)} of work one "
        f"after another; {hours(plan.hours_left)} of that are left.",
        f"Too many to draw one by one: they are folded into {count(len(stages), 'stage')} in the order of the work.",
        f"See the tasks around one of them with ?focus=, for example ?focus={example(plan)}&depth=2.",
    ]
    width = min(len(stages), ABREAST) * (CARD + GAP) - GAP
    return document(title, notes, [*arrows, *body], width=width, height=rows * (TALL + GAP) - GAP)


def example(plan: PlanAnalysis) -> str:
    """A task that a reader may want to look at: the next one, else the first on the critical path that is not done."""
    left = [task.code for task in plan.tasks if task.critical and task.status != "done"]
    return plan.next or (left or plan.critical_path)[0]


def place(number: int) -> tuple[float, float]:
    row, column = divmod(number - 1, ABREAST)
    return column * (CARD + GAP), row * (TALL + GAP)


def draw_arrow(stage: int) -> str:
    """From the stage before; on a new line from below the one above, back to the left."""
    x, y = place(stage)
    middle = y + TALL / 2
    if x:
        way = f"M{number(x - GAP)} {number(middle)}h{GAP - 8}"
    else:
        from_x, half = place(stage - 1)[0] + CARD / 2, y - GAP / 2
        way = f"M{number(from_x)} {number(y - GAP)}V{number(half)}H-12V{number(middle)}h4"
    tip = f"M{number(x)} {number(middle)}l-8 -4.5v9z"
    return element("path", d=way, class_="hollow line-edge", stroke_width=1.5) + element("path", d=tip, class_="line")


def draw_stage(stage: Stage, waits: Counter[int]) -> str:
    x, y = place(stage.number)
    edge = "critical-edge" if stage.critical else "line-edge"
    width = 2 if stage.critical else 1
    says = f"Stage {stage.number}: {count(len(stage.tasks), 'task')}, {stage.told}"
    return group(
        says,
        element("rect", x=x, y=y, width=CARD, height=TALL, rx=8, class_=f"card {edge}", stroke_width=width),
        label(f"Stage {stage.number}", x + 12, y + 22, "ink strong"),
        label(f"{stage.levels} · {hours(stage.hours)}", x + CARD - 12, y + 22, "faint small end"),
        label(
            f"{count(len(stage.tasks), 'task')}, {stage.tasks[0].code} … {stage.tasks[-1].code}", x + 12, y + 40, "ink"
        ),
        *bar(stage, x + 12, y + 50, CARD - 24, 8),
        *counts(stage, x + 12, y + 66),
        *critical(stage, x + 12, y + 86),
        label(cut(after(waits), CARD - 24, 11), x + 12, y + TALL - 12, "faint small"),
        class_="stage",
    )


def bar(stage: Stage, x: float, y: float, width: float, tall: float) -> Sequence[str]:
    """One bar for all tasks, divided by where they stand."""
    parts = []
    for name, many in stage.counts.items():
        long = width * many / len(stage.tasks)
        parts.append(element("rect", x=x, y=y, width=long, height=tall, class_=name))
        x += long
    return parts


def counts(stage: Stage, x: float, y: float) -> Sequence[str]:
    parts = []
    for name, many in stage.counts.items():
        parts += [icon(name, x, y), label(str(many), x + 16, y + 10, f"{name} small")]
        x += 48
    return parts


def critical(stage: Stage, x: float, y: float) -> Sequence[str]:
    if not stage.critical:
        return []
    return [
        icon("critical", x, y),
        label(cut(", ".join(stage.critical), CARD - 44, 11), x + 18, y + 10, "critical small"),
    ]


def after(waits: Counter[int]) -> str:
    if not waits:
        return "waits for no other stage"
    told = ", ".join(f"{stage} ({many})" for stage, many in waits.most_common())
    return f"waits for stage {told}"
