"""The to-do list of docutils through its releases, as a history: python from_docutils.py FOLDER > docutils.jsonl

FOLDER holds the sdists (README.md beside this file tells how to get them). The list is what `docs/dev/todo` and `BUGS` say, and the
announced changes of `RELEASE-NOTES`. Each bullet of the first two levels is a task; a bullet waits for those in it, and deeper ones
are its acceptance criteria. A bullet is the same task as the most similar one of the release before, if they are similar enough.
"""

import json
import re
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import count
from pathlib import Path
from typing import Any

FILES = re.compile(r"[^/]+/(docs/dev/todo|BUGS|RELEASE-NOTES|spec/notes)\.(txt|rst)")
BULLET = re.compile(r"^( *)[*+-] +(\S.*)")
SDIST = re.compile(r"docutils-(?P<version>.+)\.(tar\.gz|tgz)")
PARTS = {"RELEASE-NOTES": "Future changes", "spec/notes": "To Do"}
"""Of these files only the section with this title."""
SAME = 0.6
TEXT, TITLE, CRITERION, CRITERIA = 310, 100, 150, 8
"""Longer texts are cut, so that the file stays small."""


@dataclass
class Bullet:
    indent: int
    lines: list[str]
    inner: list["Bullet"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def bullets(text: str) -> list[Bullet]:
    top: list[Bullet] = []
    open_ones: list[Bullet] = []
    for line in text.splitlines():
        found = BULLET.match(line)
        indent = len(line) - len(line.lstrip())
        while line.strip() and open_ones and indent <= open_ones[-1].indent:
            open_ones.pop()
        if found:
            bullet = Bullet(len(found[1]), [found[2].strip()])
            (open_ones[-1].inner if open_ones else top).append(bullet)
            open_ones.append(bullet)
        elif open_ones:
            open_ones[-1].lines.append(line.strip())
    return top


def part(text: str, title: str) -> str:
    """The section with this title, up to the next one that is underlined alike."""
    found = re.search(rf"^ *{title}\n(([=~-])\2{{3,}})\n(?P<body>.*?)(?=^\S[^\n]*\n\2{{4,}}$|\Z)", text, re.M | re.S)
    return found["body"] if found else ""


def listed(sdist: Path) -> list[Bullet]:
    """All bullets of a release; none where its sdist came without the to-do list, as that of 0.21rc1 did."""
    found: dict[str, list[Bullet]] = {}
    with tarfile.open(sdist) as archive:
        for name in sorted(archive.getnames(), reverse=True):
            if matched := FILES.fullmatch(name):
                text = archive.extractfile(name).read().decode("utf-8", "replace")  # type: ignore[union-attr]
                found[matched[1]] = bullets(part(text, PARTS[matched[1]]) if matched[1] in PARTS else text)
    complete = found.keys() & {"docs/dev/todo", "spec/notes"}
    return [bullet for each in found.values() for bullet in each] if complete else []


def flat(top: Iterable[Bullet]) -> Iterator[Bullet]:
    for bullet in top:
        yield bullet
        yield from bullet.inner


class Keys:
    """A key for each bullet, which it keeps through the releases."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.before: dict[str, str] = {}

    def given(self, found: list[Bullet]) -> dict[int, str]:
        keys: dict[int, str] = {}
        left = dict(self.before)
        for wanted in (self.equal, self.similar, self.new):
            for bullet in found:
                if id(bullet) not in keys and (key := wanted(bullet.text, left)):
                    keys[id(bullet)] = key
                    left.pop(key, None)
        self.before = {keys[id(bullet)]: bullet.text for bullet in found}
        return keys

    def equal(self, text: str, left: dict[str, str]) -> str | None:
        return next((key for key, known in left.items() if known == text), None)

    def similar(self, text: str, left: dict[str, str]) -> str | None:
        words = text.split()
        scores = {key: SequenceMatcher(None, words, known.split()).ratio() for key, known in left.items()}
        best = max(scores, key=scores.__getitem__, default=None)
        return best if best and scores[best] > SAME else None

    def new(self, text: str, left: dict[str, str]) -> str:
        return f"d{next(self.numbers)}"


def task(bullet: Bullet, keys: dict[int, str]) -> dict[str, Any]:
    first, _, _ = re.sub(r"\s+", " ", bullet.text).partition(". ")
    inner = [keys[id(each)] for each in bullet.inner if id(each) in keys]
    deeper = [each.text.replace("\n", " ")[:CRITERION] for each in bullet.inner if id(each) not in keys]
    said = {
        "key": keys[id(bullet)],
        "title": first[:TITLE].strip(),
        "description": bullet.text[:TEXT].strip(),
        "dependencies": inner,
        "acceptance": deeper[:CRITERIA],
        "priority": max(1, 3 - bullet.text.count("@")) if "@" in first else 3,
    }
    return {name: value for name, value in said.items() if value not in ([], "") and (name, value) != ("priority", 3)}


def releases(folder: Path) -> list[tuple[str, Path]]:
    found = [(matched["version"], path) for path in folder.iterdir() if (matched := SDIST.fullmatch(path.name))]
    return sorted(found, key=lambda each: order_of(each[0]))


def order_of(version: str) -> tuple[list[int], int, list[int]]:
    """Candidates and betas come before their release, which comes before what is after it."""
    numbers, more = re.match(r"([\d.]*\d)(.*)", version).groups()  # type: ignore[union-attr]
    stage = 1 if not more else 2 if more.startswith(".post") else 0
    return [int(each) for each in numbers.split(".")], stage, [int(each) for each in re.findall(r"\d+", more)]


def main(folder: Path) -> None:
    origin = "docs/dev/todo, BUGS and RELEASE-NOTES in the sdists of docutils on PyPI"
    write({"name": "docutils", "origin": origin, "licence": "public domain"})
    keys = Keys()
    before: dict[str, dict[str, Any]] = {}
    for version, sdist in releases(folder):
        top = listed(sdist)
        found = list(flat(top))
        if not found:
            continue
        given = keys.given(found)
        tasks = {given[id(bullet)]: task(bullet, given) for bullet in found}
        if tasks == before and list(tasks) == list(before):
            continue
        line: dict[str, Any] = {"version": version}
        line["put"] = [each for key, each in tasks.items() if before.get(key) != each]
        line["gone"] = [key for key in before if key not in tasks]
        left_in_order = [key for key in before if key in tasks] + [key for key in tasks if key not in before]
        if left_in_order != list(tasks):
            line["order"] = moved(left_in_order, list(tasks))
        write(line)
        before = tasks


def write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def moved(order: list[str], wanted: list[str]) -> list[list[str | None]]:
    """The moves, each a key and the key that it comes after, that bring one order into the other."""
    found: list[list[str | None]] = []
    after: str | None = None
    for place, key in enumerate(wanted):
        if order[place] != key:
            order.remove(key)
            order.insert(place, key)
            found.append([key, after])
        after = key
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
