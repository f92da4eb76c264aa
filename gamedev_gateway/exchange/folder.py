"""An export as a folder for git: JSON is the truth, Markdown is for reading and is not imported.

    README.md  project.json  events.jsonl  plans/v001.json  plans/v001.md  contexts/T-001/v002.json  contexts/T-001.md
    documents/d001.json  documents/d001.md

`project.json` lists plans, contexts and documents by their names, and the names of the files are made from those: nothing in an export can
point outside its folder. Links are neither followed nor written through.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.export import Snapshot
from gamedev_gateway.exchange.markdown import context_markdown, document_page, plan_page, readme
from gamedev_gateway.exchange.package import LARGEST_DOCUMENT, Package, Place, as_object, dotted, dump, parse_json
from gamedev_gateway.exchange.shape import FORMAT
from plans.spec import CODE_PATTERN

PROJECT, EVENTS = "project.json", "events.jsonl"
LONGEST_LINE = 16 * 1024 * 1024
CONTEXT_NAME = re.compile(rf"(?:global|{CODE_PATTERN.strip('^$')})/v[0-9]{{3,10}}")


def plan_name(version: int) -> str:
    return f"plans/v{version:03d}"


def document_name(number: int) -> str:
    return f"documents/d{number:03d}"


def context_name(context: dict[str, Any]) -> str:
    return f"{context['task_code'] or context['scope']}/v{context['version']:03d}"


# Writing


def write_folder(snapshot: Snapshot, folder: Path) -> None:
    """Write the export into a new folder, or over an export that is there."""
    prepare(folder)
    document = snapshot.document
    names = [context_name(context) for context in document["contexts"]]
    versions = [plan["version"] for plan in document["plans"]]
    numbers = [each["number"] for each in document["documents"]]
    index = {**document, "plans": versions, "contexts": names, "documents": numbers}
    put(folder / PROJECT, dump(index))
    for plan in document["plans"]:
        put(folder / f"{plan_name(plan['version'])}.json", dump(plan))
        put(folder / f"{plan_name(plan['version'])}.md", plan_page(document, plan).encode())
    for name, context in zip(names, document["contexts"], strict=True):
        put(folder / f"contexts/{name}.json", dump(context))
        if context["is_active"]:
            put(folder / f"contexts/{name.split('/')[0]}.md", context_markdown(context).encode())
    for each in document["documents"]:
        put(folder / f"{document_name(each['number'])}.json", dump(each))
        put(folder / f"{document_name(each['number'])}.md", document_page(document, each).encode())
    with (folder / EVENTS).open("wb") as out:
        out.writelines(orjson.dumps(event) + b"\n" for event in snapshot.events())
    put(folder / "README.md", readme(document).encode())


def prepare(folder: Path) -> None:
    """An empty place to write to. What a former export has written is taken away; anything else is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(entry.name != ".git" for entry in folder.iterdir()):
        if not is_export(folder):
            raise ExchangeError(f"{folder} has other things in it; give an empty folder, or that of a former export.")
        refuse_links(folder)
    for part in parts(folder):
        shutil.rmtree(part, ignore_errors=True)


def is_export(folder: Path) -> bool:
    """Whether all that will be taken away is an export's. Those before documents had none: a folder of that name is another's."""
    try:
        index = orjson.loads((folder / PROJECT).read_bytes())
        return index["format"] == FORMAT and ("documents" in index or not (folder / "documents").exists())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.rstrip(b"\n") + b"\n")


# Reading


def read_folder(folder: Path) -> Package:
    refuse_links(folder)
    index = as_object(read_part(folder, PROJECT), PROJECT)
    files = {
        "plans": [f"{plan_name(version)}.json" for version in listed(index, "plans", is_number)],
        "contexts": [f"contexts/{name}.json" for name in listed(index, "contexts", is_context_name)],
    }
    if "documents" in index:
        files["documents"] = [f"{document_name(number)}.json" for number in listed(index, "documents", is_number)]
    refuse_others(folder, {name for names in files.values() for name in names})
    document = {**index, **{part: [read_part(folder, name) for name in names] for part, names in files.items()}}

    def where(place: Place) -> str:
        if place and place[0] in files and len(place) > 1:
            return f"{files[str(place[0])][int(place[1])]}: {dotted(place[2:])}"
        return f"{PROJECT}: {dotted(place)}"

    return Package(document, event_lines(folder / EVENTS), where)


def refuse_links(folder: Path) -> None:
    for path in [folder / PROJECT, folder / EVENTS, folder / "README.md", *parts(folder), *files_in_parts(folder)]:
        if path.is_symlink():
            raise ExchangeError(f"{path.relative_to(folder)}: This is a link; an export has only files of its own.")


def parts(folder: Path) -> list[Path]:
    return [folder / name for name in ("plans", "contexts", "documents")]


def files_in_parts(folder: Path) -> Iterator[Path]:
    for part in parts(folder):
        if part.is_dir() and not part.is_symlink():
            yield from part.rglob("*")


def read_part(folder: Path, name: str) -> Any:
    path = folder / name
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_DOCUMENT:
            raise ExchangeError(f"{name}: It is missing, or larger than {LARGEST_DOCUMENT >> 20} MB.")
        return parse_json(path.read_bytes(), name)
    except OSError as error:
        raise ExchangeError(f"{name}: It cannot be read: {error.strerror}.") from error


def listed(index: dict[str, Any], part: str, is_name: Any) -> list[Any]:
    """The names of plans, contexts or documents that project.json gives; each must be a name and no path."""
    names = index.get(part)
    if not isinstance(names, list):
        raise ExchangeError(f"{PROJECT}: {part}: A list belongs here.")
    for place, name in enumerate(names):
        if not is_name(name):
            raise ExchangeError(f"{PROJECT}: {part}.{place}: {name!r} is no name of one.")
    return names


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31


def is_context_name(value: Any) -> bool:
    return isinstance(value, str) and CONTEXT_NAME.fullmatch(value) is not None


def refuse_others(folder: Path, named: set[str]) -> None:
    """A file that project.json does not list is a sign of a half merge, not something to pass over."""
    for path in files_in_parts(folder):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".json" and name not in named:
            raise ExchangeError(f"{name}: {PROJECT} does not list it.")


def event_lines(path: Path) -> Iterator[tuple[str, Any]]:
    if not path.is_file():
        raise ExchangeError(f"{EVENTS}: It is missing.")
    try:
        with path.open("rb") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE):
                number += 1
                place = f"{EVENTS} line {number}"
                if len(line) == LONGEST_LINE:
                    raise ExchangeError(f"{place}: It is longer than {LONGEST_LINE >> 20} MB.")
                yield place, parse_json(line, place)
    except OSError as error:
        raise ExchangeError(f"{EVENTS}: It cannot be read: {error.strerror}.") from error
