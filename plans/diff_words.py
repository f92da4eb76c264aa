"""Which words changed between two texts: plain Python, for people who read a diff."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Part:
    """A run of text that stayed, went, or came."""

    kind: Literal["same", "gone", "new"]
    text: str


def diff_words(before: str, after: str) -> list[Part]:
    """The two texts as one, told apart word by word.

    >>> diff_words("jump high", "jump higher")
    [Part(kind='same', text='jump '), Part(kind='gone', text='high'), Part(kind='new', text='higher')]
    """
    parts: list[Part] = []
    for gone, new, same in runs(before, after):
        parts += [Part("gone", gone), Part("new", new), Part("same", same)]
    return [part for part in parts if part.text]


def runs(before: str, after: str) -> list[list[str]]:
    """[gone, new, same] in turn. A mere space between two changes belongs to the change: words are read, not letters."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    found = [["", "", ""]]
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            found[-1][2] = "".join(old[old_from:old_to])
            continue
        last = found[-1]
        if last[2].strip():
            found.append(last := ["", "", ""])
        last[0] += last[2] + "".join(old[old_from:old_to])
        last[1] += last[2] + "".join(new[new_from:new_to])
        last[2] = ""
    return found
