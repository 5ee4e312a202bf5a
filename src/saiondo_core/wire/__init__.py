"""Entities to JSON and back, once and strictly; the rules of what can travel."""
