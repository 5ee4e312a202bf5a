"""ASGI 3 as this package speaks it, and an application that has nothing to say."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TypeAlias, cast

from saiondo_core.realtime.closing import CloseCode

Message: TypeAlias = MutableMapping[str, object]
Scope: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

UNAVAILABLE = 503
_UPGRADE_REQUIRED = 426
_NOT_FOUND = 404


async def respond(
    send: Send, status: int, reason: str, *, prefix: str = "", headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with HTTP; *prefix* is `websocket.` where a WebSocket was asked for."""
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": f"{prefix}http.response.start", "status": status, "headers": [plain, *headers]})
    await send({"type": f"{prefix}http.response.body", "body": reason.encode()})


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    """Make no WebSocket connection, and say why where the server can; where it cannot, it says 403.

    Clients obey that: where they are to come back, a connection is made, and closed with 1012.
    """
    await receive()
    if "websocket.http.response" in cast("MutableMapping[str, object]", scope.get("extensions") or {}):
        await respond(send, status, reason, prefix="websocket.")
    elif status == UNAVAILABLE:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": int(CloseCode.RESTARTING)})
    else:
        await send({"type": "websocket.close"})


async def nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve nothing, and live as long as the server does."""
    match scope["type"]:
        case "http":
            upgrade = (b"upgrade", b"websocket"), (b"connection", b"upgrade")
            await respond(send, _UPGRADE_REQUIRED, "Only WebSocket is spoken here.", headers=upgrade)
        case "websocket":
            await refuse(scope, receive, send, _NOT_FOUND, "There is nothing here.")
        case _:
            await receive()
            await live(receive, send)


async def live(receive: Receive, send: Send) -> None:
    """Say that a startup, of which one was told, succeeded; and the same of the shutdown, once it comes."""
    try:
        await send({"type": "lifespan.startup.complete"})
    except Exception as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        raise
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
