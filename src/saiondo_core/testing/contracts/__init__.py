"""One suite per port: what an adapter must pass to be trusted with it."""
