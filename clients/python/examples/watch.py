import asyncio
import os
import sys

from gateway_client import Gateway


async def watch(url: str, token: str, stream: str) -> None:
    async with Gateway(url, token) as gateway:
        async for event in gateway.subscribe(stream, after=0):
            print(event.seq, event.type, event.actor["name"], dict(event.payload), flush=True)


asyncio.run(watch(os.environ["GATEWAY_URL"], os.environ["GATEWAY_TOKEN"], sys.argv[1]))
