"""The hot paths: each is measured by a module of its own, with its peers and its limit."""
