"""A plan taken away as a file, and posted back."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from plans.plan_files import PlanFile, as_json, as_markdown, as_yaml
from plans.spec import TaskSpec
from tests.api.answers import done, refused, task_of, wrong_fields

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60).filter(
    str.strip
)
TASKS = st.lists(
    st.fixed_dictionaries({"title": TEXT, "description": TEXT, "acceptance": st.lists(TEXT, max_size=3)}),
    min_size=1,
    max_size=4,
)


def plan_of(tasks, **fields) -> PlanFile:
    values = {"project": "p", "name": "P", "version": 1, "status": "proposed", "summary": ""}
    specs = [TaskSpec(code=f"T-{number:03d}", **task) for number, task in enumerate(tasks, start=1)]
    return PlanFile(**values | fields, created_at="2026-11-23T00:00:00Z", tasks=specs)


def url(plan, form="json"):
    return f"/api/v1/plans/{plan.pk}/export/?as={form}"


@pytest.mark.parametrize(
    ("form", "media_type", "suffix"),
    [
        ("json", "application/json", "json"),
        ("yaml", "application/yaml", "yaml"),
        ("markdown", "text/markdown; charset=utf-8", "md"),
    ],
)
def test_a_viewer_takes_a_plan_away(as_vera, accepted, form, media_type, suffix):
    answer = as_vera.get(url(accepted, form))
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == f'attachment; filename="pixel-jumper-v1.{suffix}"'


def test_the_accept_header_has_nothing_to_decide(as_vera, accepted):
    assert as_vera.get(url(accepted, "yaml"), headers={"Accept": "application/yaml"}).status_code == 200


def test_json_is_the_default_and_another_kind_is_refused(as_alice, accepted):
    assert as_alice.get(f"/api/v1/plans/{accepted.pk}/export/").json()["version"] == 1
    assert wrong_fields(as_alice.get(url(accepted, "pdf"))) == {"as"}


def test_a_stranger_gets_nothing(as_charlie, accepted):
    refused(as_charlie.get(url(accepted)), 404, "not_found")


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_an_exported_plan_can_be_posted_back(as_alice, accepted, form):
    exported = yaml.safe_load(as_alice.get(url(accepted, form)).content)
    posted = as_alice.post("/api/v1/projects/pixel-jumper/plans/", {"tasks": exported["tasks"]})
    assert posted.status_code == 201
    again = yaml.safe_load(as_alice.get(f"/api/v1/plans/{posted.json()['id']}/export/?as={form}").content)
    assert again["tasks"] == exported["tasks"]


def test_markdown_shows_what_is_done(as_alice, accepted):
    done(as_alice, task_of(accepted, "T-001"))
    page = as_alice.get(url(accepted, "markdown")).content.decode()
    assert "- [x] The project opens" in page
    assert "- [ ] The hero jumps" in page
    assert "| [T-002](#t-002) | Let the hero jump | pending | 3 | 0 | 0 | [T-001](#t-001) |" in page
    assert "3 tasks · 0 points · 0 hours" in page


@given(TASKS)
def test_yaml_says_what_json_says(tasks):
    plan = plan_of(tasks)
    assert yaml.safe_load(as_yaml(plan)) == json.loads(as_json(plan))


def texts(tokens, kind: str) -> list[str]:
    """The plain text of all blocks of a kind, in order."""
    found = []
    for place, token in enumerate(tokens):
        if token.type == kind and token.level == (0 if kind == "heading_open" else token.level):
            found.append("".join(child.content for child in tokens[place + 1].children if child.type == "text"))
    return found


@given(TASKS)
def test_no_title_breaks_out_of_its_place(tasks):
    plan = plan_of(tasks)
    tokens = MarkdownIt("commonmark").enable("table").parse(as_markdown(plan))
    cells = texts(tokens, "td_open")
    titles = [" ".join(task.title.split()) for task in plan.tasks]
    assert cells[1::7] == titles
    assert texts(tokens, "heading_open")[1:] == [
        f"{task.code} {title}" for task, title in zip(plan.tasks, titles, strict=True)
    ]


def test_a_description_stays_inside_its_quotation():
    plan = plan_of([{"title": "A", "description": "# Head\n\n```\nopen <b>\n| a |\n<script>"}, {"title": "B"}])
    tokens = MarkdownIt("commonmark").enable("table").parse(as_markdown(plan))
    outside = [token for token in tokens if token.level == 0]
    assert [token.type for token in outside].count("heading_open") == 3
    assert not [token for token in tokens if token.type == "html_block" and "script" in token.content]
