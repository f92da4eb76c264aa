"""What changed between two versions of a context: plain data."""

from typing import Any


def diff_contents(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The top-level members that were added, removed, or have another value."""
    both = before.keys() & after.keys()
    return {
        "added": {name: value for name, value in after.items() if name not in before},
        "removed": {name: value for name, value in before.items() if name not in after},
        "changed": {
            name: {"from": before[name], "to": after[name]} for name in sorted(both) if before[name] != after[name]
        },
    }
