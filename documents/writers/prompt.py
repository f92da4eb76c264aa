"""What a model is told: the prompts of sections and outlines, with as much of the material as there is room for.

What people and documents wrote goes into blocks of data alone; see `core.llm.prompts`.
"""

from collections.abc import Mapping, Sequence

from documents.writers.section import SectionOrder
from documents.writing.material import ContextFact, Material, OutlineSection, TaskFact
from gamedev_gateway.core.llm import Prompt, load_prompt
from gamedev_gateway.core.llm.room import Line, fitting
from gamedev_gateway.core.llm.usage import CHARACTERS_PER_TOKEN
from plans.brief_lines import LONGEST_ENTRY, MOST, brief_lines, entry
from plans.planner.wording import excerpt, stems

SHARES = {
    "outline": 0.10,
    "section": 0.05,
    "game": 0.20,
    "plan": 0.18,
    "context": 0.10,
    "written_so_far": 0.10,
    "section_before": 0.07,
    "present_text": 0.14,
    "wish": 0.06,
}
OUTLINE_SHARES = {"game": 0.30, "plan": 0.25, "context": 0.15, "usual": 0.30}
"""Of the room for data, for each block of a section's prompt, and of an outline's."""
HEADING, TITLE = 120, 200
ANSWER_TOKENS = 4_000
"""Far more than a section has; some models think first, and that counts."""
KINDS = {"gdd": "game design document", "other": "document"}


class Room(dict[str, int]):
    """Characters for each block, out of the tokens for all."""

    def __init__(self, tokens: int, shares: Mapping[str, float] = SHARES) -> None:
        super().__init__({name: round(share * tokens * CHARACTERS_PER_TOKEN) for name, share in shares.items()})


def section_prompt(order: SectionOrder, tokens: int) -> Prompt:
    """`tokens`: how much data it may hold, roughly."""
    section, room, place = order.section, Room(tokens), order.idx % len(order.outline)
    asked, wish = section.brief[: room["section"]], order.instructions[: room["wish"]]
    values = {
        **material_blocks(order.material, stems(f"{section.heading} {asked} {wish}"), room),
        "outline": outline_block(order.outline, place, room["outline"]),
        "section": f"{numbered(place, section)}\n\n{asked}".strip(),
        "written_so_far": order.global_summary[: room["written_so_far"]],
        "section_before": order.previous_text[-room["section_before"] :],
        "present_text": order.present_text[: room["present_text"]],
        "wish": wish,
    }
    return load_prompt("documents.section", values, max_tokens=ANSWER_TOKENS)


def outline_prompt(material: Material, usual: Sequence[OutlineSection], tokens: int) -> Prompt:
    """`usual`: the template's outline. `tokens`: how much data it may hold, roughly."""
    room = Room(tokens, OUTLINE_SHARES)
    lines = [Line(f"{'  ' * (section.level - 1)}- {section.heading}: {section.brief}") for section in usual]
    values = {
        **material_blocks(material, frozenset(), room),
        "usual": fitting(lines, room["usual"], "sections"),
    }
    return load_prompt("documents.outline", values)


def material_blocks(material: Material, words: frozenset[str], room: Room) -> dict[str, str]:
    """The blocks that are the same for every writer; what has more of the words in it is told first."""
    return {
        "document": document_block(material),
        "game": fitting(brief_lines(material.brief, words), room["game"], "entries"),
        "plan": fitting(plan_lines(material, words), room["plan"], "tasks"),
        "context": fitting(context_lines(material.context, words), room["context"], "entries"),
    }


def document_block(material: Material) -> str:
    kind = KINDS.get(material.kind, material.kind.replace("_", " "))
    of_task = [f"It is about the task {material.task_code} alone."] if material.task_code else []
    named = [f"Project: {excerpt(material.project_name, TITLE)}", f"Title: {excerpt(material.title, TITLE)}"]
    return "\n".join([*named, f"Kind: {kind}", *of_task])


def outline_block(outline: Sequence[OutlineSection], idx: int, room: int) -> str:
    """The headings, those near the place first where there is no room for all."""
    lines = [
        Line(f"{'  ' * (section.level - 1)}{numbered(at, section)}", -abs(at - idx))
        for at, section in enumerate(outline)
    ]
    return fitting(lines, room, "sections")


def numbered(place: int, section: OutlineSection) -> str:
    return f"{place + 1}. {excerpt(section.heading, HEADING)}"


def plan_lines(material: Material, words: frozenset[str]) -> list[Line]:
    """The tasks in short, in the plan's order; the document's own task, and what it touches, before all others."""
    own = material.task
    near = {own.code, *own.dependencies} if own else set()
    return [task_line(task, words, task.code in near) for task in material.tasks if task.status != "dropped"]


def task_line(task: TaskFact, words: frozenset[str], near: bool) -> Line:
    """A task that has nothing to do with the section is told by its title alone."""
    said = f"{task.title}: {excerpt(task.description, LONGEST_ENTRY // 2)}"
    weight = len(words & stems(said)) + (MOST if near else 0)
    after = f", after {', '.join(task.dependencies[:8])}" if task.dependencies else ""
    return Line(f"{task.code} ({task.status}{after}) {excerpt(said if weight else task.title, LONGEST_ENTRY)}", weight)


def context_lines(context: ContextFact | None, words: frozenset[str]) -> list[Line]:
    if context is None:
        return []
    several = {"decision": context.decisions, "open question": context.open_questions, "risk": context.risks}
    summary = [Line(f"in short: {excerpt(context.summary, 2 * LONGEST_ENTRY)}", MOST)] if context.summary else []
    return summary + [entry(name, said, words) for name, entries in several.items() for said in entries]
