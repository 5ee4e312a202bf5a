"""Where ports, use cases and background jobs are joined."""
