"""Form fields for what a plan and a brief are made of. A text that nobody touched counts as unchanged, however it is written."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget


def one_newline(text: str) -> str:
    """Browsers send CRLF; what is stored has LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_area(rows: int) -> UnfoldAdminTextareaWidget:
    """A text area that grows with what is in it."""
    return UnfoldAdminTextareaWidget({"rows": rows, "class": "gw-grows"})


class ProseField(forms.CharField):
    """Text of several lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": text_area(rows), **options})

    def to_python(self, value: Any) -> str:
        return super().to_python(one_newline(value) if isinstance(value, str) else value) or ""


class LinesField(forms.Field):
    """A list as a text with one item a line."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": text_area(rows), **options})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [line.strip() for line in one_newline(value or "").split("\n") if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return one_newline(data or "").strip() != (self.prepare_value(initial) or "").strip()


class PairsField(LinesField):
    """Values by name as lines of `name: value`; values that are JSON are read as such."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name}: {self.written(item)}" for name, item in value.items())

    def written(self, item: Any) -> str:
        return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)

    def to_python(self, value: Any) -> dict[str, Any]:  # type: ignore[override]
        pairs: dict[str, Any] = {}
        for line in super().to_python(value):
            name, colon, text = line.partition(":")
            if not colon or not name.strip():
                raise forms.ValidationError(
                    "Write one “name: value” a line; this is none: %(line)s", params={"line": line}
                )
            pairs[name.strip()] = self.read(text.strip())
        return pairs

    def read(self, text: str) -> Any:
        try:
            return json.loads(text, parse_constant=lambda name: name)
        except ValueError:
            return text


class CodesInput(forms.SelectMultiple):
    """Task codes; drawn by the template of the row."""


class CodesField(forms.Field):
    """Codes of tasks, in their order."""

    widget = CodesInput

    def to_python(self, value: Any) -> list[str]:
        typed = " ".join(value or []).replace(",", " ").upper()
        return list(dict.fromkeys(typed.split()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)
