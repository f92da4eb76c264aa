"""`python -m gateway_client watch project:pixel-jumper`: events as lines, for as long as it runs."""

import asyncio
import contextlib
import json
import os
import sys
from argparse import ArgumentParser, Namespace

from gateway_client.errors import GatewayError, Lost
from gateway_client.frames import Event, Frame
from gateway_client.gateway import Gateway, State


def parse_arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m gateway_client", description="The token comes from GATEWAY_TOKEN.")
    watch = parser.add_subparsers(required=True).add_parser("watch", help="print a stream's events as they happen")
    watch.add_argument("stream", help="e.g. project:pixel-jumper or task:42")
    watch.add_argument("--url", default=os.environ.get("GATEWAY_URL", "http://127.0.0.1:8000"), help="or GATEWAY_URL")
    watch.add_argument("--after", help="a cursor or a seq; 0 is from the beginning; absent: only what is new")
    watch.add_argument("--types", default="", help="e.g. task.*,plan.accepted; absent: all")
    watch.add_argument("--sections", action="store_true", help="the text of documents, too")
    watch.add_argument("--json", action="store_true", help="the frames as they came")
    return parser.parse_args()


async def watch(arguments: Namespace, token: str) -> None:
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
            asyncio.run(watch(arguments, token))
        except (GatewayError, ValueError) as error:
            note(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
