"""How much a file may cost the game. A project's own numbers come with the question; these are the defaults."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[int, Field(strict=True, ge=1, le=2**53)]


class Budgets(BaseModel):
    """What one file may cost. More than that is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: Amount = Field(default=50_000_000, description="Size of the file.")
    max_texture_px: Amount = Field(default=4_096, description="The longer side of a picture, alone or inside a model.")
    max_triangles: Amount = Field(default=200_000, description="Triangles of all meshes of a model, each counted once.")
    max_seconds: Amount = Field(default=900, description="Length of a sound.")
