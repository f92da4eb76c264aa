"""What is wrong with a brief file, field by field."""


class BriefError(ValueError):
    """The file cannot be read as a brief. `errors` maps each field to sentences that say what to do next."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = {printable(field): [printable(line) for line in lines] for field, lines in errors.items()}
        super().__init__(" ".join(f"{field}: {' '.join(lines)}" for field, lines in self.errors.items()))

    @classmethod
    def about(cls, field: str, sentence: str) -> "BriefError":
        """An error about one field."""
        return cls({field: [sentence]})


def printable(text: str, limit: int = 300) -> str:
    """A text that any encoder takes: no lone surrogates, no NUL, no page-long names."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return shown.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
