"""The examples of docs/examples, made from the briefs of tests/data/briefs: `python -m tests.documents.example_documents`."""

from functools import cache
from pathlib import Path

from documents.writing.material import Kind, Material, OutlineSection, TaskFact
from documents.writing.template import TemplateDocument, make_outline
from plans.brief import Brief
from plans.brief_files import format_of, read_brief
from plans.planner import draft_plan

ROOT = Path(__file__).parents[2]
BRIEFS = ROOT / "tests/data/briefs"
EXAMPLES = ROOT / "docs/examples"
ORIGINS = {
    "pixel-jumper.yaml": ("The brief is `tests/data/briefs/pixel-jumper.yaml`, written for this project."),
    "accessible-archery.md": (
        "The brief was read from a real design document, `tests/data/briefs/accessible-archery.md` "
        "(AbleGamers/AccessibleArchery, `docs/GDD.md`, MIT, © 2026 Crystal Spider Games); only what the fields of a brief "
        "can hold was taken over."
    ),
}
INTRODUCTION = "*An example of what the template writer makes of a brief and the plan drafted from it, without a language model. {origin}*"


@cache
def brief_in(filename: str) -> tuple[str, Brief]:
    """The project's name and brief in one of the files."""
    parsed = read_brief((BRIEFS / filename).read_text(encoding="utf-8"), format_of(filename))
    return parsed.name or filename, parsed.brief


def tasks_of(name: str, brief: Brief) -> tuple[TaskFact, ...]:
    """The tasks of the plan that the template planner drafts for a brief."""
    return tuple(
        TaskFact(
            code=task.code,
            title=task.title,
            description=task.description,
            dependencies=tuple(task.dependencies),
            acceptance=tuple(task.acceptance),
            deliverables=tuple(task.deliverables),
            story_points=task.estimates.story_points,
            time_hours=task.estimates.time_hours,
            priority=task.priority,
        )
        for task in draft_plan(name, brief).tasks
    )


def material_of(name: str, brief: Brief, kind: Kind = "gdd", *, task: str | None = None) -> Material:
    """A project with its drafted plan, as material for a document."""
    return Material(name, brief, tasks_of(name, brief), None, kind, task_code=task)


def texts_of(material: Material, outline: list[OutlineSection] | None = None) -> list[str]:
    """The texts of all sections of a document."""
    sections = make_outline(material) if outline is None else outline
    document = TemplateDocument(material, sections)
    return [document.write(idx).text for idx in range(len(sections))]


def example(filename: str) -> str:
    """A whole design document as Markdown."""
    name, brief = brief_in(filename)
    material = material_of(name, brief)
    outline = make_outline(material)
    parts = [f"# {name}: game design document", INTRODUCTION.format(origin=ORIGINS[filename])]
    for section, text in zip(outline, texts_of(material, outline), strict=True):
        parts += [f"{'#' * (section.level + 1)} {section.heading}", text]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for filename in ORIGINS:
        target = EXAMPLES / f"{Path(filename).stem}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text(example(filename), encoding="utf-8")
