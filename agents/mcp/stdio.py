"""The MCP server over stdin and stdout, for clients that start it themselves."""

import anyio

from agents.mcp.server import GatewayServer


def serve(toolset: str, token: str) -> None:
    """Until stdin ends. The token is looked up at every call, so that one revoked meanwhile opens nothing."""
    anyio.run(GatewayServer(toolset, token).run_stdio_async)
