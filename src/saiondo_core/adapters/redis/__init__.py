"""Redis, or Valkey: shared by all processes, and never needed by any read."""
