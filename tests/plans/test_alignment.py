from hypothesis import given
from hypothesis import strategies as st

from plans.alignment import align
from plans.graph import missing_dependencies
from plans.spec import TaskSpec, code_number
from tests.plans.plans_to_try import plans, tried

FREE = 50


def task(code, title, *dependencies, **fields):
    return TaskSpec(code=code, title=title, dependencies=dependencies, **fields)


def test_the_same_title_is_the_same_task():
    active = [task("T-007", "Let the hero jump")]
    fresh = [task("T-001", "Draw the hero"), task("T-002", "let the HERO jump", "T-001")]
    assert [(each.code, each.dependencies) for each in align(fresh, active, begun=set(), next_number=8)] == [
        ("T-008", []),
        ("T-007", ["T-008"]),
    ]


def test_what_was_begun_stays_as_it_is():
    active = [task("T-001", "Jump", priority=1), task("T-002", "Old and begun"), task("T-003", "Old")]
    fresh = [task("T-001", "Jump", priority=5)]
    aligned = {each.code: each for each in align(fresh, active, begun={"T-001", "T-002"}, next_number=4)}
    assert aligned.keys() == {"T-001", "T-002"}
    assert aligned["T-001"].priority == 1


@tried
@given(plans(), plans(), st.data())
def test_codes_are_unique_known_or_new_and_nothing_waits_for_what_is_not_there(fresh, active, data):
    fresh = [each.model_copy(update={"title": f"{each.title} {place}"}) for place, each in enumerate(fresh)]
    active = [each.model_copy(update={"title": f"{each.title} {place}"}) for place, each in enumerate(active)]
    begun = set(data.draw(st.lists(st.sampled_from([each.code for each in active]), unique=True)))
    aligned = align(fresh, active, begun=begun, next_number=FREE)
    codes = [each.code for each in aligned]
    assert len(set(codes)) == len(codes)
    assert begun <= set(codes)
    known = {each.code for each in active}
    assert all(code in known or code_number(code) >= FREE for code in codes)
    assert missing_dependencies({each.code: each.dependencies for each in aligned}) == {}
