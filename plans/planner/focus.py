"""The noun phrases at the heart of a pitch: what this game has that others of its genre have not."""

import re

from plans.planner.knowledge import words
from plans.planner.phrases import is_plural, starts_with_verb, with_the
from plans.planner.wording import clean, fold, is_english, small, tokens

LONGEST = 4
SINGULAR = ("a", "an", "every", "each", "this", "that")
PLACES = frozenset(
    (
        "across",
        "aboard",
        "above",
        "around",
        "at",
        "beneath",
        "below",
        "beyond",
        "in",
        "inside",
        "into",
        "on",
        "onto",
        "over",
        "through",
        "under",
        "within",
        "along",
        "between",
    )
)
WORD_OR_MARK = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[.,;:!?()\"“”–—…/]")


def focus_phrases(text: str) -> list[str]:
    """Noun phrases of an English text, those after an article or a preposition first; none for other languages."""
    line = clean(text)
    if not is_english(line):
        return []
    found = [(score, -place, phrase) for place, (score, phrase, _) in enumerate(_candidates(line)) if score]
    ordered = [phrase for _, _, phrase in sorted(found, reverse=True)]
    return list(dict.fromkeys(ordered))


def place_phrases(text: str) -> list[str]:
    """Phrases that say where: "across floating islands" in "jump across floating islands"."""
    line = clean(text)
    return (
        [f"{where} {phrase}" for score, phrase, where in _candidates(line) if score and where]
        if is_english(line)
        else []
    )


def pitch_actions(text: str) -> list[str]:
    """Clauses of a pitch that tell what the player does: "Jump across floating islands"."""
    line = clean(text)
    clauses = [part.strip() for part in re.split(r"[.,;:!?]\s*|\s[–—-]\s", line)] if is_english(line) else []
    return [clause for clause in clauses if len(tokens(clause)) >= 2 and starts_with_verb(small(clause))][:4]


def _candidates(line: str) -> list[tuple[int, str, str]]:
    """(score, phrase, preposition of place or "") of each run of words between little words and marks."""
    result = []
    run: list[str] = []
    before = where = ""
    for token in [*WORD_OR_MARK.findall(line), "."]:
        if not token[0].isalnum() or fold(token) in words().stop_words:
            result.append((*_judge(run, before, fold(token)), where))
            stays = not run and fold(token) in words().determiners
            where = fold(token) if fold(token) in PLACES else where if stays else ""
            run, before = [], fold(token)
        else:
            run.append(token)
    return result


def _judge(run: list[str], before: str, after: str) -> tuple[int, str]:
    kept = _noun_part(run, before, after)
    if before == "without":
        return 0, ""
    if len(kept) > 2 and fold(kept[-1]) in ("game", "adventure", "world"):
        return 4, " ".join(kept[:-1]) if kept[0][:1].isupper() else _lowered(kept[:-1], "")
    telling = [word for word in kept if fold(word) not in words().generic | words().numbers.keys()]
    if (
        not telling
        or len(kept) > LONGEST
        or fold(kept[-1]) in words().generic
        or before not in words().prepositions | words().determiners
    ):
        return 0, ""
    return min(len(telling), 3) * 2 + (before in words().prepositions), _lowered(kept, before)


def _noun_part(run: list[str], before: str, after: str) -> list[str]:
    """The run without a verb at its end, or generic words at its beginning."""
    kept = list(run)
    for place, word in enumerate(kept):
        if place and before in SINGULAR and is_plural(fold(word)):
            kept = kept[:place]
            break
    if len(kept) > 1 and fold(kept[-1]) not in words().generic and _looks_like_verb(fold(kept[-1]), after):
        kept = kept[:-1]
    if before == "to" and fold(kept[0] if kept else "") in words().verbs | words().maybe_verbs:
        kept = kept[1:]
    while kept and (
        fold(kept[0]) in words().generic or fold(kept[0]).endswith(("-style", "-like", "-based", "-inspired"))
    ):
        kept = kept[1:]
    return kept


def _looks_like_verb(word: str, after: str) -> bool:
    if after in words().determiners:
        return word.endswith(("s", "ing", "ed")) or word in words().verbs
    return (after == "by" and word.endswith(("ed", "en", "wn"))) or (
        after in words().prepositions and word.endswith(("ed", "ing"))
    )


def _lowered(kept: list[str], before: str) -> str:
    """The phrase with an article where it needs one; names ("Paris") need none."""
    phrase = " ".join([small(kept[0]) if fold(kept[0]) in words().verbs | words().maybe_verbs else kept[0], *kept[1:]])
    if kept[-1][:1].isupper():
        return phrase
    return f"the {phrase}" if before in ("the", *SINGULAR) else with_the(phrase)
