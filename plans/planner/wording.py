"""Handling of phrases: cleaning, shortening, joining, and words in the form in which they can be compared."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from plans.planner.knowledge import words

MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`~]{2,}|(?<!\w)[*_`~#>]+|[*_`~]+(?!\w)|^\s*[-+•]\s+")
PARENTHESIS = re.compile(r"\s*[(\[{（][^()\[\]{}（）]*[)\]}）]")
STRONG_BREAKS = (r"[.!?;:。！？；：]\s", r"\s[–—-]\s|[—(（]", r",\s|、|，")
SOFT_BREAK = (
    r"\s(?=(?:that|which|who|where|when|while|so|because|with|without|by|from|if|until|but|to|and|or|for|in|on|as"
    r"|using)\s)"
)
PHRASE_BREAK = (
    r"\s(?=(?:against|under|over|between|across|into|at|beneath|behind|before|after|around|through|within|like)\s)"
)
TOKEN = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")


remembered = lru_cache(maxsize=4096)
"""For what is asked again and again of the same few phrases while a plan is drafted."""


@remembered
def fold(text: str) -> str:
    """Lower case without accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def squeeze(text: str) -> str:
    """One line without control characters or runs of spaces."""
    return " ".join(
        "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") else char for char in text).split()
    )


@remembered
def clean(text: str) -> str:
    """One line without markup and pictures; the plain line if nothing else is left."""
    line = squeeze(text)
    bare = MARKUP.sub(lambda match: match.group(1) or " ", line)
    bare = "".join(char for char in bare if unicodedata.category(char) not in ("So", "Sk", "Cf"))
    return " ".join(bare.replace("\ufe0f", "").split()).strip(" ,;:·") or line


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return TOKEN.findall(fold(text))


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning up to a clause or word boundary, so that it fits the limit and still reads."""
    line = clean(text).rstrip(".")
    if len(line) <= limit:
        return line
    line = PARENTHESIS.sub("", line).strip()
    for pattern in (*STRONG_BREAKS, SOFT_BREAK, PHRASE_BREAK):
        if fitting := [found.start() for found in re.finditer(pattern, line) if 8 <= found.start() <= limit]:
            return trim(line[: fitting[-1]])
    return trim(line) if len(line) <= limit else _cut(line, limit)


def excerpt(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis: for quoting what is there, not for writing something new."""
    line = squeeze(text)
    return line if len(line) <= limit else f"{line[: limit - 1].rpartition(' ')[0] or line[: limit - 1]}…"


def _cut(line: str, limit: int) -> str:
    head, space, _ = line[: limit + 1].rpartition(" ")
    return trim(head) if space and len(head) > limit // 3 else line[: limit - 1].rstrip() + "…"


def trim(line: str) -> str:
    """A cut line without hanging little words, brackets or punctuation."""
    line = line.rstrip(" ,;:.–—-(")
    while (last := line.rpartition(" "))[0] and fold(last[2]) in words().stop_words:
        line = last[0].rstrip(" ,;:.–—-(")
    opened = max(line.rfind("("), line.rfind("["))
    return line[:opened].rstrip(" ,") if opened > 0 and not re.search(r"[)\]]", line[opened:]) else line


def sentence(text: str) -> str:
    """The text with a mark at its end."""
    return text if not text or text.endswith((".", "!", "?", "…", "”")) else f"{text}."


def first_clause(text: str, limit: int) -> str:
    """What stands before the first comma, colon, dash or full stop, and fits the limit."""
    line = PARENTHESIS.sub("", clean(text)).strip() or clean(text)
    head = re.split(r"[.!?;:,。、，]\s|\s[–—-]\s|[—(]", line, maxsplit=1)[0]
    return shorten(head if len(head) >= 3 else line, limit)


def listing(items: Sequence[str], joint: str = "and") -> str:
    """ "a, b and c"; when a member has an "and" of its own, "a and b, plus c" or "a, b and c, and d"."""
    if len(items) < 2:
        return "".join(items)
    nested = any(f" {joint} " in item for item in items)
    if nested and len(items) == 2 and joint == "and":
        return f"{items[0]}, plus {items[1]}"
    return f"{', '.join(items[:-1])}{',' if nested else ''} {joint} {items[-1]}"


def capital(text: str) -> str:
    """The text with its first letter raised."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text with its first letter lowered, unless its first word is an acronym, a known or numbered name, or "I"."""
    first = text.split(" ", 1)[0]
    keeps = (
        first in ("", "I")
        or first[1:] != first[1:].lower()
        or (len(first) == 1 and not text.startswith("A "))
        or any(char.isdigit() for char in first)
        or fold(first).removesuffix("'s").rstrip(",.:") in words().proper
    )
    return text if keeps else text[:1].lower() + text[1:]


def with_article(noun: str) -> str:
    """ "an arena", "a level"."""
    first = noun.split(" ", 1)[0]
    spelled = len(first) > 1 and first.isupper()
    vowel = (
        first[:1] in "AEFHILMNORSX"
        if spelled
        else first[:1].lower() in "aeio" or (first[:1].lower() == "u" and not first.lower().startswith(("uni", "use")))
    )
    return f"{'an' if vowel else 'a'} {noun}"


def is_english(text: str, *, foreign: bool = False) -> bool:
    """Whether the words can be put inside an English phrase without marks; in a foreign text they must look English."""
    found = tokens(text)
    strange = sum(not char.isascii() and char.isalpha() for char in text)
    strangers = strange + sum(token in words().foreign for token in found)
    native = sum(token in words().stop_words and token not in words().foreign for token in found)
    return native > strangers or (strangers == 0 and not foreign)


def quoted(text: str) -> str:
    """The text in quotation marks, its own ones made single."""
    return "“" + re.sub(r"[“”\"]", "'", text) + "”"


@cache
def mention(terms: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds any of the terms as whole words in folded text."""
    ordered = sorted((re.escape(fold(term)) for term in terms), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(ordered)})(?![\w-])") if ordered else re.compile(r"(?!)")


def mentions(text: str, terms: Iterable[str]) -> bool:
    """Whether folded text has one of the terms as whole words."""
    return bool(mention(tuple(terms)).search(text))


def stem(word: str) -> str:
    """A crude stem, so that "jumping" and "jumps" meet "jump"."""
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            base = word.removesuffix(ending) + ("y" if ending == "ies" else "")
            return (base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sl" else base).rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(stem(token) for token in tokens(text) if token not in words().stop_words)


def number(text: str) -> float | None:
    """The value of "three" or "2.5"; None if it is no number."""
    folded = fold(text)
    return words().numbers.get(folded) or (float(folded) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", folded) else None)
