"""Which part of a brief a heading or a label speaks of, in English and Spanish."""

import re
import unicodedata
from functools import lru_cache

SYNONYMS: dict[str, str] = {
    "name": """name, title, game title, game name, game, working title, project, project name, project title, titulo,
        nombre, titulo del juego, nombre del juego, titulo provisional""",
    "pitch": """pitch, elevator pitch, concept, game concept, high concept, core concept, high level concept, overview,
        game overview, project overview, summary, game summary, executive summary, short description, description,
        game description, introduction, intro, vision, premise, logline, one liner, one sentence pitch, about,
        about the game, what is it, the idea, idea, hook, concepto, concepto del juego, resumen, descripcion,
        descripcion general, introduccion, idea principal, sinopsis""",
    "genre": "genre, genres, game genre, genre and tags, type of game, game type, genero, generos, tipo de juego",
    "mechanics": """mechanics, core mechanics, game mechanics, gameplay mechanics, key mechanics, main mechanics,
        core gameplay mechanics, player mechanics, mecanicas, mecanicas principales, mecanicas de juego,
        mecanicas del juego, mecanicas basicas""",
    "gameplay": """gameplay, core gameplay, game play, core loop, gameplay loop, core gameplay loop, game loop,
        main loop, the loop, how to play, how it plays, key features, features, main features, core features,
        game features, feature list, systems, core systems, game systems, rules, game rules, jugabilidad,
        bucle principal, bucle de juego, bucle jugable, caracteristicas, caracteristicas principales, reglas,
        sistemas""",
    "visual_style": """visual style, visuals, visual design, visual direction, visual identity, art, art style,
        art direction, game art, style, graphics, graphic style, look, look and feel, presentation, aesthetic,
        aesthetics, estilo visual, estilo, arte, direccion de arte, estilo artistico, estetica, graficos, apariencia""",
    "platform": """platform, platforms, target platform, target platforms, supported platforms, release platforms,
        plataforma, plataformas, plataformas objetivo""",
    "target": """target, target audience, audience, target players, target group, target market, intended audience,
        demographics, who is it for, who it is for, player profile, publico, publico objetivo, audiencia,
        audiencia objetivo, jugador objetivo""",
    "players": "players, the players, the player, jugadores",
    "engine": """engine, game engine, technology, tech, tech stack, technologies, technical stack, engine and tools,
        engine and technology, motor, motor de juego, motor grafico, tecnologia, tecnologias""",
    "references": """references, reference games, inspiration, inspirations, inspired by, influences, comparable games,
        comparables, similar games, comps, competition, competitors, referencias, inspiracion, inspiraciones,
        influencias, juegos similares""",
    "constraints": """constraints, limits, limitations, restrictions, scope, project scope, scope and limits, pillars,
        design pillars, game pillars, core pillars, design principles, principles, non negotiables, ship gates,
        technical constraints, production constraints, restricciones, limitaciones, limites, alcance, pilares,
        pilares de diseno""",
    "excluded": """out of scope, not in scope, non goals, no goals, what it is not, what this is not, cut features,
        fuera de alcance, fuera del alcance, no objetivos""",
    "kpis": """kpi, kpis, success metrics, metrics, key metrics, success criteria, measures of success, targets,
        key performance indicators, metricas, metricas de exito, indicadores""",
    "milestones": """milestones, roadmap, road map, schedule, timeline, phases, development phases, production plan,
        development plan, development roadmap, release plan, project plan, production schedule, hitos,
        hoja de ruta, calendario, cronograma, fases, planificacion""",
}
"""For each topic, the headings that name it: lower case, no accents, no punctuation."""

HEADINGS_ONLY = ("players", "excluded")
"""Topics whose words say something else as a label: `Players: 1-4` names no audience."""

LABELS_ONLY = ("name",)
"""Topics that a heading does not answer."""

_PARTS = """mode modes characters heroes classes roster athletes enemies bosses levels worlds controls progression
    economy combat scoring multiplayer weapons items abilities powerups puzzles crafting accessibility
    modos personajes enemigos jefes niveles mundos controles progresion economia combate puntuacion multijugador
    armas objetos habilidades accesibilidad"""
GAME_PARTS = frozenset(_PARTS.split())
"""Last words of headings whose section tells of one part of the game."""

NOT_A_NAME = """contents, table of contents, toc, index, readme, changelog, document history, revision history,
    documentation, design, untitled, juego, indice, sin titulo"""
"""Titles that name a document or a part of it, not a game."""

_TOPIC_OF = {phrase.strip(): topic for topic, phrases in SYNONYMS.items() for phrase in phrases.split(",")}
_NAMELESS = {phrase.strip() for phrase in NOT_A_NAME.split(",")} | _TOPIC_OF.keys()
_NUMBER = re.compile(r"^\s*(?:§\s*)?(?:\d{1,2}(?:\.\d{1,2})*\s*[.):–—-]*|[IVX]{1,5}[.)]|[A-Za-z][.)])\s+")
_CLEAR_NUMBER = re.compile(r"^\s*(?:\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+[.)]?|[IVX]{1,5}\.)\s+")
_ARTICLE = re.compile(r"^(?:the|our|a|an|el|la|los|las|nuestro|nuestra) ")
_BREAK = re.compile(r"[/&,:;()\[\]|+–—]|\s-\s|\s(?:and|y|e)\s", re.I)
_GENERIC = (
    r"(?:game\s+|video\s*game\s+)?design\s+(?:document|doc)|gdd|game\s+design|one[\s-]?pager|game\s+brief|"
    r"documento\s+de\s+diseño(?:\s+(?:de(?:l)?\s+)?(?:video)?juegos?)?"
)
_VERSION = r"(?:\s*[-–—(,]?\s*v(?:ersion\s*)?\d+(?:\.\d+)*\)?)?"
_SUFFIX = re.compile(rf"(?:^|\s*[-–—:|,(]\s*|\s+)(?:{_GENERIC})\s*\)?{_VERSION}\s*$", re.I)
_PREFIX = re.compile(rf"^(?:the\s+)?(?:{_GENERIC})\)?{_VERSION}\s*(?:[-–—:|]\s*|\s(?:for|of|de)\s+)", re.I)


def without_number(title: str) -> str:
    """A heading without the number of its chapter: "Aim" for "3.1 Aim"."""
    return _CLEAR_NUMBER.sub("", title).strip() or title


@lru_cache(maxsize=2_048)
def topics_of(title: str) -> tuple[str, ...]:
    """The topics that a heading or label names: none for most, two for "Platforms & engine"."""
    if len(title) > 120:
        return ()
    whole = _TOPIC_OF.get(_normal(title))
    named = [whole] if whole else [_TOPIC_OF.get(_normal(part)) for part in _BREAK.split(_unnumbered(title))]
    return tuple(dict.fromkeys(topic for topic in named if topic))


def excluding_words(title: str) -> str:
    """The words of a heading that say "out of scope", as they are written; empty when it does not say so."""
    head = without_number(title).rstrip(" :")
    if "excluded" not in topics_of(title):
        return ""
    parts = re.split(r"\s*[/&|]\s*", head)
    return next((part for part in parts if "excluded" in topics_of(part)), head)


def tells_of_game_part(title: str) -> bool:
    """Whether a heading is of a section such as "Playable characters" or "Booth / event mode"."""
    words = [_normal(part).split() for part in _BREAK.split(_unnumbered(title))]
    return any(part and (part[-1] in GAME_PARTS or part[0] == "accessibility") for part in words)


def game_name(title: str) -> str:
    """The name in the title of a document: "Foo" for "Foo — Game Design Document"; empty when it holds none."""
    name = _PREFIX.sub("", _SUFFIX.sub("", title.strip()[:1_000])).strip(" \t-–—:|")
    return "" if _normal(name) in _NAMELESS or _SUFFIX.fullmatch(name) else name


def _unnumbered(title: str) -> str:
    return _NUMBER.sub("", title)


def _normal(title: str) -> str:
    text = _unnumbered(title).replace("(s)", "s").replace("&", " and ")
    letters = unicodedata.normalize("NFKD", text).casefold()
    words = re.sub(r"[^\w]+|_", " ", "".join(char for char in letters if not unicodedata.combining(char)))
    return _ARTICLE.sub("", " ".join(words.split()))
