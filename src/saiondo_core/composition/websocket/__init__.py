"""The client: connections to a server of this protocol, from this process, which lose nothing."""
