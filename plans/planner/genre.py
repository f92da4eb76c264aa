"""Which genre, engine and platforms a brief means."""

import re

from plans.brief import Brief
from plans.planner.knowledge import Engine, Platform, engines, genres, platforms
from plans.planner.wording import clean, fold, mention, mentions

NAMED, TOLD, HINTED = 100, 12, 2
"""What a match weighs: a genre's name in the genre field, its name in the pitch, a hint in the pitch or the mechanics."""


def recognise_genre(brief: Brief) -> str:
    """The key of the genre that fits best; "general" if none does."""
    scores = {key: genre_score(key, brief) for key in genres()}
    best = max(scores, key=lambda key: scores[key])
    return best if scores[best] >= 2 * HINTED else "general"


def genre_score(key: str, brief: Brief) -> float:
    """How well the brief fits a genre."""
    genre = genres()[key]
    told = fold(" ".join([clean(brief.pitch), *map(clean, brief.mechanics)]))
    hints = len(set(mention(tuple(genre.hints)).findall(told)))
    return (
        NAMED * _named(genre.aka, fold(clean(brief.genre)))
        + TOLD * _named(genre.aka, fold(clean(brief.pitch)))
        + HINTED * min(hints, 5)
    )


def _named(names: list[str], text: str) -> float:
    """0 without a match; longer names count more, and later ones: "puzzle platformer" is a platformer."""
    outside = re.sub(r"\([^)]*\)", lambda found: " " * len(found.group()), text)
    for weight, searched in ((1.0, outside), (0.6, text)):
        if found := list(mention(tuple(names)).finditer(searched)):
            return weight * max(1 + len(hit.group().split()) / 4 + hit.end() / (4 * len(text)) for hit in found)
    return 0.0


def recognise_engine(brief: Brief) -> tuple[str, Engine]:
    """The engine's key and data; "generic" when it is unknown."""
    named = fold(clean(brief.engine))
    for key, engine in engines().items():
        if mentions(re.sub(r"(?<=[a-z])[\d.]+\b", " ", named), engine.words) or mentions(named, engine.words):
            return key, engine
    return "generic", engines()["generic"]


def recognise_platforms(brief: Brief) -> dict[str, Platform]:
    """The known platforms that the brief names, by key."""
    named = fold(" / ".join(map(clean, brief.platform)))
    return {key: platform for key, platform in platforms().items() if mentions(named, platform.words)}


def tools_for(engine: Engine, kind: str, brief: Brief, genre: str) -> list[str]:
    """The tools for a kind of work; a game without maps has scenes where others have levels."""
    kind = "scene" if kind == "level" and not genres()[genre].maps else kind
    three = is_three_dimensional(brief, genre)
    return list(engine.tools.get(f"{kind}3d" if three else kind) or engine.tools[kind])


def is_three_dimensional(brief: Brief, genre: str) -> bool:
    """Whether art means meshes rather than pictures."""
    text = fold(" ".join([brief.visual_style, brief.genre, brief.pitch]))
    if mentions(
        text,
        [
            "2d",
            "pixel art",
            "pixel",
            "sprite",
            "sprites",
            "hand-drawn",
            "watercolour",
            "watercolor",
            "top-down",
            "isometric",
            "text-only",
            "comic",
            "vector",
            "cartoon",
            "ink",
        ],
    ):
        return False
    return mentions(
        text,
        [
            "3d",
            "low-poly",
            "low poly",
            "lowpoly",
            "voxel",
            "voxels",
            "first-person",
            "third-person",
            "vr",
            "photorealistic",
            "realistic",
            "ps1",
        ],
    ) or genre in ("shooter", "racing")
