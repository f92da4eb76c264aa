"""Documents to take away, and a document of a task as what the work on it made."""

import hashlib

import pytest
from markdown_it import MarkdownIt

from documents.models import Document
from documents.services import register_document_artifact
from gamedev_gateway.core.actors import SYSTEM
from tests.api.answers import events, task_of, wrong_fields
from tests.documents.documents_over_http import create, url_of, write

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)\n\n<img src=x onerror=y>"


@pytest.fixture
def document(as_alice, accepted):
    made = create(as_alice, title="Our # design")
    write(as_alice, made, 0, "A game of **islands**.\n\n| a | b |\n| - | - |\n| 1 | 2 |")
    write(as_alice, made, 2, "ジャンプ ✨")
    return made


def export(client, document, form):
    response = client.get(f"{url_of(document)}export/", {"as": form} if form else {})
    assert response.status_code == 200
    return response


def test_markdown_has_every_heading_and_text_in_order(as_alice, document):
    response = export(as_alice, document, "markdown")
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert f"our-design-{document['id']}.md" in response["Content-Disposition"]
    assert response.content.decode() == (
        "# Our # design\n\n## Vision\n\nA game of **islands**.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n"
        "## Core loop\n\n### Jumping\n\nジャンプ ✨\n"
    )
    assert export(as_alice, document, None).content == response.content


@pytest.mark.parametrize("text", ["```\ncode", "~~~~ js\ncode\n~~~", "```", "````\n```"])
def test_code_left_open_does_not_swallow_the_next_section(as_alice, document, text):
    write(as_alice, document, 0, text)
    tokens = MarkdownIt("commonmark").parse(export(as_alice, document, "markdown").content.decode())
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2", "h3"]


def test_headings_stay_headings_whatever_is_in_them(as_alice, project):
    made = create(as_alice, outline=[{"heading": "1. *Run* <b> & [jump]"}, {"heading": "# Two"}])
    page = MarkdownIt("commonmark").render(export(as_alice, made, "markdown").content.decode())
    assert "<h2>1. *Run* &lt;b&gt; &amp; [jump]</h2>" in page
    assert "<h2># Two</h2>" in page


def test_html_is_a_page_that_stands_by_itself(as_alice, document):
    page = export(as_alice, document, "html").content.decode()
    assert page.startswith("<!doctype html>")
    assert '<h1 dir="auto">Our # design</h1>' in page
    assert "<h3>Jumping</h3>" in page
    assert "<strong>islands</strong>" in page
    assert "<td>1</td>" in page
    assert "ジャンプ ✨" in page
    assert "http://" not in page
    assert "https://" not in page


def test_no_tag_and_no_program_of_anybody_passes_into_html(as_alice, project):
    made = create(as_alice, title=HOSTILE[:40], outline=[{"heading": HOSTILE[:90]}])
    write(as_alice, made, 0, HOSTILE)
    page = export(as_alice, made, "html").content.decode()
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page


def test_json_says_all_of_it(as_alice, document):
    response = export(as_alice, document, "json")
    assert response["Content-Type"] == "application/json"
    file = response.json()
    assert (file["project"], file["task"], file["title"], file["kind"]) == ("pixel-jumper", None, "Our # design", "gdd")
    assert [section["heading"] for section in file["sections"]] == ["Vision", "Core loop", "Jumping"]
    assert [bool(section["text"]) for section in file["sections"]] == [True, False, True]


def test_another_form_is_named(as_alice, document):
    assert wrong_fields(as_alice.get(f"{url_of(document)}export/", {"as": "pdf"})) == {"as"}


# As an artifact


def register(document):
    return register_document_artifact(Document.objects.get(pk=document["id"]), SYSTEM)


def test_a_document_of_a_task_is_an_artifact_of_it_once(as_alice, accepted, project):
    made = create(as_alice, task="T-001")
    write(as_alice, made, 0, "Words.")
    first, second = register(made), register(made)
    assert first == second
    url = f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/artifacts/"
    (artifact,) = as_alice.get(url).json()["results"]
    text = as_alice.get(artifact["uri"]).content
    assert (artifact["category"], artifact["size_bytes"]) == ("document", len(text))
    assert artifact["sha256"] == hashlib.sha256(text).hexdigest()
    assert len(events(project, "artifact.created")) == 1


def test_another_text_brings_the_artifact_up_to_date_and_its_verdict_lapses(as_alice, accepted, project):
    made = create(as_alice, task="T-001")
    first = register(made)
    as_alice.post(f"/api/v1/artifacts/{first.pk}/validate/", {"status": "valid"})
    write(as_alice, made, 0, "Other words.")
    again = register(made)
    assert (again.pk, again.validation_status) == (first.pk, "pending")
    assert again.sha256 != first.sha256
    assert events(project, "artifact.validated")[-1]["payload"]["validation_status"] == "pending"


def test_a_deleted_document_takes_its_artifact_along(as_alice, accepted, project):
    made = create(as_alice, task="T-001")
    register(made)
    as_alice.delete(url_of(made))
    assert as_alice.get(f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/artifacts/").json()["results"] == []
    assert len(events(project, "artifact.deleted")) == 1


def test_a_document_of_the_project_is_an_artifact_of_the_project_once(as_alice, document, project):
    artifact = register(document)
    assert (artifact.project_id, artifact.task_id, artifact.category) == (project.pk, None, "document")
    text = export(as_alice, document, "markdown").content
    assert (artifact.sha256, artifact.size_bytes) == (hashlib.sha256(text).hexdigest(), len(text))
    assert as_alice.get(artifact.uri).content == text
    assert register(document) == artifact
    assert [event["task_code"] for event in events(project, "artifact.created")] == [None]


def test_an_edit_by_hand_brings_the_artifact_up_to_date(as_alice, document, project):
    artifact = register(document)
    write(as_alice, document, 0, "By hand.")
    artifact.refresh_from_db()
    assert artifact.sha256 == hashlib.sha256(export(as_alice, document, "markdown").content).hexdigest()
