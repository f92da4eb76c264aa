"""Godot's text scenes and resources: the syntax, and that every id, node and parent that is named is there."""

from collections.abc import Iterator

from plans.checking.godot_text import Heading, Statement, headings_and_properties
from plans.checking.report import Report, Unreadable
from plans.checking.surroundings import Surroundings
from plans.checking.text import text_of

FORMATS = {"2", "3", "4"}


def check_godot(data: bytes, around: Surroundings, report: Report) -> None:
    statements = list(headings_and_properties(text_of(data)))
    headings = [each for each in statements if isinstance(each, Heading)]
    if not headings or statements[0] is not headings[0] or headings[0].name not in {"gd_scene", "gd_resource"}:
        raise Unreadable("broken_scene", "It does not begin with [gd_scene …] or [gd_resource …].", "line 1")
    report.facts |= {"form": headings[0].name, "nodes": sum(each.name == "node" for each in headings)}
    if headings[0].attributes.get("format") not in FORMATS:
        report.warning("unknown_format", "Its format is not one of Godot 3 or 4.", "line 1")
    check_outer_files(headings, around, report)
    check_references(statements, report)
    if headings[0].name == "gd_scene":
        check_tree(headings, report)
    elif not any(each.name == "resource" for each in headings):
        report.error("broken_scene", "It has no [resource].")


def check_outer_files(headings: list[Heading], around: Surroundings, report: Report) -> None:
    for heading in headings:
        path = heading.attributes.get("path", "") if heading.name == "ext_resource" else ""
        inner = path.removeprefix("res://")
        if ".." in inner.split("/"):
            report.error("outside", f"It leads out of the project: {path}", heading.where)
        elif inner and not around.has(inner):
            report.warning(
                "missing_file", f"It needs {path}, which is not among the project's artifacts.", heading.where
            )


def check_references(statements: list[Statement], report: Report) -> None:
    """Every ExtResource and SubResource names one that was declared before it; a part does not contain itself."""
    declared = {"ExtResource": set[str](), "SubResource": set[str]()}
    every = {(kind_of(each), each.attributes.get("id", "")) for each in statements if isinstance(each, Heading)}
    current = ("", "")
    for statement in statements:
        if isinstance(statement, Heading):
            current = (kind_of(statement), statement.attributes.get("id", ""))
        for reference in statement.references:
            check_reference(reference, declared, every, current, statement.where, report)
        if isinstance(statement, Heading):
            declare(current, declared, statement.where, report)


def kind_of(heading: Heading) -> str:
    return {"ext_resource": "ExtResource", "sub_resource": "SubResource"}.get(heading.name, "")


def declare(resource: tuple[str, str], declared: dict[str, set[str]], where: str, report: Report) -> None:
    kind, name = resource
    if not kind:
        return
    if not name:
        report.error("broken_scene", "The resource has no id.", where)
    elif name in declared[kind]:
        report.error("duplicate_id", f"The id {name} is given twice.", where)
    declared[kind].add(name)


def check_reference(
    reference: tuple[str, str],
    declared: dict[str, set[str]],
    every: set[tuple[str, str]],
    current: tuple[str, str],
    where: str,
    report: Report,
) -> None:
    kind, name = reference
    if reference == current:
        report.error("cycle", f"The resource {name} contains itself.", where)
    elif name not in declared[kind] and reference in every:
        report.error("out_of_order", f"{kind}({name}) is used before it is declared; Godot does not find it.", where)
    elif name not in declared[kind]:
        report.error("dangling", f"There is no {kind}({name}).", where)


# The tree of nodes


def check_tree(headings: list[Heading], report: Report) -> None:
    known: set[str] = set()
    opaque: set[str] = set()
    for heading in headings:
        if heading.name == "node":
            check_node(heading, known, opaque, report)
        elif heading.name == "connection":
            check_connection(heading, known, opaque, report)
    if "." not in known:
        report.error("no_root", "The scene has no root node.")


def check_node(heading: Heading, known: set[str], opaque: set[str], report: Report) -> None:
    """`known` are the paths of the nodes so far; `opaque` those whose insides are another scene's."""
    parent, name = heading.attributes.get("parent"), heading.attributes.get("name", "")
    path = "." if parent is None else name if parent == "." else f"{parent}/{name}"
    if parent is None and "." in known:
        report.error("two_roots", f"{name} has no parent, and the scene has a root already.", heading.where)
    elif parent is not None and not reachable(parent, known, opaque):
        report.error("dangling", f"{name} belongs to {parent}, which is not there.", heading.where)
    elif path in known:
        report.error("duplicate_id", f"There are two nodes {path}.", heading.where)
    known.add(path)
    if "instance" in heading.attributes:
        opaque.add(path)


def check_connection(heading: Heading, known: set[str], opaque: set[str], report: Report) -> None:
    for end in ("from", "to"):
        path = heading.attributes.get(end, "")
        if not reachable(path, known, opaque):
            report.error("dangling", f"A signal goes {end} {path or 'nowhere'}, which is not there.", heading.where)


def reachable(path: str, known: set[str], opaque: set[str]) -> bool:
    """Whether a node is in this scene, or may be inside one that this scene uses."""
    return path in known or "." in opaque or any(part in opaque for part in ancestors(path))


def ancestors(path: str) -> Iterator[str]:
    place = path.rfind("/")
    while place > 0:
        yield path[:place]
        place = path.rfind("/", 0, place)
