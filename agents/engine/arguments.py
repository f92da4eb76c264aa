"""Whether arguments fit the JSON Schema that an outside tool gives for them. Plain data in and out.

The schema comes from outside, so checking must end: patterns are left to the server, since one can take for ever on a short
text, and references are followed a bounded number of times and only inside the schema.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_REFERENCES = 2_000
MOST_FAULTS = 10
LONGEST_FAULT = 300
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class Unusable(Exception):
    """The schema is none, or too much of one."""


def faults_in(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with arguments, by dotted path under `args`; empty when nothing is. Raises Unusable for the schema."""
    faults: dict[str, list[str]] = {}
    try:
        check = checker(schema)
        for error in islice(check.iter_errors(dict(arguments)), MOST_FAULTS):
            faults.setdefault(path_of(error), []).append(error.message[:LONGEST_FAULT])
    except (SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as error:
        said = str(getattr(error, "message", error))[:LONGEST_FAULT]
        raise Unusable(f"The tool's schema cannot be checked against: {said}") from error
    return faults


def checker(schema: Mapping[str, Any]) -> Validator:
    kind = validator_for(schema, default=Draft202012Validator)
    plain = without_patterns(schema)
    kind.check_schema(plain)
    counted: Any = extend(kind, counting(kind.VALIDATORS))
    return counted(plain, registry=Registry())


def counting(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules that follow references, which give up together after so many."""
    left = iter(range(MOST_REFERENCES))

    def counted(rule: Any) -> Any:
        def follow(validator: Any, ref: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            if next(left, None) is None:
                raise Unusable("The tool's schema refers to itself too often to be checked against.")
            return rule(validator, ref, instance, schema) or iter(())

        return follow

    return {name: counted(rules[name]) for name in REFERENCES if name in rules}


def without_patterns(schema: Any) -> Any:
    """The schema without its patterns; where names follow patterns, others are let through as well."""
    if isinstance(schema, list):
        return [without_patterns(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {"pattern"} if isinstance(schema.get("pattern"), str) else set()
    if isinstance(schema.get("patternProperties"), dict) and "type" not in schema["patternProperties"]:
        dropped |= {"patternProperties", "additionalProperties", "unevaluatedProperties"}
    return {name: without_patterns(value) for name, value in schema.items() if name not in dropped}


def path_of(error: ValidationError) -> str:
    return ".".join(["args", *(str(part) for part in error.absolute_path)])
