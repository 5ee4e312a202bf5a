"""Health, performance and traces of the running library."""
