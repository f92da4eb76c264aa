"""Whole projects as files, and back: one JSON document, or a folder that reads well in git.

`shape` declares what an export says, `export` reads it from the database, `restore` writes it; `json_form` and `folder` are
the two forms on disk. Where rows name each other by database id, the export names them by version, code and number (`refs`).
"""
