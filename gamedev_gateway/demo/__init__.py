"""A project with life in it, for whoever looks at the gateway for the first time."""
