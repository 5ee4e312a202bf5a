"""The way to a server over a real network."""
