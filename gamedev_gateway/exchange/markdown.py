"""The readable side of an exported folder. Nothing here is imported again."""

from typing import Any

from documents.export import DocumentFile, SectionFile
from documents.export import as_markdown as document_markdown
from plans.plan_files import PlanFile, as_markdown, inline, item, quoted
from plans.spec import TaskSpec

LONG_LISTS = ("decisions", "open_questions", "risks")


def readme(document: dict[str, Any]) -> str:
    """The project on one page: what it is, how it stands, where to read on."""
    project = document["project"]
    blocks = [
        f"# {inline(project['name'])}",
        quoted(project["description"]),
        standing(document),
        "## Brief",
        *(brief_field(name, value) for name, value in project["brief"].items()),
        "## Plans",
        "\n".join(plan_line(plan) for plan in reversed(document["plans"])) or "None yet.",
        "## Documents" if document["documents"] else "",
        "\n".join(document_line(each) for each in document["documents"]),
        "## People",
        "\n".join(f"- {inline(member['user'])}, {member['role']}" for member in document["members"]),
        "---",
        "Made by `manage.py export_project`. The JSON files are the truth and can be imported with "
        "`manage.py import_project`; the Markdown files are for reading.",
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def standing(document: dict[str, Any]) -> str:
    project = document["project"]
    current = project["current_task"]
    now = f" Current task: {current.split('/')[1]}." if current and "/" in current else ""
    counted = [f"{name.capitalize()}: {len(document[name])}" for name in ("contexts", "artifacts")]
    log = document["log"]
    kept = f", kept from {log['first']} on" if log["first"] > 1 else ""
    return f"Status: {project['status']}.{now} {'. '.join(counted)}. Events: {log['head']}{kept}."


def brief_field(name: str, value: Any) -> str:
    title = f"**{name.replace('_', ' ').capitalize()}**"
    if isinstance(value, list):
        return "\n".join([f"{title}\n", *(f"- {item(str(line))}" for line in value)]) if value else ""
    if isinstance(value, dict):
        return "\n".join([f"{title}\n", *(f"- {inline(f'{key}: {value[key]}')}" for key in value)]) if value else ""
    return f"{title}: {inline(str(value))}" if value else ""


def plan_line(plan: dict[str, Any]) -> str:
    live = [task for task in plan["tasks"] if task["status"] != "dropped"]
    done = sum(task["status"] == "done" for task in live)
    where = f"[Version {plan['version']}](plans/v{plan['version']:03d}.md)"
    return f"- {where}, {plan['status']}, {done} of {len(live)} tasks done"


def document_line(document: dict[str, Any]) -> str:
    written = sum(section["current_draft"] is not None for section in document["sections"])
    where = f"[{inline(document['title'])}](documents/d{document['number']:03d}.md)"
    return f"- {where}, {document['status']}, {written} of {len(document['sections'])} sections written"


def document_page(export: dict[str, Any], document: dict[str, Any]) -> str:
    """What the document says now: its headings with their current drafts."""
    texts = {draft["number"]: draft["text"] for draft in document["drafts"]}
    sections = sorted(document["sections"], key=lambda section: section["idx"])
    file = DocumentFile(
        project=export["project"]["id"],
        task=document["task_code"] or None,
        sections=[
            SectionFile(
                text=texts.get(section["current_draft"], ""),
                **{name: section[name] for name in ("level", "heading", "brief")},
            )
            for section in sections
        ],
        **{name: document[name] for name in ("title", "kind", "global_summary", "created_at")},
    )
    return document_markdown(file)


def plan_page(document: dict[str, Any], plan: dict[str, Any]) -> str:
    live = [task for task in plan["tasks"] if task["status"] != "dropped"]
    file = PlanFile(
        project=document["project"]["id"],
        name=document["project"]["name"],
        tasks=[TaskSpec.model_validate({name: task[name] for name in TaskSpec.model_fields}) for task in live],
        **{name: plan[name] for name in ("version", "status", "summary", "created_at")},
    )
    return as_markdown(file, {task["code"]: task["status"] for task in live})


def context_markdown(context: dict[str, Any]) -> str:
    """The active version of a context: its summary and the lists that people care about."""
    content = context["content"]
    blocks = [
        f"# Context {context['task_code'] or 'of the project'}, version {context['version']}",
        quoted(str(content.get("summary", ""))),
    ]
    for name in LONG_LISTS:
        if isinstance(content.get(name), list) and content[name]:
            lines = "\n".join(f"- {item(str(entry))}" for entry in content[name])
            blocks += [f"## {name.replace('_', ' ').capitalize()}", lines]
    return "\n\n".join(filter(None, blocks)) + "\n"
