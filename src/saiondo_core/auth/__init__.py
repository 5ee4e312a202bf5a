"""Proof of identity: passwords, sessions and their tokens."""
