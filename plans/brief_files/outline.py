"""A Markdown document as an outline: sections with titles, holding paragraphs, list items and tables in plain text.

Code blocks, HTML and images hold no answers and are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from plans.brief_files.headings import topics_of

LABEL_LEVEL = 7
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
_COLON = re.compile(r"[:：](?=\s|$)")
_MAX_LABEL = 60
_AFTER_LEAD = re.compile(r"^\s*(?:[:：–—-]\s*|$)(.*)$", re.S)


@dataclass(frozen=True)
class TextLine:
    """One line without its marks. `lead` is the emphasised beginning, as in "**Genre**: puzzle"."""

    text: str
    lead: str = ""

    @property
    def label(self) -> tuple[str, str] | None:
        """The label and the value of a line such as "Genre: puzzle"; None for a line of prose."""
        after = _AFTER_LEAD.match(self.text[len(self.lead) :]) if self.lead else None
        if self.lead and (after or self.lead.endswith((":", "："))):
            return self.lead.rstrip(" :："), (after[1] if after else self.text[len(self.lead) :]).strip()
        found = _COLON.search(self.text, 1, _MAX_LABEL + 1) if self.text else None
        return (self.text[: found.start()].strip(), self.text[found.end() :].strip()) if found else None

    @property
    def names_a_topic(self) -> bool:
        """Whether the line is a label of a part of a brief."""
        return self.label is not None and bool(topics_of(self.label[0]))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, line by line as in the file."""

    lines: tuple[TextLine, ...]

    @property
    def text(self) -> str:
        """The paragraph as one text."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Item:
    """A list item with the items under it."""

    line: TextLine
    children: tuple["Item", ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; the first row is its header."""

    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Item | Table


@dataclass
class Section:
    """A heading with what stands under it. The document itself is the section of level 0."""

    title: str = ""
    level: int = 0
    blocks: list[Block] = field(default_factory=list)
    subsections: list["Section"] = field(default_factory=list)

    def walk(self) -> Iterator["Section"]:
        """This section and all below it, in the order of the document."""
        yield self
        for section in self.subsections:
            yield from section.walk()

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The section's own paragraphs."""
        return [block for block in self.blocks if isinstance(block, Paragraph)]

    @property
    def items(self) -> list[Item]:
        """The section's own list items."""
        return [block for block in self.blocks if isinstance(block, Item)]


def read_outline(text: str) -> Section:
    """The outline of a Markdown text."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tree = SyntaxTreeNode(parser.parse(text))
    builder = _Builder()
    for node in tree.children:
        builder.add(node)
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root = Section()
        self.open = [self.root]

    def add(self, node: SyntaxTreeNode) -> None:
        if node.type == "heading":
            self._open_section(" ".join(line.text for line in _lines(node)), int(node.tag[1]))
        elif node.type == "paragraph":
            self._add_paragraph(_lines(node))
        elif node.type in ("bullet_list", "ordered_list"):
            self.open[-1].blocks += [_item(child) for child in node.children]
        elif node.type == "table":
            self.open[-1].blocks.append(_table(node))
        elif node.type == "blockquote":
            for child in node.children:
                self.add(child)

    def _open_section(self, title: str, level: int) -> None:
        while self.open[-1].level >= level:
            self.open.pop()
        section = Section(title, level)
        self.open[-1].subsections.append(section)
        self.open.append(section)

    def _add_paragraph(self, lines: tuple[TextLine, ...]) -> None:
        """A last line such as "**Mechanics**" or "Mechanics:" is the heading of what follows it."""
        last = lines[-1].label if lines else None
        opens = last is not None and not last[1] and lines[-1].names_a_topic
        if kept := lines[:-1] if opens else lines:
            self.open[-1].blocks.append(Paragraph(kept))
        if last and opens:
            self._open_section(last[0], LABEL_LEVEL)


def _item(node: SyntaxTreeNode) -> Item:
    lines: list[TextLine] = []
    children: list[Item] = []
    for child in node.children:
        if child.type in ("bullet_list", "ordered_list"):
            children += [_item(grandchild) for grandchild in child.children]
        elif child.type in ("paragraph", "heading"):
            lines += _lines(child)
    text = _CHECKBOX.sub("", " ".join(line.text for line in lines))
    lead = lines[0].lead if lines else ""
    return Item(TextLine(text, lead if text.startswith(lead) else ""), tuple(children))


def _table(node: SyntaxTreeNode) -> Table:
    rows = [row for part in node.children for row in part.children]
    return Table(tuple(tuple(_cell(cell) for cell in row.children) for row in rows))


def _cell(node: SyntaxTreeNode) -> str:
    return "\n".join(line.text for line in _lines(node))


def _lines(node: SyntaxTreeNode) -> tuple[TextLine, ...]:
    """The lines of a block that holds inline text, without those that are empty."""
    reader = _LineReader()
    for inline in node.children:
        for token in (inline.token and inline.token.children) or []:
            reader.read(token)
    reader.end_line()
    return tuple(reader.lines)


class _LineReader:
    """Collects the plain text of inline tokens into lines."""

    def __init__(self) -> None:
        self.lines: list[TextLine] = []
        self.depth = 0
        self._start_line()

    def _start_line(self) -> None:
        self.parts: list[str] = []
        self.lead: list[str] = []
        self.in_lead = True

    def read(self, token: Token) -> None:
        if token.type in ("softbreak", "hardbreak") or (token.type == "html_inline" and token.content[:3] == "<br"):
            self.end_line()
        elif token.type in ("strong_open", "em_open", "strong_close", "em_close"):
            self.depth += token.nesting
        elif token.type in ("text", "code_inline") and token.content:
            self._add(token.content)

    def _add(self, text: str) -> None:
        self.in_lead = self.in_lead and self.depth > 0
        self.parts.append(text)
        if self.in_lead:
            self.lead.append(text)

    def end_line(self) -> None:
        text = "".join(self.parts)
        if text.strip():
            self.lines.append(TextLine(text.strip(), "".join(self.lead).strip()))
        self._start_line()
