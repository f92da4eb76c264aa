"""`python -m gateway_client watch project:pixel-jumper`: events as lines, for as long as it runs.

`watch document 7`: the document as it grows; with `--generate` it is written now, and the command ends with it.
"""

import asyncio
import contextlib
import json
import os
import sys
from argparse import ArgumentParser, Namespace

from gateway_client.errors import GatewayError, Lost
from gateway_client.frames import Event, Frame
from gateway_client.gateway import Gateway, State
from gateway_client.screen import Screen


def parse_arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m gateway_client", description="The token comes from GATEWAY_TOKEN.")
    watch = parser.add_subparsers(required=True).add_parser("watch", help="print a stream's events as they happen")
    watch.add_argument("stream", nargs="+", help="e.g. project:pixel-jumper, task:42 or document 7")
    watch.add_argument("--url", default=os.environ.get("GATEWAY_URL", "http://127.0.0.1:8000"), help="or GATEWAY_URL")
    watch.add_argument("--after", help="a cursor or a seq; 0 is from the beginning; absent: only what is new")
    watch.add_argument("--types", default="", help="e.g. task.*,plan.accepted; absent: all")
    watch.add_argument("--sections", action="store_true", help="the text of documents, too")
    watch.add_argument("--generate", action="store_true", help="have the document written, and end with it")
    watch.add_argument("--json", action="store_true", help="the frames as they came")
    arguments = parser.parse_args()
    arguments.stream = ":".join(arguments.stream)
    kind, _, key = arguments.stream.partition(":")
    arguments.document = int(key) if kind == "document" and key.isascii() and key.isdigit() else None
    if arguments.generate and arguments.document is None:
        parser.error("--generate needs a document, such as `document 7`")
    return arguments


async def watch(arguments: Namespace, token: str) -> bool:
    """Whether what was to be done is done."""
    if arguments.document is not None and not arguments.json:
        return await watch_document(arguments, token)
    await watch_events(arguments, token)
    return True


async def watch_document(arguments: Namespace, token: str) -> bool:
    """Until the run has ended that this began; without one, for as long as it runs. Whether the document is complete."""
    async with Gateway(arguments.url, token, on_state=tell_state) as gateway:
        if arguments.generate:
            await gateway.generate(arguments.document)
        subscription = gateway.subscribe(arguments.stream, after=arguments.after, sections=True)
        with Screen() as screen:
            async for item in subscription.with_losses():
                if isinstance(item, Lost):
                    note(str(item))
                    continue
                screen.show(item.data)
                if arguments.generate and item.type == "document_end":
                    break
        return screen.document.status == "ready"


async def watch_events(arguments: Namespace, token: str) -> None:
    types = [name for name in arguments.types.split(",") if name]
    async with Gateway(arguments.url, token, on_state=tell_state) as gateway:
        subscription = gateway.subscribe(
            arguments.stream, after=arguments.after, types=types, sections=arguments.sections
        )
        async for item in subscription.with_losses():
            if isinstance(item, Lost):
                note(str(item))
            else:
                sys.stdout.write(
                    (json.dumps(item.data, ensure_ascii=False) if arguments.json else line_of(item)) + "\n"
                )
                sys.stdout.flush()


def line_of(item: Frame) -> str:
    if not isinstance(item, Event):
        return f"{item.cursor or '':>5} {item.type} {item.data.get('text', '')!r}"
    payload = json.dumps(item.payload, ensure_ascii=False)
    return f"{item.seq:>5} {item.timestamp[11:19]} {item.type:<18} {item.task_code or '':<6} {item.actor['name']}: {payload}"


def tell_state(state: State) -> None:
    if state.name == "waiting":
        note(f"connection lost: {state.reason}; again in {state.retry_in:.1f} s")


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    arguments = parse_arguments()
    token = os.environ.get("GATEWAY_TOKEN")
    if not token:
        note("Set GATEWAY_TOKEN to a token of the gateway.")
        return 2
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            return 0 if asyncio.run(watch(arguments, token)) else 1
        except (GatewayError, ValueError) as error:
            note(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
