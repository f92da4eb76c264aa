"""What the scripted agent says. `{thing}` is what a task delivers, in the task's own words."""

GREETINGS = [
    "I take {code} now: {title}.",
    "On to {code}. I have read the criteria; nothing in them is unclear to me.",
    "{code} is next. I begin with the smallest part that can be tried.",
    "Starting {code} ({title}). Shout if you would rather have it another way.",
]

PROGRESS_NOTES = [
    [
        "A first rough version of the {thing} is there; it can be tried, and it is not pretty.",
        "Read what is there, sketched the {thing} and removed two ideas that would not have survived.",
        "The riskiest part first: the {thing} works in isolation.",
    ],
    [
        "The {thing} runs in the game, with placeholder values.",
        "Two edge cases in the {thing} were wrong; both are fixed and have a check now.",
        "Tuned the {thing} with numbers from three short sessions.",
    ],
    [
        "The {thing} is done but for its rough edges; the checks are next.",
        "Cleaned up the {thing}, and wrote down what somebody else must know about it.",
        "Measured the {thing} on the slowest machine we have: within the limit.",
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
    "On a second look the {thing} does not hold at 30 frames per second.",
    "A tester found a way around the {thing} within a minute.",
    "The {thing} broke when it met the rest of the game.",
]

SECOND_LOOKS = [
    "Found the cause: a value that was set once instead of every frame. Put right, with a check.",
    "Fixed, and tried with the same tester.",
    "Put right; the check that would have caught it is there now.",
]

HELLO = "Good day. I am the scripted agent: I have read the plan and work through it, one task at a time."
FAREWELL = "Every task of this plan is done. Thank you for watching."
