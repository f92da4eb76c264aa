"""What reviews saw of a proposal, and whether that still stands."""

from collections.abc import Collection

from plans.changes import change_digests, changed_codes
from plans.lineage import Lineage, specs_of
from plans.models import Review


def what_is_seen(lineage: Lineage, pk: int) -> dict[str, str]:
    """A digest of what a version changes, by code: what somebody who reviews it now looks at."""
    ground = lineage.ground(pk)
    specs = specs_of(lineage[pk], ground)
    return change_digests(specs[ground.pk] if ground else [], specs[pk])


def taken_since(lineage: Lineage, pk: int) -> dict[int, frozenset[str]]:
    """For each version that this one continues, the codes whose changes have been accepted since."""
    versions = lineage.continued(pk)
    accepted = [each for each in versions[1:] if each.accepted_at]
    specs = specs_of(*accepted, *(lineage[each.base] for each in accepted if each.base))
    found, taken = {}, frozenset[str]()
    for each in versions:
        if each in accepted:
            taken |= set(changed_codes(specs[each.base] if each.base else [], specs[each.pk]))
        found[each.pk] = taken
    return found


class Staleness:
    """Whether reviews of a version, and of those that it continues, are about what it says now."""

    def __init__(self, lineage: Lineage, pk: int) -> None:
        self.now = what_is_seen(lineage, pk)
        self.taken = taken_since(lineage, pk)
        self.is_accepted = lineage[pk].accepted_at is not None

    def of(self, review: Review, only: Collection[str] | None = None) -> bool:
        """True when something that was seen has changed, or something was not seen. With `only`, of these codes alone:
        a part may be accepted on the word of whoever saw that part."""
        if only is None and self.is_accepted:
            only = self.now
        if only is not None:
            return any(review.seen.get(code) != self.now.get(code) for code in only)
        left = {code: digest for code, digest in review.seen.items() if code not in self.taken[review.plan_id]}
        return left != self.now
