"""Reading the environment: what a variable may say, and a sentence that names the one that says something else."""

import difflib
import math
import os
import re
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
