"""The use cases by group, as a host calls them, and the only place where they meet their ports."""
