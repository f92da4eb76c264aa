"""Which tasks of the plan a text tells of."""

import re
from collections.abc import Sequence

from documents.writing.material import TaskFact
from plans.planner.wording import fold, squeeze

CODE = re.compile(r"(?<![0-9A-Za-z-])T-\d+(?![0-9A-Za-z])")
WORD = re.compile(r"[^\W_]+")
LEAST_WORDS = 2
"""A title of one word, such as "Sound", is said without the task being meant."""


def tasks_told_of(text: str, tasks: Sequence[TaskFact]) -> tuple[str, ...]:
    """The codes of the tasks that the text names by code, or by their whole title, in the plan's order."""
    codes, said = set(CODE.findall(text)), words_of(text)
    return tuple(task.code for task in tasks if task.code in codes or is_said(task.title, said))


def words_of(text: str) -> str:
    """The text as words between single spaces, without marks, so that a title is found however it is set."""
    return f" {' '.join(WORD.findall(fold(squeeze(text))))} "


def is_said(title: str, said: str) -> bool:
    words = words_of(title)
    return len(words.split()) >= LEAST_WORDS and words in said
