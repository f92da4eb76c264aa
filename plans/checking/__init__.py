"""Whether a file is what it says it is, seen by reading it; no game engine, no Django, no other file.

`check.check(data, name)` looks at bytes in this process; `outside.check_file` does the same in a child process with limits
on time and memory, for files that nobody vouches for. The libraries that decode are imported in the child alone.
"""
