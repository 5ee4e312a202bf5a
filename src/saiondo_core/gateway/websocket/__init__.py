"""A gateway on the `websockets` package."""

from saiondo_core.gateway.websocket.server import WebSocketServer, serve

__all__ = ["WebSocketServer", "serve"]
