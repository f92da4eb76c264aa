"""What the sections, labels and tables of an outline answer, as lines of text."""

from collections.abc import Iterator
from dataclasses import dataclass

from plans.brief_files.headings import HEADINGS_ONLY, LABELS_ONLY, excluding_words, topics_of, without_number
from plans.brief_files.limits import first_sentence
from plans.brief_files.outline import Block, Item, Paragraph, Section, Table, TextLine

SHORT_ITEM = 60
SHORT_TEXT = 160
SHORT_LIST = 300


@dataclass(frozen=True)
class Answer:
    """Lines that answer a topic; `listed` when the document made a list of them, `shared` with another topic."""

    lines: tuple[str, ...]
    listed: bool
    shared: bool = False


def labels_of(section: Section) -> Iterator[tuple[str, Answer]]:
    """The topics that labelled lines and tables of one section answer, in the order of the document."""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from _paragraph_labels(block)
        elif isinstance(block, Item):
            yield from _item_labels(block)
        else:
            yield from _table_labels(block)


def label_topics(label: str) -> list[str]:
    """The topics that a label names."""
    return [topic for topic in topics_of(label) if topic not in HEADINGS_ONLY]


def sections_about(root: Section, topic: str) -> Iterator[Section]:
    """The outermost sections whose heading names a topic."""
    for section in root.subsections:
        if topic in topics_of(section.title) and topic not in LABELS_ONLY:
            yield section
        else:
            yield from sections_about(section, topic)


def section_lines(section: Section, topics: tuple[str, ...]) -> list[str]:
    """The entries of a section: its list items, table rows and subsections; its paragraphs without these."""
    entries = [entry for block in section.blocks for entry in _block_entries(block)]
    entries += [line for part in section.subsections for line in _subsection_lines(part, topics)]
    entries = entries or [entry for block in section.paragraphs for entry in _entries(block)]
    excluded = excluding_words(section.title)
    return [f"{excluded}: {entry}" if excluded else entry for entry in entries]


def section_text(section: Section) -> str:
    """A section as text: its own paragraphs and items, or a line for each subsection when it has only these."""
    own = [block.text if isinstance(block, Paragraph) else item_text(block) for block in _texts(section)]
    return "\n".join(own or [gist(part) for part in section.subsections])


def gist(section: Section) -> str:
    """A section in one line: its title and its first sentence, or its items when they are short."""
    title = without_number(section.title).rstrip(" :")
    items = [item_text(item) for item in section.items]
    if section.paragraphs:
        told = _short(section.paragraphs[0].text)
    elif all(len(item) <= SHORT_ITEM for item in items) and sum(map(len, items)) <= SHORT_LIST:
        told = "; ".join(items)
    else:
        told = first_sentence(items[0])
    told = told.rstrip(" :")
    return f"{title}: {told}" if told else title


def _short(text: str) -> str:
    return text if len(text) <= SHORT_TEXT else first_sentence(text)


def item_text(item: Item) -> str:
    """A list item with what stands under it in one line."""
    under = "; ".join(item_text(child) for child in item.children)
    head = item.line.text.rstrip(" :") if under else item.line.text
    return f"{head}: {under}" if head and under else head or under


def _texts(section: Section) -> list[Paragraph | Item]:
    return [block for block in section.blocks if not isinstance(block, Table)]


def _block_entries(block: Block) -> list[str]:
    if isinstance(block, Item):
        return [item_text(block)]
    return _rows(block) if isinstance(block, Table) else []


def _entries(paragraph: Paragraph) -> list[str]:
    """A paragraph as one entry, or as one a line when every line has its bold beginning."""
    if all(line.lead for line in paragraph.lines):
        return [line.text for line in paragraph.lines]
    return [paragraph.text]


def _subsection_lines(section: Section, topics: tuple[str, ...]) -> list[str]:
    named = topics_of(section.title)
    if any(topic in topics for topic in named):
        return section_lines(section, topics)
    return [] if named else [gist(section)]


def _rows(table: Table) -> list[str]:
    rows = [[cell for cell in row if cell] for row in table.rows[1:]]
    return [f"{row[0]}: {', '.join(row[1:])}" if len(row) > 1 else row[0] for row in rows if row]


def _paragraph_labels(paragraph: Paragraph) -> Iterator[tuple[str, Answer]]:
    """A labelled line goes on until the next label."""
    runs: list[list[TextLine]] = []
    for line in paragraph.lines:
        if line.names_a_topic or not runs:
            runs.append([line])
        else:
            runs[-1].append(line)
    for first, *others in runs:
        label, value = first.label or ("", "")
        yield from _labelled(label, [" ".join([value, *(line.text for line in others)]).strip()], listed=False)


def _item_labels(item: Item) -> Iterator[tuple[str, Answer]]:
    label, value = item.line.label or ("", "")
    under = [item_text(child) for child in item.children]
    if label_topics(label):
        yield from _labelled(label, [value, *under], listed=bool(under))
    else:
        for child in item.children:
            yield from _item_labels(child)


def _table_labels(table: Table) -> Iterator[tuple[str, Answer]]:
    header, *rows = table.rows
    if rows and all(label_topics(title) for title in header):
        pairs = list(zip(header, rows[0], strict=False))
    else:
        pairs = [(row[0], row[1]) for row in table.rows if len(row) == 2]
    for label, value in pairs:
        yield from _labelled(label.rstrip(" :"), [value], listed=False)


def _labelled(label: str, values: list[str], *, listed: bool) -> Iterator[tuple[str, Answer]]:
    lines = tuple(value for value in values if value)
    topics = label_topics(label) if lines else []
    for topic in topics:
        yield topic, Answer(lines, listed, shared=len(topics) > 1)
