"""What the writer knows of a project: the planner's reading of its brief, the state of the plan, and words for the lines."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from documents.writing import markdown
from documents.writing.material import Material, TaskFact
from documents.writing.template.knowledge import Condition, Line, roles
from plans.brief import Brief
from plans.planner.genre import recognise_genre
from plans.planner.kpis import kpi_name
from plans.planner.limits import excluded
from plans.planner.vocabulary import Reading, read_brief
from plans.planner.wording import capital, clean, fold, listing, mentions, shorten, small, with_article

SLOT = re.compile(r"\{(\w+)\}")
TITLE_LIMIT = 90
OPEN = ("pending", "in_progress", "in_review", "blocked")


@dataclass(frozen=True)
class Known:
    """A project as the writer sees it. `words` fill lines; those that a brief does not give are stated neutrally."""

    material: Material
    reading: Reading
    words: dict[str, str]

    def fill(self, line: str, **more: str) -> str | None:
        """The line with its words, harmless as Markdown; None when one of them is missing."""
        known = {**self.words, **more}
        if any(not known.get(slot) for slot in SLOT.findall(line)):
            return None
        filled = capital(SLOT.sub(lambda found: markdown.inline(known[found.group(1)]), line))
        return markdown.opening(filled) if line.startswith("{") else filled

    def fill_plain(self, line: str, **more: str) -> str | None:
        """The line with its words as they are, for headings and summaries; None when one of them is missing."""
        known = {**self.words, **more}
        if not line or any(not known.get(slot) for slot in SLOT.findall(line)):
            return None
        return capital(SLOT.sub(lambda found: known[found.group(1)], line))

    def ways_to_say(self, line: Line, key: str, **more: str) -> list[str]:
        """The ways to say a line, in an order that the project and the key decide; none when it does not apply."""
        if not self.applies(line):
            return []
        filled = [text for way in line.say if (text := self.fill(way, **more))]
        first = filled.index(self.pick(filled, f"{key}\0{line.say[0]}")) if filled else 0
        return [*filled[first:], *filled[:first]]

    def applies(self, condition: Condition) -> bool:
        """Whether a condition holds for this project."""
        text = self.reading.text
        return (
            (not condition.when or mentions(text, condition.when))
            and not excluded(self.reading.exclusions, condition.when)
            and not mentions(text, condition.unless)
            and all(map(self.has, condition.has))
            and not any(map(self.has, condition.missing))
            and (not condition.genres or self.reading.genre in condition.genres)
        )

    def has(self, name: str) -> bool:
        """Whether the brief has an answer in a field, or the writer a word of that name."""
        if name in type(self.material.brief).model_fields:
            return bool(getattr(self.material.brief, name))
        return bool(self.words.get(name))

    def pick(self, options: Sequence[str], key: str) -> str:
        """One of the options, decided by the project and the key alone."""
        seed = f"{self.material.project_name}\0{self.material.kind}\0{key}"
        return options[zlib.crc32(seed.encode()) % len(options)]


def know(material: Material) -> Known:
    """All that the writer knows of a project."""
    material = replace(material, brief=_with_words(material.brief))
    brief = material.brief
    reading = read_brief(material.project_name, brief, recognise_genre(brief))
    words = {
        **reading.assumed,
        **reading.words,
        **_role_words(material),
        **_plan_words(material),
        **_own_words(material),
        **_turned_words(reading),
        **_pace_words(material, reading),
    }
    return Known(material, reading, {key: value for key, value in words.items() if value})


def _with_words(brief: Brief) -> Brief:
    """The brief without mechanics that say nothing, such as "…"."""
    told = [line for line in brief.mechanics if any(char.isalnum() for char in line)]
    return brief.model_copy(update={"mechanics": told})


def _role_words(material: Material) -> dict[str, str]:
    return {f"{role}_task": code for role in roles() if (code := role_code(material.tasks, role))}


def role_code(tasks: Sequence[TaskFact], role: str) -> str:
    """The code of the task that has a part in the whole, such as "core"; "" if none says so."""
    return next((task.code for task in tasks if mentions(fold(clean(task.title)), roles()[role])), "")


def _plan_words(material: Material) -> dict[str, str]:
    tasks = material.tasks
    done = [task for task in tasks if task.status == "done"]
    hours = sum(task.time_hours for task in tasks)
    return {
        "task_count": counted(len(tasks), "task") if tasks else "",
        "done_count": counted(len(done), "task") if done else "",
        "open_count": counted(len(tasks) - len(done), "task") if len(done) < len(tasks) else "",
        "hours": f"{hours:g}" if hours else "",
        "done_or_none": counted(len(done), "task") if done else "none",
        "progress_told": _progress_told(len(done), len(tasks)),
        "points": str(sum(task.story_points for task in tasks) or ""),
        "last_done": shorten(done[-1].title, TITLE_LIMIT) if done else "",
        "first_task": f"{tasks[0].code} ({shorten(tasks[0].title, TITLE_LIMIT)})" if tasks else "",
    }


def _progress_told(done: int, all_tasks: int) -> str:
    return f"{done} of {counted(all_tasks, 'task')} done." if all_tasks else "no plan is on record."


def _own_words(material: Material) -> dict[str, str]:
    brief, task = material.brief, material.task
    return {
        "title": shorten(material.title, TITLE_LIMIT),
        "milestones": listing([shorten(line, 60) for line in brief.milestones[:6] if clean(line)]),
        "last_milestone": shorten(brief.milestones[-1], 60) if brief.milestones else "",
        "first_milestone": shorten(brief.milestones[0], 60) if brief.milestones else "",
        "the_task": task.code if task else "",
        "task_title": shorten(task.title, TITLE_LIMIT) if task else "",
    }


def _turned_words(reading: Reading) -> dict[str, str]:
    """The planner's words in forms that sentences need."""
    words = {**reading.assumed, **reading.words}
    return {
        "genre_a": with_article(words["genre"]),
        "Genre_a": capital(with_article(words["genre"])),
        "A_unit": capital(words["a_unit"]),
        "the_unit": f"the {words['unit']}",
        "Things": capital(words["things"]),
        "Thing_cap": capital(words["thing"]),
        "thing2_own": reading.words.get("thing2", ""),
        "focus_or_thing": words["focus"],
        "target_full": small(shorten(reading.brief.target, 160).rstrip(".")),
        "style_words": shorten(reading.brief.visual_style, 120) or "still to be chosen",
        "session_target": _session_target(reading),
    }


def _session_target(reading: Reading) -> str:
    """What the brief wants of a session: "8 minutes a session"."""
    for key, value in reading.brief.kpis.items():
        name = kpi_name(key)
        if mentions(fold(name), ["session", "run", "match", "round"]) and isinstance(value, int | float):
            rest = fold(name).replace("minutes", "").strip()
            return f"{value:g} minutes a {rest}" if "minutes" in fold(name) and rest else f"{name} of {value:g}"
    return ""


def _pace_words(material: Material, reading: Reading) -> dict[str, str]:
    """How the plan's hours meet the people and the time that the brief names."""
    limits, hours = reading.limits, sum(task.time_hours for task in material.tasks)
    is_told = limits.people is not None or limits.spare_time
    content = next((task for task in material.tasks if task.code == role_code(material.tasks, "content")), None)
    counts = content is not None and reading.words["amount"] in content.title.split()
    return {
        "weeks": str(max(1, round(hours / limits.week))) if hours and is_told else "",
        "spare_time": "yes" if limits.spare_time else "",
        "content_counted": "yes" if counts else "",
        "plan_told": f"{counted(len(material.tasks), 'task')}, about {hours:g} working hours."
        if hours
        else "No plan yet.",
    }


def counted(number: int, noun: str) -> str:
    """ "1 task", "3 tasks"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
