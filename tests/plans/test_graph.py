from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from plans.graph import dependents, everything_after, find_cycle, missing_dependencies, separate_cycles
from tests.plans.plans_to_try import tried

CODES = [f"T-{number:03d}" for number in range(1, 9)]
graphs = st.dictionaries(st.sampled_from(CODES), st.lists(st.sampled_from(CODES), max_size=4))


def closed(edges):
    """The graph without dependencies that name no task."""
    return {code: [other for other in waits_for if other in edges] for code, waits_for in edges.items()}


@tried
@given(graphs.map(closed))
def test_a_cycle_is_found_exactly_when_there_is_no_order(edges):
    try:
        TopologicalSorter(edges).prepare()
        assert find_cycle(edges) is None
    except CycleError:
        path = find_cycle(edges)
        assert path is not None
        assert path[0] == path[-1]
        assert len(set(path)) == len(path) - 1, "each task of the cycle once"
        assert all(after in edges[before] for before, after in pairwise(path))


@tried
@given(graphs.map(closed))
def test_the_cycle_found_does_not_depend_on_the_order_of_the_tasks(edges):
    turned = {code: list(reversed(edges[code])) for code in reversed(edges)}
    assert find_cycle(edges) == find_cycle(turned)


def test_a_path_follows_what_waits_for_what():
    edges = {"T-001": ["T-002"], "T-002": ["T-003"], "T-003": ["T-001"], "T-004": []}
    assert find_cycle(edges) == ["T-001", "T-002", "T-003", "T-001"]


def test_a_task_that_waits_for_itself_is_a_cycle():
    assert find_cycle({"T-001": ["T-001"]}) == ["T-001", "T-001"]


@tried
@given(graphs)
def test_separate_cycles_are_cycles_without_a_common_task_and_there_are_none_only_when_there_is_none(edges):
    found = separate_cycles(edges)
    assert bool(found) == bool(find_cycle(closed(edges)))
    for path in found:
        assert path[0] == path[-1] == min(path)
        assert all(after in edges[before] for before, after in pairwise(path))
    on_the_way = [code for path in found for code in path[:-1]]
    assert len(on_the_way) == len(set(on_the_way))


@tried
@given(graphs)
def test_missing_dependencies_are_those_that_name_no_task(edges):
    missing = missing_dependencies(edges)
    for code, waits_for in edges.items():
        assert set(missing.get(code, [])) == {other for other in waits_for if other not in edges}
        assert code not in missing or missing[code]


@tried
@given(graphs.map(closed))
def test_the_graph_turned_round_has_the_same_edges(edges):
    turned = dependents(edges)
    assert {(a, b) for a, others in edges.items() for b in others} == {
        (a, b) for b, others in turned.items() for a in others
    }


@tried
@given(graphs.map(closed))
def test_everything_after_a_task_waits_for_it_in_steps(edges):
    waiting = dependents(edges)
    for code in edges:
        after = everything_after(code, waiting)
        assert after >= waiting[code]
        assert all(waiting[other] <= after for other in after)
