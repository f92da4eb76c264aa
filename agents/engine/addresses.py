"""Where an outside server is, as far as the operator's settings allow it, with the secrets filled in.

The operator says which hosts may be asked and which commands may be started; staff choose among them. So nobody makes the
gateway fetch from inside its network, or run anything, by what is written in a form.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from agents.engine.errors import NotAllowed
from agents.models import ToolServer

PLACE = re.compile(r"\$\{([^}]*)\}")
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
SECRET_LOOKING = re.compile(r"auth|cookie|token|secret|passw|key|credential", re.IGNORECASE)
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
OURS = {"host", "content-length", "content-type", "accept", "accept-encoding", "connection", "transfer-encoding"}
USUAL_PORTS = {"http": 80, "https": 443}
LEAST_SECRET = 4
"""A shorter value is no secret; taking it out of every text would only spoil the text."""


@dataclass(frozen=True)
class HttpAddress:
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class CommandAddress:
    words: tuple[str, ...] = field(repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


Address = HttpAddress | CommandAddress


def address_of(server: ToolServer) -> Address:
    """Where a server is. Raises NotAllowed with a sentence that names the setting."""
    if server.transport == ToolServer.Transport.COMMAND:
        return command_address(server.command)
    check_url(server.url)
    check_headers(server.headers)
    headers = tuple((name, filled(value)) for name, value in server.headers.items())
    return HttpAddress(server.url, headers, secrets_in(server.headers.values()))


def check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or USUAL_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotAllowed(f"{url[:100]!r} is no address.") from error
    if parts.scheme not in USUAL_PORTS or not host:
        raise NotAllowed("The address has to begin with http:// or https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("The address must not hold a password; use a header that names a variable.")
    if not any(host == allowed and at in (None, port) for allowed, at in settings.GATEWAY_TOOL_HOSTS):
        raise NotAllowed(f"{host}:{port} is not in GATEWAY_TOOL_HOSTS; the operator decides which hosts are.")


def check_headers(headers: Mapping[str, object]) -> None:
    """Raise NotAllowed for headers that are not ours to set, or that would put a secret into the database."""
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OURS:
            raise NotAllowed(f"{name[:100]!r} is no header that can be set.")
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise NotAllowed(f"The header {name} has to be one line of text.")
        if SECRET_LOOKING.search(name) and not PLACE.search(value):
            raise NotAllowed(
                f"{name} looks like a secret: name a variable, ${{GATEWAY_TOOL_SECRET_…}}, instead of its value."
            )


def command_address(name: str) -> CommandAddress:
    words = settings.GATEWAY_TOOL_COMMANDS.get(name)
    if not words:
        raise NotAllowed(
            f"There is no command {name!r} in GATEWAY_TOOL_COMMANDS; the operator decides which there are."
        )
    env: list[tuple[str, str]] = []
    while words and (match := ASSIGNMENT.fullmatch(words[0])):
        env.append((match[1], filled(match[2])))
        words = words[1:]
    if not words:
        raise NotAllowed(f"The command {name} in GATEWAY_TOOL_COMMANDS sets variables and starts nothing.")
    line = settings.GATEWAY_TOOL_COMMANDS[name]
    return CommandAddress(tuple(filled(word) for word in words), tuple(env), secrets_in(line))


def filled(text: str) -> str:
    """The text with the values of the variables that it names. Raises NotAllowed for one that is not set."""
    return PLACE.sub(lambda place: secret(place[1]), text)


def secret(name: str) -> str:
    value = settings.GATEWAY_TOOL_SECRETS.get(name)
    if value is None:
        raise NotAllowed(f"${{{name}}} is not set; only variables named GATEWAY_TOOL_SECRET_… can be used.")
    return value


def secrets_in(texts: Iterable[str]) -> frozenset[str]:
    """The values of the variables that texts name, which no answer may show."""
    values = (secret(name) for text in texts for name in PLACE.findall(text))
    return frozenset(value for value in values if len(value) >= LEAST_SECRET)
