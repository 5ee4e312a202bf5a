"""Who calls us over a network: WebSocket and ASGI."""
