"""Whom we call: a folder per technology, a file per feature."""
