"""Rules between the rows of an export. What holds in the database is demanded of a file before any of it is written."""

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.shape import (
    ContextShape,
    DocumentShape,
    DraftShape,
    PlanShape,
    ProjectExport,
    SectionShape,
)
from gamedev_gateway.exchange.shape_agreement import CommentShape, ReviewShape
from plans.graph import find_cycle, missing_dependencies
from plans.spec import MAX_TASKS


def check_document(document: ProjectExport) -> None:
    """Raise ExchangeError naming the first rule that is broken, and where."""
    for broken in broken_laws(document):
        raise ExchangeError(broken)


def broken_laws(document: ProjectExport) -> Iterator[str]:
    yield from twice("members", (member.user for member in document.members))
    yield from broken_versions(document.plans)
    for index, plan in enumerate(document.plans):
        yield from broken_tasks(f"plans.{index}.tasks", plan)
    yield from broken_words(document)
    yield from broken_contexts(document.contexts, document.log.head)
    yield from not_counted("artifacts", [artifact.number for artifact in document.artifacts])
    yield from broken_documents(document.documents)
    if document.log.first > document.log.head + 1:
        yield "log.first: It is beyond the head."


def twice(place: str, values: Iterable[Hashable]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{place}: {value} is there {times} times."


def not_counted(place: str, numbers: list[int]) -> Iterator[str]:
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{place}: The numbers must be 1, 2, 3 … in this order."


def broken_versions(plans: list[PlanShape]) -> Iterator[str]:
    versions = [plan.version for plan in plans]
    yield from twice("plans", (f"version {version}" for version in versions))
    if versions != sorted(versions):
        yield "plans: The versions must be in their order."
    accepted = [plan.version for plan in plans if plan.status == "accepted"]
    if len(accepted) > 1:
        yield f"plans: Versions {' and '.join(map(str, accepted))} are both accepted; one may be."
    for index, plan in enumerate(plans):
        if plan.base is not None and (plan.base not in versions or plan.base >= plan.version):
            yield f"plans.{index}.base: There is no earlier version {plan.base}."
        if plan.continues is not None and (plan.continues not in versions or plan.continues >= plan.version):
            yield f"plans.{index}.continues: There is no earlier version {plan.continues}."
        yield from not_counted(f"plans.{index}.operations", [operation.number for operation in plan.operations])


def broken_words(document: ProjectExport) -> Iterator[str]:
    """What was said about versions that are there, each comment after what it answers."""
    versions = {plan.version for plan in document.plans}
    parts: dict[str, Sequence[CommentShape | ReviewShape]] = {
        "comments": document.comments,
        "reviews": document.reviews,
    }
    for name, said in parts.items():
        yield from not_counted(name, [each.number for each in said])
        for index, each in enumerate(said):
            if each.plan not in versions:
                yield f"{name}.{index}.plan: There is no version {each.plan}."
    for index, comment in enumerate(document.comments):
        if comment.in_reply_to is not None and comment.in_reply_to >= comment.number:
            yield f"comments.{index}.in_reply_to: There is no earlier comment {comment.in_reply_to}."


def broken_tasks(place: str, plan: PlanShape) -> Iterator[str]:
    yield from twice(place, (task.code for task in plan.tasks))
    edges = {task.code: task.dependencies for task in plan.tasks if task.status != "dropped"}
    if len(edges) > MAX_TASKS:
        yield f"{place}: A plan has at most {MAX_TASKS} tasks."
    for code, unknown in missing_dependencies(edges).items():
        yield f"{place}.{code}.dependencies: The plan has no task {', '.join(unknown)}."
        return
    if cycle := find_cycle(edges):
        yield f"{place}: Tasks depend on each other: {' → '.join(cycle)}."


def broken_contexts(contexts: list[ContextShape], head: int) -> Iterator[str]:
    yield from not_counted("contexts", [context.number for context in contexts])
    yield from twice("contexts", (f"{name_of(context)} version {context.version}" for context in contexts))
    active = (f"An active version of {name_of(context)}" for context in contexts if context.is_active)
    yield from twice("contexts", active)
    for index, context in enumerate(contexts):
        if context.based_on_seq > head:
            yield f"contexts.{index}.based_on_seq: The log ends at {head}."


def name_of(context: ContextShape) -> str:
    """`global`, or the code of the task."""
    return context.task_code or context.scope


def broken_documents(documents: list[DocumentShape]) -> Iterator[str]:
    yield from not_counted("documents", [document.number for document in documents])
    for index, document in enumerate(documents):
        yield from not_counted(f"documents.{index}.sections", [section.number for section in document.sections])
        yield from broken_drafts(f"documents.{index}", document)
        yield from broken_sections(f"documents.{index}", document)


def broken_drafts(place: str, document: DocumentShape) -> Iterator[str]:
    numbers = [draft.number for draft in document.drafts]
    yield from twice(f"{place}.drafts", (f"draft {number}" for number in numbers))
    if numbers != sorted(numbers):
        yield f"{place}.drafts: They must be in the order of their numbers."
    sections = {section.number for section in document.sections}
    for index, draft in enumerate(document.drafts):
        yield from broken_draft(f"{place}.drafts.{index}", draft, sections, document.last_draft)


def broken_sections(place: str, document: DocumentShape) -> Iterator[str]:
    yield from twice(f"{place}.sections", (f"place {section.idx}" for section in document.sections))
    drafts = {draft.number: draft for draft in document.drafts}
    for index, section in enumerate(document.sections):
        yield from broken_section(f"{place}.sections.{index}", section, drafts)


def broken_draft(place: str, draft: DraftShape, sections: set[int], last: int) -> Iterator[str]:
    text = draft.text.encode()
    if draft.number > last:
        yield f"{place}.number: The document's last draft is {last}."
    if draft.section not in sections:
        yield f"{place}.section: The document has no section {draft.section}."
    if draft.length != len(text):
        yield f"{place}.length: The text has {len(text)} bytes."
    if draft.sha256 != ("" if draft.status == "writing" else hashlib.sha256(text).hexdigest()):
        yield f"{place}.sha256: It is not that of the text."


def broken_section(place: str, section: SectionShape, drafts: dict[int, DraftShape]) -> Iterator[str]:
    if section.current_draft is None:
        return
    draft = drafts.get(section.current_draft)
    if draft is None or draft.section != section.number:
        yield f"{place}.current_draft: The section has no draft {section.current_draft}."
    elif draft.status != "done":
        yield f"{place}.current_draft: Draft {draft.number} is not done."
