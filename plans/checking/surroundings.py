"""What is known of the files around the one that is checked. References are judged by this alone; nothing else is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Surroundings:
    """`files`: paths given besides. `guids`: Unity's GUIDs with the paths of their assets, from the `.meta` files given.
    `known_guids`: GUIDs that exist elsewhere, as those of packages."""

    files: frozenset[str] = frozenset()
    guids: Mapping[str, str] = field(default_factory=dict)
    known_guids: frozenset[str] = frozenset()

    def has(self, path: str) -> bool:
        """Whether a file with this path, or one that ends with it, was given."""
        return PurePosixPath(path).as_posix().lstrip("/") in self.endings

    @cached_property
    def endings(self) -> frozenset[str]:
        """Every path by which a given file may be meant: itself, and without its first folders."""
        split = (PurePosixPath(file.replace("\\", "/")).parts for file in self.files)
        return frozenset("/".join(parts[start:]) for parts in split for start in range(len(parts)))

    def knows(self, guid: str) -> bool:
        return guid in self.guids or guid in self.known_guids
