"""Channels' Redis layer (pub/sub), which also says when its connection is back.

What is published while the connection is down is lost, and the layer tells nobody. Redis' client calls `on_connect` for
every connection that it makes anew; then the hub reads the heads at once instead of at its next turn.
"""

from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import decode_hosts

from realtime import doorbell


class Shard(RedisSingleShardConnection):
    def _ensure_redis(self) -> None:
        is_new = self._redis is None
        super()._ensure_redis()
        if is_new:
            tell_pubsub = self._pubsub.on_connect

            async def on_connect(connection: Any) -> None:
                await tell_pubsub(connection)
                doorbell.layer_is_back()

            self._pubsub.on_connect = on_connect


class RedisLayer(RedisPubSubChannelLayer):
    def _get_layer(self) -> RedisPubSubLoopLayer:
        layer = super()._get_layer()
        if not isinstance(layer._shards[0], Shard):
            layer._shards = [Shard(host, layer) for host in decode_hosts(self._kwargs["hosts"])]
        return layer
