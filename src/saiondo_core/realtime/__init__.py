"""The real-time protocol as pure state machines."""
