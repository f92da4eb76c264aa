"""A scripted agent that plays a whole project through the public API, and nothing but the API."""
