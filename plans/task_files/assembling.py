"""Foreign tasks made to fit: numbered, connected, within limits. What does not fit is told, not dropped in silence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from plans.spec import MAX_DEPENDENCIES, MAX_TASKS, Estimates, TaskSpec, make_code
from plans.task_files.connecting import Edges, connected
from plans.task_files.foreign import ForeignList, ForeignTask, TaskFileError

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINE, MOST_LINES = 200, 20_000, 1_000, 50
MOST_NAMED = 30


@dataclass(frozen=True)
class Assembled:
    """Tasks for a proposal. `summary` is for the plan, `remarks` are for whoever imports."""

    tasks: list[TaskSpec]
    summary: str
    remarks: list[str]


def assemble(given: ForeignList, *, first_number: int = 1) -> Assembled:
    remarks = list(given.remarks)
    tasks = unique([task for task in given.tasks if not task.left_out], remarks)
    if not tasks:
        raise TaskFileError(f"{given.tool}: There is no task to import.")
    if len(tasks) > MAX_TASKS:
        raise TaskFileError(f"{given.tool}: A plan has at most {MAX_TASKS} tasks; the file has {len(tasks)}.")
    left_out = {task.id: task.left_out for task in given.tasks if task.left_out}
    edges = connected(tasks, left_out, remarks)
    codes = {task.id: make_code(number) for number, task in enumerate(tasks, start=first_number)}
    titles = {task.id: task.title for task in given.tasks}
    specs = [spec(task, codes, edges, given.tool, titles, remarks) for task in tasks]
    remarks += [f"{id} “{short(titles[id])}” was left out: {reason} there." for id, reason in left_out.items()]
    return Assembled(specs, summary(given, tasks, codes, left_out), [storable(remark) for remark in remarks])


def unique(tasks: Sequence[ForeignTask], remarks: list[str]) -> list[ForeignTask]:
    """All tasks, each with an id of its own; of several with one id, the first keeps it."""
    seen: Counter[str] = Counter()
    for task in tasks:
        seen[task.id] += 1
        if seen[task.id] > 1:
            remarks.append(f"{task.id} is there more than once; “{short(task.title)}” became a task of its own.")
            task.id = next(name for n in count(2) if (name := f"{task.id} (again, {n})") not in seen)
            seen[task.id] += 1
    return list(tasks)


def spec(
    task: ForeignTask, codes: dict[str, str], edges: Edges, tool: str, titles: dict[str, str], remarks: list[str]
) -> TaskSpec:
    title = clean(task.title) or short(f"{tool} {task.id}")
    waits = [codes[other] for other in edges[task.id]]
    if len(waits) > MAX_DEPENDENCIES:
        over = ", ".join(waits[MAX_DEPENDENCIES:])
        remarks.append(f"{task.id} waits for more than {MAX_DEPENDENCIES} tasks; left out: {over}.")
    return TaskSpec(
        code=codes[task.id],
        title=title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…",
        description=description(task, title, tool, titles, remarks),
        dependencies=waits[:MAX_DEPENDENCIES],
        acceptance=[clean(line)[:LONGEST_LINE] for line in criteria(task)[0]],
        estimates=Estimates(time_hours=task.hours),
        priority=task.priority,
    )


def criteria(task: ForeignTask) -> tuple[list[str], list[str]]:
    """(those that fit, those that go into the description)."""
    lines = list(dict.fromkeys(filter(None, map(clean, task.acceptance))))
    fitting = [line for line in lines if len(line) <= LONGEST_LINE][:MOST_LINES]
    return fitting, [line for line in lines if line not in fitting]


def description(task: ForeignTask, title: str, tool: str, titles: dict[str, str], remarks: list[str]) -> str:
    """The text, then what has no field of its own, then where the task comes from."""
    more = criteria(task)[1]
    parts = [
        title if len(title) > LONGEST_TITLE else "",
        task.text,
        *(f"{name}:\n{text}" for name, text in task.sections),
        "Further criteria:\n" + "\n".join(more) if more else "",
    ]
    origin = f"From {short(tool)}: {short(task.id)}, {short(task.state_there or task.state)}."
    if task.parent in titles:
        origin += f" Part of {short(task.parent or '')} “{short(titles[task.parent])}”."
    text = "\n\n".join(filter(None, map(str.strip, map(storable, parts))))
    room = LONGEST_TEXT - len(origin) - 4
    if len(text) > room:
        remarks.append(f"{task.id}: The description was cut by {len(text) - room} characters.")
        text = text[:room] + "…"
    return f"{text}\n\n{origin}".strip()


def summary(given: ForeignList, tasks: list[ForeignTask], codes: dict[str, str], left_out: dict[str, str]) -> str:
    """What came from where, and how it stood there: a proposal carries no work."""
    parts = [f"Imported from {short(given.tool)}: {len(tasks)} tasks."]
    for state in ("done", "in progress"):
        found = [codes[task.id] for task in tasks if task.state == state]
        if found:
            parts.append(f"{state.capitalize()} there: {some(found)}.")
    if left_out:
        parts.append(f"Left out: {some([short(id) for id in left_out])}.")
    return " ".join(parts)


def some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def storable(text: str) -> str:
    """Without what no database keeps: NUL characters and halves of characters."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def clean(text: str) -> str:
    """One line of it."""
    return " ".join(storable(text).split())


def short(text: str) -> str:
    line = clean(text)
    return line if len(line) <= 60 else line[:59] + "…"
