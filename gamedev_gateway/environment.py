"""Reading the environment: what a variable may say, and a sentence that names the one that says something else."""

import difflib
import math
import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from gamedev_gateway.core.llm.providers import fault_of

PREFIX = "GATEWAY_"
ELSEWHERE = {"GATEWAY_TOKEN"}
"""Ours as well, though no setting: `watch` and `simulate` read it."""
RATE = re.compile(r"[1-9]\d*/(second|minute|hour|day)")
DATABASES = ("sqlite", "postgres", "postgresql")
BROKERS = ("redis", "rediss", "unix")
COMMAND_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LARGEST = 1e15

env = environ.Env()
known: set[str] = set(ELSEWHERE)
"""Every variable that was asked for; filled as the settings are read."""


def text(name: str, default: str = "") -> str:
    """What the variable says; the default where it says nothing."""
    known.add(name)
    return env.str(name, default).strip() or default


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of: {', '.join(allowed)}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise ImproperlyConfigured(f"{name} is {value!r}; use true or false.")
    return value in {"1", "true", "yes", "on"}


def number(name: str, default: float, least: float) -> float:
    written = text(name, str(default))
    try:
        value = float(written)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {written!r}; use a number.") from error
    if not math.isfinite(value) or value > LARGEST:
        raise ImproperlyConfigured(f"{name} is {written!r}; use an ordinary number.")
    if value < least:
        raise ImproperlyConfigured(f"{name} is {written}; use at least {least:g}.")
    return value


def rate(name: str, default: str) -> str:
    value = text(name, default)
    if not RATE.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is {value!r}; use a number per time, such as 200/second or 30/minute.")
    return value


def folders(name: str, away_from: Path) -> list[Path]:
    """Folders that exist, by absolute paths with a colon between; none of them may hold `away_from` or be inside it."""
    found = [Path(part) for part in text(name).split(os.pathsep) if part]
    for folder in found:
        if not folder.is_absolute() or not folder.is_dir():
            raise ImproperlyConfigured(
                f"{name} is {str(folder)!r}; use absolute paths of folders, with “:” between them."
            )
        if away_from.is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(away_from):
            raise ImproperlyConfigured(
                f"{name} is {str(folder)!r}; use folders apart from the gateway's own, {away_from}."
            )
    return found


def hosts(name: str) -> list[tuple[str, int | None]]:
    """Hosts with their ports, with commas between: `tools.example` for the usual ports, `127.0.0.1:8765` for one, and
    `127.0.0.1:*`, which is None here, for any."""
    return [pair for entry in text(name).split(",") if entry.strip() for pair in host_and_ports(name, entry.strip())]


def host_and_ports(name: str, entry: str) -> list[tuple[str, int | None]]:
    host, any_port = (entry[:-2], True) if entry.endswith(":*") else (entry, False)
    try:
        parts = urlsplit(f"//{host}")
        found, port = parts.hostname, parts.port
    except ValueError:
        found, port = None, None
    if not found or parts.path or parts.username is not None:
        raise ImproperlyConfigured(f"{name} is {entry!r}; use hosts such as tools.example, 127.0.0.1:8765 or [::1]:*.")
    return [(found, None)] if any_port else [(found, each) for each in ((port,) if port else (80, 443))]


def commands(name: str) -> dict[str, list[str]]:
    """Named command lines, with semicolons between: `blender=uvx blender-mcp; godot=node /opt/godot-mcp/index.js`."""
    found: dict[str, list[str]] = {}
    for entry in filter(str.strip, text(name).split(";")):
        label, equals, line = entry.strip().partition("=")
        try:
            words = shlex.split(line)
        except ValueError:
            words = []
        if not equals or not COMMAND_NAME.fullmatch(label.strip()) or not words or label.strip() in found:
            raise ImproperlyConfigured(
                f"{name} has {entry.strip()[:60]!r}; use name=command line, with “;” between, each name once."
            )
        found[label.strip()] = words
    return found


def secrets(prefix: str) -> dict[str, str]:
    """Every variable whose name begins so. Never told, so there is nothing to be wrong with."""
    found = {name: value for name, value in os.environ.items() if name.startswith(prefix) and name != prefix}
    known.update(found)
    return found


def redis_url(name: str) -> str:
    """Empty when there is none."""
    value = text(name)
    if value and scheme_of(value) not in BROKERS:
        raise ImproperlyConfigured(f"{name} is no address of a Redis; use redis://…, rediss://… or unix://….")
    return value


def language_model(name: str) -> str:
    """`provider:model`, with all that asking it needs; empty when there is none, and templates write."""
    value = text(name)
    if value and (fault := fault_of(value, os.environ)):
        raise ImproperlyConfigured(f"{name} is {fault}.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """The address itself is never told: there may be a password in it."""
    value = text(name, default)
    wrong = ImproperlyConfigured(
        f"{name} is no address of a database; use sqlite:///path/to/file or postgres://user:password@host:5432/name."
    )
    if scheme_of(value) not in DATABASES:
        raise wrong
    try:
        found = environ.Env.db_url_config(value)
    except ValueError as error:
        raise wrong from error
    if not found.get("NAME"):
        raise wrong
    return found


def scheme_of(url: str) -> str:
    try:
        return urlsplit(url).scheme if "://" in url else ""
    except ValueError:
        return ""


def unknown_names(names: Iterable[str]) -> list[str]:
    """A line for each variable that looks like ours and is not."""
    strange = sorted(name for name in names if name.startswith(PREFIX) and name not in known)
    return [f"There is no setting {name}; it is ignored.{did_you_mean(name)}" for name in strange]


def did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    return f" Did you mean {near[0]}?" if near else ""
