"""Replays IRC logs through saiondo_core's public API."""
