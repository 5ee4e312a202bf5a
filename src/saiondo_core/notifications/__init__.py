"""Telling people what concerns them, by the way they prefer."""
