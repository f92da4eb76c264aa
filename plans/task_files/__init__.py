"""Task lists of other tools as tasks for a proposal. Plain text in, plain data out.

The next tool is a file with a `read(text, tag)` that gives a ForeignList, and a line in SOURCES.
"""

from collections.abc import Callable

from plans.task_files import beads, taskmaster
from plans.task_files.assembling import Assembled, assemble
from plans.task_files.foreign import ForeignList, TaskFileError

__all__ = ["SOURCES", "Assembled", "ForeignList", "TaskFileError", "assemble", "guess_source", "read_tasks"]

SOURCES: dict[str, Callable[[str, str | None], ForeignList]] = {"taskmaster": taskmaster.read, "beads": beads.read}
"""(text, tag or None) → what the file says."""


def guess_source(file_name: str) -> str:
    """beads writes lines, Task Master one document."""
    return "beads" if file_name.lower().endswith(".jsonl") else "taskmaster"


def read_tasks(text: str, source: str, *, tag: str | None = None, first_number: int = 1) -> Assembled:
    """The tasks of a file, numbered from `first_number`. TaskFileError names what makes the file unreadable."""
    return assemble(SOURCES[source](text, tag), first_number=first_number)
