"""What a check found."""

from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["error", "warning", "info"]

MOST_FINDINGS = 50
"""How many findings one report keeps: a file of a million mistakes is told by its first ones."""
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Finding:
    """One thing seen. `code` is stable; `where` is a place inside the file: `line 12`, `nodes.3`, `byte 20`."""

    level: Level
    code: str
    message: str
    where: str = ""

    def as_dict(self) -> dict[str, str]:
        found = {"level": self.level, "code": self.code, "message": self.message}
        return {**found, "where": self.where} if self.where else found


class Unreadable(Exception):
    """The file cannot be read any further; the finding says why. It ends a check early."""

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.finding = Finding("error", code, message, where)


@dataclass
class Report:
    """The findings of one check and the facts that it measured. A file without an error is valid."""

    kind: str = ""
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    errors: int = 0

    @property
    def valid(self) -> bool:
        return not self.errors

    def error(self, code: str, message: str, where: str = "") -> None:
        self.add(Finding("error", code, message, where))

    def warning(self, code: str, message: str, where: str = "") -> None:
        self.add(Finding("warning", code, message, where))

    def info(self, code: str, message: str, where: str = "") -> None:
        self.add(Finding("info", code, message, where))

    def add(self, finding: Finding) -> None:
        """Keep it while there is room; an error counts in any case, and takes the place of something milder."""
        self.errors += finding.level == "error"
        if len(self.findings) >= MOST_FINDINGS:
            milder = next((each for each in reversed(self.findings) if each.level != "error"), None)
            if finding.level != "error" or milder is None:
                return
            self.findings.remove(milder)
        self.findings.append(shortened(finding))

    def codes(self, level: Level = "error") -> list[str]:
        return [finding.code for finding in self.findings if finding.level == level]

    def as_dict(self) -> dict[str, Any]:
        """`{kind, findings: [{level, code, message, where?}], facts}`, as JSON keeps it."""
        return {
            "kind": self.kind,
            "findings": [finding.as_dict() for finding in self.findings],
            "facts": self.facts,
        }


def shortened(finding: Finding) -> Finding:
    """The same in printable characters and a bounded length: parts of it may come from the file."""
    return Finding(finding.level, finding.code, printable(finding.message), printable(finding.where))


def printable(text: str) -> str:
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return clean if len(clean) <= LONGEST_MESSAGE else f"{clean[: LONGEST_MESSAGE - 1]}…"
