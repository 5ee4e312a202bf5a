"""What can go wrong with serving over a network."""

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError


@frozen(kw_only=True)
class GatewayNotOpenError(ConflictError):
    """A client came to a gateway that was never opened."""

    code = "gateway_not_open"
    what = "Nobody has opened the gateway."
    hint = "An application that is mounted hears of no lifespan: `async with real_time:` in the host's own."


@frozen(kw_only=True)
class ExtraMissingError(ConflictError):
    """Something was asked for that needs an optional dependency, which is not installed."""

    code = "extra_missing"
    extra: str
    what = "The extra {extra} is not installed."
    hint = "Install it, for `server` as `saiondo-core[server]`."


@frozen(kw_only=True)
class StartupFailedError(ConflictError):
    """An application that was to be served did not start."""

    code = "startup_failed"
    what = "The application did not start."
    hint = "Its own log says why."
