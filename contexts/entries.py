"""Single entries of the global context: a decision, an open question, a risk, each with who said it, when and why.

Adding one makes a new version of the context, so that it can be rolled back like any other. An entry is
{text, why, by, code, at}; texts without the rest, as people write them by hand, stand beside them.
"""

from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from contexts.assembly import carried
from contexts.models import Context
from contexts.services import assemble, create_context, get_active_context
from gamedev_gateway.core.actors import Actor
from plans.models import Project

EntryKind = Literal["decisions", "open_questions", "risks"]


@transaction.atomic
def add_entry(
    project: Project, kind: EntryKind, text: str, *, actor: Actor, why: str = "", code: str = "", **more: Any
) -> Context:
    """Add an entry to the active global context. One that is there, by the same actor and about the same, is no change.

    `code` is the task that it is about; `more` are further members, by which `remove_entries` finds it.
    """
    project = project.lock()
    content = content_now(project)
    said = {"text": text, "why": why, "by": actor.as_json(), "code": code, **more}
    entries = carried(content, kind)
    active = get_active_context(project)
    if active and any(isinstance(entry, dict) and said.items() <= entry.items() for entry in entries):
        return active
    entry = {**said, "at": timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")}
    return write(project, {**content, kind: [*entries, entry]}, actor)


@transaction.atomic
def remove_entries(project: Project, kind: EntryKind, *, actor: Actor, **which: Any) -> Context | None:
    """Take out the entries whose members are `which`. None when there are none, which is no change."""
    project = project.lock()
    content = content_now(project)
    entries = carried(content, kind)
    kept = [entry for entry in entries if not (isinstance(entry, dict) and which.items() <= entry.items())]
    return write(project, {**content, kind: kept}, actor) if len(kept) < len(entries) else None


def content_now(project: Project) -> dict[str, Any]:
    active = get_active_context(project)
    return active.content if active else assemble(project, Context.Scope.GLOBAL, "", None)


def write(project: Project, content: dict[str, Any], actor: Actor) -> Context:
    source = Context.Source.AI if actor.is_agent else Context.Source.MANUAL
    return create_context(project, scope=Context.Scope.GLOBAL, content=content, actor=actor, source=source)
