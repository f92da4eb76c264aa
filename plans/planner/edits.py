"""Changes to single tasks: order, priority, dependencies, estimates, names, criteria, splitting and merging."""

import re
from itertools import pairwise
from typing import Any

from plans.planner.additions import before_release
from plans.planner.draft import scaled
from plans.planner.matching import codes_in, find_task, find_tasks, title_head
from plans.planner.phrases import starts_with_verb
from plans.planner.sizes import merged_fields, scale_one
from plans.planner.spans import quotation, split_outside
from plans.planner.wording import capital, listing, number, shorten, small, stems
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec

MOST_PARTS, MOST_MERGED = 10, 20
STARTS = ("first", "start", "beginning", "top", "front")
LEAD = re.compile(r"(?:Implement|Build|Add|Make|Create|Design) |[^:]+: ")
"""What stands before the list of parts in a title."""
ARTICLE_OF = re.compile(r"an? .+ (?:of|with) ", re.IGNORECASE)
JOINTS = (r",\s+plus\s+", r",\s+and\s+|,\s+(?=.*,\s+and\s)", r",\s+|\s+and\s+|\s*;\s*|\s+&\s+")
"""The widest joint decides: "a and b, plus c and d" has two parts, "a, b and c" has three."""
NAMED_PARTS = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*/\s*")
MERGED = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|with|into)\s+")
LEADING_VERBS = re.compile(r"(?P<one>\w+) and (?P<other>\w+) (?P<rest>.+)")
LONGEST_PART = 7
STAGES = {2: ("first playable version", "finished and tested"), 3: ("groundwork", "main part", "finished and tested")}


def rename(text: str, title: str, bench: Workbench) -> list[str]:
    """A new title for a task."""
    task = find_task(text, bench)
    new = title.strip(" \"'“”")
    if not new:
        raise NotPossible
    bench.update(task.code, title=shorten(new, 200) if len(new) > 200 else new)
    return [f"Renamed {task.code} to “{bench[task.code].title}”."]


def add_criterion(text: str, line: str, bench: Workbench) -> list[str]:
    """One more acceptance criterion."""
    task, new = find_task(text, bench), line.strip(' "“”')
    if not new:
        raise NotPossible
    if new in task.acceptance:
        return [f"{task.code} already has this criterion."]
    if len(task.acceptance) >= 50 or len(new) > 1_000:
        raise NotPossible("the list or the line is too long")
    bench.update(task.code, acceptance=[*task.acceptance, new])
    return [f"Added an acceptance criterion to {task.code}."]


def estimate(text: str, amount: str, unit: str, bench: Workbench) -> list[str]:
    """New hours or points for tasks."""
    value, hours = number(amount), {"h": 1, "d": 8, "w": 40}.get(unit[0].lower())
    if value is None:
        raise NotPossible
    fields = {"story_points": round(value)} if hours is None else {"time_hours": value * hours}
    if fields.get("story_points", 0) > 100 or fields.get("time_hours", 0) > 2_000:
        raise NotPossible("that is more than a task can hold")
    tasks = find_tasks(text, bench)
    for task in tasks:
        bench.update(task.code, estimates={**task.estimates.model_dump(), **fields})
    return [_estimated(bench[task.code]) for task in tasks]


def _estimated(task: TaskSpec) -> str:
    points, hours = task.estimates.story_points, task.estimates.time_hours
    return f"{task.code} is now estimated at {points} {'point' if points == 1 else 'points'} and {hours:g} hours."


def scale(text: str, share: float, bench: Workbench) -> list[str]:
    """The estimates of one task, halved or doubled."""
    words = re.sub(r"(?:^the )?\b(?:estimates?|hours|time|points)(?: (?:of|for))?\b", "", text)
    return [line for task in find_tasks(words, bench) for line in scale_one(task.code, share, bench)]


def depend(text: str, other: str, bench: Workbench) -> list[str]:
    """Tasks wait for others."""
    needed = [task.code for task in find_tasks(other, bench)]
    return [line for task in find_tasks(text, bench) for line in _depend(task, needed, bench)]


def _depend(task: TaskSpec, needed: list[str], bench: Workbench) -> list[str]:
    for code in needed:
        if code == task.code:
            raise NotPossible("a task cannot wait for itself")
        if task.code in bench.needs(code):
            raise NotPossible(f"{code} already waits for {task.code}, that would close a circle")
    if new := [code for code in needed if code not in task.dependencies]:
        bench.update(task.code, dependencies=[*task.dependencies, *new])
        return [f"{task.code} now depends on {listing(new)}."]
    return [f"{task.code} already depends on {listing(needed)}."]


def order(text: str, side: str, other: str, bench: Workbench) -> list[str]:
    """Tasks come before or after others: they wait, stand where they should, and a wish to the contrary is undone."""
    tasks, others = find_tasks(text, bench), find_tasks(other, bench)
    pairs = [(task, anchor) if side == "after" else (anchor, task) for task in tasks for anchor in others]
    return [line for later, earlier in pairs for line in _follow(later.code, earlier.code, bench)]


def _follow(later: str, earlier: str, bench: Workbench) -> list[str]:
    told = _undepend(bench[earlier], [later], bench) if later in bench[earlier].dependencies else []
    if later in bench.needs(earlier):
        between = next(code for code in bench[earlier].dependencies if later in bench.needs(code))
        raise NotPossible(f"{earlier} waits for {later} by way of {between}; that would close a circle")
    told += _depend(bench[later], [earlier], bench)
    if not bench.dependents(later):
        before_release(later, bench)
    if bench.index(later) < bench.index(earlier):
        told.append(_move_beside(bench[later], "after", bench[earlier], bench))
    return told


def undepend(text: str, other: str, bench: Workbench) -> list[str]:
    """Tasks no longer wait for others."""
    gone = [task.code for task in find_tasks(other, bench)]
    return [line for task in find_tasks(text, bench) for line in _undepend(task, gone, bench)]


def _undepend(task: TaskSpec, gone: list[str], bench: Workbench) -> list[str]:
    if not set(gone) & set(task.dependencies):
        return [f"{task.code} does not depend on {listing(gone)} directly; nothing had to change."]
    bench.update(task.code, dependencies=[code for code in task.dependencies if code not in gone])
    return [f"{task.code} no longer depends on {listing(gone)}."]


def prioritise(text: str, priority: int, bench: Workbench) -> list[str]:
    """A new priority for the tasks named."""
    found = [task.code for task in find_tasks(text, bench)]
    changed = [code for code in found if bench[code].priority != priority]
    for code in changed:
        bench.update(code, priority=priority)
    return (
        [f"{listing(changed)} now {'has' if len(changed) == 1 else 'have'} priority {priority}."]
        if changed
        else [f"{listing(found)} already had priority {priority}."]
    )


def step_priority(text: str, step: int, bench: Workbench) -> list[str]:
    """One step more or less urgent."""
    stepped = {task.code: min(5, max(1, task.priority + step)) for task in find_tasks(text, bench)}
    return [line for code, priority in stepped.items() for line in prioritise(code, priority, bench)]


def move(text: str, place: str, other: str, bench: Workbench) -> list[str]:
    """Tasks to the start, the end, or beside another, in the order in which they are named."""
    tasks = find_tasks(text, bench)
    if other:
        anchor = find_task(other, bench)
        if anchor in tasks:
            raise NotPossible("a task cannot stand beside itself")
        ordered = tasks if place == "before" else tasks[::-1]
        return [_move_beside(task, place, anchor, bench) for task in ordered]
    if place in STARTS:
        return [_move_to_end(task, 0, "start", bench) for task in tasks[::-1]]
    return [_move_to_end(task, len(bench.tasks) - 1, "end", bench) for task in tasks]


def _move_to_end(task: TaskSpec, position: int, told: str, bench: Workbench) -> str:
    bench.move(task.code, position)
    waits = f"; it still waits for {listing(task.dependencies)}" if not position and task.dependencies else ""
    return f"Moved {task.code} to the {told} of the plan{waits}."


def shift(text: str, earlier: bool, bench: Workbench) -> list[str]:
    """Tasks as early or as late as the tasks allow that they wait for, or that wait for them."""
    return [_shift(task, earlier, bench) for task in find_tasks(text, bench)]


def _shift(task: TaskSpec, earlier: bool, bench: Workbench) -> str:
    near = task.dependencies if earlier else bench.dependents(task.code)
    places = [bench.index(code) for code in near if code in bench]
    end = 0 if earlier else len(bench.tasks) - 1
    place = (max(places, default=-1) + 1) if earlier else (min(places, default=len(bench.tasks)) - 1)
    why = (
        f"{'it waits for' if earlier else 'waits for it:'} {listing(near)}" if near else "it is at the end of the plan"
    )
    if (place >= bench.index(task.code)) if earlier else (place <= bench.index(task.code)):
        raise NotPossible(f"{task.code} already stands as {'early' if earlier else 'late'} as it can: {why}")
    if place == end:
        return _move_to_end(task, end, "start" if earlier else "end", bench)
    bench.move(task.code, place)
    return f"Moved {task.code} to position {bench.index(task.code) + 1}, as {'early' if earlier else 'late'} as it can: {why}."


def _move_beside(task: TaskSpec, place: str, anchor: TaskSpec, bench: Workbench) -> str:
    rest = [entry.code for entry in bench.tasks if entry.code != task.code]
    bench.move(task.code, rest.index(anchor.code) + (place == "after"))
    return f"Moved {task.code} {place} {anchor.code}."


def move_to(text: str, position: int, bench: Workbench) -> list[str]:
    """A task to a position counted from 1."""
    task = find_task(text, bench)
    bench.move(task.code, position - 1)
    return [f"Moved {task.code} to position {bench.index(task.code) + 1}."]


def split(text: str, names: str, count: int, bench: Workbench) -> list[str]:
    """A task in parts, named or by stage."""
    task = find_task(text, bench)
    parts = (
        [quotation(part) or part for part in split_outside(NAMED_PARTS, names.strip(" .")) if stems(part)]
        if names
        else []
    )
    number_of = len(parts) or count or len(parts_of(task.title)) or len(STAGES[2])
    if not 2 <= number_of <= MOST_PARTS:
        raise NotPossible(f"a task can be split into 2 to {MOST_PARTS} parts")
    if parts:
        titles = [_part_title(part, task) for part in parts]
    else:
        parts = _grouped_parts(task.title, number_of)
        titles = [_title_of_part(part, task) for part in parts] or _stage_titles(task, number_of)
    codes = bench.split(task.code, _parts(task, titles, parts))
    return [f"Split {task.code} into {listing(codes)}: {'; '.join(titles)}."]


def parts_of(title: str) -> list[str]:
    """The parts that a title lists: "aiming", "drawing" and "sway" of "Implement aiming, drawing and sway"."""
    lead = LEAD.match(title)
    head = title[lead.end() :] if lead else title_head(title)
    joint = next(pattern for pattern in JOINTS if re.search(pattern, head) or pattern is JOINTS[-1])
    parts = [part.strip(" .") for part in re.split(joint, head) if stems(part)]
    is_list = len(parts) > 1 and all(len(part.split()) <= LONGEST_PART for part in parts)
    tells_a_whole = ARTICLE_OF.match(head) or (not lead and starts_with_verb(small(head)))
    return parts if is_list and not tells_a_whole else []


def _grouped_parts(title: str, count: int) -> list[str]:
    """The parts of a title in so many groups; none if it names fewer."""
    parts = parts_of(title)
    if len(parts) < count:
        return []
    bounds = [round(place * len(parts) / count) for place in range(count + 1)]
    return [listing(parts[start:end]) for start, end in pairwise(bounds)]


def _title_of_part(part: str, task: TaskSpec) -> str:
    lead = LEAD.match(task.title)
    return shorten(f"{lead.group()}{part}" if lead else capital(part), 190)


def _part_title(part: str, task: TaskSpec) -> str:
    """The part as a title: "Design 24 cards" of "Design and balance 24 cards"; a short name says what it is a part of."""
    name = part.strip()
    verbs = LEADING_VERBS.match(task.title) if starts_with_verb(small(task.title)) else None
    if verbs and name.lower() in (verbs["one"].lower(), verbs["other"].lower()):
        return shorten(f"{capital(name)} {verbs['rest']}", 190)
    if len(name.split()) > 2 or stems(name) & stems(task.title):
        return shorten(capital(name), 190)
    return shorten(f"{capital(name)} ({shorten(verbs['rest'] if verbs else task.title, 60)})", 190)


def _stage_titles(task: TaskSpec, count: int) -> list[str]:
    stages = STAGES.get(count) or tuple(f"part {place} of {count}" for place in range(1, count + 1))
    return [f"{shorten(task.title, 160)}: {stage}" for stage in stages]


def _parts(task: TaskSpec, titles: list[str], names: list[str]) -> list[dict[str, Any]]:
    """The task's fields dealt out to its parts; lines go where their words fit best, else in order."""
    count = len(titles)
    acceptance, deliverables = _dealt(task.acceptance, names, count), _dealt(task.deliverables, names, count)
    return [
        {
            "title": title,
            "description": _part_description(task, place, count, names),
            "acceptance": acceptance[place] or [f"{title} can be shown in a build and passes its own automated test."],
            "mcp_tools": task.mcp_tools,
            "deliverables": deliverables[place],
            "estimates": scaled(task.estimates, 1 / count),
            "priority": task.priority,
        }
        for place, title in enumerate(titles)
    ]


def _part_description(task: TaskSpec, place: int, count: int, names: list[str]) -> str:
    named = f": {names[place].strip()}" if names else ""
    return f"Part {place + 1} of {count} of “{shorten(task.title, 100)}”{named}. {task.description}"[:20_000]


def _dealt(lines: list[str], names: list[str], count: int) -> list[list[str]]:
    dealt: list[list[str]] = [[] for _ in range(count)]
    for place, line in enumerate(lines):
        shared = [len(stems(name) & stems(line)) for name in names]
        at = shared.index(max(shared)) if any(shared) else place * count // len(lines)
        dealt[at].append(line)
    return dealt


def merge(text: str, bench: Workbench) -> list[str]:
    """Several tasks as one; the first code survives."""
    codes = codes_in(text, bench)
    if not codes:
        parts = split_outside(MERGED, re.sub(r"\btasks?\b", "", text))
        codes = list(dict.fromkeys(find_task(part, bench).code for part in parts if stems(part)))
    if len(codes) < 2:
        raise NotPossible
    if len(codes) > MOST_MERGED:
        raise NotPossible(f"at most {MOST_MERGED} tasks can be merged at once")
    codes.sort(key=bench.index)
    bench.merge(codes, merged_fields([bench[code] for code in codes]))
    return [f"Merged {listing(codes)} into {codes[0]} “{bench[codes[0]].title}”."]
