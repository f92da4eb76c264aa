"""Task codes and dependencies of the first version, in our spelling and under our laws. Plain data."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gamedev_gateway.legacy.reading import UNREADABLE, parse_json
from plans.spec import code_number, make_code

WRITTEN = re.compile(r"\s*T-?0*([0-9]{1,6})\s*\Z", re.IGNORECASE)
HIGHEST = 999_999


def read_code(text: str) -> str | None:
    """The code that a text means; None for one that is malformed."""
    found = WRITTEN.match(text)
    return make_code(int(found[1])) if found else None


class CodeBook:
    """Gives every task of a project its code: the same words the same code in every version, and no code twice in one."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.numbers = {code_number(code) for code in taken}
        self.given: dict[str, str] = {}

    def reserve(self, texts: Iterable[str]) -> None:
        """Codes that are well written keep their number."""
        self.numbers.update(code_number(code) for text in texts if (code := read_code(text)))

    def code_for(self, text: str, used: Mapping[str, Any]) -> str:
        """The code of a task that was called `text`, in a plan whose codes `used` are given already."""
        code = read_code(text) or self.given.get(text)
        if code is None or code in used:
            code = self.new()
            if text and text not in self.given and read_code(text) is None:
                self.given[text] = code
        return code

    def new(self) -> str:
        number = max(self.numbers, default=0) + 1
        if number > HIGHEST:
            number = next(free for free in range(1, HIGHEST + 1) if free not in self.numbers)
        self.numbers.add(number)
        return make_code(number)


def named_dependencies(value: Any) -> list[str]:
    """What `deps_json` names: a JSON list, one name, or text with commas."""
    if not isinstance(value, str):
        return [] if value is None else [str(value)]
    parsed = parse_json(value)
    if parsed is UNREADABLE:
        return [name for name in re.split(r"[,;\s]+", value) if name]
    return names_in(parsed)


def names_in(parsed: Any) -> list[str]:
    if isinstance(parsed, list):
        return [name for item in parsed for name in names_in(item)]
    if isinstance(parsed, dict):
        named = [parsed[key] for key in ("code", "task_id", "id") if key in parsed]
        return names_in(named[0]) if named else [str(parsed)]
    return [] if parsed is None or parsed == "" else [str(parsed)]


def drop_cycles(edges: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Take out of `edges`, in place, the fewest that one walk finds to close a cycle; gives what was taken out."""
    dropped: list[tuple[str, str]] = []
    state: dict[str, bool] = {}
    for start in sorted(edges):
        if start not in state:
            dropped.extend(walk(start, edges, state))
    for code, dependency in dropped:
        edges[code].remove(dependency)
    return dropped


def walk(start: str, edges: Mapping[str, list[str]], state: dict[str, bool]) -> list[tuple[str, str]]:
    """The edges back into the path that is being walked. `state`: True while a task is on it, False after."""
    back: list[tuple[str, str]] = []
    state[start] = True
    path = [(start, iter(sorted(edges[start])))]
    while path:
        code, rest = path[-1]
        following = next(rest, None)
        if following is None:
            state[code] = False
            path.pop()
        elif state.get(following):
            back.append((code, following))
        elif following not in state:
            state[following] = True
            path.append((following, iter(sorted(edges.get(following, [])))))
    return back
