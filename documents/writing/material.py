"""What a document is written from, and what writing gives back: plain data, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contexts.assembly import CONSTRAINT_RISK
from plans.brief import Brief

Kind = Literal[
    "gdd",
    "technical_design",
    "pitch",
    "art_bible",
    "level_brief",
    "test_plan",
    "release_notes",
    "post_mortem",
    "other",
]
TEXT_MEMBERS = ("text", "question", "decision", "risk", "title", "summary", "name")
"""Where an entry of a context that is an object keeps its words."""


@dataclass(frozen=True)
class TaskFact:
    """A task of the active plan, with where the work on it stands."""

    code: str
    title: str
    description: str = ""
    status: str = "pending"
    dependencies: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    deliverables: tuple[str, ...] = ()
    story_points: int = 0
    time_hours: float = 0.0
    priority: int = 3
    blocked_reason: str = ""


@dataclass(frozen=True)
class ContextFact:
    """What the active context says in people's words; what it derives from the brief is left out, the brief says it itself."""

    summary: str = ""
    decisions: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "ContextFact":
        """The facts in a context's content, whatever people wrote into it."""
        summary = content.get("summary")
        return cls(
            summary=summary if isinstance(summary, str) else "",
            decisions=_texts(content.get("decisions")),
            open_questions=_texts(content.get("open_questions")),
            risks=tuple(text for text in _texts(content.get("risks")) if not text.startswith(CONSTRAINT_RISK)),
        )


def _texts(value: Any) -> tuple[str, ...]:
    entries = value if isinstance(value, list | tuple) else []
    return tuple(text for entry in entries if (text := _text(entry).strip()))


def _text(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return next((entry[name] for name in TEXT_MEMBERS if isinstance(entry.get(name), str)), "")
    return entry if isinstance(entry, str) else ""


@dataclass(frozen=True)
class Material:
    """All that a document may tell of. With `task_code` it is a document of that task, otherwise of the project."""

    project_name: str
    brief: Brief
    tasks: tuple[TaskFact, ...] = ()
    context: ContextFact | None = None
    kind: Kind = "gdd"
    title: str = ""
    task_code: str | None = None

    @property
    def task(self) -> TaskFact | None:
        """The task that the document is of, if the plan still has it."""
        return next((task for task in self.tasks if task.code == self.task_code), None)


@dataclass(frozen=True)
class OutlineSection:
    """A place in a document: heading level 1 to 3, the heading, and what the section should say."""

    level: int
    heading: str
    brief: str = ""


@dataclass(frozen=True)
class Written:
    """A section's text, without its own heading, and what it tells of.

    `summary` is one sentence for the global summary; `derived_from` are the codes of the tasks it speaks of;
    `not_understood` are the parts of an instruction that nothing was done about.
    """

    text: str
    summary: str
    derived_from: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
