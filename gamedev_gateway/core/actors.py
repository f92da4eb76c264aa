"""Who acts. Every change and every event knows its actor."""

from dataclasses import dataclass
from typing import Any, Literal, Self

from django.contrib.auth.models import AbstractBaseUser

ActorKind = Literal["user", "ai", "system"]


@dataclass(frozen=True)
class Actor:
    """A person, an agent or the system itself.

    `user_id` is the account whose rights the actor uses; an agent has the one its token belongs to, the system has none (0).
    """

    kind: ActorKind
    id: str
    name: str
    user_id: int = 0

    @classmethod
    def person(cls, user: AbstractBaseUser) -> Self:
        return cls("user", str(user.pk), user.get_username(), user.pk)

    @classmethod
    def agent(cls, user: AbstractBaseUser, *, id: str, name: str) -> Self:
        return cls("ai", id, name, user.pk)

    @property
    def is_agent(self) -> bool:
        return self.kind == "ai"

    def as_json(self) -> dict[str, Any]:
        """The actor as an event tells of it: kind, id, name."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


SYSTEM = Actor("system", "gateway", "gateway")
