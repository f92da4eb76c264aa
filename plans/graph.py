"""The dependency graph of a plan: plain Python, tested without a database. Edges map a task to the tasks it waits for."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

Edges = Mapping[str, Collection[str]]


def find_cycle(edges: Edges) -> list[str] | None:
    """The first dependency cycle, as a path that ends where it began; None if there is none.

    >>> find_cycle({"T-001": ["T-002"], "T-002": ["T-001"]})
    ['T-001', 'T-002', 'T-001']
    """
    try:
        TopologicalSorter({code: sorted(edges[code]) for code in sorted(edges)}).prepare()
    except CycleError as error:
        return from_smallest(error.args[1][:0:-1])
    return None


def from_smallest(ring: Sequence[str]) -> list[str]:
    """A ring of tasks as a path from the smallest code back to it."""
    start = ring.index(min(ring))
    return [*ring[start:], *ring[: start + 1]]


def separate_cycles(edges: Edges) -> list[list[str]]:
    """Cycles that share no task, as one walk through the graph finds them; none exactly when there is none.

    >>> separate_cycles({"T-001": ["T-002"], "T-002": ["T-001"], "T-003": ["T-003"]})
    [['T-001', 'T-002', 'T-001'], ['T-003', 'T-003']]
    """
    found: list[list[str]] = []
    seen: set[str] = set()
    for start in edges:
        path: dict[str, Iterator[str]] = {} if start in seen else {start: iter(edges[start])}
        while path:
            code = next(reversed(path))
            seen.add(code)
            following = next(path[code], None)
            if following is None:
                del path[code]
            elif following in path:
                ring = [*path][[*path].index(following) :]
                found.append(from_smallest(ring))
                for each in ring:
                    del path[each]
            elif following not in seen and following in edges:
                path[following] = iter(edges[following])
    return found


def missing_dependencies(edges: Edges) -> dict[str, list[str]]:
    """For each task, the dependencies that name no task of the plan."""
    found = {code: sorted({other for other in waits_for if other not in edges}) for code, waits_for in edges.items()}
    return {code: unknown for code, unknown in found.items() if unknown}


def dependents(edges: Edges) -> dict[str, set[str]]:
    """The graph turned round: which tasks wait for each task."""
    found: dict[str, set[str]] = {code: set() for code in edges}
    for code, waits_for in edges.items():
        for dependency in waits_for:
            found.setdefault(dependency, set()).add(code)
    return found


def everything_after(code: str, waiting: Mapping[str, Collection[str]]) -> set[str]:
    """All tasks that wait for a task, directly or through others. `waiting` is what `dependents` gives."""
    found: set[str] = set()
    ahead = list(waiting.get(code, ()))
    while ahead:
        task = ahead.pop()
        if task not in found:
            found.add(task)
            ahead.extend(waiting.get(task, ()))
    return found


class Downstream:
    """For each task of a graph without cycles, all that wait for it, directly or through others.

    Sets of tasks are the bits of numbers, so that thousands of tasks take milliseconds to read in and microseconds to count.
    """

    def __init__(self, edges: Mapping[str, Sequence[str]]) -> None:
        self.edges = edges
        waiting = dependents(edges)
        self.bits = {code: 1 << place for place, code in enumerate(waiting)}
        self.after: dict[str, int] = {}
        for code in TopologicalSorter(waiting).static_order():  # those that wait come before what they wait for
            self.after[code] = 0
            for other in waiting.get(code, ()):
                self.after[code] |= self.after[other] | self.bits[other]

    def count(self, code: str, among: int) -> int:
        """How many wait for a task, of those that `set_of` gave."""
        return (self.after[code] & among).bit_count()

    def set_of(self, codes: Iterable[str]) -> int:
        return sum(self.bits[code] for code in codes)  # each code once
