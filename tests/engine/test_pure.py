"""The arithmetic of the engine: resting, policies, looking for words, checking arguments, cutting down answers."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.engine.arguments import Unusable, faults_in
from agents.engine.breaker import FAILURES, REST, Breaker
from agents.engine.policy import destroys, policy_of
from agents.engine.ranking import Entry, closest, known_as, ranked, words_of
from agents.engine.results import hidden, kept_result

STEPS = st.lists(st.tuples(st.sampled_from(["call", "ok", "fail"]), st.floats(0, 2 * REST)), max_size=60)


# The breaker


@settings(max_examples=60)
@given(STEPS)
def test_a_server_rests_after_failures_in_a_row_and_never_without(steps):
    breaker, now, in_a_row, in_flight = Breaker(), 0.0, 0, 0
    for step, later in steps:
        now += later
        rest = breaker.rests_for(now)
        assert 0 <= rest <= REST
        assert not rest or in_a_row >= FAILURES, "Nobody rests without having failed so often in a row."
        if step == "call" and not rest:
            breaker, in_flight = breaker.called(now), in_flight + 1
        elif step == "ok" and in_flight:
            breaker, in_a_row, in_flight = breaker.succeeded(), 0, in_flight - 1
            assert breaker.rests_for(now) == 0, "Who answers is asked again."
        elif step == "fail" and in_flight:
            breaker, in_a_row, in_flight = breaker.failed(now), in_a_row + 1, in_flight - 1
            assert in_a_row < FAILURES or breaker.opened_at is not None
    assert breaker.rests_for(now + REST) == 0, "Every rest has an end."


@given(st.floats(0, 1e6))
def test_after_a_rest_one_call_tries_it_and_the_others_wait(start):
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = breaker.called(start).failed(start)
    assert breaker.rests_for(start) == pytest.approx(REST)
    later = start + 2 * REST
    trial = breaker.called(later)
    assert breaker.rests_for(later) == 0 and trial.rests_for(later) > 0
    assert trial.failed(later).rests_for(later) == pytest.approx(REST), "A trial that fails opens it for another rest."
    assert trial.succeeded() == Breaker()


def test_a_failure_that_comes_late_does_not_prolong_the_rest():
    breaker = Breaker(FAILURES, opened_at=10.0)
    assert breaker.failed(20.0) == breaker


# Policies


@pytest.mark.parametrize(
    ("tool", "server", "annotations", "renewed", "expected"),
    [
        ("", "confirm", {"readOnlyHint": True}, True, "allow"),
        ("", "confirm", {}, True, "confirm"),
        ("", "allow", {}, True, "allow"),
        ("", "allow", {"destructiveHint": True}, True, "confirm"),
        ("", "allow", {"destructiveHint": True, "readOnlyHint": True}, True, "allow"),
        ("", "deny", {"readOnlyHint": True}, True, "deny"),
        ("allow", "deny", {"destructiveHint": True}, True, "allow"),
        ("allow", "confirm", {}, False, "confirm"),
        ("deny", "allow", {"readOnlyHint": True}, False, "deny"),
        ("confirm", "allow", {"readOnlyHint": True}, True, "confirm"),
        ("", "confirm", {"readOnlyHint": "yes"}, True, "confirm"),
    ],
)
def test_who_needs_a_persons_word(tool, server, annotations, renewed, expected):
    assert policy_of(tool=tool, server=server, annotations=annotations, renewed=renewed) == expected


def test_what_only_reads_destroys_nothing():
    assert not destroys({"readOnlyHint": True, "destructiveHint": True})


# Words


CATALOGUE = [
    Entry("godot", "create_scene", "Create a new scene file.", ("engine",)),
    Entry("godot", "runProject", "Run the game and show what it prints.", ("engine",)),
    Entry("blender", "get_scene_info", "Look at the objects.", ("3d", "modelling")),
    Entry("blender", "export_model", "Write a glTF file.", ("3d",)),
]


def names(entries):
    return [f"{entry.server}.{entry.tool}" for entry in entries]


def test_names_are_split_into_words():
    assert words_of("create_scene createScene create.scene HTTPServer2") == [
        *("create", "scene", "create", "scene", "create", "scene"),
        *("http", "server", "2"),
    ]


def test_words_in_names_count_more_than_in_tags_and_descriptions():
    assert names(ranked(CATALOGUE, "scene objects")) == ["blender.get_scene_info", "godot.create_scene"]
    assert names(ranked(CATALOGUE, "scene")) == ["godot.create_scene", "blender.get_scene_info"], "Once more in words."
    assert names(ranked(CATALOGUE, "create a scene file"))[0] == "godot.create_scene"
    assert names(ranked(CATALOGUE, "3d"))[:2] == ["blender.export_model", "blender.get_scene_info"]
    assert names(ranked(CATALOGUE, "prints")) == ["godot.runProject"]
    assert ranked(CATALOGUE, "piano") == []


def test_the_beginning_of_a_word_finds_it():
    assert names(ranked(CATALOGUE, "proj")) == ["godot.runProject"]
    assert ranked(CATALOGUE, "pr") == [], "Two letters say too little."


def test_the_tasks_own_tools_come_first_and_a_whole_name_beats_words():
    assert names(ranked(CATALOGUE, "scene", ["godot.create_scene"]))[0] == "godot.create_scene"
    assert names(ranked(CATALOGUE, "", ["Export_Model"]))[0] == "blender.export_model"
    assert names(ranked(CATALOGUE, "get_scene_info"))[0] == "blender.get_scene_info"
    assert len(ranked(CATALOGUE, "")) == 4


@settings(max_examples=40)
@given(st.text(max_size=30), st.permutations(CATALOGUE))
def test_the_order_of_the_catalogue_does_not_matter(query, shuffled):
    assert ranked(shuffled, query) == ranked(CATALOGUE, query)


def test_a_task_may_name_a_tool_a_server_or_a_tag():
    known = known_as(CATALOGUE)
    assert {"create_scene", "godot.create_scene", "runproject", "blender", "3d"} <= known
    assert "unity.scene.create" not in known


def test_a_wished_for_name_means_the_tool_that_is_most_like_it():
    assert closest(CATALOGUE, "godot.scene.create") == CATALOGUE[0]
    assert closest(CATALOGUE, "wwise.bank.build") is None


# Arguments


def test_arguments_are_checked_against_the_schema():
    schema = {"type": "object", "properties": {"depth": {"type": "integer"}}, "required": ["scene"]}
    assert faults_in({"scene": "Main", "depth": 2}, schema) == {}
    faults = faults_in({"depth": "deep"}, schema)
    assert set(faults) == {"args", "args.depth"}
    assert "'scene' is a required property" in faults["args"]


def test_patterns_are_left_to_the_server_since_they_can_take_for_ever():
    schema = {"properties": {"name": {"type": "string", "pattern": "^(a+)+$"}, "pattern": {"type": "string"}}}
    assert faults_in({"name": "a" * 50 + "!", "pattern": 1}, schema) == {"args.pattern": ["1 is not of type 'string'"]}
    by_name = {"patternProperties": {"^(a+)+$": {"type": "integer"}}, "additionalProperties": False}
    assert faults_in({"a" * 50 + "!": 1}, by_name) == {}
    assert faults_in({"patternProperties": {}}, {"properties": {"patternProperties": {"type": "string"}}})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 3},
        {"$ref": "#"},
        {"$ref": "https://elsewhere.example/schema"},
        {"properties": {"a": {"$ref": "#/$defs/none"}}},
        {
            "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {}},
            "properties": {"a": {"$ref": "#/$defs/d0"}},
        },
    ],
    ids=["wrong", "endless", "elsewhere", "dangling", "exploding"],
)
def test_a_schema_that_cannot_be_used_is_said_to_be_so(schema):
    with pytest.raises(Unusable):
        faults_in({"a": 1}, schema)


# Answers


def test_an_answer_is_cut_down_to_what_is_kept():
    picture = base64.b64encode(b"picture").decode()
    content = [
        {"type": "text", "text": "Done\x00."},
        {"type": "resource_link", "name": "log", "uri": "file:///log"},
        {"type": "resource", "resource": {"uri": "x", "text": "inside"}},
        {"type": "image", "data": picture, "mimeType": "image/png"},
        {"type": "resource", "resource": {"uri": "x", "blob": picture, "mimeType": "model/gltf-binary"}},
        {"type": "audio", "data": "not base64!", "mimeType": "audio/wav"},
    ]
    kept = kept_result(content, {"passed": 3}, most=1_000)
    assert kept["text"] == "Done\ufffd.\n\nlog file:///log\n\ninside"
    digest = hashlib.sha256(b"picture").hexdigest()
    assert kept["media"][:2] == [
        {"type": "image", "mime_type": "image/png", "bytes": 7, "sha256": digest},
        {"type": "resource", "mime_type": "model/gltf-binary", "bytes": 7, "sha256": digest},
    ]
    assert kept["media"][2]["bytes"] == 0
    assert (kept["structured"], kept["cut"]) == ({"passed": 3}, False)


@settings(max_examples=50)
@given(
    st.lists(st.text(max_size=200), max_size=5), st.recursive(st.text(), st.lists, max_leaves=20), st.integers(1, 300)
)
def test_what_is_kept_is_never_longer_than_it_may_be(texts, structured, most):
    kept = kept_result([{"type": "text", "text": text} for text in texts], structured, most=most)
    assert len(kept["text"]) <= most and "\x00" not in kept["text"]
    whole = "\n\n".join(texts)
    assert kept["cut"] or (len(whole) == len(kept["text"]) and kept["structured"] == {"value": structured})


def test_too_many_pictures_are_told_as_cut():
    content = [{"type": "image", "data": "", "mimeType": "image/png"}] * 30
    kept = kept_result(content, None, most=100)
    assert (len(kept["media"]), kept["cut"]) == (20, True)


def test_our_secrets_are_taken_out_of_whatever_is_said():
    said = {"a token-1": ["x token-1 y", 3, None], "b": {"c": "token-1"}}
    assert hidden(said, {"token-1"}) == {"a •••": ["x ••• y", 3, None], "b": {"c": "•••"}}
