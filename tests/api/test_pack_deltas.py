"""What is new in a context pack since a version of it: with the pack that one has, it makes the pack that there is."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from agents import past_shelves
from agents.packs import pack_for_project, pack_for_task
from contexts.entries import add_entry
from contexts.packing import LEAST_BUDGET, MOST_BUDGET, Json, Offer, delta, pack, tokens_of
from contexts.services import activate_context, generate_context, get_active_context
from documents import services as documents
from documents.services import OutlineEntry
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Project, Task
from plans.operations import NewTask
from tests.api.answers import task_of, wrong_fields
from tests.conftest import BRIEF, CHAIN

names = st.tuples(st.sampled_from(["task", "decision", "dependency", "section"]), st.integers(0, 12))
shelves = st.dictionaries(names, st.text(max_size=400), max_size=30)
budgets = st.integers(LEAST_BUDGET, MOST_BUDGET)


def offers(texts):
    return [Offer(kind, str(number), "", text, cut=True) for (kind, number), text in texts.items()]


def named(items):
    return {(item["kind"], item["ref"]): item for item in items}


def applied(base, told):
    """The items of a pack after a delta; of a whole pack its own."""
    if "items" in told:
        return named(told["items"])
    gone = {(each["kind"], each["ref"]) for each in told["removed"]}
    kept = {name: item for name, item in named(base["items"]).items() if name not in gone}
    assert not kept.keys() & named(told["added"]).keys() and kept.keys() >= named(told["changed"]).keys()
    return kept | named(told["added"]) | named(told["changed"])


@given(shelves, shelves, budgets)
def test_a_pack_and_what_is_new_make_the_new_pack_and_cost_no_more(before, after, budget):
    base, new = pack("T-001", offers(before), budget, seq=3), pack("T-001", offers(after), budget, seq=9)
    told = delta(base, new)
    assert applied(base, told) == named(new["items"])
    assert (told["version"], told["hash"], told["left_out"]) == (new["version"], new["hash"], new["left_out"])
    assert tokens_of(told) <= told["tokens"] <= new["tokens"] <= budget
    assert told.get("since") == base["version"] or told["whole"] == "shorter"


def test_a_small_change_is_told_alone():
    texts = {("decision", number): "It was decided. " * 20 for number in range(9)}
    base = pack("T-001", offers(texts), 4_000, seq=3)
    changed = {name: text for name, text in texts.items() if name != ("decision", 4)}
    changed |= {("decision", 2): "Otherwise.", ("decision", 11): "That too."}
    told = delta(base, pack("T-001", offers(changed), 4_000, seq=9))
    assert [item["ref"] for item in told["added"]] == ["11"]
    assert [(item["ref"], item["text"]) for item in told["changed"]] == [("2", "Otherwise.")]
    assert told["removed"] == [{"kind": "decision", "ref": "4"}]
    assert told["tokens"] * 5 < base["tokens"]


def make_document(project, actor, *headings):
    outline = [OutlineEntry(level=1, heading=heading) for heading in headings]
    return documents.create_document(project, title="Design", kind="gdd", outline=outline, actor=actor)


@pytest.fixture
def story(accepted, project, alice) -> Iterator[Callable[[], str]]:
    """What happens in a project, a step with each call, which says what it was."""
    person = Actor.person(alice)

    def steps() -> Iterator[str]:
        task = task_of(accepted, "T-002")
        services.report_progress(
            services.start_task(task_of(accepted, "T-001"), actor=person), percent=40, note="Half.", actor=person
        )
        yield "progress on what it builds on"
        made = services.register_artifact(
            task_of(accepted, "T-001"), actor=person, type="scene", category="asset", path="Main.tscn"
        )
        yield "an artifact"
        answers = [{"criterion": "The project opens", "met": True, "note": "In 2 s."}]
        services.complete_task(task_of(accepted, "T-001"), acceptance=answers, evidence=[], actor=person)
        yield "what it builds on is done"
        generate_context(project, scope="global", actor=person)
        add_entry(project, "decisions", "Jumps are 2 m high.", why="It feels right.", code="T-002", actor=person)
        yield "a decision"
        document = make_document(project, person, "Jump", "Run")
        jump, run = document.sections.all()
        documents.update_section(jump, text="T-002 lets the hero jump.", actor=person)
        documents.update_section(run, text="T-003 is another thing.", actor=person)
        yield "a section"
        documents.update_section(jump, text="T-002 lets the hero jump far.", actor=person)
        yield "another text of the section"
        documents.adopt_draft(jump, 1, actor=person)
        yield "the text before"
        documents.update_section(jump, text="T-002 is done for.", actor=Actor.agent(alice, id="1", name="Ada"))
        yield "a text that waits for a person"
        services.start_task(task, actor=person)
        services.claim_task(task, actor=person)
        services.release_task(task, actor=person, handoff="Sound is missing.")
        yield "a handoff"
        services.update_project(project, {"brief": {**BRIEF, "pitch": "Fly."}}, actor=person)
        yield "another brief"
        first = get_active_context(project)
        assert first is not None
        generate_context(project, scope="task", task="T-002", actor=person)
        add_entry(project, "risks", "It may rain.", actor=person)
        yield "the task's own context, and a risk"
        activate_context(first, actor=person)
        yield "the context before"
        services.delete_artifact(made, actor=person)
        yield "no artifact any more"
        same = [{**task, "code": f"T-00{number}"} for number, task in enumerate(CHAIN, start=1)]
        tasks = [*same, {"title": "Hear the jump", "dependencies": ["T-002"]}]
        plan = services.propose_tasks(
            project, [NewTask.model_validate(each) for each in tasks], actor=person, base=accepted
        )
        services.accept_plan(plan, actor=person)
        yield "another plan"

    going = steps()
    yield lambda: next(going, "")


def test_whatever_happens_what_one_has_and_what_is_new_make_the_pack(story):
    def of_task(budget, since):
        return pack_for_task(Task.objects.select_related("plan__project").active().get(code="T-002"), budget, since)

    asks: dict[str, Callable[[str], Json]] = {
        "much": lambda since: of_task(4_000, since),
        "little": lambda since: of_task(400, since),
        "project": lambda since: pack_for_project(Project.objects.get(), since=since),
    }

    def check(base, now, when):
        for what, ask in asks.items():
            told = ask(base[what]["version"])
            assert told.get("whole") in (None, "shorter"), (what, when)
            assert applied(base[what], told) == named(now[what]["items"]), (what, when)

    given_out = [{what: ask("") for what, ask in asks.items()}]
    while happened := story():
        given_out.append({what: ask("") for what, ask in asks.items()})
        check(given_out[-2], given_out[-1], happened)
    for base in given_out:
        check(base, given_out[-1], "at the end")
    assert len(given_out) > 10


def test_over_rest_nothing_new_is_a_short_answer(as_alice, accepted, alice, project):
    place = f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/context-pack/"
    before = as_alice.get(place).json()
    services.activate_project(project, actor=Actor.person(alice))
    told = as_alice.get(place, {"since": before["version"]}).json()
    assert (told["added"], told["changed"], told["removed"]) == ([], [], [])
    assert told["hash"] == before["hash"] and told["version"] != before["version"]
    assert wrong_fields(as_alice.get(place, {"since": "yesterday"})) == {"since"}


def test_where_one_cannot_know_what_is_new_all_of_it_is_told_with_the_reason(
    as_alice, accepted, alice, project, monkeypatch
):
    def asked(since, task="T-002", **query):
        return as_alice.get(
            f"/api/v1/tasks/{task_of(accepted, task).pk}/context-pack/", {**query, "since": since}
        ).json()

    base = pack_for_task(task_of(accepted, "T-002"))["version"]
    made = make_document(project, Actor.person(alice), "Jump")
    documents.update_section(made.sections.get(), text="T-002 and T-001.", actor=Actor.person(alice))
    assert "items" not in asked(base)
    never = f"{int(base.partition('-')[0]) + 999}-{'0' * 8}"
    for unknown in (asked(base, "T-001"), asked(base, budget=300), asked(never)):
        assert unknown["whole"] == "unknown" and unknown["items"]
    monkeypatch.setattr(past_shelves, "MOST_EVENTS", 0)
    assert asked(base)["whole"] == "unknown"
    monkeypatch.undo()
    call_command("prune_events", "--keep", "1", verbosity=0)
    assert asked(base)["whole"] == "trimmed"
