"""A document to take away: Markdown for a repository, a page of HTML that stands by itself, JSON for programs."""

from datetime import datetime

from django.template.loader import render_to_string
from markdown_it import MarkdownIt
from pydantic import BaseModel, Field

from documents.models import Document
from documents.writing.markdown import inline, opening

PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
"""People's and models' Markdown: tags are text, dangerous links are none, and nothing is fetched from elsewhere."""


class SectionFile(BaseModel):
    level: int = Field(ge=1, le=3)
    heading: str
    brief: str = Field(description="What the section should say.")
    text: str = Field(description="What it says, in Markdown; empty while nobody has written it.")


class DocumentFile(BaseModel):
    """A document with the texts of its sections."""

    project: str
    task: str | None = Field(description="Code of the task that it is a document of.")
    title: str
    kind: str
    global_summary: str
    created_at: datetime
    sections: list[SectionFile]


def document_file(document: Document) -> DocumentFile:
    rows = document.sections.select_related("current_draft").order_by("idx")
    return DocumentFile(
        project=document.project_id,
        task=document.task_code or None,
        title=document.title,
        kind=document.kind,
        global_summary=document.global_summary,
        created_at=document.created_at,
        sections=[
            SectionFile(
                level=section.level,
                heading=section.heading,
                brief=section.brief,
                text=section.current_draft.text if section.current_draft else "",
            )
            for section in rows
        ],
    )


def as_json(file: DocumentFile) -> str:
    return file.model_dump_json(indent=2) + "\n"


def as_markdown(file: DocumentFile) -> str:
    """The title, then every heading with its text; a section that nobody has written is its heading alone."""
    blocks = [f"# {heading(file.title)}"]
    for section in file.sections:
        blocks += [f"{'#' * (section.level + 1)} {heading(section.heading)}", closed(section.text)]
    return "\n\n".join(filter(None, blocks)) + "\n"


def heading(text: str) -> str:
    return opening(inline(text))


def closed(text: str) -> str:
    """A text that does not reach into the next section: a block of code left open is closed."""
    text = text.strip("\n")
    last = PARSER.parse(text)[-1:]
    if not last or last[0].type != "fence":
        return text
    end = text.rsplit("\n", 1)[-1].strip()
    is_closed = "\n" in text and len(end) >= len(last[0].markup) and not end.strip(last[0].markup[0])
    return text if is_closed else f"{text}\n{last[0].markup}"


def as_html(file: DocumentFile) -> str:
    """One page with its style in it. It runs nothing and fetches nothing."""
    sections = [
        {"tag": f"h{section.level + 1}", "heading": section.heading, "html": PARSER.render(section.text)}
        for section in file.sections
    ]
    return render_to_string("documents/export.html", {"title": file.title, "sections": sections})
