"""Briefs as strangers would write them, several for every genre the planner knows."""

from plans.brief import Brief

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
    "platformer": {
        "Nib": _brief("platformer", "jump. ink. pages.", ["ink dash"], "black ink"),
        "Skyward Sprout!": _brief(
            "2D Platformer",
            "Experience the MOST charming platforming adventure of the year! Join Sprout on an unforgettable journey across 7 magical worlds, packed with secrets, style and heart!",
            [
                "Fluid, responsive movement",
                "Grow vines to reach new heights",
                "Epic boss battles",
                "Unlockable costumes",
            ],
            "Vibrant hand-painted storybook art",
            platform=["PC", "Nintendo Switch"],
            target="Families and fans of cozy games",
        ),
        "El salto del gato": _brief(
            "plataformas",
            "Un gato callejero salta de tejado en tejado para volver a casa antes de que amanezca.",
            ["saltar", "deslizarse por los cables", "esquivar perros"],
            "dibujos animados",
            platform=["móvil"],
        ),
        "Lodestone": _brief(
            "precision platformer",
            "You are a magnet in a scrapyard.",
            [
                "The player can switch polarity at any time, which makes them be attracted to or repelled by all metallic surfaces within a radius of six tiles, and this is also how they move heavy crates around"
            ],
            "rusty pixel art",
            engine="Godot 4",
        ),
        "thing with jumping": _brief(
            "platformer", "a game where you jump around and stuff", ["jumping"], "nice graphics"
        ),
    },
    "puzzle": {
        "Slide": _brief("puzzle", "slide blocks. get out.", ["slide blocks"], "flat minimal"),
        "Wordwright": _brief(
            "word game",
            "Forge words on an anvil and ship them across a medieval sea.",
            ["spell words from hot letters", "hammer two words into one", "deck of the ship holds ten words"],
            "engraved bookplate",
            platform=["iOS"],
            target="crossword lovers",
        ),
        "Agua": _brief(
            "rompecabezas",
            "Guía el agua por un palacio árabe hasta el jardín.",
            ["girar tuberías"],
            "azulejos",
            engine="Unity",
        ),
        "Lumen": _brief(
            "puzzle game",
            "Light is your only tool. Rediscover wonder in a breathtaking puzzle odyssey.",
            ["Menus: clean and simple", "Level select", "Reflect light", "Split light into colours", "Undo"],
            "minimalist glowing geometry",
            kpis={"completion_rate": 0.6},
        ),
        "mazes": _brief("puzzle", "solve mazes", ["maze"], "dark mood"),
    },
    "shooter": {
        "RATS": _brief("fps", "rats with guns", ["shoot rats"], "ps1 3d"),
        "Starfall Legion": _brief(
            "twin-stick shooter",
            "The ultimate twin-stick bullet ballet. 100+ weapons. Infinite mayhem.",
            [
                "Character select",
                "Twin-stick shooting with 100 weapons",
                "Waves of enemies",
                "Upgrades between waves",
                "Online leaderboards",
            ],
            "neon synthwave",
            platform=["Steam", "Xbox"],
        ),
        "Niebla": _brief(
            "juego de disparos",
            "Soldados de plomo en una tienda de juguetes abandonada.",
            ["disparar corchos", "cubrirse tras los bloques"],
            "juguetes antiguos",
        ),
        "Aperture": _brief(
            "first-person shooter without violence",
            "A shooter where your gun is a camera and every shot is a photograph of an animal nobody has seen.",
            ["take photos of shy animals", "sneak through tall grass", "develop photos in a darkroom"],
            "golden hour realism",
            platform=["pc"],
            constraints=["no violence"],
        ),
        "turret": _brief("shooter", "you are a turret", ["rotate and fire"], "green vector"),
    },
    "rpg": {
        "Hexhollow": _brief("rpg", "witches, debts, soup.", ["cook soup for spirits"], "linocut prints"),
        "Chronicles of Aerendyl": _brief(
            "JRPG",
            "An epic tale of love, loss and destiny awaits you in the sprawling realm of Aerendyl!",
            [
                "Deep turn-based combat",
                "Over 50 hours of story",
                "Party of six unforgettable heroes",
                "Crafting",
                "Romance options",
            ],
            "anime cel shading",
            platform=["PS5", "PC"],
            engine="Unreal Engine 5",
        ),
        "La última posada": _brief(
            "juego de rol",
            "Regentas la última posada antes del bosque maldito.",
            ["conversar con viajeros", "combate por turnos", "mejorar la posada"],
            "acuarela oscura",
        ),
        "Board the Meridian": _brief(
            "RPG",
            "Board a generation ship and level with people: every conversation costs air.",
            [
                "talk your way past locked decks",
                "board sections of the ship by spending oxygen",
                "level up trust instead of strength",
            ],
            "1970s sci-fi paperback",
            platform=["PC"],
        ),
        "dungeon": _brief("rpg", "fantasy dungeon game", ["fighting monsters"], "pixel art"),
    },
    "racing": {
        "Loop": _brief("racing", "one button. one track.", ["one-button drifting"], "wireframe neon"),
        "Turbo Titans Unleashed": _brief(
            "arcade racer",
            "Strap in for white-knuckle racing action! Smash rivals, shatter records and rule the road!",
            [
                "Choose from 30 customizable cars",
                "Nitro boosts",
                "Smash rivals off the road",
                "Career mode",
                "Dynamic weather",
            ],
            "photorealistic",
            platform=["PS5", "Xbox", "PC"],
        ),
        "Cuesta abajo": _brief(
            "carreras",
            "Carreras de carritos de supermercado cuesta abajo.",
            ["frenar con los pies", "empujar rivales"],
            "fotografía saturada",
        ),
        "Slow Boats": _brief(
            "racing",
            "Canal boat racing at four miles an hour, where locks are the only place to overtake.",
            [
                "steer a boat that answers three seconds late",
                "work the locks faster than the other crew",
                "read the wind and the current",
            ],
            "watercolour canals",
            platform=["pc"],
            engine="Unity",
        ),
        "karts": _brief("kart racing", "karts", ["drive karts"], "low poly"),
    },
    "sports": {
        "Pétanque": _brief("sports", "boules at dusk", ["throw boules"], "long shadows"),
        "Hoop Dreams 3000": _brief(
            "basketball",
            "Basketball like you've never seen it! Dunk from orbit!",
            ["Season mode", "Zero-gravity dunks", "Pass and shoot", "Custom jerseys"],
            "chrome and neon",
        ),
        "Frontón": _brief(
            "deportes",
            "Pelota vasca contra la pared del pueblo.",
            ["golpear con la mano", "leer el rebote"],
            "carteles de los años 30",
        ),
        "Deck Tennis": _brief(
            "tennis",
            "Tennis on the rolling deck of an ocean liner in a storm.",
            ["serve and volley", "the deck tilts with the waves", "draw the opponent out of position"],
            "art deco posters",
            platform=["switch"],
        ),
        "golf": _brief("minigolf", "mini golf", ["putting"], "cute 3d"),
    },
    "strategy": {
        "Anthill": _brief("rts", "ants vs. picnic", ["dig tunnels"], "macro photo"),
        "Empires of Dawn": _brief(
            "4X strategy",
            "Lead your people from the first campfire to the stars in the most ambitious 4X ever!",
            [
                "Explore a procedurally generated galaxy",
                "Expand your territory",
                "Exploit resources",
                "Exterminate your enemies",
                "Diplomacy with 20 factions",
            ],
            "painterly sci-fi",
            platform=["PC"],
            target="hardcore strategy fans",
        ),
        "Regadío": _brief(
            "estrategia",
            "Reparte el agua entre los huertos de un valle seco.",
            ["abrir compuertas", "negociar turnos de riego"],
            "cerámica",
        ),
        "The Long Table": _brief(
            "turn-based strategy",
            "Seat forty feuding nobles at a banquet so that nobody is murdered before dessert.",
            [
                "Place guests, each of whom has two grudges and one secret that come out when they sit beside the wrong person",
                "spend favours to swap seats",
                "poison",
            ],
            "medieval tapestry",
        ),
        "towers": _brief("tower defense", "tower defense game", ["towers"], "simple 2d"),
    },
    "narrative": {
        "Signal": _brief("interactive fiction", "last radio on earth", ["tune the radio"], "text only"),
        "Whispers of Willow Creek": _brief(
            "narrative adventure",
            "A heartfelt story-rich adventure about going home, letting go, and the songs we carry.",
            ["Meaningful choices", "Beautiful hand-drawn locations", "Emotional soundtrack", "Dialogue that remembers"],
            "hand-drawn autumn",
            platform=["PC", "Switch"],
        ),
        "Cartas de arena": _brief(
            "novela visual",
            "Una cartera del desierto lee las cartas que no debería.",
            ["leer cartas ajenas", "decidir qué entregar"],
            "collage",
        ),
        "The Understudy": _brief(
            "point-and-click adventure",
            "You prompt actors from under a stage; whichever line you whisper becomes the play.",
            [
                "whisper one of three lines to an actor",
                "overhear secrets between scenes",
                "rehearse a scene again with what you learned",
            ],
            "gaslit theatre",
            platform=["web"],
            engine="Ink",
        ),
        "story": _brief("visual novel", "a story about a family", ["choices"], "anime"),
    },
    "horror": {
        "Drain": _brief("horror", "do not look down", ["look away"], "wet concrete"),
        "ASYLUM: REBORN": _brief(
            "survival horror",
            "Nobody escapes the asylum. Face your deepest fears in the most terrifying horror experience of the decade.",
            ["Photorealistic environments", "Run, hide, survive", "Insanity system", "Multiple endings"],
            "photorealistic first-person",
            platform=["PC", "PS5"],
            engine="Unreal Engine 5",
        ),
        "La casa de las muñecas": _brief(
            "terror",
            "Las muñecas cambian de sitio cuando nadie mira.",
            ["recordar dónde estaba cada muñeca"],
            "casa victoriana",
        ),
        "Night Shift at the Aquarium": _brief(
            "horror",
            "Feed the tanks. Do not feed tank nine.",
            ["follow the feeding list", "lights that fail one by one", "count the animals"],
            "1990s camcorder",
            platform=["pc"],
        ),
        "scary": _brief("horror", "scary house game", ["exploring"], "dark realistic"),
    },
    "rhythm": {
        "Clap": _brief("rhythm", "clap with strangers", ["clapping"], "paper hands"),
        "Beat Blaster X": _brief(
            "rhythm action",
            "Feel the BEAT! Slash, dash and blast your way through 40 pumping tracks!",
            ["Slash on the beat", "Boss battles to the music", "Combo system", "40 licensed tracks"],
            "cyberpunk neon",
            platform=["Quest 3"],
        ),
        "Compás": _brief(
            "ritmo", "Aprende flamenco con una abuela exigente.", ["dar palmas al compás"], "blanco y rojo"
        ),
        "Loom": _brief(
            "rhythm game",
            "Weave cloth on a loom where every thread is an instrument.",
            [
                "throw the shuttle on the beat",
                "change threads to change the melody",
                "mend broken threads between bars",
            ],
            "folk textiles",
            engine="Godot",
        ),
        "music game": _brief("music game", "press buttons to music", ["pressing notes"], "colorful 2d"),
    },
    "card": {
        "Snip": _brief("card game", "cut cards in half", ["cut cards"], "paper scraps"),
        "Legends of the Arcane Deck": _brief(
            "collectible card game",
            "Collect hundreds of stunning cards and battle players worldwide!",
            ["Build your deck", "Ranked online battles", "Card crafting", "Daily quests"],
            "epic fantasy",
            platform=["iOS", "Android"],
        ),
        "Tahúr": _brief(
            "juego de cartas", "Un tahúr hace trampas en un tren.", ["marcar cartas", "leer gestos"], "tren de época"
        ),
        "Customs": _brief(
            "roguelike deckbuilder",
            "Smuggle feelings across a border in a suitcase of cards.",
            [
                "pack a hand of feelings before each crossing",
                "officers read your hand by the order you play it",
                "feelings spoil if kept",
            ],
            "passport stamps",
            platform=["PC"],
        ),
        "solitaire": _brief("solitaire", "solitaire but different", ["solitaire"], "clean white"),
    },
    "simulation": {
        "Bees": _brief("sim", "keep bees.", ["keep bees"], "field guide"),
        "Mega Mall Tycoon": _brief(
            "tycoon",
            "Build the mall of your dreams and become a retail legend!",
            ["Build shops", "Hire staff", "Manage finances", "Attract customers", "Sandbox mode"],
            "bright isometric",
            platform=["PC", "Mac"],
        ),
        "Panadería": _brief(
            "simulación",
            "Abre una panadería de barrio a las cuatro de la mañana.",
            ["amasar", "atender clientes", "pagar deudas"],
            "cálido 3D",
        ),
        "Harbour Pilot": _brief(
            "simulator",
            "Guide container ships into a foggy harbour by radio alone.",
            ["give orders that arrive late", "tides and wind push the hull", "read the radar"],
            "green phosphor screens",
            engine="Unity",
        ),
        "farm": _brief("farming sim", "farm game", ["farming"], "cute pixel"),
    },
    "survival": {
        "Raft of Two": _brief("survival", "two people, one raft", ["share water"], "sun bleached"),
        "PRIMAL DAWN": _brief(
            "open world survival crafting",
            "Hunt. Craft. Build. Survive! A brutal prehistoric world awaits.",
            ["Hunt dinosaurs", "Craft weapons", "Build bases", "Tame beasts", "Multiplayer for 64 players"],
            "realistic jungle",
            platform=["PC"],
        ),
        "Faro del fin": _brief(
            "supervivencia", "Sobrevive un invierno en un faro roto.", ["racionar aceite"], "grises fríos"
        ),
        "Understory": _brief(
            "survival",
            "You are a mushroom network keeping a forest alive through a drought.",
            [
                "trade sugar for water with trees",
                "grow threads towards what you smell",
                "sacrifice a tree to save three",
            ],
            "time-lapse macro",
            platform=["pc"],
            engine="Godot",
        ),
        "zombies": _brief("survival", "survive zombies", ["gathering resources"], "gritty 3d"),
    },
    "action": {
        "run jump shoot": _brief("action", "Run, jump and shoot as a mailman.", ["run", "jump", "shoot"], "comic"),
        "feature list": _brief(
            "action RPG",
            "A blacksmith's daughter hunts the things her mother forged.",
            [
                "Combat: fast, with stamina",
                "Exploration: semi-open world",
                "Crafting: forge your own weapons",
                "Progression: skill tree",
                "Bosses: 8 handcrafted bosses",
            ],
            "dark fantasy",
            platform=["PC"],
        ),
    },
}
"""Read for their wording: terse, loud, Spanish, long-winded, vague."""
