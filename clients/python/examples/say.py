import asyncio
import os
import sys

from gateway_client import Gateway


async def say(url: str, token: str, project: str, text: str) -> None:
    async with Gateway(url, token) as gateway:
        published = await gateway.publish(project, "chat", {"text": text})
        print("stored as event", published.seq)


asyncio.run(say(os.environ["GATEWAY_URL"], os.environ["GATEWAY_TOKEN"], *sys.argv[1:]))
