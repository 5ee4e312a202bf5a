"""Files that travel with messages."""
