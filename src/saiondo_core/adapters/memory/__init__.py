"""Stores in this process's memory: real ones, that end with it."""
