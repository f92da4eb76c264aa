"""The schedule of a plan as bars over working hours."""

from collections.abc import Sequence

from plans.analysis import PlanAnalysis, TaskAnalysis
from plans.pictures.graph import told
from plans.pictures.scale import Scale
from plans.pictures.stage_cards import bar, example
from plans.pictures.stages import MOST_TASKS, Stage, stages_of
from plans.pictures.style import count, document, hours, icon
from plans.pictures.svg import cut, element, group, label, width_of, window

NAMES, WIDE, ROW, BAR, TOP = 300, 900, 28, 16, 26
"""Pixels: the columns of names and of bars, a row, a bar in it, and the room for the hours above."""
MARKS = 10


def draw_gantt(plan: PlanAnalysis, name: str) -> str:
    """A row for each task, in the order in which they can begin; for each stage where the plan is too big for that."""
    scale = Scale(plan.hours, WIDE)
    if len(plan.tasks) > MOST_TASKS:
        rows = [draw_stage(stage, scale, top_of(row)) for row, stage in enumerate(stages_of(plan))]
    else:
        order = sorted(plan.tasks, key=lambda task: task.start)
        rows = [draw_task(task, scale, top_of(row)) for row, task in enumerate(order)]
    tall = top_of(len(rows))
    body = [*hour_marks(scale, tall), *rows, *now(plan, scale, tall)]
    return document(f"{name}: schedule", notes_of(plan), body, width=NAMES + WIDE + 40, height=tall + 8)


def notes_of(plan: PlanAnalysis) -> list[str]:
    guessed = sum(not task.estimated for task in plan.tasks)
    notes = [
        f"In working hours from the start, with hands enough for up to {count(plan.most_at_once, 'task')} at once: at least "
        f"{hours(plan.hours)}, of which {hours(plan.hours_left)} are left. A dashed line is slack: time that a task can lose.",
        "The line “now” stands as far from the end as what is left will take.",
    ]
    if guessed:
        notes.append(f"Tasks without an estimate count as {hours(plan.default_hours)} each; here: {guessed}.")
    if len(plan.tasks) > MOST_TASKS:
        notes.append(
            f"{len(plan.tasks):,} tasks are too many for a row each: they are folded into stages in the order of the work. "
            f"See some of them with graph.svg?focus={example(plan)}."
        )
    return notes


def top_of(row: int) -> float:
    return TOP + row * ROW


def hour_marks(scale: Scale, tall: float) -> Sequence[str]:
    marks = []
    for value in scale.marks(MARKS):
        x = NAMES + scale.at(value)
        marks.append(element("path", d=f"M{x:.1f} {TOP - 6}V{tall:.1f}", class_="grid-edge"))
        marks.append(label(hours(value), x, TOP - 12, "faint small middle"))
    return marks


def now(plan: PlanAnalysis, scale: Scale, tall: float) -> Sequence[str]:
    """Where the work stands: so far from the end as the tasks that are not done will take."""
    if not plan.tasks:
        return []
    x = NAMES + scale.at(plan.hours - plan.hours_left)
    words = "all done" if plan.hours_left == 0 else "now"
    return [
        element("path", d=f"M{x:.1f} {TOP - 6}V{tall:.1f}", class_="in_progress-edge dashed", stroke_width=1.5),
        element("rect", x=x - 24, y=tall - 4, width=48, height=16, rx=8, class_="paper in_progress-edge"),
        label(words, x, tall + 8, "in_progress small middle"),
    ]


def draw_task(task: TaskAnalysis, scale: Scale, y: float) -> str:
    top, x, end = y + (ROW - BAR) / 2, NAMES + scale.at(task.start), NAMES + scale.at(task.finish)
    edge = "critical-edge" if task.critical else f"{task.standing}-edge"
    part = 1 if task.status == "done" else task.progress / 100
    middle, latest = y + ROW / 2, NAMES + scale.at(task.latest_finish)
    return group(
        f"{told(task)}, from {hours(task.start)} to {hours(task.finish)}, slack {hours(task.slack)}",
        icon(task.standing, 0, middle - 6),
        label(task.code, 18, middle + 4, "ink strong"),
        name_of(task, y),
        icon("critical", NAMES - 24, middle - 6) if task.critical else "",
        slack(end, latest, middle) if task.slack and task.status != "done" else "",
        element("rect", x=x, y=top, width=end - x, height=BAR, rx=3, class_="card"),
        element("rect", x=x, y=top, width=end - x, height=BAR, rx=3, class_=f"{task.standing} thin"),
        element("rect", x=x, y=top, width=(end - x) * part, height=BAR, rx=3, class_=task.standing) if part else "",
        element(
            "rect",
            x=x,
            y=top,
            width=end - x,
            height=BAR,
            rx=3,
            class_=f"hollow {edge}",
            stroke_width=2 if task.critical else 1,
        ),
        class_="task",
    )


def name_of(task: TaskAnalysis, y: float) -> str:
    """The title beside the code, as far as there is room before the bars."""
    x = 28 + max(width_of(task.code, 13), 38)
    room = NAMES - 32 - x
    return window(x, y, room, ROW, label(cut(task.title, room, 12), 0, ROW / 2 + 4, "ink"))


def slack(x: float, latest: float, middle: float) -> str:
    way = f"M{x:.1f} {middle:.1f}H{latest:.1f}"
    tick = f"M{latest:.1f} {middle - 4:.1f}v8"
    return element("path", d=way, class_="hollow line-edge dashed") + element("path", d=tick, class_="line-edge")


def draw_stage(stage: Stage, scale: Scale, y: float) -> str:
    """A stage from the beginning of its first task to the end of its last, divided by where its tasks stand."""
    top, middle = y + (ROW - BAR) / 2, y + ROW / 2
    x, end = NAMES + scale.at(stage.start), NAMES + scale.at(stage.finish)
    edge = "critical-edge" if stage.critical else "line-edge"
    return group(
        f"Stage {stage.number}: {count(len(stage.tasks), 'task')}, {stage.told}, "
        f"from {hours(stage.start)} to {hours(stage.finish)}",
        label(f"Stage {stage.number}", 0, middle + 4, "ink strong"),
        label(f"{count(len(stage.tasks), 'task')}, {stage.levels}", 80, middle + 4, "faint"),
        icon("critical", NAMES - 24, middle - 6) if stage.critical else "",
        *bar(stage, x, top, end - x, BAR),
        element("rect", x=x, y=top, width=end - x, height=BAR, class_=f"hollow {edge}", stroke_width=1.5),
        class_="stage",
    )
