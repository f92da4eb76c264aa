"""JSON and YAML: the syntax, how deep they nest, and what would grow while it is read."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml import events

from plans.checking.report import Report, Unreadable
from plans.checking.text import line_at, text_of

MAX_DEPTH = 200
MAX_VALUES = 1_000_000
"""How many values a YAML file may stand for, once its aliases are followed."""
TOO_DEEP = Unreadable("too_deep", f"It is nested deeper than {MAX_DEPTH} levels.")


def check_json(data: bytes, report: Report) -> None:
    repeated: list[str] = []
    value = json_of(text_of(data), repeated)
    for key in dict.fromkeys(repeated):
        report.warning("duplicate_key", f"“{key}” is given twice in one object; readers keep one of them.")
    report.facts["top_level"] = type(value).__name__
    if isinstance(value, dict | list):
        report.facts["entries"] = len(value)


def json_of(text: str, repeated: list[str] | None = None) -> Any:
    """The value; keys that one object has twice are added to `repeated`. Raises Unreadable for what is not JSON."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if repeated is not None and len(made) < len(found):
            repeated.extend(key for key, times in Counter(key for key, _ in found).items() if times > 1)
        return made

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise Unreadable("syntax", f"This is not JSON: {error.msg}.", line_at(text, error.pos)) from error
    except RecursionError as error:
        raise TOO_DEEP from error
    except ValueError as error:
        raise Unreadable("syntax", "A number in it has too many digits to be read.") from error


def refuse_constant(name: str) -> NoReturn:
    raise Unreadable("syntax", f"This is not JSON: {name} is no number there.")


def check_yaml(data: bytes, report: Report) -> None:
    report.facts["documents"] = walk_yaml(text_of(data), report)


def walk_yaml(text: str, report: Report) -> int:
    """Read through YAML without making anything of it; the number of its documents."""
    walk = Walk(report)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            walk.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}" if mark else ""
        raise Unreadable("syntax", f"This is not YAML: {error.problem or error.context}.", where) from error
    except yaml.reader.ReaderError as error:
        raise Unreadable("syntax", "A control character is in it.", line_at(text, error.position)) from error
    return walk.documents


@dataclass
class Open:
    """A list or mapping that has begun: its anchor, how many values it stands for, and its keys so far."""

    anchor: str | None
    is_mapping: bool
    values: int = 1
    children: int = 0
    keys: set[str] = field(default_factory=set)


@dataclass
class Walk:
    """Follows the events of a YAML file and counts what its values stand for."""

    report: Report
    documents: int = 0
    stack: list[Open] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def take(self, event: events.Event) -> None:
        if isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            self.sizes = {}
        elif isinstance(event, events.AliasEvent):
            self.count(self.size_of(event), None)
        elif isinstance(event, events.ScalarEvent):
            self.note_key(event)
            self.note_tag(event)
            self.count(1, event.anchor)
        elif isinstance(event, events.CollectionStartEvent):
            self.note_tag(event)
            self.open(event)
        elif isinstance(event, events.CollectionEndEvent):
            closed = self.stack.pop()
            self.count(closed.values, closed.anchor)

    def open(self, event: events.CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise TOO_DEEP
        self.stack.append(Open(event.anchor, isinstance(event, events.MappingStartEvent)))

    def count(self, values: int, anchor: str | None) -> None:
        """A value is complete: it belongs to the collection around it, and to its anchor."""
        if values > MAX_VALUES:
            raise Unreadable("expands", f"Its aliases stand for more than {MAX_VALUES:,} values.")
        if anchor:
            self.sizes[anchor] = values
        if self.stack:
            self.stack[-1].values += values
            self.stack[-1].children += 1

    def size_of(self, event: events.AliasEvent) -> int:
        where, name = place(event), event.anchor
        if any(each.anchor == name for each in self.stack):
            raise Unreadable("cycle", f"“{name}” refers to itself.", where)
        if name not in self.sizes:
            raise Unreadable("dangling", f"There is no anchor “{name}”.", where)
        return self.sizes[name]

    def note_key(self, event: events.ScalarEvent) -> None:
        around = self.stack[-1] if self.stack else None
        if around and around.is_mapping and around.children % 2 == 0:
            if event.value in around.keys and event.value != "<<":
                self.report.warning("duplicate_key", f"“{event.value}” is given twice.", place(event))
            around.keys.add(event.value)

    def note_tag(self, event: Any) -> None:
        if "python/" in (event.tag or ""):
            self.report.warning("python_tag", "A tag asks for a Python object; safe readers refuse it.", place(event))


def place(event: events.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else ""
