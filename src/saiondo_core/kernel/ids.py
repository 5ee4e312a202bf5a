"""The two identities that every feature names."""

from typing import NewType

UserId = NewType("UserId", str)
"""A person: 1 to 64 characters of the host's choice, or a UUIDv7 where this library made it."""

EventId = NewType("EventId", str)
"""A UUIDv7, made by the use case that caused the event."""
