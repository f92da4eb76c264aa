"""What the page's modules import, so that the browser may fetch them all at once instead of one level after the other."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders

FIRST_VIEW = ("live/main.js", "live/views/board.js")
"""The modules with which most visits begin: the page, and the view that it opens most often."""
STATIC_IMPORT = re.compile(r"""(?:^|;)\s*import\b[^;("']*["'](\.[^"']+)["']""", re.MULTILINE)


def first_modules() -> list[str]:
    """The static paths of all modules that the first view needs; found once, or each time where files may change."""
    return needed_by(FIRST_VIEW) if settings.DEBUG else list(kept())


@cache
def kept() -> tuple[str, ...]:
    return tuple(needed_by(FIRST_VIEW))


def needed_by(paths: tuple[str, ...]) -> list[str]:
    """These modules and all that they import, over any number of steps; each once, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = list(paths)
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            waiting += imports_of(path)
    return list(found)


def imports_of(path: str) -> list[str]:
    file = finders.find(path)
    if not file:
        return []
    text = Path(str(file)).read_text(encoding="utf-8")
    return [normpath(join(dirname(path), name)) for name in STATIC_IMPORT.findall(text)]
