"""Documents in the admin: the outline as rows, saved through the services; runs begun and cancelled."""

import pytest

from documents import services
from documents.models import Document, Section
from documents.writing.material import OutlineSection
from gamedev_gateway.core.actors import Actor
from plans.models import Generation
from tests.admin.conftest import alice_admin, charlie_admin, events_of, told, vera_admin

__all__ = ["alice_admin", "charlie_admin", "vera_admin"]

LIST = "/admin/documents/document/"


@pytest.fixture
def document(alice, project) -> Document:
    outline = [OutlineSection(1, "Vision", "What it is."), OutlineSection(1, "Core loop"), OutlineSection(2, "Jumping")]
    made = services.create_document(project, actor=Actor.person(alice), title="The design", kind="gdd", outline=outline)
    services.update_section(made.sections.get(idx=0), actor=Actor.person(alice), text="A game of <islands>.")
    return made


def page(document: Document, verb: str = "change") -> str:
    return f"{LIST}{document.pk}/{verb}/"


class Form:
    """The page of a document as a browser fills it in."""

    def __init__(self, document: Document) -> None:
        document.refresh_from_db()
        self.url = page(document)
        self.head = {"title": document.title, "seen_revision": document.revision}
        self.rows = [
            {"id": s.pk, "idx": s.idx, "heading": s.heading, "level": s.level, "brief": s.brief, "locked": s.locked}
            for s in document.sections.all()
        ]
        self.stored = len(self.rows)

    def add(self, **fields) -> None:
        self.rows.append({"id": "", "idx": "", "heading": "", "level": 1, "brief": "", "locked": False, **fields})

    def send(self, client):
        fields = {
            f"sections-{index}-{name}": value
            for index, row in enumerate(self.rows)
            for name, value in row.items()
            if value is not False
        }
        management = {"sections-TOTAL_FORMS": len(self.rows), "sections-INITIAL_FORMS": self.stored}
        return client.post(self.url, {**self.head, **management, **fields}, follow=True)


def headings(document: Document) -> list[str]:
    return [section.heading for section in document.sections.all()]


def test_the_list_and_the_page_show_what_there_is(alice_admin, document):
    shown = alice_admin.get(LIST).content.decode()
    assert "The design" in shown
    assert "1 of 3" in shown
    shown = alice_admin.get(page(document)).content.decode()
    assert "A game of &lt;islands&gt;." in shown
    assert "Vision · done" in shown
    assert page(document, "generate") in shown
    assert page(document, "cancel") not in shown


def test_one_save_rewords_moves_adds_and_deletes_sections_as_one_edit(alice_admin, document):
    form = Form(document)
    form.head["title"] = "Our design"
    form.rows[0] |= {"idx": 2, "heading": "The vision"}
    form.rows[1] |= {"DELETE": "on"}
    form.rows[2] |= {"idx": 1}
    form.add(heading="Art", brief="Pixels.")
    answer = form.send(alice_admin)
    assert told(answer) == ["Our design is saved."]
    document.refresh_from_db()
    assert document.title == "Our design"
    assert headings(document) == ["Jumping", "The vision", "Art"]
    assert document.sections.get(idx=1).current_draft.text == "A game of <islands>."
    types = [event.type for event in events_of(document.project)]
    assert types[-1] == "document.updated"
    assert types.count("document.updated") == 1


def test_locks_are_set_and_hold(alice_admin, document):
    form = Form(document)
    form.rows[0] |= {"locked": "on"}
    form.send(alice_admin)
    assert document.sections.get(idx=0).locked
    form = Form(document)
    form.rows[0] |= {"heading": "Else"}
    assert "is locked" in told(form.send(alice_admin))[0]
    assert headings(document)[0] == "Vision"
    form.rows[0] |= {"locked": False}
    form.send(alice_admin)
    section = document.sections.get(idx=0)
    assert (section.locked, section.heading) == (False, "Else")


def test_an_edit_of_what_somebody_else_edited_is_refused(alice_admin, alice, document):
    form = Form(document)
    form.head["title"] = "Mine"
    services.update_document(document, actor=Actor.person(alice), title="Theirs")
    assert "Somebody edited this document while you did" in form.send(alice_admin).content.decode()
    document.refresh_from_db()
    assert document.title == "Theirs"


def test_what_is_wrong_is_marked(alice_admin, document):
    form = Form(document)
    form.rows[1] |= {"heading": ""}
    assert "This field is required" in form.send(alice_admin).content.decode()
    assert headings(document) == ["Vision", "Core loop", "Jumping"]


def test_a_document_is_begun_with_an_outline_made_for_it(alice_admin, project):
    answer = alice_admin.post(
        f"{LIST}add/", {"project": project.pk, "title": "The game", "kind": "pitch", "task_code": ""}, follow=True
    )
    made = Document.objects.get()
    assert answer.redirect_chain[-1][0] == page(made)
    assert (made.title, made.kind) == ("The game", "pitch")
    assert made.sections.count() > 2


def test_a_document_of_no_task_that_there_is_is_refused(alice_admin, project):
    answer = alice_admin.post(
        f"{LIST}add/", {"project": project.pk, "title": "x", "kind": "pitch", "task_code": "T-009"}, follow=True
    )
    assert "no task T-009" in told(answer)[0]
    assert not Document.objects.exists()


def test_a_run_is_begun_and_cancelled(alice_admin, document):
    alice_admin.post(page(document, "generate"), {"instructions": "Briefly."})
    document.refresh_from_db()
    assert document.status == "generating"
    assert Generation.objects.get().kind == "document"
    assert page(document, "cancel") in alice_admin.get(page(document)).content.decode()
    alice_admin.post(page(document, "cancel"))
    document.refresh_from_db()
    assert document.status == "cancelled"


def test_a_document_is_deleted_with_its_event(alice_admin, document):
    alice_admin.post(page(document, "delete"), {"post": "yes"})
    assert not Section.objects.exists()
    assert events_of(document.project)[-1].type == "document.deleted"


def test_a_viewer_reads_and_a_stranger_does_not_learn_of_it(vera_admin, charlie_admin, document):
    shown = vera_admin.get(page(document)).content.decode()
    assert "A game of &lt;islands&gt;." in shown
    assert 'name="_save"' not in shown
    assert vera_admin.post(page(document, "generate")).status_code == 403
    form = Form(document)
    form.head["title"] = "Mine"
    assert form.send(vera_admin).status_code == 403
    assert "The design" not in charlie_admin.get(LIST).content.decode()
    assert charlie_admin.get(page(document)).status_code in (302, 404)
    assert page(document) not in charlie_admin.get(LIST).content.decode()


def test_documents_are_begun_in_projects_that_one_may_edit_only(vera_admin, project):
    shown = vera_admin.get(f"{LIST}add/").content.decode()
    assert f'value="{project.pk}"' not in shown
    refused = vera_admin.post(f"{LIST}add/", {"project": project.pk, "title": "x", "kind": "gdd", "task_code": ""})
    assert refused.status_code == 200
    assert not Document.objects.exists()
