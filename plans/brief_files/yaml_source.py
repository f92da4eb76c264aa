"""YAML into plain data: dicts with text keys, lists, text, numbers, booleans, null.

The loader is PyYAML's SafeLoader used only to compose nodes; nothing is ever constructed from a tag. Scalars follow the
YAML 1.2 core schema, so `no` and `12:30` stay text, and a date stays the ISO text that it was written as.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from plans.brief_files.errors import BriefError, printable
from plans.brief_files.source import MAX_DEPTH, MAX_NODES, TOO_DEEP, place

TAG = "tag:yaml.org,2002:"
ALIAS = "YAML aliases are not read in a brief. Write the value out, or put text that begins with * in quotes."
SYNTAX = 'Correct the YAML there; text that holds ": " or " #" or begins with a special sign goes in quotes.'
SEVERAL = "A second document begins here. Send one brief a file, without a second --- line."


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    nodes = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _refusal(self.current_event.start_mark, ALIAS)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise BriefError.about("document", f"The document has more than {MAX_NODES} values. Send the brief alone.")
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(f"{TAG}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{TAG}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(f"{TAG}int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{TAG}float",
    re.compile(
        r"^(?:[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)

_SCALARS: dict[str, Callable[[str], Any]] = {
    f"{TAG}str": str,
    f"{TAG}timestamp": str,
    f"{TAG}null": lambda _: None,
    f"{TAG}bool": lambda text: text.lower() == "true",
    f"{TAG}int": int,
    f"{TAG}float": lambda text: float(re.sub(r"\.(?=[a-z])", "", text.lower())),
}


def load_yaml(text: str) -> Any:
    """The one document in the text; None when it is empty."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _plain(node, 1)
    except BriefError:
        raise
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from error
    except yaml.reader.ReaderError as error:
        where = place(text, error.position)
        raise BriefError.about("document", f"{where}: there is a control character here. Take it out.") from error
    except RecursionError as error:
        raise BriefError.about("document", TOO_DEEP) from error
    except (ValueError, OverflowError) as error:
        mark = loader.get_mark() if loader else None
        raise _refusal(mark, "this escape or number cannot be read. Correct it.") from error


def _plain(node: Node, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BriefError.about("document", TOO_DEEP)
    if isinstance(node, ScalarNode) and node.tag in _SCALARS:
        return _scalar(node)
    if isinstance(node, SequenceNode) and node.tag == f"{TAG}seq":
        return [_plain(item, depth + 1) for item in node.value]
    if isinstance(node, MappingNode) and node.tag == f"{TAG}map":
        return _mapping(node, depth)
    raise _refusal(node.start_mark, f"the tag {printable(node.tag, 60)} is not read in a brief. Take it out.")


def _scalar(node: ScalarNode) -> Any:
    try:
        return _SCALARS[node.tag](node.value)
    except ValueError as error:
        raise _refusal(node.start_mark, "this number cannot be read. Shorten it, or put it in quotes.") from error


def _mapping(node: MappingNode, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _refusal(key.start_mark, "a field name must be plain text. Put the name in quotes.")
        if key.value in found:
            raise _refusal(key.start_mark, f'"{printable(key.value, 60)}" is given twice. Keep one of them.')
        found[key.value] = _plain(value, depth + 1)
    return found


def _syntax_error(error: yaml.MarkedYAMLError) -> BriefError:
    mark = error.problem_mark or error.context_mark
    if error.context == "expected a single document in the stream":
        return _refusal(mark, SEVERAL)
    return _refusal(mark, f"{error.problem or error.context}. {SYNTAX}")


def _refusal(mark: Any, sentence: str) -> BriefError:
    where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return BriefError.about("document", where + sentence)
