"""Contexts by a language model: the state of the work in words, and what its notes settle. No database.

What a context counts and lists is assembled by rule in any case; a model adds to what people said, and takes none of it away.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contexts.assembly import ProjectState, TaskState, carried, entry_text, global_content, task_content
from gamedev_gateway.core.llm import Model, Usage, load_prompt
from gamedev_gateway.core.llm.room import Line as Entry
from gamedev_gateway.core.llm.room import fitting
from gamedev_gateway.core.llm.usage import CHARACTERS_PER_TOKEN
from plans.brief_lines import LONGEST_ENTRY, MOST, brief_lines
from plans.planner.wording import excerpt, fold, squeeze
from plans.spec import Line

SAID = ("decisions", "open_questions", "risks")
"""What a context says in people's words."""
MOST_NEW = 10
CODE = re.compile(r"(?<![0-9A-Za-z-])T-\d+(?![0-9A-Za-z])")

Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Lines = Annotated[list[Line], Field(default_factory=list, max_length=MOST_NEW)]


class ProposedContext(BaseModel):
    """What a model is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    summary: Summary
    decisions: Lines
    open_questions: Lines
    risks: Lines


@dataclass(frozen=True)
class ContextOrder:
    """What a context is made from: of the project, or of the task of a code. Another order it is when the plan, the brief or the
    status of a task is another; a report of progress meanwhile changes no more than what is assembled anyhow."""

    task: str
    state: ProjectState = field(compare=False)
    before: dict[str, Any] | None = field(compare=False)
    gist: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        statuses = tuple((task.code, task.title, task.status) for task in self.state.tasks)
        object.__setattr__(self, "gist", (self.state.brief, self.state.plan_version, statuses))

    def assembled(self) -> dict[str, Any]:
        """The content by rule."""
        if self.task:
            return task_content(self.state, self.task, self.before)
        return global_content(self.state, self.before)


async def propose_context(model: Model, order: ContextOrder, usage: Usage) -> ProposedContext:
    """Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    own = next((task for task in order.state.tasks if task.code == order.task), None)
    values = {
        "about": excerpt(f"{own.code} {own.title}: {own.description}" if own else order.state.name, LONGEST_ENTRY * 2),
        "game": fitting(brief_lines(order.state.brief), room // 5, "entries"),
        "work": fitting([task_entry(task, order.task) for task in order.state.tasks], room // 2, "tasks"),
        "known": fitting(known_entries(order.assembled()), room // 4, "entries"),
    }
    codes = {task.code for task in order.state.tasks}
    prompt = load_prompt("contexts.context", values)
    return (await model.ask(prompt, ProposedContext, lambda said: faults_of(said, codes), usage=usage)).value


def task_entry(task: TaskState, own: str) -> Entry:
    blocked = f"; blocked: {excerpt(task.blocked_reason, LONGEST_ENTRY)}" if task.blocked_reason else ""
    notes = f"; notes: {excerpt(' / '.join(task.notes), 2 * LONGEST_ENTRY)}" if task.notes else ""
    line = f"{task.code} ({task.status}, {task.progress} %) {task.title}{blocked}{notes}"
    return Entry(line, MOST if task.code == own else len(blocked + notes))


def known_entries(content: dict[str, Any]) -> list[Entry]:
    said = [
        f"{name}: {excerpt(entry_text(entry) or str(entry), LONGEST_ENTRY)}"
        for name in SAID
        for entry in carried(content, name)
    ]
    return [Entry(f"summary: {excerpt(content['summary'], 2 * LONGEST_ENTRY)}", MOST), *map(Entry, said)]


def faults_of(said: ProposedContext, codes: Collection[str]) -> list[str]:
    """What breaks our laws: tasks that the plan does not have."""
    texts = [said.summary, *said.decisions, *said.open_questions, *said.risks]
    unknown = sorted({code for text in texts for code in CODE.findall(text)} - set(codes))
    return [f"The plan has no task {code}; do not speak of it." for code in unknown]


def content_with(order: ContextOrder, said: ProposedContext) -> dict[str, Any]:
    """The content by rule with a model's summary, and what the model adds to what people said."""
    content = order.assembled()
    return {
        **content,
        "summary": said.summary,
        **{name: [*carried(content, name), *unsaid(getattr(said, name), carried(content, name))] for name in SAID},
    }


def unsaid(lines: list[str], known: list[Any]) -> list[str]:
    heard = {fold(squeeze(entry_text(entry) or str(entry))) for entry in known}
    return [line for line in dict.fromkeys(map(squeeze, lines)) if fold(line) not in heard]
