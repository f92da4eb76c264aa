"""What the scripted agents say. `{thing}` is what a task delivers, in the task's own words."""

GREETINGS = [
    "I take {code} now: {title}.",
    "On to {code}. I have read the criteria; nothing in them is unclear to me.",
    "{code} is next. I begin with the smallest part that can be tried.",
    "Starting {code} ({title}). Shout if you would rather have it another way.",
]

PROGRESS_NOTES = [
    [
        "A first rough version: {thing}. It can be tried, and it is not pretty.",
        "Sketched three ways and threw two away: {thing}.",
        "The riskiest part first, on its own: {thing}.",
    ],
    [
        "In the game, with placeholder values: {thing}.",
        "Two edge cases were wrong; both are fixed and have a check now ({thing}).",
        "Tuned with numbers from three short sessions: {thing}.",
    ],
    [
        "Done but for its rough edges: {thing}. The checks are next.",
        "Cleaned up, with a note for whoever comes next: {thing}.",
        "Measured on the slowest machine we have, and within the limit: {thing}.",
    ],
]

BLOCKERS = [
    ("question", "Two sentences of the brief contradict each other here.", "Asked; the answer is the simpler reading."),
    ("tool", "The editor does not start after its update.", "Went back to the editor version that the project pins."),
    (
        "asset",
        "The sprite sheet comes in another size than agreed.",
        "The sheet was exported again; the sizes fit now.",
    ),
    ("hardware", "The slow test machine is in use by somebody else.", "The test machine is free again."),
]

CRITERION_NOTES = [
    "Tried by hand in the latest build.",
    "Covered by an automated check.",
    "Seen in the capture.",
    "Measured three times; the worst counts.",
]

REOPENINGS = [
    "On a second look it does not hold at 30 frames per second: {thing}.",
    "A tester found a way around it within a minute: {thing}.",
    "It broke when it met the rest of the game: {thing}.",
]

SECOND_LOOKS = [
    "Found the cause: a value that was set once instead of every frame. Put right, with a check.",
    "Fixed, and tried with the same tester.",
    "Put right; the check that would have caught it is there now.",
]

DECISIONS = [
    ("{thing}: the simplest version that can be tried comes first.", "Nobody knows yet what it must be able to do."),
    ("{thing}: values that people will want to tune lie in one file.", "Tuning must not need a programmer."),
    ("{thing}: no new library for it.", "The engine has what it takes, and every library is a risk at the end."),
]

QUESTIONS = [
    ("How good must it be for now: {thing}?", ["Good enough to try", "As good as it will get"]),
    ("Does it have to work without sound: {thing}?", ["Yes", "No"]),
    ("Who is to try it first: {thing}?", ["The team", "Somebody from outside"]),
]
"""A question, and the answers that it offers; the simulated person takes the first."""

HANDOFFS = [
    ("My context is full.", "{thing} stands as reported; nothing is half done. Begin with the checks."),
    ("I am going in circles.", "{thing}: I tried it twice in the same way. Begin with a smaller case."),
]
"""Why a task is given back, and what is left for whoever goes on."""

GOING_ON = "I go on where it was left: {handoff}"
FAREWELL = "Every task of this plan is done. Thank you for watching."
INTERRUPTED = "Interrupted; somebody else may go on."
