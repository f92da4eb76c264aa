"""What the fields of an export may hold. Everything is checked and nothing is changed."""

import re
import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import model_validator as after_all
from pydantic_core import PydanticCustomError

from gamedev_gateway.core.storable import unstorable
from gamedev_gateway.exchange.errors import first_error
from plans.spec import CODE_PATTERN

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def as_declared(kind: Any) -> AfterValidator:
    """The value must pass as a `kind`; it stays as it was given."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(value: Any) -> Any:
        try:
            adapter.validate_python(value)
        except ValidationError as error:
            place, text = first_error(error)
            raise custom(f"{'.'.join(map(str, place))}: {text}" if place else text) from error
        return value

    return AfterValidator(check)


def custom(text: str) -> PydanticCustomError:
    return PydanticCustomError("export", "{text}", {"text": text})


def storable(value: Any) -> Any:
    for place, text in unstorable(value):
        raise custom(f"{place}: {text}" if place else text)
    return value


def read_time(value: Any) -> Any:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise custom("A time such as 2026-11-23T04:30:00.123456Z belongs here.")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise custom(f"There is no such time: {error}.") from error


def read_uuid(value: Any) -> Any:
    try:
        found = uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise custom("A UUID belongs here.") from error
    if str(found) != value:
        raise custom("Write the UUID in lower case, with its hyphens.")
    return found


Time = Annotated[datetime, BeforeValidator(read_time)]
Uuid = Annotated[uuid.UUID, BeforeValidator(read_uuid)]
Text = Annotated[str, Field(max_length=1_000_000), AfterValidator(storable)]
Json = Annotated[dict[str, Any], AfterValidator(storable)]
JsonList = Annotated[list[dict[str, Any]], Field(max_length=10_000), AfterValidator(storable)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
BigCount = Annotated[int, Field(ge=0, le=2**63 - 1)]
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Ref = Annotated[str, Field(max_length=60)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ActorShape(Shape):
    """Who acted. A person's id is `@username`, or `gone-7` for somebody whose account is no more."""

    kind: Literal["user", "ai", "system"]
    id: Annotated[str, Field(max_length=200), AfterValidator(storable)]
    name: Annotated[str, Field(max_length=200), AfterValidator(storable)]

    @after_all(mode="after")
    def person_by_name(self) -> Self:
        if self.kind == "user" and self.id.isdigit():
            raise custom("A person is named as @username, not by a number.")
        return self
