"""What evidence is worth: arithmetic on plain entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.evidence import (
    KINDS,
    LEVELS,
    MODEL,
    MOST_UNNAMED,
    Entry,
    Judgement,
    Stale,
    Who,
    added,
    criterion_meant,
    demanded,
    entries_of,
    highest,
    rank,
)
from plans.verdicts import Word, judge, words_of

ADA = Who(kind="ai", name="Ada")
STALE = Stale(why="It is another.", at="2026-11-23T10:00:00Z")
CONFIRMED, DISPUTED = (
    Judgement(verdict=verdict, by=Who(kind="user", name="bob"), at="2026-11-23T10:00:00Z")
    for verdict in ("confirmed", "disputed")
)
PLAIN, TESTED, SHOT, ASSET, LOGGED, SIGNED = CRITERIA = [
    "It is fun",
    *(f"It works [{kind}]" for kind in KINDS),
]

levels = st.sampled_from(LEVELS)
counts = st.sampled_from([None, 0, 1, 7])
entries = st.builds(
    Entry,
    n=st.just(1),
    criterion=st.sampled_from([None, *CRITERIA]),
    kind=st.sampled_from([*KINDS, MODEL, "note"]),
    level=levels,
    excerpt=st.sampled_from([None, "ok"]),
    artifact=st.sampled_from([None, 1, 2]),
    category=st.sampled_from([None, "screenshot", "asset"]),
    passed=counts,
    failed=counts,
    verdict=st.sampled_from([None, "met", "unmet", "unclear"]),
    judged=st.sampled_from([None, None, CONFIRMED, DISPUTED]),
    stale=st.sampled_from([None, None, STALE]),
)
shown = st.lists(entries, max_size=8).map(
    lambda found: [entry.model_copy(update={"n": number}) for number, entry in enumerate(found, start=1)]
)
words = st.dictionaries(st.sampled_from(CRITERIA), st.builds(Word, met=st.booleans(), level=levels))


def entry(kind="note", criterion=PLAIN, n=1, **more):
    return Entry(n=n, kind=kind, criterion=criterion, **more)


def verdict(found, criterion=PLAIN, word=None, needed="said"):
    return judge([criterion], {criterion: word} if word else {}, found, needed)[0]


# What holds whatever was shown


@given(levels, levels, levels)
def test_levels_form_an_order(one, two, three):
    assert LEVELS == ("said", "seen", "checked", "confirmed")
    assert (rank(one) <= rank(two)) or (rank(two) <= rank(one))
    assert highest([one, two, three]) == highest([three, highest([two, one])])
    assert rank(highest([one, two])) >= rank(one)


@given(shown, words, levels, st.randoms(use_true_random=False))
def test_verdicts_do_not_depend_on_the_order_of_entries(found, said, needed, chance):
    mixed = list(found)
    chance.shuffle(mixed)
    assert judge(CRITERIA, said, mixed, needed) == judge(CRITERIA, said, found, needed)


@given(shown, words, levels)
def test_what_is_stale_or_disputed_never_counts(found, said, needed):
    dead = {each.n for each in found if each.stale or each.disputed}
    for told in judge(CRITERIA, said, found, needed):
        assert not dead & set(told.evidence)
    everything_is_old = [each.model_copy(update={"stale": STALE}) for each in found]
    assert all(not told.evidence for told in judge(CRITERIA, said, everything_is_old, needed))
    before = {told.criterion for told in judge(CRITERIA, said, found, needed) if told.verdict == "met"}
    after = {told.criterion for told in judge(CRITERIA, said, everything_is_old, needed) if told.verdict == "met"}
    opposed = any(each.kind == MODEL for each in found)
    assert opposed or after <= before, "Nothing is met because something grew old."


@given(shown, words, levels, levels)
def test_who_demands_more_believes_less(found, said, one, two):
    little, much = sorted([one, two], key=rank)
    easy = {told.criterion for told in judge(CRITERIA, said, found, little) if told.verdict == "met"}
    hard = {told.criterion for told in judge(CRITERIA, said, found, much) if told.verdict == "met"}
    assert hard <= easy


@given(shown, words, levels)
def test_what_is_met_has_been_seen_well_enough_and_what_is_not_says_what_would_do(found, said, needed):
    for told in judge(CRITERIA, said, found, needed):
        if told.verdict == "met":
            assert told.level is not None and rank(told.level) >= rank(
                "confirmed" if told.demands == "sign-off" else needed
            )
            assert not told.reason
        else:
            assert told.reason


@given(shown, st.lists(entries, max_size=5))
def test_numbers_are_never_given_twice(found, new):
    after = added(found, new)
    numbers = [each.n for each in after]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) >= {each.n for each in found if each.run is None and not each.tool_call}
    assert added(after, new) == after or any(each.stale for each in new), "What is shown again is there once."


@given(shown)
def test_what_is_stored_is_read_again(found):
    assert entries_of([each.as_json() for each in found]) == found


# What a criterion demands


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It jumps", None),
        ("It jumps [screenshot]", "screenshot"),
        ("It jumps [Test Run] ", "test"),
        ("It jumps [ASSET  check]", "asset"),
        ("It jumps [log]", "log"),
        ("It jumps [sign off]", "sign-off"),
        ("[test] It jumps", None),
        ("It jumps (test)", None),
        ("It jumps [video]", None),
    ],
)
def test_a_criterion_demands_a_kind_by_its_end(text, kind):
    assert demanded(text) == kind


@pytest.mark.parametrize(
    ("criterion", "good", "bad"),
    [
        (TESTED, {"kind": "test", "passed": 3, "failed": 0}, {"kind": "test"}),
        (TESTED, {"kind": "test", "passed": 3}, {"kind": "test", "passed": 3, "failed": 1}),
        (SHOT, {"kind": "screenshot", "artifact": 1, "category": "screenshot"}, {"kind": "screenshot", "artifact": 1}),
        (ASSET, {"kind": "asset", "artifact": 1, "level": "checked"}, {"kind": "asset", "artifact": 1}),
        (LOGGED, {"kind": "log", "excerpt": "ok"}, {"kind": "log", "note": "ok"}),
        (LOGGED, {"kind": "log", "artifact": 1}, {"kind": "test", "passed": 1}),
        (SIGNED, {"kind": "note", "judged": CONFIRMED}, {"kind": "sign-off"}),
    ],
)
def test_each_kind_has_its_proof(criterion, good, bad):
    assert verdict([entry(criterion=criterion, **good)], criterion).verdict == "met"
    refused = verdict([entry(criterion=criterion, **bad)], criterion, Word(met=True))
    assert (refused.verdict, refused.evidence) == ("open", []) and refused.reason


def test_what_names_no_criterion_speaks_for_those_that_demand_its_kind():
    found = [Entry(n=1, kind="log", excerpt="ok"), Entry(n=2, kind="note")]
    assert verdict(found, LOGGED).evidence == [1]
    assert verdict(found, PLAIN).verdict == "open"


def test_a_failed_run_shows_nothing():
    assert verdict([entry("test", passed=3, failed=1)]).verdict == "open"


# Whose word


def test_a_persons_word_is_evidence_unless_another_kind_is_demanded():
    said = Word(met=True, level="confirmed")
    assert [verdict([], criterion, said).verdict for criterion in (PLAIN, SIGNED)] == ["met", "met"]
    assert [verdict([], criterion, said).verdict for criterion in (TESTED, SHOT, ASSET, LOGGED)] == ["open"] * 4
    assert verdict([], PLAIN, said, "confirmed").level == "confirmed"


def test_an_agents_word_is_enough_only_where_nothing_demands_more():
    assert verdict([], PLAIN, Word(met=True)).verdict == "met"
    assert verdict([], PLAIN, Word(met=True), "seen").verdict == "open"
    assert verdict([], SIGNED, Word(met=True)).verdict == "open"


def test_an_agents_word_falls_with_what_it_had_shown():
    old = [entry(stale=STALE)]
    assert verdict(old, PLAIN, Word(met=True)).verdict == "stale"
    assert "It is another." in verdict(old).reason
    assert verdict(old, PLAIN, Word(met=True, level="confirmed")).verdict == "met"
    assert verdict([*old, entry(n=2)], PLAIN, Word(met=True)).evidence == [2]


def test_a_no_is_a_no():
    assert verdict([entry(level="confirmed")], PLAIN, Word(met=False, level="confirmed")).verdict == "unmet"


def test_a_person_disputes_and_says_why():
    refused = verdict([entry(judged=DISPUTED.model_copy(update={"note": "Another level."}))])
    assert refused.verdict == "disputed" and refused.reason.startswith("Another level.")


# A model's opinion


def opinion(said, n=9):
    return Entry(n=n, kind=MODEL, criterion=PLAIN, verdict=said, note="No sound is heard.", level="checked")


def test_what_convinces_a_model_is_checked():
    assert verdict([entry(), opinion("met")], needed="checked").level == "checked"
    assert verdict([opinion("met")], word=Word(met=True), needed="checked").level == "checked"
    assert verdict([opinion("met")]).verdict == "open", "It is no evidence itself."
    assert verdict([entry(), opinion("met")], needed="confirmed").verdict == "open"


def test_a_models_no_outweighs_what_was_said_or_seen_and_never_a_person():
    for level, expected in zip(LEVELS, ("unmet", "unmet", "met", "met"), strict=True):
        told = verdict([entry(level=level), opinion("unmet"), opinion("met", 10)])
        assert told.verdict == expected, level
        assert expected == "met" or told.reason.startswith("No sound is heard.")
    assert verdict([opinion("unmet")], word=Word(met=True)).verdict == "unmet"
    assert verdict([opinion("unmet")], word=Word(met=True, level="confirmed")).verdict == "met"


def test_a_model_that_is_not_sure_changes_nothing():
    assert verdict([entry(), opinion("unclear")]).level == "said"


# Adding


def result(call, run="jump", **more):
    return Entry(n=1, kind="test", tool_call=call, run=run, **more)


def test_a_newer_run_takes_the_place_of_older_ones():
    first = added([], [result(1, passed=3)])
    named = added(first, [first[0].model_copy(update={"criterion": PLAIN})])
    assert [(each.n, each.criterion) for each in named] == [(1, None), (2, PLAIN)]
    after = added(named, [result(2, passed=2, failed=1)])
    assert [(each.n, each.tool_call, bool(each.stale)) for each in after] == [(2, 1, True), (3, 2, False)]
    assert "tool call 2" in verdict(after).reason
    other = added(after, [result(3, run="run")])
    assert [each.n for each in other] == [2, 3, 4]


def test_results_for_no_criterion_are_not_kept_without_end():
    found = added([], [result(call, run=str(call)) for call in range(1, MOST_UNNAMED + 6)])
    assert [found[0].n, found[-1].n, len(found)] == [6, MOST_UNNAMED + 5, MOST_UNNAMED]


# Reading


def test_what_older_gateways_stored_is_read_as_said_of_no_criterion():
    old = [{"kind": "test", "note": "ok"}, {"kind": "file", "artifact": 7}, {"note": None}]
    found = entries_of(old)
    assert [(each.n, each.kind, each.level, each.criterion) for each in found] == [
        (1, "test", "said", None),
        (2, "file", "said", None),
        (3, "note", "said", None),
    ]
    assert found[1].artifact == 7


def test_what_cannot_be_read_is_there_and_says_nothing():
    found = entries_of([{"kind": 5, "artifact": "seven"}])
    assert (found[0].kind, found[0].n) == ("unreadable", 1) and "seven" in str(found[0].note)


def test_answers_are_words():
    said = words_of(
        [
            {"criterion": "a", "met": True, "by": {"kind": "user", "name": "bob"}},
            {"criterion": "b", "met": True},
            {"criterion": "c", "met": "yes"},
            {"criterion": 7, "met": True},
            {"note": "old"},
        ]
    )
    assert said == {"a": Word(met=True, level="confirmed"), "b": Word(met=True), "c": Word(met=False)}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("b", "b"),
        (1, "a"),
        ("2", "b"),
        (0, None),
        (3, None),
        (True, None),
        ("x", None),
        ("²", None),
        (9**99, None),
        ([], None),
    ],
)
def test_a_criterion_is_meant_by_its_text_or_its_number(said, meant):
    assert criterion_meant(said, ["a", "b"]) == meant
