"""The brief: what the people want to build, in the words of the person who wants it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from plans.spec import Line, Prose

REQUIRED = ("pitch", "genre", "mechanics", "visual_style")
"""The four answers without which no plan can be made."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Brief(BaseModel):
    """A game brief. Every field may still be empty; `missing()` tells which of the required ones are."""

    model_config = ConfigDict(extra="forbid")

    pitch: Prose = ""
    genre: Short = ""
    mechanics: list[Line] = Field(default_factory=list, max_length=100)
    visual_style: Prose = ""
    platform: list[Line] = Field(default_factory=list, max_length=50)
    target: Prose = Field(default="", description="Who the game is for.")
    engine: Short = ""
    references: list[Line] = Field(default_factory=list, max_length=100)
    constraints: list[Line] = Field(default_factory=list, max_length=100)
    kpis: dict[str, Any] = Field(default_factory=dict, description="Targets by name, e.g. {day_1_retention: 0.35}.")
    milestones: list[Line] = Field(default_factory=list, max_length=100)

    def missing(self) -> list[str]:
        """The names of the required fields that have no answer yet."""
        return [name for name in REQUIRED if not getattr(self, name)]
