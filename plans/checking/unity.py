"""Unity's text assets and `.meta` files: the YAML, and that every object and GUID that is named is there."""

import re
from collections.abc import Iterator

from plans.checking.report import Report, Unreadable
from plans.checking.structured import walk_yaml
from plans.checking.surroundings import Surroundings
from plans.checking.text import line_at, text_of
from plans.graph import find_cycle

HEADER = re.compile(r"^--- !u!(\d+) &(-?\d+)( stripped)?[ \t\r]*$", re.MULTILINE)
REFERENCE = re.compile(r"\{\s*fileID:\s*(-?\d+)\s*(?:,\s*guid:\s*([^\s,}]*)\s*(?:,\s*type:\s*\d+\s*)?)?\}")
FATHER = re.compile(r"^\s*m_Father:\s*\{\s*fileID:\s*(-?\d+)\s*\}", re.MULTILINE)
GUID = re.compile(r"[0-9a-f]{32}")
META_GUID = re.compile(rb"^guid:[ \t]*([0-9A-Za-z-]{1,64})[ \t\r]*$", re.MULTILINE)
BUILT_IN = "0" * 16
"""How the GUIDs of what comes with Unity itself begin."""
TRANSFORMS = {"4", "224"}


def check_unity(data: bytes, around: Surroundings, report: Report) -> None:
    text = text_of(data)
    if not text.startswith("%YAML"):
        raise Unreadable("broken_asset", "It does not begin with %YAML, as Unity's text assets do.", "line 1")
    walk_yaml(plain_yaml(text), report)
    objects = objects_in(text, report)
    report.facts["objects"] = len(objects)
    check_objects(text, objects, report)
    check_guids(text, around, report)
    check_fathers(text, report)


def plain_yaml(text: str) -> str:
    """The same lines without Unity's tags: `stripped` after an anchor is not YAML, nor is its %TAG for all documents."""
    return re.sub(r"^%(?:YAML|TAG)[^\n]*$", "", HEADER.sub("---", text), flags=re.MULTILINE)


def objects_in(text: str, report: Report) -> set[str]:
    """The ids of the objects in the file."""
    found: set[str] = set()
    for match in HEADER.finditer(text):
        if match[2] in found:
            report.error("duplicate_id", f"Two objects have the id {match[2]}.", line_at(text, match.start()))
        found.add(match[2])
    if not found:
        raise Unreadable("broken_asset", "There is no object in it.")
    return found


def check_objects(text: str, objects: set[str], report: Report) -> None:
    told: set[str] = set()
    for match in REFERENCE.finditer(text):
        name, guid = match[1], match[2]
        if guid is None and name != "0" and name not in objects and name not in told:
            told.add(name)
            report.error("dangling", f"There is no object {name} in the file.", line_at(text, match.start()))


def check_guids(text: str, around: Surroundings, report: Report) -> None:
    """GUIDs are judged when `.meta` files were given, since only then it is known which exist."""
    named = {match[2]: match.start() for match in reversed(list(REFERENCE.finditer(text))) if match[2] is not None}
    outer = [guid for guid in named if not guid.startswith(BUILT_IN)]
    report.facts["guids"] = len(outer)
    for guid in outer:
        where = line_at(text, named[guid])
        if not GUID.fullmatch(guid):
            report.error("bad_guid", f"“{guid}” is no GUID of 32 hexadecimal digits.", where)
        elif around.guids and not around.knows(guid):
            report.error("dangling_guid", f"No .meta file that was given has the GUID {guid}.", where)
    if outer and not around.guids:
        report.info("not_checked", f"{len(outer)} GUIDs were not looked up: the project has no .meta artifacts.")


def check_fathers(text: str, report: Report) -> None:
    if cycle := find_cycle({child: [parent] for child, parent in fathers(text)}):
        report.error("cycle", f"Transforms are their own ancestors: {' → '.join(cycle)}")


def fathers(text: str) -> Iterator[tuple[str, str]]:
    """Each transform with its parent."""
    headers = list(HEADER.finditer(text))
    ends = [match.start() for match in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        if header[1] in TRANSFORMS and (father := FATHER.search(text, header.end(), end)) and father[1] != "0":
            yield header[2], father[1]


def check_meta(data: bytes, around: Surroundings, report: Report) -> None:
    text = text_of(data)
    walk_yaml(text, report)
    guid = guid_of_meta(data)
    if not re.search(r"^fileFormatVersion:", text, re.MULTILINE) or guid is None:
        raise Unreadable("broken_asset", "A .meta file has a fileFormatVersion and a guid.")
    report.facts["guid"] = guid
    if not GUID.fullmatch(guid) or guid.startswith(BUILT_IN):
        report.error("bad_guid", f"“{guid}” is no GUID of 32 hexadecimal digits that is free to use.")
    elif guid in around.guids:
        report.error("duplicate_id", f"{around.guids[guid]} has the same GUID.")


def guid_of_meta(data: bytes) -> str | None:
    """What a `.meta` file says that its asset is called; None when it does not say."""
    match = META_GUID.search(data)
    return match[1].decode() if match else None
