"""The ASGI servers that `serve` can run. Both let the sockets write encoded frames to the transport themselves."""
