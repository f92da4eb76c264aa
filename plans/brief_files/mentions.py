"""Genres, engines and platforms that a text mentions by name. Used only where no heading or label gives the answer."""

import re

from plans.brief_files.limits import sentences

GENRES = """
puzzle[- ]platformer|precision platformer|platformer|plataformas|metroidvania|roguelike deckbuilder|deck[- ]?builder|
rogue-?lite|rogue-?like|bullet hell|twin-stick shooter|first-person shooter|third-person shooter|shoot 'em up|shmup|
shooter|dungeon crawler|city[- ]builder|tower defen[cs]e|real-time strategy|turn-based strategy|RTS|4X|
action RPG|tactical RPG|JRPG|MMORPG|RPG|role-playing game|juego de rol|visual novel|novela visual|
point-and-click adventure|action-adventure|text adventure|interactive fiction|adventure game|aventura gráfica|
survival horror|survival game|rhythm game|racing game|kart racer|endless runner|auto[- ]?battler|fighting game|
beat 'em up|hack and slash|stealth game|party game|card game|board game|puzzle game|puzzler|rompecabezas|
sports game|walking simulator|farming sim|life sim|simulation game|management sim|tycoon|
sandbox game|idle game|clicker|battle royale|MOBA|trivia game
"""
ENGINES = """
Godot(?: Engine)?VERSION|Unity(?! of)(?:3D)?VERSION|Unreal(?: Engine)?VERSION|UE[45]|Game ?Maker(?: Studio)?VERSION|
PhaserVERSION|Construct [23]|RPG Maker(?: \\w\\w)?|Bevy|Ren'Py|L[ÖO]VE2D|Love2D|LÖVE|Pygame|MonoGame|Defold|Cocos2d-x|
Cocos Creator|Three\\.js|Babylon\\.js|PlayCanvas|libGDX|raylib|GDevelop|PICO-8|PixiJS|O3DE|CryEngine|Roblox Studio
""".replace("VERSION", r"(?: ?\d+(?:\.\d+)*)?")
PLATFORMS = """
PC|Windows|macOS|Linux|Steam Deck|Steam|Nintendo Switch|PlayStation(?: \\d)?|PS[45]|Xbox(?: Series X[/|]S| One)?|
iOS|iPhone|iPad|Android|[Mm]obile(?: phones)?|móviles|[Ww]eb browsers?|(?<=[Ff]or )web|(?<=for the )web|(?<=on the )web|
(?<=in the )browser|(?<=[Ff]or )browsers?|navegador|Meta Quest(?: \\d)?|SteamVR|PSVR2?
"""
_NEGATION = re.compile(r"\b(?:no|not|never|without|instead of|rather than|nor|sin|nunca|ni)\b|n['’]t\b", re.I)


def _words(table: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{table.replace(chr(10), '')})(?![\w-])", flags)


_GENRE, _ENGINE, _PLATFORM = _words(GENRES, re.I), _words(ENGINES), _words(PLATFORMS)
_ASKED_PLATFORM = _words(f"{PLATFORMS}|[Ww]eb|[Bb]rowsers?|Mac|Switch|VR")


def genre_in(text: str) -> str:
    """The first genre that a pitch names, as it is written there."""
    found = _GENRE.search(text)
    return found.group() if found else ""


def engine_in(text: str) -> str:
    """The engine that a text names, when it names just one and does not rule it out."""
    named = _affirmed(_ENGINE, text)
    families = {name.split()[0].rstrip("0123456789").casefold() for name in named}
    return max(named, key=len) if len(families) == 1 else ""


def platforms_in(text: str, *, asked: bool = False) -> list[str]:
    """The platforms that a text names and does not rule out; `asked` when the text is about platforms."""
    return list(dict.fromkeys(_affirmed(_ASKED_PLATFORM if asked else _PLATFORM, text)))


def _affirmed(pattern: re.Pattern[str], text: str) -> list[str]:
    return [
        found for sentence in sentences(text) for found in pattern.findall(sentence) if not _NEGATION.search(sentence)
    ]
