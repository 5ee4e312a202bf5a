"""The identities that several features name."""

from typing import NewType

UserId = NewType("UserId", str)
"""A person: 1 to 64 characters of the host's choice, or a UUIDv7 where this library made it."""

EventId = NewType("EventId", str)
"""A UUIDv7, made by the use case that caused the event."""

RoleId = NewType("RoleId", str)
"""A role: a name such as `moderator` or `channel:moderator` where it is built in, else a UUIDv7."""
