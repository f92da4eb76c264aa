"""Scripted agents that play a whole project over MCP, and the person they work for, through the public API alone."""
