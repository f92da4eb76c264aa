"""What to check about a mechanic: the topic it belongs to, and criteria of which no plan uses one twice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from plans.brief import Brief
from plans.planner.genre import recognise_genre
from plans.planner.knowledge import Topic, topics
from plans.planner.limits import positive_text
from plans.planner.phrases import Phrase, label_of, starts_with_verb
from plans.planner.wording import PARENTHESIS, SOFT_BREAK, clean, fold, mention, mentions, small

COMMON = (
    "A tester uses it on purpose within three minutes and can say what it changed.",
    "What it does can be seen at once in a muted capture.",
    "A sensible player and a careless one get clearly different results from it in ten simulated or recorded sessions.",
    "Without it the same scene is played differently, shown by two captures side by side.",
    "Its first use is safe, and nothing is lost by trying it out.",
    "Using it at the worst possible moment leaves the game in a state that can be played on.",
)
"""For mechanics that no topic speaks of."""


@dataclass(frozen=True)
class Setting:
    """What surrounds a mechanic and decides what its words mean: "draw" a card, or a bow."""

    genre: str
    text: str

    @classmethod
    def of(cls, brief: Brief) -> "Setting":
        """The setting that a brief gives."""
        return cls(recognise_genre(brief), positive_text(brief))


@dataclass
class Checks:
    """Deals out criteria, none of them twice."""

    setting: Setting
    used: set[str] = field(default_factory=set)

    def take(self, mechanic: Phrase, most: int) -> list[str]:
        """Criteria for a mechanic that nothing in the plan uses yet; maybe none."""
        found = topic_of(mechanic.text, self.setting)
        return self._new(found.acceptance if found else [], most)

    def take_one(self, mechanic: Phrase) -> str:
        """One criterion for a mechanic, if need be one that fits every mechanic; "" when these are used up as well."""
        return next(iter([*self.take(mechanic, 1), *self._new(COMMON, 1)]), "")

    def _new(self, lines: Iterable[str], most: int) -> list[str]:
        new = [line for line in lines if line not in self.used][:most]
        self.used.update(new)
        return new


def topic_of(text: str, setting: Setting) -> Topic | None:
    """The topic of a mechanic: what its head speaks of, or else the rest of its first sentence."""
    head, sentence = _head_and_sentence(clean(text))
    last_word_decides = not starts_with_verb(small(head))
    return _best_topic(fold(head), setting, last=last_word_decides) or _best_topic(fold(sentence), setting)


def _head_and_sentence(line: str) -> tuple[str, str]:
    label = label_of(line)
    if label:
        head, _, told = line.partition(": ")
    else:
        head, told = "", line
    first_sentence = re.split(r"[.!?;]\s", PARENTHESIS.sub("", told), maxsplit=1)[0]
    return head or re.split(SOFT_BREAK, first_sentence, maxsplit=1)[0], first_sentence


def _best_topic(text: str, setting: Setting, *, last: bool = False) -> Topic | None:
    """The topic with the longest phrase in the text; among words the first, or the last one, decides."""
    direction = 1 if last else -1
    hits = [
        (len(hit.group()) if " " in hit.group() else 0, direction * hit.start(), -place)
        for place, topic in enumerate(topics())
        for hit in mention(tuple(_words_in(topic, setting))).finditer(text)
    ]
    return topics()[-max(hits)[2]] if hits else None


def _words_in(topic: Topic, setting: Setting) -> list[str]:
    """The words that speak of a topic in this setting."""
    at_home = setting.genre in topic.genres or mentions(setting.text, topic.words)
    return [*topic.words, *topic.weak] if at_home else topic.words


def named_check(name: str, line: str) -> str:
    """A criterion of one mechanic among several."""
    return f"{name}: {small(line).replace(': ', ' – ', 1)}"
