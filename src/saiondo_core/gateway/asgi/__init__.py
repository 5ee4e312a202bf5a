"""The gateway as an ASGI application, for a host's own server or for uvicorn with safe settings."""

from saiondo_core.gateway.asgi.application import RealTimeApp
from saiondo_core.gateway.asgi.serving import run, serve

__all__ = ["RealTimeApp", "run", "serve"]
