"""Which outside tools there are. Plans name tools, and the app above knows them: here it says so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Catalogue:
    """What can be asked of whoever knows the tools, each for a project by its id.

    unknown: those of some names that mean no tool of it; none where it has no servers. chosen: for each wished-for name the tool
    that it means most likely, or the name itself.
    """

    unknown: Callable[[str, Collection[str]], set[str]]
    chosen: Callable[[str, Collection[str]], dict[str, str]]


known_by: list[Catalogue] = []
"""At most one; empty where nobody knows of tools."""


def register_catalogue(catalogue: Catalogue) -> None:
    known_by[:] = [catalogue]


def unknown_tools(project_id: str, named: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The tools that tasks name, by code, and that the project does not have; without the tasks whose tools are all known."""
    names = {name for tools in named.values() for name in tools}
    unknown = known_by[0].unknown(project_id, names) if known_by and names else set()
    found = {code: [name for name in tools if name in unknown] for code, tools in named.items()}
    return {code: tools for code, tools in found.items() if tools}


def chosen_tools(project_id: str, wished: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The tools of the project that the names mean which tasks wish for, by code."""
    names = {name for tools in wished.values() for name in tools}
    chosen = known_by[0].chosen(project_id, names) if known_by and names else {}
    return {code: list(dict.fromkeys(chosen.get(name, name) for name in tools)) for code, tools in wished.items()}
