"""A layered layout from left to right, after Sugiyama: few crossings, short lines, nothing on top of anything.

A task stands in the column of its level. A line that passes columns gets a small place in each of them, so that it runs
between the tasks. Order and heights are found by sweeping to and fro a few times.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

ORDER_SWEEPS, HEIGHT_SWEEPS = 12, 8


class Passing(NamedTuple):
    """The place where the line from one task to another passes a column."""

    before: str
    after: str
    column: int


Node = str | Passing
"""A task's code, or a place that a line passes."""


@dataclass(frozen=True)
class Layout:
    """Columns of nodes from top to bottom, the height of each node's middle, and the nodes that each line runs through."""

    columns: Sequence[Sequence[Node]]
    heights: Mapping[Node, float]
    lines: Mapping[tuple[str, str], Sequence[Node]]


def lay_out(levels: Mapping[str, int], edges: Mapping[str, Sequence[str]], *, card: float, line: float) -> Layout:
    """`levels` names the column of each task, in the plan's order; `edges` what each waits for.

    `card` and `line` are the heights that a task and a passing line take up.
    """
    lines: dict[tuple[str, str], list[Node]] = {
        (before, code): [before, *passed(before, code, levels), code] for code in levels for before in edges[code]
    }
    columns = placed(levels, lines)
    left, right = neighbours(columns, lines)
    columns = with_few_crossings(columns, left, right)
    sizes = {node: card if isinstance(node, str) else line for column in columns for node in column}
    return Layout(columns, heights_of(columns, left, right, sizes), lines)


def passed(before: str, after: str, levels: Mapping[str, int]) -> list[Passing]:
    return [Passing(before, after, column) for column in range(levels[before] + 1, levels[after])]


def placed(levels: Mapping[str, int], lines: Mapping[tuple[str, str], Sequence[Node]]) -> list[list[Node]]:
    columns: list[list[Node]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for code, level in levels.items():
        columns[level].append(code)
    for line in lines.values():
        for node in line:
            if isinstance(node, Passing):
                columns[node.column].append(node)
    return columns


Neighbours = Mapping[Node, Sequence[Node]]


def neighbours(
    columns: Sequence[Sequence[Node]], lines: Mapping[tuple[str, str], Sequence[Node]]
) -> tuple[Neighbours, Neighbours]:
    """(those one column to the left, those one to the right) of each node."""
    left: dict[Node, list[Node]] = {node: [] for column in columns for node in column}
    right: dict[Node, list[Node]] = {node: [] for column in columns for node in column}
    for line in lines.values():
        for before, after in pairwise(line):
            right[before].append(after)
            left[after].append(before)
    return left, right


def with_few_crossings(columns: list[list[Node]], left: Neighbours, right: Neighbours) -> list[list[Node]]:
    """Each node near the middle of its neighbours, column by column, to and fro; the best order found."""
    best, fewest = columns, crossings(columns, left)
    for sweep in range(ORDER_SWEEPS):
        forward = sweep % 2 == 0
        columns = swept(columns, left if forward else right, forward)
        crossed = crossings(columns, left)
        if crossed < fewest:
            best, fewest = columns, crossed
    return best


def swept(columns: Sequence[Sequence[Node]], towards: Neighbours, forward: bool) -> list[list[Node]]:
    result = [list(column) for column in columns]
    places = {node: place for column in columns for place, node in enumerate(column)}
    for column in result if forward else reversed(result):
        column.sort(key=lambda node: middle(places, towards[node], places[node]))
        places.update((node, place) for place, node in enumerate(column))
    return result


def middle(values: Mapping[Node, float], nodes: Sequence[Node], otherwise: float) -> float:
    return sum(values[node] for node in nodes) / len(nodes) if nodes else otherwise


def crossings(columns: Sequence[Sequence[Node]], left: Neighbours) -> int:
    """How often lines cross: pairs that are in one order on the left and in the other on the right."""
    places = {node: place for column in columns for place, node in enumerate(column)}
    crossed = 0
    for column in columns:
        seen: list[int] = []
        for node in column:
            ends = sorted(places[before] for before in left[node])
            crossed += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return crossed


def heights_of(
    columns: Sequence[Sequence[Node]], left: Neighbours, right: Neighbours, sizes: Mapping[Node, float]
) -> dict[Node, float]:
    """Each node as near to the height of its neighbours as its column leaves room for. The topmost edge is 0."""
    heights = {node: 0.0 for column in columns for node in column}
    for column in columns:
        heights.update(zip(column, stacked([0.0] * len(column), [sizes[node] for node in column]), strict=True))
    for sweep in range(HEIGHT_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            towards = left if forward else right
            wanted = [middle(heights, towards[node] or [node], heights[node]) for node in column]
            heights.update(zip(column, stacked(wanted, [sizes[node] for node in column]), strict=True))
    top = min((heights[node] - sizes[node] / 2 for node in heights), default=0.0)
    return {node: height - top for node, height in heights.items()}


def stacked(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Middles in this order without overlap, as near to the wanted ones as can be (least squares: those that would
    overlap move together, to the mean of what they want)."""
    offsets = [0.0]
    for above, below in pairwise(sizes):
        offsets.append(offsets[-1] + (above + below) / 2)
    blocks: list[tuple[float, int]] = []
    for wish, offset in zip(wanted, offsets, strict=False):
        block = (wish - offset, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, many = blocks.pop()
            block = ((mean * many + block[0] * block[1]) / (many + block[1]), many + block[1])
        blocks.append(block)
    spread = [mean for mean, many in blocks for _ in range(many)]
    return [mean + offset for mean, offset in zip(spread, offsets, strict=False)]
