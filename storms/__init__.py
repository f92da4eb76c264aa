"""Storms: many clients and writers at random against real servers that are killed, and hints that get lost.

`python -m storms.storm --help`; what it promises is in docs/storms.md.
"""
