"""Briefs as strangers would write them, several for every genre the planner knows."""

from pathlib import Path

import yaml

from plans.brief import Brief

STRANGERS_FILE = Path(__file__).parents[1] / "data/briefs/strangers.yaml"

PIXEL_JUMPER = Brief(  # from briefs/pixel-jumper.yaml, written for this project's first version
    pitch="A simple, addictive 2D platformer. Jump across floating islands, collect gems, beat your own time.",
    genre="platformer",
    mechanics=[
        "run and jump with coyote time and jump buffering",
        "collect gems that open the exit",
        "moving and crumbling platforms",
        "time trial with a ghost of the best run",
    ],
    visual_style="16x16 pixel art, eight-colour palette, CRT filter that can be switched off",
    platform=["pc", "web"],
    target="players of 8 to 80 with ten minutes to spare",
    engine="unity",
    references=["Celeste", "Super Mario Bros.", "Downwell"],
    constraints=["one developer and one artist, evenings only", "runs at 60 fps on a five-year-old laptop"],
    kpis={"day_1_retention": 0.35, "session_minutes": 8},
    milestones=["bootstrap", "vertical slice", "content complete", "release"],
)

TIDEWRECK = Brief(
    pitch="A roguelike deckbuilder about salvaging sunken ships with a small crew, one dive deeper each run.",
    genre="Roguelike deckbuilder",
    mechanics=[
        "cards: play salvage cards to open rooms of the wreck",
        "branching depth map with known and unknown rooms",
        "crew traits that change the deck",
        "oxygen as a shared resource",
    ],
    visual_style="hand-inked silhouettes against deep blue water, lit by a single lamp",
    platform=["PC", "Nintendo Switch"],
    target="players of Slay the Spire",
    engine="Godot 4",
    kpis={"wishlists": 7000, "run_minutes": 25},
)

ACCESSIBLE_ARCHERY = Brief(  # after the design document of AbleGamers/AccessibleArchery (MIT, © 2026 Crystal Spider Games)
    pitch="A Wii-Sports-style 3D Olympic archery game that is accessibility-first: playable by disabled gamers on whatever device "
    "they already use, and fully playable without sight, by ear alone.",
    genre="arcade sports (target archery, World Archery rules flavor)",
    mechanics=[
        "aim, draw, steady, release with full-draw-only shots",
        "sway and held breath: greedy centering against a degrading hold",
        "wind that is announced on all channels",
        "Olympic set play against a CPU whose accuracy ramps",
        "play-style presets chosen on a spoken first screen",
        "input as intents: keyboard, gamepad, single switch, eye tracking, voice, UDP bridge",
        "leaderboard with input-scheme badges",
    ],
    visual_style="clean low-poly Olympic arena, everything generated in code, third-person over-the-shoulder",
    platform=["pc"],
    target="disabled gamers and everyone they play with",
    engine="Godot 4, GDScript",
    references=["Wii Sports"],
    constraints=[
        "zero third-party assets",
        "single switch can reach every interactive surface",
        "a blindfolded tester can complete athlete select and three scored arrows using audio only",
        "MIT and CC-BY assets only",
    ],
)


def _brief(genre: str, pitch: str, mechanics: list[str], style: str, **more: object) -> Brief:
    return Brief.model_validate({"genre": genre, "pitch": pitch, "mechanics": mechanics, "visual_style": style, **more})


BRIEFS: dict[str, dict[str, Brief]] = {
    "platformer": {
        "Pixel Jumper": PIXEL_JUMPER,
        "Ember": _brief(
            "metroidvania",
            "A dying ember crawls up through a frozen clockwork tower, melting its way to the roof.",
            ["wall climbing", "melt ice to open paths", "heat that runs out away from fires"],
            "hand-drawn ink and watercolour",
            platform=["Nintendo Switch", "PC"],
            engine="Unreal",
        ),
        "Hop": _brief(
            "2D platformer", "Hop. Don't stop.", ["one-button jump"], "flat vector shapes", platform=["ios", "android"]
        ),
        "Brote": _brief(
            "plataformas",
            "Una semilla cruza un jardín gigante para volver a casa.",
            ["saltar entre hojas", "plantar raíces que sirven de puente"],
            "acuarela",
            platform=["pc"],
            engine="godot",
        ),
    },
    "puzzle": {
        "Gem Garden": _brief(
            "match-3",
            "Grow a garden by matching flowers; every bloom changes the rules of the board.",
            ["swap neighbouring flowers", "flowers that change the rules"],
            "soft pastel 3D flowers",
            platform=["ios", "android"],
            kpis={"day_7_retention": 0.2},
        ),
        "Mirror Keep": _brief(
            "puzzle",
            "Bend light through an abandoned monastery to wake its bells.",
            ["rotate mirrors", "coloured light beams", "undo every step"],
            "isometric, candle-lit stone",
            engine="Godot",
            platform=["web"],
        ),
        "Packrat": _brief("sokoban", "A rat with too much luggage.", ["push suitcases"], "1-bit"),
    },
    "shooter": {
        "Last Signal": _brief(
            "first-person shooter",
            "A first-person shooter on a derelict space station overrun by maintenance drones.",
            [
                "magnetic rifle that pulls and throws metal",
                "cut power to dark sections",
                "waves of drones at each relay",
            ],
            "low-poly retro futurism",
            engine="Unreal Engine 5",
            platform=["PC", "PS5"],
            constraints=["120 fps on PS5 performance mode"],
        ),
        "Petal Storm": _brief(
            "bullet hell",
            "You are a bee in a storm of petals.",
            ["graze petals to charge the stinger", "dash through gaps"],
            "neon ukiyo-e",
            platform=["steam"],
            engine="bevy",
        ),
        "Clay Day": _brief(
            "disparos",
            "Clay pigeon shooting at a countryside fair. Nobody gets hurt.",
            ["lead the target"],
            "clay stop motion",
            constraints=["no enemies", "no blood"],
        ),
    },
    "rpg": {
        "Saltroad": _brief(
            "RPG",
            "Lead a caravan of exiled glassblowers across a desert that was once a sea.",
            [
                "turn-based combat with glass tools",
                "camp conversations",
                "trade between oases",
                "choose routes on a map",
                "craft glass from sand",
            ],
            "gouache landscapes",
            engine="unity",
            platform=["pc", "switch"],
            milestones=["prototype", "alpha", "beta", "gold"],
        ),
        "Deep Below": _brief(
            "roguelike",
            "Descend into a well that listens.",
            ["procedural floors", "permadeath", "noise wakes what sleeps"],
            "ASCII with glow",
        ),
        "Mazmorra": _brief(
            "juego de rol",
            "Un grupo de panaderos baja a la mazmorra a buscar la levadura madre.",
            ["combate por turnos", "cocinar recetas"],
            "pixel art",
        ),
    },
    "racing": {
        "Kart Kitchen": _brief(
            "kart racer",
            "Tiny chefs race shopping carts through a supermarket at night.",
            ["drift to charge a boost", "grab ingredients as power-ups", "local split-screen for four"],
            "toy-like 3D, saturated",
            platform=["switch"],
            engine="Unity",
        ),
        "Dust Line": _brief(
            "rally",
            "Point-to-point desert rally where the co-driver's notes may be wrong.",
            ["pace notes that can be wrong", "damage that changes handling"],
            "sun-bleached photographs",
            platform=["pc"],
            engine="unreal",
        ),
        "Carreras": _brief(
            "carreras", "Carreras de caracoles sobre ramas mojadas.", ["resbalar con baba"], "plastilina"
        ),
    },
    "sports": {
        "Accessible Archery": ACCESSIBLE_ARCHERY,
        "Curl Up": _brief(
            "sports",
            "Curling with sleeping cats on a frozen pond.",
            ["sweep the ice to steer", "cats wake when bumped hard"],
            "felt and wool",
            platform=["web"],
            engine="phaser",
        ),
        "Alley Gods": _brief(
            "basketball",
            "Street basketball where trick shots bend the rules of the alley.",
            ["trick shots that bend gravity", "crowd mood"],
            "graffiti cel shading",
            platform=["ps5", "xbox"],
        ),
    },
    "strategy": {
        "Hive Mind": _brief(
            "tower defense",
            "Defend an apple orchard with bees that never follow the same path.",
            ["place hives", "train swarms", "seasons change the orchard"],
            "botanical illustration",
            engine="godot",
            platform=["pc", "android"],
        ),
        "Paper Fronts": _brief(
            "turn-based tactics",
            "A war fought with paper soldiers on a child's desk.",
            ["fold units into new shapes", "ink spills as terrain", "fight over the lamp"],
            "paper craft diorama",
            platform=["pc"],
        ),
        "Faros": _brief(
            "estrategia", "Administra los faros de una costa con niebla.", ["repartir aceite"], "grabado antiguo"
        ),
    },
    "narrative": {
        "Night Ferry": _brief(
            "visual novel",
            "You are the ticket clerk on a ferry that only sails when someone is leaving for good.",
            ["listen and choose what to answer", "stamp or refuse tickets"],
            "muted risograph",
            engine="Ren'Py",
            platform=["pc", "web"],
        ),
        "Dead Letters": _brief(
            "narrative adventure",
            "Solve a disappearance by sorting a dead woman's mail.",
            ["sort letters by clue", "question five neighbours"],
            "scanned paper collage",
            platform=["ipad"],
        ),
        "Ecos": _brief(
            "aventura narrativa",
            "Una radioaficionada recibe llamadas del pasado.",
            ["sintonizar frecuencias", "decidir a quién avisar"],
            "blanco y negro",
        ),
    },
    "horror": {
        "Lodger": _brief(
            "psychological horror",
            "Something rents the room above yours.",
            ["listen through walls", "hide in ordinary furniture"],
            "VHS first-person",
            platform=["pc"],
            engine="unreal",
        ),
        "Undertow": _brief(
            "survival horror",
            "A diver repairs cables next to something enormous.",
            ["oxygen management", "flashlight in murky water"],
            "realistic deep sea",
            platform=["Meta Quest 3"],
        ),
    },
    "rhythm": {
        "Tap Room": _brief(
            "rhythm",
            "Run a bar where every drink is poured on the beat.",
            ["pour on the beat", "mix songs by serving orders"],
            "art deco",
            platform=["switch"],
        ),
        "Heartline": _brief(
            "rhythm game",
            "Keep a transplanted heart beating through a night of music.",
            ["tap the heartbeat"],
            "x-ray neon",
        ),
    },
    "simulation": {
        "Tide Farm": _brief(
            "farming sim",
            "Farm kelp in a lagoon where the moon decides the harvest.",
            ["plant kelp by depth", "tides that move the beds", "sell at a floating market"],
            "cosy low-poly",
            platform=["pc", "switch"],
        ),
        "Rust Belt": _brief(
            "city builder",
            "Rebuild a mill town as its river dries up.",
            ["convert factories", "redirect the river", "neighbourhood councils vote"],
            "isometric brick models",
        ),
        "Tiny Museum": _brief(
            "idle", "A museum for lost buttons.", ["display buttons"], "macro photography", platform=["web"]
        ),
    },
    "survival": {
        "Whiteout": _brief(
            "survival",
            "Two siblings cross a frozen reservoir to reach a lit window.",
            ["share body warmth", "burn memories for heat"],
            "charcoal on white",
            engine="godot",
        ),
        "Canopy": _brief(
            "survival crafting",
            "Live in the canopy of a forest whose floor is forbidden.",
            ["build rope bridges", "gather rain and fruit", "wind storms"],
            "lush stylised 3D",
            platform=["pc"],
            constraints=["solo developer", "no combat"],
        ),
    },
    "card": {
        "Debt Deck": _brief(
            "roguelike deckbuilder",
            "Pay back a debt to the sea with a deck of borrowed cards.",
            ["borrow cards at interest", "tides flood the hand"],
            "woodcut",
            platform=["pc", "mobile"],
        ),
        "Poker Saints": _brief(
            "card game",
            "Poker hands as prayers in a ruined cathedral.",
            ["bet candles", "saints bend the ranking of hands"],
            "stained glass",
            engine="GameMaker",
        ),
    },
    "action": {
        "Parry King": _brief(
            "soulslike",
            "A king without a sword must parry his way home.",
            ["parry everything", "shields that crack"],
            "etched bronze",
            platform=["pc"],
        ),
        "Quiet Thief": _brief(
            "stealth",
            "Steal back your own furniture from the tax office.",
            ["carry furniture quietly", "guards follow sound"],
            "1970s office cartoon",
        ),
    },
    "general": {
        "Cloud Post": _brief(
            "???", "Deliver mail between clouds.", ["glide on updrafts", "sort parcels by weight"], "paper kites"
        ),
        "Moss": _brief("", "A meditative thing about moss.", ["let moss spread"], "macro"),
    },
}

NEARLY_EMPTY: dict[str, Brief] = {
    "nothing": Brief(),
    "only a genre": Brief(genre="platformer"),
    "only a pitch": Brief(pitch="A lonely lighthouse keeper befriends the sea."),
    "right to left": Brief(
        pitch="لعبة منصات عن ثعلب صغير",
        genre="منصات",
        mechanics=["القفز بين الغيوم", "جمع النجوم"],
        visual_style="ألوان مائية",
    ),
    "chinese": Brief(
        pitch="一只猫在屋顶上奔跑。", genre="平台跳跃", mechanics=["在屋顶之间跳跃"] * 3, visual_style="水墨"
    ),
    "emoji": Brief(
        pitch="🚀🚀🚀",
        genre="🎮",
        mechanics=["🔥", "💧💧"],
        visual_style="✨",
        platform=["📱"],
        target="👾",
        engine="🛠",
        constraints=["🚫"],
        kpis={"💯": 1},
        milestones=["🏁"],
    ),
    "markdown": Brief(
        pitch="# **Bold** _game_ about [links](http://x.y)",
        genre="*puzzle*",
        mechanics=["**swap** `tiles`", "- bullet point"],
        visual_style="> quote",
    ),
    "very long": Brief(
        pitch="word " * 3000,
        genre="x" * 500,
        mechanics=["a very long mechanic that goes on and on " * 24, "y" * 1000],
        visual_style="style " * 500,
        target="t" * 2000,
    ),
    "a hundred mechanics": Brief(
        pitch="Everything at once.",
        genre="rpg",
        mechanics=[f"mechanic number {number} with its own rules" for number in range(100)],
        constraints=[f"constraint {number}" for number in range(100)],
        milestones=[f"m{number}" for number in range(50)],
        kpis={f"kpi_{number}": number for number in range(60)},
    ),
    "odd kpis": Brief(
        pitch="p",
        genre="g",
        mechanics=["m"],
        visual_style="v",
        kpis={"": 1, "a": None, "b": [1, 2], "c": {"d": float("nan")}, "e": float("inf"), "f": True},
    ),
}

STRANGERS: dict[str, dict[str, Brief]] = {
    genre: {name: Brief.model_validate(fields) for name, fields in briefs.items()}
    for genre, briefs in yaml.load(STRANGERS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items()
}
"""Read for their wording: terse, loud, Spanish, long-winded, vague."""
