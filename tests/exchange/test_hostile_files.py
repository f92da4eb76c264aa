"""A file that is broken, half, or made to hurt: a message that names the place, and nothing written."""

import copy
import json

import orjson
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.json_form import read_json
from gamedev_gateway.exchange.restore import restore
from plans import services
from plans.models import Project
from realtime.models import Event, Stream
from tests.exchange.conftest import exported

GOOD: list[bytes] = []
"""The export of a good project, made by the first test that needs it."""


@pytest.fixture
def document(request, alice):
    """A good export, and a gateway without the project."""
    if not GOOD:
        project = request.getfixturevalue("told")
        GOOD.append(exported(project))
        services.delete_project(project, actor=Actor.person(alice))
    return orjson.loads(GOOD[0])


def put(document, path, value):
    *way, last = [int(step) if step.lstrip("-").isdigit() else step for step in path.split("/")]
    inside = document
    for step in way:
        inside = inside[step]
    inside[last] = value


def refused(document, alice, tmp_path) -> str:
    path = tmp_path / "export.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    with pytest.raises(ExchangeError) as caught:
        restore(read_json(path), owner=alice)
    assert not Project.objects.exists()
    assert not Stream.objects.exists()
    assert not Event.objects.exists()
    return str(caught.value)


WRONG = [
    ("format", "something", "format: This is no export of a project"),
    ("format_version", 5, "written by a newer gateway (format 5; this one reads up to 4)"),
    ("format_version", "1", "format_version"),
    ("project/name", 7, "project.name"),
    ("project/name", "a\x00b", "project.name: NUL"),
    ("project/name", "x" * 201, "project.name"),
    ("project/id", "../etc", "project.id"),
    ("project/surprise", 1, "project.surprise"),
    ("project/brief/pitch", 3, "project.brief: pitch"),
    ("project/created_at", "yesterday", "project.created_at"),
    ("project/created_at", "2026-02-30T00:00:00Z", "project.created_at: There is no such time"),
    ("project/current_task", "task:2/T-999", "project.current_task: 'task:2/T-999' names no task"),
    ("project/current_task", "task:gone-1", "project.current_task: 'task:gone-1' names no task"),
    ("project/active_context", "task:2/T-001", "project.active_context: 'task:2/T-001' names no context"),
    ("project/highest_code", -1, "project.highest_code"),
    ("project/highest_code", 2**40, "project.highest_code"),
    ("members/0/role", "king", "members.0.role"),
    ("members/1/user", "alice", "members: alice is there 2 times"),
    ("plans/0/status", "accepted", "plans: Versions 1 and 2 are both accepted"),
    ("plans/1/version", 1, "plans: version 1 is there 2 times"),
    ("plans/1/base", 2, "plans.1.base: There is no earlier version 2"),
    ("plans/1/base", 9, "plans.1.base: There is no earlier version 9"),
    ("plans/0/tasks/1/code", "T-001", "plans.0.tasks: T-001 is there 2 times"),
    ("plans/0/tasks/1/code", "T-1", "plans.0.tasks.1.code"),
    ("plans/0/tasks/0/dependencies", ["T-002"], "plans.0.tasks: Tasks depend on each other: T-001 → T-002 → T-001"),
    ("plans/0/tasks/0/dependencies", ["T-077"], "plans.0.tasks.T-001.dependencies: The plan has no task T-077"),
    ("plans/0/tasks/0/progress", 101, "plans.0.tasks.0.progress"),
    ("plans/0/tasks/0/title", " ", "plans.0.tasks.0.title"),
    ("plans/0/tasks/0/estimates", {"story_points": "many"}, "plans.0.tasks.0.estimates: story_points"),
    ("plans/1/tasks/0/evidence/0/artifact", "artifact:9", "plans.1.T-001.evidence: 'artifact:9' names no artifact"),
    ("plans/1/tasks/0/evidence/0/artifact", 1, "plans.1.T-001.evidence: 1 is no reference to a artifact"),
    ("project/consensus", {"approvals": 0}, "project.consensus: approvals"),
    ("plans/1/continues", 7, "plans.1.continues: There is no earlier version 7"),
    ("plans/1/operations/0/number", 2, "plans.1.operations: The numbers must be 1, 2, 3"),
    ("plans/1/operations/0/op", {"op": "explode"}, "plans.1.operations.0.op"),
    ("comments/0/plan", 9, "comments.0.plan: There is no version 9"),
    ("comments/0/code", "", "comments.0: A comment on a field names the task"),
    ("comments/0/number", 2, "comments: The numbers must be 1, 2, 3"),
    ("comments/1/in_reply_to", 2, "comments.1.in_reply_to: There is no earlier comment 2"),
    ("reviews/0/plan", 9, "reviews.0.plan: There is no version 9"),
    ("reviews/0/seen", {"T-001": "abc"}, "reviews.0.seen.T-001"),
    ("contexts/0/number", 2, "contexts: The numbers must be 1, 2, 3"),
    ("contexts/0/content", [], "contexts.0.content"),
    ("contexts/0/task_code", "", "contexts.0: The context of a task names it"),
    ("contexts/0/based_on_seq", 999, "contexts.0.based_on_seq: The log ends at"),
    ("artifacts/0/task", "task:1/T-999", "artifacts.0.task: 'task:1/T-999' names no task"),
    ("artifacts/0/size_bytes", 2**64 - 1, "artifacts.0.size_bytes"),
    ("artifacts/0/size_bytes", -1, "artifacts.0.size_bytes"),
    ("artifacts/0/sha256", "zz", "artifacts.0.sha256"),
    ("documents/0/number", 2, "documents: The numbers must be 1, 2, 3"),
    ("documents/0/title", "x" * 201, "documents.0.title"),
    ("documents/0/run", 7, "documents.0.run"),
    ("documents/0/last_draft", 2, "documents.0.drafts.2.number: The document's last draft is 2"),
    ("documents/0/sections/0/number", 2, "documents.0.sections: The numbers must be 1, 2, 3"),
    ("documents/0/sections/0/idx", 1, "documents.0.sections: place 1 is there 2 times"),
    ("documents/0/sections/0/level", 4, "documents.0.sections.0.level"),
    ("documents/0/sections/0/level", 0, "documents.0.sections.0.level"),
    ("documents/0/sections/0/told_of", ["all"], "documents.0.sections.0.told_of.0"),
    ("documents/0/sections/0/current_draft", 3, "documents.0.sections.0.current_draft: The section has no draft 3"),
    ("documents/0/sections/0/current_draft", 9, "documents.0.sections.0.current_draft: The section has no draft 9"),
    ("documents/0/sections", [{}] * 201, "documents.0.sections: List should have at most 200 items"),
    ("documents/0/drafts/0/number", 2, "documents.0.drafts: draft 2 is there 2 times"),
    ("documents/0/drafts/0/number", 0, "documents.0.drafts.0.number"),
    ("documents/0/drafts/0/section", 9, "documents.0.drafts.0.section: The document has no section 9"),
    ("documents/0/drafts/0/status", "failed", "documents.0.sections.0.current_draft: Draft 1 is not done"),
    ("documents/0/drafts/0/text", "Other", "documents.0.drafts.0.length: The text has 5 bytes"),
    ("documents/0/drafts/0/text", "Zweitens: u 🙂\n", "documents.0.drafts.0.sha256: It is not that of the text"),
    ("documents/0/drafts/0/text", "x" * 1_000_001, "documents.0.drafts.0.text"),
    ("documents/0/drafts/0/text", "a\x00b", "documents.0.drafts.0.text: NUL"),
    ("documents/0/drafts/0/sha256", "0" * 64, "documents.0.drafts.0.sha256: It is not that of the text"),
    ("documents/0/drafts/0/sha256", "", "documents.0.drafts.0.sha256: It is not that of the text"),
    ("documents/0/drafts/0/author/id", "1", "A person is named as @username"),
    ("documents/0/drafts/0/error", {"code": "x"}, "documents.0.drafts.0.error.message"),
    ("log/head", 999, "events: The log ends at 999, but the events end at"),
    ("log/first", 2, "events.0: seq"),
    ("events/3/seq", 3, "events.3: seq: 3 cannot be here, after 3"),
    ("events/3/id", "not a uuid", "events.3: id: A UUID belongs here"),
    ("events/3/type", "plan.exploded", "is not a type of event"),
    ("events/3/payload/plan_id", "plan:77", "events.3: 'plan:77' names no plan"),
    ("events/3/payload/plan_id", 1, "events.3: 1 is no reference to a plan"),
    ("events/3/payload/extra", 1, "events.3: payload.extra"),
    ("events/3/actor/id", "1", "events.3"),
    ("events/0/actor/id", "1", "A person is named as @username"),
    ("events/3/timestamp", 0, "events.3: timestamp"),
    ("events/3/correlation_id", "x" * 129, "events.3: correlation_id"),
    ("events/5", "nonsense", "events.5"),
    ("events", {}, "The list of events is missing"),
]


def test_an_event_beyond_the_end_of_the_log_is_named(document, alice, tmp_path):
    head = document["log"]["head"]
    put(document, "log/head", head - 1)
    message = f"events.{head - 1}: seq: {head} cannot be here, after {head - 1} and up to {head - 1}"
    assert message in refused(document, alice, tmp_path)


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=[f"{path}={value!s:.20}" for path, value, _ in WRONG])
def test_what_is_wrong_is_named_and_nothing_is_written(path, value, message, document, alice, tmp_path):
    if path == "events/3/actor/id":
        put(document, "events/3/actor/kind", "user")
    put(document, path, value)
    assert message in refused(document, alice, tmp_path)


@pytest.mark.parametrize(
    ("name", "reference", "message"),
    [
        ("document_id", "document:9", "'document:9' names no document"),
        ("document_id", 1, "1 is no reference to a document"),
        ("section_id", "section:1/9", "'section:1/9' names no section"),
        ("section_id", "document:1", "'document:1' is no reference to a section"),
    ],
)
def test_an_event_of_an_unknown_document_is_named(name, reference, message, document, alice, tmp_path):
    place = next(at for at, event in enumerate(document["events"]) if event["type"] == "section.updated")
    put(document, f"events/{place}/payload/{name}", reference)
    assert refused(document, alice, tmp_path).startswith(f"events.{place}: {message}")


def test_a_key_that_is_used_twice_is_named(document, alice, tmp_path):
    chat = next(event for event in document["events"] if event["key"] == "k1")
    again = {**chat, "seq": document["log"]["head"] + 1}
    document["events"].append(again)
    document["log"]["head"] += 1
    place = len(document["events"]) - 1
    assert refused(document, alice, tmp_path) == f"events.{place}: key: Its author has used 'k1' before."


def test_half_a_file_is_refused(document, alice, tmp_path):
    text = json.dumps(document)
    assert "This is not JSON" in refused(text[: len(text) // 2], alice, tmp_path)
    document["events"] = document["events"][:10]
    assert "but the events end at 10" in refused(document, alice, tmp_path)


def test_bottomless_nesting_is_refused(document, alice, tmp_path):
    nested = {}
    for _ in range(60):
        nested = {"a": nested}
    document["contexts"][0]["content"] = nested
    assert "Nested deeper than" in refused(document, alice, tmp_path)
    assert "This is not JSON" in refused("[" * 1_000_000, alice, tmp_path)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=5), inner, max_size=2)),
    max_leaves=4,
)


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, step))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_anywhere_is_imported_or_refused_in_words(data, document, alice, tmp_path):
    changed = copy.deepcopy(document)
    inside = changed
    way = data.draw(st.sampled_from([path for path in places(document) if path]))
    for step in way[:-1]:
        inside = inside[step]
    if data.draw(st.booleans()):
        inside[way[-1]] = data.draw(JSON)
    else:
        del inside[way[-1]]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(changed))
    try:
        restored = restore(read_json(path), owner=alice, dry_run=True)
    except GatewayError as error:
        assert str(error)
    else:
        assert restored.project_id
    assert not Project.objects.exists()


def test_an_id_that_is_taken_is_refused(told, alice, tmp_path):
    path = tmp_path / "export.json"
    path.write_bytes(exported(told))
    with pytest.raises(
        CommandError, match="There is a project 'pixel-jumper' already; import it under another name with --id"
    ):
        call_command("import_project", str(path), "--owner", "alice")
    with pytest.raises(CommandError, match="--id"):
        call_command("import_project", str(path), "--owner", "alice", "--id", "../x")
    assert Project.objects.count() == 1
