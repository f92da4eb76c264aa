"""Orders of codes, or of any unique items: what was moved, and how to give items the place that another order gives them."""

from bisect import bisect_left
from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def moved_items(before: Sequence[Item], after: Sequence[Item]) -> list[Item]:
    """The fewest items whose moving explains the new order: those outside the longest run that kept its order."""
    place = {item: number for number, item in enumerate(before)}
    common = [item for item in after if item in place]
    kept = longest_increasing([place[item] for item in common])
    return [item for number, item in enumerate(common) if number not in kept]


def longest_increasing(values: Sequence[int]) -> set[int]:
    """The places of one longest increasing subsequence, by patience sorting."""
    tails: list[int] = []
    tail_places: list[int] = []
    previous: list[int | None] = []
    for place, value in enumerate(values):
        pile = bisect_left(tails, value)
        previous.append(tail_places[pile - 1] if pile else None)
        tails[pile : pile + 1] = [value]
        tail_places[pile : pile + 1] = [place]
    kept: set[int] = set()
    at = tail_places[-1] if tail_places else None
    while at is not None:
        kept.add(at)
        at = previous[at]
    return kept


def placed(order: Sequence[Item], items: Collection[Item], like: Sequence[Item]) -> list[Item]:
    """The order with the items where `like` has them: each after the nearest item before it that is not one of them.

    >>> placed(["a", "b", "c"], {"a", "new"}, like=["b", "new", "a", "c"])
    ['b', 'new', 'a', 'c']
    """
    stays = [item for item in order if item not in items]
    known = set(stays)
    after: dict[Item | None, list[Item]] = {}
    anchor: Item | None = None
    for item in like:
        if item in items:
            after.setdefault(anchor, []).append(item)
        elif item in known:
            anchor = item
    return [*after.get(None, ()), *(item for stay in stays for item in (stay, *after.get(stay, ())))]


def predecessors(order: Sequence[Item], among: Collection[Item]) -> dict[Item, Item | None]:
    """For each item, the nearest one before it that is `among` these; None where there is none."""
    found: dict[Item, Item | None] = {}
    last: Item | None = None
    for item in order:
        found[item] = last
        if item in among:
            last = item
    return found


def moved_apart(base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """The items that both sides moved, but not to the same place among those that both sides agree about."""
    ours, others = set(moved_items(base, mine)), set(moved_items(base, theirs))
    agreed = set(base).intersection(mine, theirs) - (ours ^ others)
    one, other = predecessors(mine, agreed), predecessors(theirs, agreed)
    return [item for item in mine if item in ours & others and one[item] != other.get(item)]


def merged_order(
    base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item], apart: Collection[Item] = ()
) -> list[Item]:
    """Their order without what mine left out, and with what mine added or moved where mine has it. What both moved is
    where they have it, but for items of `apart`."""
    left_out = set(base).difference(mine)
    added = set(mine).difference(base, theirs)
    moved = set(moved_items(base, mine)).intersection(theirs).difference(moved_items(base, theirs))
    return placed([item for item in theirs if item not in left_out], added | moved.union(apart), like=mine)
