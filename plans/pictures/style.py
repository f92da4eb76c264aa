"""How the pictures look, in light and in dark. The same sheet stands in every picture, so that its digest can be allowed
by a content security policy."""

from base64 import b64encode
from hashlib import sha256

from plans.pictures.svg import cut, element, group, label, number, width_of, words, wrap

COLOURS = {
    "paper": ("#ffffff", "#11151c"),
    "card": ("#f6f8fb", "#1a212b"),
    "ink": ("#1b2330", "#e9edf3"),
    "faint": ("#566173", "#a3aebd"),
    "line": ("#aab4c3", "#4b576a"),
    "grid": ("#e3e8ef", "#28313e"),
    "pending": ("#66717f", "#98a4b4"),
    "ready": ("#6a3fb5", "#c3a6ff"),
    "in_progress": ("#1260bd", "#6fb2ff"),
    "blocked": ("#b3261e", "#ff8f86"),
    "done": ("#17774a", "#5cd097"),
    "critical": ("#b84a00", "#ffae63"),
}
"""Name → (light, dark). Each is read well on paper and on a card."""
STATUSES = {
    "done": "done",
    "in_progress": "in progress",
    "ready": "ready",
    "blocked": "blocked",
    "pending": "waiting",
}
"""Where a task stands, with the word for it; `ready` is pending with nothing to wait for."""
FONT = "system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif"


def sheet() -> str:
    def rules(which: int) -> str:
        return "".join(
            f".{name}{{fill:{shades[which]}}}.{name}-edge{{stroke:{shades[which]}}}" for name, shades in COLOURS.items()
        )

    text = f"text{{font:12px {FONT};unicode-bidi:plaintext}}"
    sizes = ".big{font-size:18px;font-weight:600}.strong{font-weight:600}.small{font-size:11px}.end{text-anchor:end}"
    shapes = ".middle{text-anchor:middle}.hollow{fill:none}.thin{fill-opacity:.22}.dashed{stroke-dasharray:3 3}"
    return f"{text}{sizes}{shapes}{rules(0)}.hollow{{fill:none}}@media(prefers-color-scheme:dark){{{rules(1)}.hollow{{fill:none}}}}"


SHEET = sheet()
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(SHEET.encode()).digest()).decode()}'"
"""The content security policy under which the pictures are whole: their sheet, and nothing else."""
MARGIN = 24
LEAST_WIDTH = 820
ICONS = {
    "pending": '<circle cx="6" cy="6" r="5" class="hollow pending-edge" stroke-width="1.5" stroke-dasharray="2 2"/>',
    "ready": '<circle cx="6" cy="6" r="5" class="hollow ready-edge" stroke-width="1.5"/><path d="M4.6 3.4 8.6 6 4.6 8.6z" class="ready"/>',
    "in_progress": '<circle cx="6" cy="6" r="5" class="hollow in_progress-edge" stroke-width="1.5"/>'
    '<path d="M6 1a5 5 0 0 1 0 10z" class="in_progress"/>',
    "blocked": '<path d="M3.5.5h5l3 3v5l-3 3h-5l-3-3v-5z" class="blocked"/><path d="M3 6h6" class="card-edge" stroke-width="2"/>',
    "done": '<circle cx="6" cy="6" r="5.7" class="done"/>'
    '<path d="M3.3 6.2 5.3 8.2 8.9 4" class="hollow card-edge" stroke-width="1.7"/>',
    "critical": '<path d="M6 .5 11.5 6 6 11.5.5 6z" class="critical"/>',
}
"""Shapes in a square of 12, so that colour is never the only sign."""


def icon(name: str, x: float, y: float) -> str:
    return f'<g transform="translate({number(x)} {number(y)})">{ICONS[name]}</g>'


def hours(value: float) -> str:
    return f"{number(value)} h"


def count(amount: int, thing: str) -> str:
    return f"{amount:,} {thing}{'s' * (amount != 1)}"


def document(title: str, notes: list[str], body: list[str], *, width: float, height: float, legend: bool = True) -> str:
    """A whole picture: its title, what is to be known about it, the key of its signs, and the body below them.

    The body is `width` × `height`, with its origin at its own top left.
    """
    whole = max(width, LEAST_WIDTH) + 2 * MARGIN
    top = MARGIN + 18
    head = [label(cut(title, whole - 2 * MARGIN, 20), MARGIN, top, "ink big")]
    for line in (line for note in notes for line in wrap(note, whole - 2 * MARGIN, 12, lines=4)):
        top += 20
        head.append(label(line, MARGIN, top, "faint"))
    if legend:
        top += 14
        head.append(key_of_signs(MARGIN, top))
        top += 14
    top += 16
    tall = top + height + MARGIN
    return element(
        "svg",
        element("title", words(title), id="title"),
        element("desc", words(" ".join(notes)), id="desc"),
        element("style", SHEET),
        element("rect", width=whole, height=tall, class_="paper"),
        *head,
        element("g", *body, transform=f"translate({MARGIN} {number(top)})"),
        xmlns="http://www.w3.org/2000/svg",
        width=whole,
        height=tall,
        viewBox=f"0 0 {number(whole)} {number(tall)}",
        role="group",
        aria_labelledby="title desc",
    )


def key_of_signs(x: float, y: float) -> str:
    signs = []
    for name, text in [*STATUSES.items(), ("critical", "on the critical path")]:
        signs += [icon(name, x, y), label(text, x + 18, y + 10, f"{name} small")]
        x += 18 + width_of(text, 11) + 22
    return group("Key of the signs", *signs, class_="key")
