"""Passages made from the plan: tasks, what they are measured by, where they stand, what leads to which milestone."""

import re
from collections.abc import Sequence

from documents.writing import markdown
from documents.writing.material import TaskFact
from documents.writing.template.facts import OPEN, TITLE_LIMIT
from documents.writing.template.page import Page
from documents.writing.template.passage import Passage
from plans.planner.wording import clean, excerpt, listing, shorten, stems

LONGEST_QUOTE = 240
MOST_LISTED, MOST_TOLD, MOST_ROWS, MOST_CRITERIA = 8, 4, 24, 7
CLOSES = re.compile(r"closes the milestone “([^”]+)”")
STATES = {
    "pending": "open",
    "in_progress": "in progress",
    "in_review": "in review",
    "done": "done",
    "blocked": "blocked",
    "dropped": "dropped",
}


def tasks(page: Page) -> list[Passage]:
    """The tasks that belong here, the first few with what they are measured by."""
    facts = [fact.task for fact in page.take("task") if fact.task and not page.has_told(fact.task)]
    told = [line for task in facts[:MOST_TOLD] if (line := task_line(page, task))]
    rest = [task.code for task in facts[MOST_TOLD : MOST_TOLD + MOST_ROWS]]
    more = [page.phrase("more tasks", codes=listing(rest))] if rest else []
    return [Passage("Tasks", (*told, *more), 1)] if told else []


def remaining(page: Page) -> list[Passage]:
    """The tasks dealt here that nothing has spoken of, by name."""
    facts = [fact.task for fact in page.take("task") if fact.task and not page.has_told(fact.task)]
    items = [f"{task.code}: {markdown.inline(shorten(task.title, TITLE_LIMIT))}." for task in facts[:MOST_ROWS]]
    return [Passage("Further tasks", tuple(items), 1, "list", page.lead("remaining"))] if items else []


def task_line(page: Page, task: TaskFact) -> str:
    """A sentence on a task: its title, and the first of its criteria that nothing else has quoted."""
    title = markdown.quoted(shorten(task.title, TITLE_LIMIT))
    criterion = page.criterion(task)
    kind = "done task" if task.status == "done" else "task" if criterion else "bare task"
    return page.phrase(kind, code=task.code, title=title, criterion=criterion)


def milestones(page: Page) -> list[Passage]:
    """The brief's milestones with the tasks that lead to each, as far as the plan says so."""
    brief, all_tasks = page.known.material.brief, page.known.material.tasks
    names = [shorten(line, 60) for line in brief.milestones[:MOST_ROWS] if clean(line)]
    rows, rest = [], list(all_tasks)
    for name in names:
        closing = next((at for at, task in enumerate(rest) if name in CLOSES.findall(task.description)), None)
        group, rest = (rest[: closing + 1], rest[closing + 1 :]) if closing is not None else ([], rest)
        rows.append(f"{markdown.inline(name)} | {_span(group)} | {_hours(group)}")
    if not rows:
        return []
    return [Passage("Milestones", tuple(rows), 1, "table", page.lead("milestones"), ("Milestone", "Tasks", "Estimate"))]


def _span(group: Sequence[TaskFact]) -> str:
    if not group:
        return "not yet assigned"
    return group[0].code if len(group) == 1 else f"{group[0].code} to {group[-1].code}"


def _hours(group: Sequence[TaskFact]) -> str:
    hours = sum(task.time_hours for task in group)
    return f"{hours:g} h" if hours else "–"


def plan(page: Page) -> list[Passage]:
    """The tasks of the plan as a table."""
    page.tell(page.known.material.tasks[:MOST_ROWS])
    rows = [
        f"{task.code} | {markdown.inline(shorten(task.title, TITLE_LIMIT))} | {STATES.get(task.status, markdown.inline(task.status))} | "
        f"{', '.join(task.dependencies) or '–'}"
        for task in page.known.material.tasks[:MOST_ROWS]
        if task.status != "dropped"
    ]
    return (
        [Passage("Plan", tuple(rows), 1, "table", page.lead("plan"), ("Task", "What", "State", "Waits for"))]
        if rows
        else []
    )


def criteria(page: Page) -> list[Passage]:
    """What tasks are measured by, as rows for a tester."""
    own = page.known.material.task
    rows = [
        f"{task.code} | {markdown.inline(excerpt(line, LONGEST_QUOTE))}"
        for task in ([own] if own else page.known.material.tasks)
        if task.status != "dropped" and (line := page.free_criterion(task))
    ]
    head = ("Task", "What a tester confirms")
    return [Passage("Criteria", tuple(rows[:MOST_ROWS]), 1, "table", page.lead("criteria"), head)] if rows else []


def more_criteria(page: Page) -> list[Passage]:
    """Criteria that nothing has quoted, those nearest to the section first: to fill it with facts before advice."""
    about = stems(f"{page.place.section.heading} {page.place.section.brief}")
    tasks = sorted(page.known.material.tasks, key=lambda task: -len(about & stems(f"{task.title} {task.description}")))
    free = [(task, line) for task in tasks if task.status != "dropped" for line in page.free_criteria(task)[:2]]
    items = tuple(f"{task.code}: {markdown.quoted(line)}" for task, line in free[:MOST_CRITERIA])
    spends = tuple(page.criterion_key(line) for _, line in free[:MOST_CRITERIA])
    return [Passage("From the plan", items, 3, "list", page.lead("more criteria"), spends=spends)] if items else []


def done(page: Page) -> list[Passage]:
    """What is finished, as a list."""
    return _by_state(page, [task for task in page.known.material.tasks if task.status == "done"], "done")


def still_open(page: Page) -> list[Passage]:
    """What is not finished, as a list."""
    return _by_state(page, [task for task in page.known.material.tasks if task.status in OPEN], "open")


def _by_state(page: Page, found: Sequence[TaskFact], kind: str) -> list[Passage]:
    page.tell(found)
    items = [
        f"{task.code}: {markdown.inline(shorten(task.title, TITLE_LIMIT))}{_state(task, kind)}"
        for task in found[:MOST_ROWS]
    ]
    return [Passage(kind.capitalize(), tuple(items), 1, "list", page.lead(kind))] if items else []


def _state(task: TaskFact, kind: str) -> str:
    return (
        f" ({STATES[task.status]})" if kind == "open" and task.status in ("in_progress", "in_review", "blocked") else ""
    )


def blocked(page: Page) -> list[Passage]:
    """What is blocked, and why."""
    items = [
        f"{task.code}: {markdown.quoted(task.blocked_reason) if task.blocked_reason else 'no reason given'}"
        for task in page.known.material.tasks
        if task.status == "blocked"
    ]
    return [Passage("Blocked", tuple(items[:MOST_ROWS]), 1, "list", page.lead("blocked"))] if items else []


def own_task(page: Page) -> list[Passage]:
    """The document's own task: what it says, what it is measured by, what it delivers."""
    task = page.known.material.task
    if task is None:
        return []
    told = [f"{task.code} is called {markdown.quoted(shorten(task.title, TITLE_LIMIT))}."]
    if clean(task.description):
        told.append(f"The plan describes it like this: {markdown.quoted(excerpt(task.description, 600))}.")
    acceptance = [markdown.quoted(excerpt(line, LONGEST_QUOTE)) for line in page.own_criteria(MOST_LISTED)]
    delivers = [markdown.inline(shorten(line, 120)) for line in task.deliverables[:MOST_LISTED]]
    return [
        Passage("Task", tuple(told), 1),
        *([Passage("Acceptance", tuple(acceptance), 1, "list", page.lead("acceptance"))] if acceptance else []),
        *([Passage("Deliverables", (f"It hands over: {'; '.join(delivers)}.",), 1)] if delivers else []),
    ]
