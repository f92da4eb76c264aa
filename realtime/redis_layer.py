"""Channels' Redis layer (pub/sub), which also says when its connection is back.

What is published while the connection is down is lost, and the layer tells nobody. Redis' client calls `on_connect` for
every connection that it makes anew; then the hub joins its groups and reads the heads at once, instead of at its next turn.
"""

import asyncio
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close, decode_hosts
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from realtime import doorbell

TRIES_AGAIN_AFTER = 1.0


class TellingPubSub(PubSub):
    async def on_connect(self, connection: Any) -> None:
        await super().on_connect(connection)
        doorbell.layer_is_back()

    async def get_message(self, *args: Any, **options: Any) -> Any:
        """None while Redis is away. The layer would write a traceback for every attempt."""
        try:
            return await super().get_message(*args, **options)
        except RedisError as error:
            doorbell.layer_is_away(error)
            await asyncio.sleep(TRIES_AGAIN_AFTER)
            return None


class Shard(RedisSingleShardConnection):
    def _ensure_redis(self) -> None:
        is_new = self._redis is None
        super()._ensure_redis()
        if is_new:
            self._pubsub = TellingPubSub(self._redis.connection_pool)

    async def unsubscribe(self, channel: str) -> None:
        """Where Redis cannot be told, the next connection just does not ask for the channel again.

        The layer calls this on its way out of a cancelled task, and would write a traceback if it were cancelled once more.
        """
        try:
            async with asyncio.timeout(doorbell.LAYER_ANSWERS_WITHIN):
                await super().unsubscribe(channel)
        except (RedisError, TimeoutError, asyncio.CancelledError) as error:
            self._subscribed_to.discard(channel)
            self._pubsub.channels.pop(channel.encode(), None)
            doorbell.layer_is_away(error)


class LoopLayer(RedisPubSubLoopLayer):
    """The layer of one event loop."""

    def __init__(self, hosts: Any = None, **options: Any) -> None:
        super().__init__(hosts, **options)
        self._shards = [Shard(host, self) for host in decode_hosts(hosts)]

    async def _subscribe_to_channel(self, channel: str) -> None:
        """Without keeping a queue for each attempt that fails: while Redis is away there are many."""
        try:
            await super()._subscribe_to_channel(channel)
        except BaseException:
            self.channels.pop(channel, None)
            raise


class RedisLayer(RedisPubSubChannelLayer):
    def _get_layer(self) -> RedisPubSubLoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return self._layers[loop]
