"""Pydantic declarations as fields of serializers: one declaration, checked the same way at every door."""

from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError
from rest_framework import serializers

from gamedev_gateway.core.errors import invalid_input_from


class ChoiceField(serializers.ChoiceField):
    """A choice whose refusal names the choices."""

    default_error_messages = {"invalid_choice": "“{input}” is not one of: {choices}."}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        super().fail(key, choices=", ".join(str(choice) for choice in self.choices), **kwargs)


class PydanticField(serializers.Field):
    """A field whose value is checked by a pydantic type, and given to the view as that type's instance."""

    def __init__(self, type_: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.type_ = type_
        self.adapter: TypeAdapter[Any] = TypeAdapter(type_)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.adapter.validate_python(data)
        except ValidationError as error:
            errors = invalid_input_from(error).data["errors"]
            raise serializers.ValidationError(errors.get("non_field_errors", errors)) from error

    def to_representation(self, value: Any) -> Any:
        """Stored values are JSON already, as the type wrote them."""
        return value
