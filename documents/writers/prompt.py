"""What a model is told: the prompts of sections and outlines, with as much of the material as there is room for.

What people and documents wrote goes into blocks of data alone; see `core.llm.prompts`.
"""

from collections.abc import Sequence

from documents.writers.room import Line, fitting
from documents.writers.section import SectionOrder
from documents.writing.material import ContextFact, Material, OutlineSection, TaskFact
from gamedev_gateway.core.llm import Prompt, load_prompt
from plans.brief import Brief
from plans.planner.wording import excerpt, stems

ROOM = {"outline": 2_000, "game": 4_000, "plan": 3_000, "context": 2_000}
"""Characters, for blocks made of entries. All blocks together stay below 20,000, some 5,000 tokens."""
SUMMARY, BEFORE, PRESENT, WISH, ASKED = 1_500, 1_500, 3_000, 2_000, 1_000
"""Characters, for blocks of running text."""
LONGEST_ENTRY, HEADING, TITLE = 300, 120, 200
ANSWER_TOKENS = 4_000
"""Far more than a section has; some models think first, and that counts."""
ALWAYS = 1_000_000
KINDS = {"gdd": "game design document", "other": "document"}


def section_prompt(order: SectionOrder) -> Prompt:
    section = order.section
    words = stems(f"{section.heading} {section.brief[:ASKED]} {order.instructions[:WISH]}")
    values = {
        **material_blocks(order.material, words),
        "outline": outline_block(order.outline, order.idx % len(order.outline)),
        "section": f"{excerpt(section.heading, HEADING)}\n\n{section.brief[:ASKED]}".strip(),
        "written_so_far": order.global_summary[:SUMMARY],
        "section_before": order.previous_text[-BEFORE:],
        "present_text": order.present_text[:PRESENT],
        "wish": order.instructions[:WISH],
    }
    return load_prompt("documents.section", values, max_tokens=ANSWER_TOKENS)


def outline_prompt(material: Material, usual: Sequence[OutlineSection]) -> Prompt:
    lines = [Line(f"{'  ' * (section.level - 1)}- {section.heading}: {section.brief}") for section in usual]
    values = {**material_blocks(material, frozenset()), "usual": fitting(lines, ROOM["outline"], "sections")}
    return load_prompt("documents.outline", values)


def material_blocks(material: Material, words: frozenset[str]) -> dict[str, str]:
    """The blocks that are the same for every writer; what has more of the words in it is told first."""
    return {
        "document": document_block(material),
        "game": fitting(game_lines(material.brief, words), ROOM["game"], "entries"),
        "plan": fitting(plan_lines(material, words), ROOM["plan"], "tasks"),
        "context": fitting(context_lines(material.context, words), ROOM["context"], "entries"),
    }


def document_block(material: Material) -> str:
    kind = KINDS.get(material.kind, material.kind.replace("_", " "))
    of_task = [f"It is about the task {material.task_code} alone."] if material.task_code else []
    named = [f"Project: {excerpt(material.project_name, TITLE)}", f"Title: {excerpt(material.title, TITLE)}"]
    return "\n".join([*named, f"Kind: {kind}", *of_task])


def outline_block(outline: Sequence[OutlineSection], idx: int) -> str:
    """The headings, those near the place first where there is no room for all."""
    lines = [
        Line(
            f"{'  ' * (section.level - 1)}{'→ ' if at == idx else ''}{at + 1}. {excerpt(section.heading, HEADING)}",
            -abs(at - idx),
        )
        for at, section in enumerate(outline)
    ]
    return fitting(lines, ROOM["outline"], "sections")


def game_lines(brief: Brief, words: frozenset[str]) -> list[Line]:
    """The brief, entry by entry; what it says of the game as a whole always comes first."""
    whole = {
        "pitch": brief.pitch,
        "genre": brief.genre,
        "look": brief.visual_style,
        "players": brief.target,
        "engine": brief.engine,
    }
    several = {
        "mechanic": brief.mechanics,
        "constraint": brief.constraints,
        "platform": brief.platform,
        "milestone": brief.milestones,
        "reference": brief.references,
        "target": [f"{name} = {value}" for name, value in brief.kpis.items()],
    }
    return [
        *(Line(f"{name}: {excerpt(said, 2 * LONGEST_ENTRY)}", ALWAYS) for name, said in whole.items() if said),
        *(entry(name, said, words) for name, entries in several.items() for said in entries),
    ]


def plan_lines(material: Material, words: frozenset[str]) -> list[Line]:
    """The tasks in short, in the plan's order; the document's own task, and what it touches, before all others."""
    own = material.task
    near = {own.code, *own.dependencies} if own else set()
    return [task_line(task, words, task.code in near) for task in material.tasks if task.status != "dropped"]


def task_line(task: TaskFact, words: frozenset[str], near: bool) -> Line:
    text = f"{task.title}: {excerpt(task.description, LONGEST_ENTRY // 2)}"
    after = f", after {', '.join(task.dependencies[:8])}" if task.dependencies else ""
    weight = len(words & stems(text)) + (ALWAYS if near else 0)
    return Line(f"{task.code} ({task.status}{after}) {excerpt(text, LONGEST_ENTRY)}", weight)


def context_lines(context: ContextFact | None, words: frozenset[str]) -> list[Line]:
    if context is None:
        return []
    several = {"decision": context.decisions, "open question": context.open_questions, "risk": context.risks}
    summary = [Line(f"in short: {excerpt(context.summary, 2 * LONGEST_ENTRY)}", ALWAYS)] if context.summary else []
    return summary + [entry(name, said, words) for name, entries in several.items() for said in entries]


def entry(name: str, said: str, words: frozenset[str]) -> Line:
    text = excerpt(said, LONGEST_ENTRY)
    return Line(f"{name}: {text}", len(words & stems(text)))
