"""C#, GDScript, Python: the syntax. Nothing is run, imported or resolved."""

import ast
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from tree_sitter import Language, Node, Parser

from plans.checking.report import Report, Unreadable
from plans.checking.text import MAX_CODE_BYTES, text_of

MOST_ERRORS = 10
SHOWN = 40


def check_csharp(data: bytes, report: Report) -> None:
    import tree_sitter_c_sharp

    check_by_grammar(data, "C#", tree_sitter_c_sharp.language, report)


def check_gdscript(data: bytes, report: Report) -> None:
    import tree_sitter_gdscript

    check_by_grammar(data, "GDScript", tree_sitter_gdscript.language, report)


def check_by_grammar(data: bytes, language: str, grammar: Callable[[], Any], report: Report) -> None:
    source = text_of(data, MAX_CODE_BYTES).encode()
    report.facts["lines"] = len(source.splitlines())
    tree = Parser(Language(grammar())).parse(source)
    for node in islice(mistakes(tree.root_node), MOST_ERRORS):
        where = f"line {node.start_point.row + 1}"
        report.error("syntax", f"This is not {language}: {said_of(node, source)}.", where)


def mistakes(root: Node) -> Iterator[Node]:
    """The places, from the top, where the grammar could not go on or had to add something."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            waiting.extend(reversed(node.children))


def said_of(node: Node, source: bytes) -> str:
    if node.is_missing:
        return f"“{node.type}” is missing"
    start = source[node.start_byte : node.end_byte].decode(errors="replace").strip().partition("\n")[0]
    return f"it cannot be read from “{start[:SHOWN]}” on"


def check_python(data: bytes, report: Report) -> None:
    text = text_of(data, MAX_CODE_BYTES)
    report.facts["lines"] = len(text.splitlines())
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise Unreadable("syntax", f"This is not Python: {error.msg}.", f"line {error.lineno}") from error
    except (RecursionError, MemoryError) as error:  # CPython's parser says MemoryError when its own stack is full
        raise Unreadable("too_deep", "It is nested too deep to be read.") from error
