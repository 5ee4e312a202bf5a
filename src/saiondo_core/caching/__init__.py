"""Cached reads that never return what was invalidated."""
