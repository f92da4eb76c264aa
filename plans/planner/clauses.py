"""An instruction cut into clauses, each of which asks for one thing."""

import re

from plans.planner.knowledge import words
from plans.planner.phrases import gerund
from plans.planner.spans import split_outside

VERBS = (
    r"(?:add|include|introduce|create|remove|drop|delete|cut|skip|scrap|split|break|divide|merge|combine|join|move|put"
    r"|place|rename|call|retitle|set|give|make|prioriti[sz]e|deprioriti[sz]e|shorten|reduce|halve|double|extend"
    r"|lengthen|limit|keep|exclude|estimate|we|there|it|no|without|don'?t|do not|please|increase|raise|lower|trim"
    r"|get rid)"
)
ABOUT_CODE = r"T-\d+ (?:is|are|should|must|can|may|needs?|takes?|depends?|costs?|has|waits?|requires?)"
BETWEEN = r"(?:\s*,?\s+(?:and|but)\s+then\s+|\s*,\s*(?:then|and|but)?\s*|\s+(?:and|but)\s+(?:also\s+)?)"
SENTENCE = re.compile(r"(?:(?<=[.!?])\s+|\s*[;\n\r]+\s*|\s*\u2022\s*)")
JOINT = re.compile(rf"{BETWEEN}(?={VERBS}\b)|(?<!T-\d\d\d){BETWEEN}(?={ABOUT_CODE}\b)", re.IGNORECASE)
PIECE = re.compile(r"(?=\s*,\s)|(?=\s+(?:and|but)\s)", re.IGNORECASE)
JOINING = re.compile(r"^(?:[\s,]+|(?:and|but|then|also)\s+)+", re.IGNORECASE)
CARRIED = re.compile(
    r"(?:add|include|remove|drop|delete|cut|skip|split|halve|double|prioriti[sz]e|deprioriti[sz]e|postpone|no|without"
    r"|make|set|give|mark|move|merge)\b",
    re.IGNORECASE,
)
OTHER_ORDER = re.compile(
    r"(?!(?:a|an|the|some|my|our|your|T-\d+)\b)[\w'-]+ (?:a|an|the|some|my|our|your|it|them)\b", re.IGNORECASE
)
PLEASANTRY = re.compile(r"(?:please|thanks|thank you|ok|okay|hi|hello|cheers)[.!?]*", re.IGNORECASE)
BULLET = re.compile(r"^\s*(?:[-*+•]\s+|\d+[.)]\s+)")
BASE_OF = {gerund(verb): verb for verb in words().orders}
DOING = re.compile(rf"(?:we|i)(?:['’]re| are|['’]m| am)(?: now| just)? (?P<doing>{'|'.join(BASE_OF)})\b", re.IGNORECASE)
WILL = re.compile(
    rf"(?:we|i)(?:['’]ll| will|['’]re going to| are going to|['’]m going to| am going to) (?={VERBS}\b)", re.IGNORECASE
)
WRONG_AMOUNT = re.compile(r"\b(?:too|wrong|off)\b", re.IGNORECASE)
CORRECTION = re.compile(r"(?:make|set) (?:it|that|them) (?:to )?\d", re.IGNORECASE)
POLITE = re.compile(
    r"^(?:(?:and|also|then|finally|first(?:ly)?|next|second(?:ly)?|please|ok(?:ay)?|so|but|hi|hello|hey|thanks|maybe"
    r"|perhaps)\b[,:]?\s+"
    r"|(?:can|could) (?:you|we)(?: please)?\s+|(?:i|we)(?:'d| would) (?:like|love|want)(?: you)? to\s+"
    r"|(?:i|we) want (?:you )?to\s+|let'?s\s+"
    rf"|(?:we|you) (?:should|could|must|have to|need to)\s+(?!not\b)(?=(?:also\s+)?{VERBS}\b)|also\s+)",
    re.IGNORECASE,
)


def clauses_of(instructions: str) -> list[str]:
    """The clauses in their order, verbatim but for bullets and closing punctuation."""
    sentences = [
        BULLET.sub("", part)
        for line in instructions.splitlines()
        for part in split_outside(SENTENCE, BULLET.sub("", line))
    ]
    return [
        clause
        for sentence in sentences
        for part in _parts(sentence)
        if (clause := part.strip(" \t,;").removesuffix(".").strip())
        and any(char.isalnum() for char in clause)
        and not PLEASANTRY.fullmatch(clause)
    ]


def _parts(sentence: str) -> list[str]:
    """A sentence cut where a new command begins; what follows a colon belongs together."""
    head, colon, rest = sentence.partition(": ")
    if colon and re.search(r"criteri|rename|called|to T-\d+", head, re.IGNORECASE):
        *before, last = split_outside(JOINT, head)
        return [*before, last + colon + rest]
    return _with_corrections(split_outside(JOINT, sentence))


def _with_corrections(parts: list[str]) -> list[str]:
    """ "it is far too low" and "make it 40 hours" are one wish."""
    whole: list[str] = []
    for part in parts:
        if whole and CORRECTION.match(part) and WRONG_AMOUNT.search(whole[-1]):
            whole[-1] += f", {part}"
        else:
            whole.append(part)
    return whole


def command(clause: str) -> str:
    """The clause without polite beginnings."""
    previous = None
    while previous != clause:
        previous, clause = clause, POLITE.sub("", clause.strip(), count=1)
    plain = WILL.sub("", DOING.sub(lambda found: BASE_OF[found["doing"].lower()], clause.strip(), count=1), count=1)
    return plain.rstrip("!?").strip() or clause


def pieces_of(clause: str) -> list[str]:
    """A clause cut before every comma, "and" and "but"; joined again the pieces are the clause."""
    return [piece for piece in split_outside(PIECE, clause) if piece]


def bare(piece: str) -> str:
    """A piece without the comma or the "and" that it begins with."""
    return JOINING.sub("", piece).strip()


def readings_of(run: str, clause: str) -> list[str]:
    """What a run of pieces may mean: itself, or the clause's own verb said of it ("drop T-003 and" T-005)."""
    text = bare(run)
    verb = CARRIED.match(command(clause))
    carried = verb and not clause.startswith(run) and not OTHER_ORDER.match(text)
    return [text, f"{verb.group()} {text}"] if verb and carried else [text]
