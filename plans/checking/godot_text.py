"""The text form of Godot's scenes and resources, as statements: `[heading name="value"]` and `property = value`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from plans.checking.report import Unreadable

TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|;[^\n]*)
    |(?P<line>\n)
    |(?P<string>[&^]?"[^"\\]*(?:\\.[^"\\]*)*")
    |(?P<open>[\[({])
    |(?P<close>[\])}])
    |(?P<sign>[=,:])
    |(?P<word>[^\s"\[\](){}=,:;]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
PAIRS = {"]": "[", ")": "(", "}": "{"}
MAX_DEPTH = 200
RESOURCES = {"ExtResource", "SubResource"}


class Token(NamedTuple):
    kind: str
    text: str
    line: int

    @property
    def value(self) -> str:
        """A string without its quotes; anything else as it is written."""
        return self.text.lstrip("&^")[1:-1] if self.kind == "string" else self.text


@dataclass
class Statement:
    """One property, or one heading. `references` are the resources that it names: kind and id."""

    line: int
    references: list[tuple[str, str]] = field(default_factory=list)

    @property
    def where(self) -> str:
        return f"line {self.line}"


@dataclass
class Heading(Statement):
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def headings_and_properties(text: str) -> Iterator[Statement]:
    """The statements in order. Raises Unreadable with the line of what cannot be read."""
    for tokens in statements(text):
        if tokens[0].text == "[" and tokens[-1].text == "]" and tokens[0].kind == "open":
            yield heading_of(tokens)
        elif any(token.text == "=" for token in tokens[1:-1]):
            yield Statement(tokens[0].line, references_in(tokens))
        else:
            raise Unreadable("syntax", "This is neither a heading nor a property.", f"line {tokens[0].line}")


def statements(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement: it ends with the line on which all its brackets are closed."""
    found: list[Token] = []
    opened: list[Token] = []
    for token in tokens_of(text):
        if token.kind == "line":
            if found and not opened:
                yield found
                found = []
            continue
        match_brackets(token, opened)
        found.append(token)
    if opened:
        raise Unreadable("syntax", f"“{opened[-1].text}” is never closed.", f"line {opened[-1].line}")
    if found:
        yield found


def match_brackets(token: Token, opened: list[Token]) -> None:
    if token.kind == "open":
        opened.append(token)
        if len(opened) > MAX_DEPTH:
            raise Unreadable("too_deep", f"It is nested deeper than {MAX_DEPTH} levels.", f"line {token.line}")
    elif token.kind == "close" and (not opened or opened.pop().text != PAIRS[token.text]):
        raise Unreadable("syntax", f"“{token.text}” closes nothing.", f"line {token.line}")


def tokens_of(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match.group()
        if kind == "other":
            raise Unreadable("syntax", "A text in quotes begins here and never ends.", f"line {line}")
        if kind != "space":
            yield Token(kind, word, line)
        line += word.count("\n")


def heading_of(tokens: list[Token]) -> Heading:
    inner = tokens[1:-1]
    if not inner or inner[0].kind != "word":
        raise Unreadable("syntax", "The heading has no name.", f"line {tokens[0].line}")
    attributes = {
        name.value: value.value
        for name, sign, value in zip(inner, inner[1:], inner[2:], strict=False)
        if sign.text == "=" and sign.kind == "sign"
    }
    return Heading(tokens[0].line, references_in(tokens), inner[0].text, attributes)


def references_in(tokens: list[Token]) -> list[tuple[str, str]]:
    following = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return [
        (name.text, given.value) for name, bracket, given in following if name.text in RESOURCES and bracket.text == "("
    ]
