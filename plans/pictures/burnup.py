"""How much was agreed on and how much of it is done, over time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from plans.pictures.scale import Scale, whole_top
from plans.pictures.style import document
from plans.pictures.svg import element, group, label, number

LEFT, WIDE, TALL, RIGHT = 48, 760, 300, 110
"""Pixels: the room for the amounts, the field of the lines, the room for what the lines are."""
DAYS = 6
LEAST_SPAN = timedelta(minutes=1)
FORMS = [(timedelta(days=1), "%Y-%m-%d"), (timedelta(minutes=1), "%m-%d %H:%M"), (timedelta(), "%m-%d %H:%M:%S")]
"""How a moment is written where the next one is at least so far away: no two marks say the same."""


@dataclass(frozen=True)
class Moment:
    """What was so from a moment on. `version` where a version of the plan was accepted just then."""

    at: datetime
    scope: float
    done: float
    version: int | None = None


def draw_burnup(moments: Sequence[Moment], name: str, unit: str, notes: Sequence[str] = ()) -> str:
    """Scope and done as steps, from the first moment to the last. `unit` says what is counted."""
    title = f"{name}: {unit} agreed on and done"
    if not moments:
        return document(title, ["No plan has been accepted yet.", *notes], [], width=0, height=0, legend=False)
    last = moments[-1]
    says = f"{amount(last.done)} of {amount(last.scope)} {unit} are done, as of {last.at:%Y-%m-%d %H:%M} UTC."
    end = max(last.at, moments[0].at + LEAST_SPAN)
    across = Scale((end - moments[0].at).total_seconds(), WIDE)
    top = whole_top(max(moment.scope for moment in moments), 5)
    chart = Chart([*moments, replace(last, at=end, version=None)], across, Scale(top, TALL))
    body = [*chart.amounts(), *chart.days(), *chart.versions(), chart.area(), chart.line(), *chart.ends(unit)]
    return document(
        title,
        [says, *notes],
        [group(says, *body, class_="chart")],
        width=LEFT + WIDE + RIGHT,
        height=TALL + 44,
        legend=False,
    )


def amount(value: float) -> str:
    return f"{value:,.0f}"


@dataclass(frozen=True)
class Chart:
    moments: Sequence[Moment]
    across: Scale
    up: Scale

    def x(self, at: datetime) -> float:
        return LEFT + self.across.at((at - self.moments[0].at).total_seconds())

    def y(self, value: float) -> float:
        return 16 + TALL - self.up.at(value)

    def amounts(self) -> Sequence[str]:
        marks = []
        for value in self.up.marks(5, least=1):
            marks.append(element("path", d=f"M{LEFT} {number(self.y(value))}h{WIDE}", class_="grid-edge"))
            marks.append(label(amount(value), LEFT - 8, self.y(value) + 4, "faint small end"))
        return marks

    def days(self) -> Sequence[str]:
        """Moments at even distances: the closer they are to each other, the more exact."""
        first = self.moments[0].at
        apart = (self.moments[-1].at - first) / DAYS
        form = next(form for least, form in FORMS if apart >= least)
        found = [first + apart * place for place in range(DAYS + 1)]
        return [label(f"{at:{form}}", self.x(at), TALL + 36, "faint small middle") for at in found]

    def versions(self) -> Sequence[str]:
        """Where a version of the plan was accepted; of those that would stand on each other, the first."""
        marks: list[str] = []
        free = float(LEFT)
        for moment in self.moments:
            if moment.version is not None and (x := self.x(moment.at)) >= free:
                marks.append(element("path", d=f"M{number(x)} 16v{TALL}", class_="line-edge dashed"))
                marks.append(label(f"plan v{moment.version}", x + 4, 10, "faint small"))
                free = x + 64
        return marks

    def steps(self, name: str) -> list[tuple[float, float]]:
        """The corners of one line: of the values that fall into one pixel, the last."""
        columns: dict[int, float] = {}
        for moment in self.moments:
            columns[round(self.x(moment.at))] = self.y(getattr(moment, name))
        corners: list[tuple[float, float]] = []
        for x, y in columns.items():
            if corners and corners[-1][1] != y:
                corners.append((x, corners[-1][1]))
            corners.append((x, y))
        return corners

    def area(self) -> str:
        corners = self.steps("done")
        way = path(corners)
        floor = number(self.y(0))
        under = f"{way}V{floor}H{number(corners[0][0])}z"
        return element("path", d=under, class_="done thin") + element(
            "path", d=way, class_="hollow done-edge", stroke_width=2.5
        )

    def line(self) -> str:
        return element("path", d=path(self.steps("scope")), class_="hollow ink-edge", stroke_width=2)

    def ends(self, unit: str) -> Sequence[str]:
        """The names of the lines where they end, apart from each other."""
        last = self.moments[-1]
        x = self.x(last.at) + 8
        scope = self.y(last.scope)
        done = max(self.y(last.done), scope + 18)
        return [
            label(f"{amount(last.scope)} agreed", x, scope + 4, "ink strong"),
            label(f"{amount(last.done)} done", x, done + 4, "done strong"),
        ]


def path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in corners)
