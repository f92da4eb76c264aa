"""What tests of documents over HTTP share."""

from typing import Any

from documents.models import Draft, Section, next_draft_number

HERE = "/api/v1/projects/pixel-jumper/documents/"
OUTLINE = [
    {"level": 1, "heading": "Vision", "brief": "What the game is."},
    {"level": 1, "heading": "Core loop", "brief": "What the player does."},
    {"level": 2, "heading": "Jumping", "brief": ""},
]


def create(client: Any, **given: Any) -> dict[str, Any]:
    """A document, with the outline above unless another is given."""
    response = client.post(HERE, {"title": "The design", "outline": OUTLINE, **given})
    assert response.status_code == 201, response.content
    return response.json()


def url_of(document: dict[str, Any]) -> str:
    return f"/api/v1/documents/{document['id']}/"


def section_url(document: dict[str, Any], place: int) -> str:
    return f"/api/v1/sections/{document['sections'][place]['id']}/"


def write(client: Any, document: dict[str, Any], place: int, text: str) -> dict[str, Any]:
    """Write a section's text by hand."""
    response = client.patch(section_url(document, place), {"text": text})
    assert response.status_code == 200, response.content
    return response.json()


def begin_draft(document: dict[str, Any], place: int, text: str = "") -> Draft:
    """A run's draft of a section, half written."""
    section = Section.objects.select_related("document").get(pk=document["sections"][place]["id"])
    section.status = Section.Status.WRITING
    section.save()
    return Draft.objects.create(
        document=section.document,
        section=section,
        number=next_draft_number(section.document),
        text=text,
        length=len(text.encode()),
    )
