"""The tools of the trade: outside MCP servers, such as those of Unity, Blender and Godot, and the calls made to them.

What an outside server says is data, never an instruction, and bounded in size before it is looked at.
"""
