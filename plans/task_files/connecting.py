"""Who waits for whom, made from what another tool says: dependencies and parts of a whole.

A whole waits for its parts. A part waits for what its whole waits for, unless it waits for another part, which does so already.
"""

from collections.abc import Iterator, Mapping, Sequence

from plans.task_files.foreign import ForeignTask

Edges = dict[str, list[str]]
"""Each task's id with the ids of those that it waits for."""


def connected(tasks: Sequence[ForeignTask], left_out: Mapping[str, str], remarks: list[str]) -> Edges:
    """The edges of a graph without cycles; each edge that cannot be in it is told in `remarks`."""
    parents = wholes(tasks, remarks)
    edges: Edges = {task.id: [] for task in tasks}
    edges = {task.id: stated(task, edges, parents, left_out, remarks) for task in tasks}
    said = {id: list(waits) for id, waits in edges.items()}
    for task in tasks:
        edges[task.id] += inherited(task.id, said, parents)
    for part, whole in parents.items():
        edges[whole].append(part)
    edges = {id: list(dict.fromkeys(waits)) for id, waits in edges.items()}
    without_cycles(edges, remarks)
    return edges


def wholes(tasks: Sequence[ForeignTask], remarks: list[str]) -> dict[str, str]:
    """The whole of each part. One that is not there, or is inside its own part, is none."""
    ids = {task.id for task in tasks}
    parents: dict[str, str] = {}
    for task in tasks:
        if task.parent is None:
            continue
        if task.parent not in ids:
            remarks.append(f"{task.id} is part of {task.parent}, which is not there.")
        elif task.parent == task.id or task.id in above(task.parent, parents):
            remarks.append(f"{task.id} would be part of itself, through {task.parent}; it is a task on its own.")
        else:
            parents[task.id] = task.parent
    return parents


def above(id: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The wholes that a task is a part of, from the nearest on."""
    while id in parents:
        id = parents[id]
        yield id


def stated(
    task: ForeignTask, known: Edges, parents: Mapping[str, str], left_out: Mapping[str, str], remarks: list[str]
) -> list[str]:
    """The dependencies that the tool states and that can be."""
    found = []
    wholes_of_it = set(above(task.id, parents))
    for other in dict.fromkeys(task.waits_for):
        if other in left_out:
            remarks.append(f"{task.id} waited for {other}, which is {left_out[other]}.")
        elif other not in known:
            remarks.append(f"{task.id} waited for {other}, which is not there.")
        elif other in wholes_of_it:
            remarks.append(f"{task.id} waited for {other}, of which it is a part; the whole waits for its parts.")
        else:
            found.append(other)
    return found


def inherited(id: str, said: Edges, parents: Mapping[str, str]) -> list[str]:
    """What the wholes of a part wait for, outside of themselves."""
    found: list[str] = []
    for whole in above(id, parents):
        if any(whole in above(other, parents) for other in said[id]):
            break
        found += [other for other in said[whole] if whole not in above(other, parents)]
    return found


def without_cycles(edges: Edges, remarks: list[str]) -> None:
    """Take the edge that closes it out of each cycle. One walk over the graph."""
    begun: set[str] = set()
    finished: set[str] = set()
    for id in edges:
        if id not in begun:
            walk(id, edges, begun, finished, remarks)


def walk(start: str, edges: Edges, begun: set[str], finished: set[str], remarks: list[str]) -> None:
    begun.add(start)
    path = [(start, iter(list(edges[start])))]
    while path:
        id, ahead = path[-1]
        other = next(ahead, None)
        if other is None:
            finished.add(id)
            path.pop()
        elif other not in begun:
            begun.add(other)
            path.append((other, iter(list(edges[other]))))
        elif other not in finished:
            edges[id].remove(other)
            remarks.append(f"{id} waited for {other}, which waits for {id}: left out, since it closes a circle.")
